"""A dataset repository as the Hugging Face hub and `datasets` read it: Parquet files and a card.

README.md                        the card: configurations, counts, provenance, columns
data/triples/train-*.parquet     the corpus' own files
data/entries/train-*.parquet
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.export.copies import copy_table
from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.lines import text_file
from baike_spider.corpus.schema import ENTRIES, TRIPLES

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.corpus.manifest import CorpusManifest

__all__ = ["FORMAT"]

_TABLES = (TRIPLES, ENTRIES)
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
pretty_name: Chinese encyclopedia triples
language:
- zh
license: other
license_name: see-card
size_categories:
- {size}
tags:
- knowledge-graph
- triples
- encyclopedia
configs:
{configs}---

# Chinese encyclopedia triples

{triples:,} triples of {entries:,} entries, extracted from the infoboxes of encyclopedia pages; every triple carries the page it was read from, that page's
digest, and the version of the rules that read it.

```python
from datasets import load_dataset

triples = load_dataset("PATH_OF_THIS_FOLDER", "triples", split="train")
```

| | |
|---|---|
| sites | {sites} |
| pages fetched | {fetched} |
| versions of the extraction rules | {extractors} |
| built with | baike-spider {builder} |

## License

The texts are those of the encyclopedia's pages; their terms apply, and nothing here grants more. Fill in what holds for your use before you publish.

## Columns
"""


def _write(work: Work, path: Path) -> list[str]:
    path.mkdir()
    for table in _TABLES:
        copy_table(work, table.name, path / "data" / table.name)
    with text_file(path / "README.md") as file:
        file.write(_card(work.corpus.manifest).encode())
    return [
        f"{work.corpus.manifest.counts['triples']:,} triples and {work.corpus.manifest.counts['entries']:,} entries as Parquet, and a card",
        "complete the license in README.md before you publish it",
    ]


def _card(manifest: CorpusManifest) -> str:
    counts = manifest.counts
    card = _CARD.format(
        size=next((name for below, name in _SIZES if counts["triples"] < below), _LARGEST),
        configs="".join(map(_config, _TABLES)),
        triples=counts["triples"],
        entries=counts["entries"],
        sites=", ".join(f"{site} ({count:,} entries)" for site, count in counts["sites"].items()),
        fetched=" to ".join(dict.fromkeys(manifest.fetched)) if manifest.fetched else "unknown",
        extractors=", ".join(manifest.extractors),
        builder=manifest.builder,
    )
    for table in _TABLES:
        rows = "".join(
            f"| `{column.name}` | {column.type} | {column.meaning}{', or null' if column.null else ''} |\n" for column in table.columns
        )
        card += f"\n### {table.name}\n\n| column | type | meaning |\n|---|---|---|\n{rows}"
    return card


def _config(table: object) -> str:
    name = getattr(table, "name", "")
    default = "  default: true\n" if table is _TABLES[0] else ""
    return f"- config_name: {name}\n{default}  data_files:\n  - split: train\n    path: data/{name}/*.parquet\n"


FORMAT = Format("Parquet files and a dataset card, as `datasets` loads them", _write, folder=True)
