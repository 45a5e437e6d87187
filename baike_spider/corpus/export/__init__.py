"""`baike corpus export`: a corpus in the form that somebody's tool reads.

Comes in: a corpus, a format's name. Goes out: a file or folder that appears whole, or not at all. A format is a module here with a `FORMAT`; there is no
list to edit. Same corpus, same bytes. Memory is bounded by the limit: the corpus goes through in pieces.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from baike_spider.corpus.digests import check_digests
from baike_spider.corpus.engine import EngineError
from baike_spider.corpus.errors import CorpusError
from baike_spider.corpus.export.format import ROWS, Format, Work
from baike_spider.corpus.export.lines import MACROS
from baike_spider.corpus.export.place import exporting
from baike_spider.corpus.reader import failure, views

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.corpus.reader import Corpus

__all__ = ["MEMORY", "export_corpus", "formats"]

#: bytes that the engine may take by default
MEMORY = 2 << 30


def formats() -> dict[str, Format]:
    """The formats by name."""
    found = {}
    for name in sorted(module.name for module in iter_modules(__path__)):
        module = import_module(f"{__name__}.{name}")
        if isinstance(getattr(module, "FORMAT", None), Format):
            found[name.replace("_", "-")] = module.FORMAT
    return found


def export_corpus(
    corpus: Corpus, form: Format, output: Path, *, memory: int = MEMORY, threads: int | None = None, rows: int = ROWS
) -> list[str]:
    """Writes the corpus as `output`; what to tell a person about it. What had that name before stays until the export is whole.

    `memory`: bytes of the engine; `rows`: triples that are sorted at once. Raises CorpusDamaged where a file
    that it reads is not what the manifest says, CorpusError where the corpus or the place cannot be used, OSError where the
    disk is full or cannot be written.
    """
    kind = corpus.manifest.kind
    if kind not in form.kinds:
        able = ", ".join(name for name, one in formats().items() if kind in one.kinds)
        raise CorpusError(
            f"{corpus.folder} is a corpus of {kind.noun}, which this format cannot hold", path=corpus.folder, cure=f"use one of {able}"
        )
    check_digests(corpus, form.reads, threads=threads)
    with exporting(output, folder=form.folder) as (path, spill):
        try:
            with views(corpus, threads=threads, memory=memory, temp=spill) as db:
                db.execute(MACROS)
                return form.write(Work(corpus, db, output, rows), path)
        except EngineError as error:
            raise failure(error, output, corpus) from error
