"""What a build reads: crawl folders, and files of entries or questions that `baike extract` wrote.

Comes in: paths. Goes out: a `Source` each, its files there and as long as its manifest says; no record is read yet. The entries are
the truth: a crawl's triples are derived from them again, so its triple shards are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING

from baike_spider.corpus.errors import CorpusError, InputDamaged
from baike_spider.corpus.manifest import CorpusInput
from baike_spider.corpus.schema import ENTRY_CORPUS, QUESTION_CORPUS
from baike_spider.shards import IsCorpus, ManifestDamaged, ShardError, load_manifest
from baike_spider.shards.frames import read_lines
from baike_spider.shards.names import ENTRIES, QUESTIONS, REJECTS, TRIPLES
from baike_spider.shards.reader import BAD_LINE, parse_object
from extractors import Question

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from baike_spider.corpus.schema import Kind
    from baike_spider.shards import Shard

__all__ = ["RecordFile", "Source", "check_unchanged", "find_sources", "kind_of"]

_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.zst", ".ndjson.zst")
#: how much longer entries are than their zstd file; only the number of partitions follows from it
_RATIO = 8


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One file of JSON lines."""

    path: Path
    records: int | None
    """Lines that it must hold; None where nobody said."""
    raw_bytes: int
    """Length when decompressed, estimated where nobody said."""
    state: tuple[int, ...]
    """What the system says of it, before anything of it was read: another one tells that it was written to."""


@dataclass(frozen=True, slots=True)
class Source:
    """One input."""

    about: CorpusInput
    """`entries`, `triples` and `questions` of a file are 0: nobody counted them yet."""
    path: Path
    entries: tuple[RecordFile, ...]
    rejects: tuple[RecordFile, ...]
    questions: tuple[RecordFile, ...] = ()
    crawled: tuple[str, str] | None = None
    """When the crawl began and was last written to, UTC, ISO 8601; None of a file."""
    extractors: tuple[str, ...] = ()
    """Versions that made a crawl's records."""


def find_sources(paths: Iterable[Path]) -> list[Source]:
    """The inputs, in the order of their digests; one that is given twice, under whatever name, is there once.

    Raises CorpusError for a path that is no input, InputDamaged where a crawl lacks a listed shard or has a shortened one.
    """
    found: dict[tuple[str, str], Source] = {}
    for path in paths:
        source = _crawl(path) if path.is_dir() else _file(path)
        known = found.setdefault((source.about.digest, source.about.kind), source)
        # of two copies the one that is dated later: whichever is given first
        if (source.crawled or ("", ""), source.about.name) > (known.crawled or ("", ""), known.about.name):
            found[source.about.digest, source.about.kind] = source
    return [source for _, source in sorted(found.items())]


def kind_of(sources: Iterable[Source]) -> Kind:
    """What the inputs make a corpus of; entries where they hold nothing. Raises CorpusError where they are not of one kind and, if of questions, one site."""
    entries, questions = [], []
    for source in sources:
        entries += [source] if source.entries else []
        questions += [source] if source.questions else []
    for both in entries:
        if both.questions:
            files = f"entries in {both.entries[0].path}, questions in {both.questions[0].path}"
            cure = "one corpus cannot hold both: extract the pages of each into a folder of their own"
            raise CorpusError(f"{both.path} holds entries and questions ({files})", path=both.path, cure=cure)
    if entries and questions:
        message = f"{entries[0].path} holds entries and {questions[0].path} holds questions: one corpus cannot hold both"
        raise CorpusError(message, path=questions[0].path, cure="build two, each from its own inputs")
    # an extraction of saved pages says `any`: its pages may be of several
    sites = sorted({source.about.site for source in questions} - {"", "any"})
    if len(sites) > 1:
        raise CorpusError(f"the inputs hold questions of {' and '.join(sites)}, whose numbers clash", cure="build a corpus of each site")
    return QUESTION_CORPUS if questions else ENTRY_CORPUS


def _crawl(folder: Path) -> Source:
    try:
        manifest = load_manifest(folder)
    except IsCorpus as error:
        raise CorpusError(f"{folder} is a corpus, no crawl", path=folder, cure="give the crawls and files that it was built of") from error
    except ManifestDamaged as error:
        raise InputDamaged(str(error), path=folder) from error
    except ShardError as error:
        cure = "give crawl folders (output/<crawl>) or files of entries or questions that `baike extract -o FILE` wrote"
        raise CorpusError(f"{folder} is no crawl folder", path=folder, cure=cure) from error
    listing = "".join(f"{shard.sha256}  {shard.path}\n" for shard in manifest.shards)
    counts = manifest.counts
    about = CorpusInput(
        name=manifest.crawl,
        kind="crawl",
        site=manifest.site,
        digest=sha256(listing.encode()).hexdigest(),
        entries=counts[ENTRIES],
        triples=counts[TRIPLES],
        rejects=counts["verdicts"],
        questions=counts.get(QUESTIONS, 0),
    )
    return Source(
        about,
        folder,
        tuple(_listed(folder, shard) for shard in manifest.of(ENTRIES)),
        tuple(_listed(folder, shard) for shard in manifest.of(REJECTS)),
        tuple(_listed(folder, shard) for shard in manifest.of(QUESTIONS)),
        (manifest.created, manifest.updated),
        manifest.extractors,
    )


def _listed(folder: Path, shard: Shard) -> RecordFile:
    path = folder / shard.path
    try:
        state = _state(path)
        size = path.stat().st_size
    except OSError as error:
        raise InputDamaged(f"{path}: {error.strerror}, but the crawl's manifest lists it", path=path, cure=cure_for(folder)) from error
    if size != shard.bytes:
        raise InputDamaged(f"{path}: {size} bytes long, the crawl's manifest says {shard.bytes}", path=path, cure=cure_for(folder))
    return RecordFile(path, shard.records, shard.raw_bytes, state)


def _state(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def check_unchanged(sources: Iterable[Source]) -> None:
    """Raises InputDamaged for a file that somebody wrote to since it was found."""
    for file in (file for source in sources for file in (*source.entries, *source.rejects, *source.questions)):
        try:
            same = _state(file.path) == file.state
        except OSError:
            same = False
        if not same:
            raise InputDamaged(
                f"{file.path} changed while it was read", path=file.path, cure="wait until nobody writes to it, then build again"
            )


def cure_for(folder: Path) -> str:
    """What to do about a damaged crawl."""
    return f"see `baike verify {folder}`; bring the shard back from a copy, or leave this crawl out"


def _file(path: Path) -> Source:
    if not path.exists():
        raise CorpusError(f"{path}: no such file or folder", path=path)
    if not path.name.endswith(_SUFFIXES):
        raise CorpusError(f"{path} is neither a crawl folder nor a {', '.join(_SUFFIXES)} file of entries or questions", path=path)
    try:
        state = _state(path)
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror or error}", path=path) from error
    size = path.stat().st_size
    kind = "questions" if size and _holds_questions(path) else "entries"
    about = CorpusInput(name=path.name, kind=kind, site="", digest=digest, entries=0, triples=0, rejects={})
    files = (RecordFile(path, None, size * _RATIO if path.suffix == ".zst" else size, state),) if size else ()
    return Source(about, path, (), (), files) if kind == "questions" else Source(about, path, files, ())


def _holds_questions(path: Path) -> bool:
    """Whether its first line is a question. What is no record at all is left to whoever reads the file."""
    try:
        Question.from_dict(parse_object(next(iter(read_lines(path)), b"")))
    except (ShardError, *BAD_LINE):
        return False
    return True
