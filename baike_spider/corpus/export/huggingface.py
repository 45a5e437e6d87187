"""A dataset repository as the Hugging Face hub and `datasets` read it: Parquet files and a card.

README.md                        the card: configurations, counts, provenance, columns
data/triples/train-*.parquet     the corpus' own files
data/entries/train-*.parquet
data/questions/train-*.parquet   of a corpus of questions these alone
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from baike_spider.corpus.export.copies import copy_table, digest_of
from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.lines import text_file
from baike_spider.corpus.schema import ENTRIES, ENTRY_CORPUS, QUESTION_CORPUS, QUESTIONS, TRIPLES

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.corpus.manifest import CorpusManifest
    from baike_spider.corpus.schema import Kind, Table

__all__ = ["FORMAT"]


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a card says of a kind of corpora."""

    name: str
    tables: tuple[Table, ...]
    """The first is the default configuration, and what is counted."""
    tags: tuple[str, ...]
    about: str


_SUBJECTS: dict[Kind, _Subject] = {
    ENTRY_CORPUS: _Subject(
        "Chinese encyclopedia triples",
        (TRIPLES, ENTRIES),
        ("knowledge-graph", "triples", "encyclopedia"),
        "{triples:,} triples of {entries:,} entries, extracted from the infoboxes of encyclopedia pages; every triple carries the page it was read from, that page's\n"
        "digest, and the version of the rules that read it.",
    ),
    QUESTION_CORPUS: _Subject(
        "Chinese questions",
        (QUESTIONS,),
        ("question-answering", "questions"),
        "{questions:,} questions that people asked on a question-and-answer site, with the tags and categories that their pages carry, each question once.",
    ),
}
#: the hub's size categories: below the number, the name
_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
)
_LARGEST = "100M<n<1B"

_CARD = """\
---
pretty_name: {name}
language:
- zh
license: other
license_name: see-card
size_categories:
- {size}
tags:
{tags}configs:
{configs}---

# {name}

{about}

```python
from datasets import load_dataset

{main} = load_dataset("PATH_OF_THIS_FOLDER", "{main}", split="train")
```

| | |
|---|---|
{sites}| pages fetched | {fetched} |
| versions of the extraction rules | {extractors} |
| built with | baike-spider {builder} |

## License

The texts are those of the encyclopedia's pages; their terms apply, and nothing here grants more. Fill in what holds for your use before you publish.

## Columns
"""


def _write(work: Work, path: Path) -> list[str]:
    path.mkdir()
    subject = _SUBJECTS[work.corpus.manifest.kind]
    for table in subject.tables:
        copy_table(work, table.name, path / "data" / table.name)
    with text_file(path / "README.md") as file:
        file.write(_card(work.corpus.manifest).encode())
    counts = " and ".join(f"{work.corpus.manifest.counts[table.name]:,} {table.name}" for table in subject.tables)
    return [
        f"{counts} as Parquet, and a card",
        "complete the license in README.md before you publish it",
    ]


def _card(manifest: CorpusManifest) -> str:
    counts = manifest.counts
    subject = _SUBJECTS[manifest.kind]
    main = subject.tables[0].name
    sites = [f"{site} ({count:,} entries)" for site, count in counts["sites"].items()] if "sites" in counts else _sites(manifest)
    card = _CARD.format(
        name=subject.name,
        about=subject.about.format_map(counts),
        main=main,
        size=next((name for below, name in _SIZES if counts[main] < below), _LARGEST),
        tags="".join(f"- {tag}\n" for tag in subject.tags),
        configs="".join(_config(table, manifest, default=table is subject.tables[0]) for table in subject.tables),
        sites=f"| sites | {', '.join(sites)} |\n" if sites else "",
        fetched=" to ".join(dict.fromkeys(manifest.fetched)) if manifest.fetched else "unknown",
        extractors=", ".join(manifest.extractors) or "unknown",
        builder=manifest.builder,
    )
    for table in subject.tables:
        rows = "".join(
            f"| `{column.name}` | {column.type} | {column.meaning}{', or null' if column.null else ''} |\n" for column in table.columns
        )
        card += f"\n### {table.name}\n\n| column | type | meaning |\n|---|---|---|\n{rows}"
    return card


def _sites(manifest: CorpusManifest) -> list[str]:
    return sorted({one.site for one in manifest.inputs if one.site})


def _config(table: Table, manifest: CorpusManifest, *, default: bool) -> str:
    """The digest is in the pattern because `datasets` keeps what it read of a path by what the card there says: a later export to the same path would be
    read as the earlier one."""
    files = f"data/{table.name}/train-*-{digest_of(manifest.of(table.name))}.parquet"
    first = "  default: true\n" if default else ""
    return f"- config_name: {table.name}\n{first}  data_files:\n  - split: train\n    path: {files}\n"


FORMAT = Format(
    "Parquet files and a dataset card, as `datasets` loads them", _write, folder=True, kinds=(ENTRY_CORPUS, QUESTION_CORPUS), reads=()
)
