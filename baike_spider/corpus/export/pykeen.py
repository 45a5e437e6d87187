"""train.txt, valid.txt, test.txt for knowledge graph embeddings: head TAB relation TAB tail, as PyKEEN's `TriplesFactory.from_path` reads them.

The graph of links alone, because an embedding has no use for a text that occurs once: head and tail are entries' keys (`baidu_baike#114923`, or the address
where the number is unknown), `labels.tsv` says what they are called. 90, 5 and 5 of a hundred by a hash of the triple, so that a triple stays in its split from
corpus to corpus; what would leave a head, relation or tail unknown to train goes to train.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.lines import put_lines, text_file
from baike_spider.corpus.schema import ENTRIES, LINKS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMAT"]

_SPLITS = ("train", "valid", "test")

_DRAWN = """
CREATE TEMP TABLE drawn AS
SELECT head, relation, tail, CASE md5_number_lower(head || chr(9) || relation || chr(9) || tail) % 20 WHEN 0 THEN 'valid' WHEN 1 THEN 'test' ELSE 'train' END AS split
FROM (SELECT DISTINCT entry AS head, predicate AS relation, target AS tail FROM links);
CREATE TEMP TABLE trained AS SELECT DISTINCT unnest([head, tail]) AS node FROM drawn WHERE split = 'train';
CREATE TEMP TABLE related AS SELECT DISTINCT relation FROM drawn WHERE split = 'train';
CREATE TEMP VIEW settled AS
SELECT d.* EXCLUDE (split), CASE WHEN d.split <> 'train' AND (h.node IS NULL OR t.node IS NULL OR r.relation IS NULL) THEN 'train' ELSE d.split END AS split
FROM drawn d LEFT JOIN trained h ON h.node = d.head LEFT JOIN trained t ON t.node = d.tail LEFT JOIN related r ON r.relation = d.relation;
-- PyKEEN reads with pandas, for which a field that begins with a quotation mark is quoted
CREATE TEMP MACRO field(text) AS CASE WHEN contains(text, '"') THEN quoted(text) ELSE text END;
"""


def _write(work: Work, path: Path) -> list[str]:
    work.db.execute(_DRAWN)
    path.mkdir()
    counts = {}
    for split in _SPLITS:
        sql = f"SELECT field(head) || chr(9) || field(relation) || chr(9) || field(tail) FROM settled WHERE split = '{split}' ORDER BY head, relation, tail"
        with text_file(path / f"{split}.txt") as file:
            counts[split] = put_lines(work, file, sql)
    with text_file(path / "labels.tsv") as file:
        named = "SELECT entry, subject FROM entries WHERE entry IN (SELECT head FROM drawn) OR entry IN (SELECT tail FROM drawn)"
        labels = put_lines(work, file, f"SELECT field(entry) || chr(9) || field(subject) FROM ({named}) ORDER BY entry")
    told = ", ".join(f"{split} {count:,}" for split, count in counts.items())
    return [f"{told} links; labels of {labels:,} entries"]


FORMAT = Format(
    "links between entries, split for embeddings: train.txt, valid.txt, test.txt (PyKEEN)", _write, folder=True, reads=(ENTRIES, LINKS)
)
