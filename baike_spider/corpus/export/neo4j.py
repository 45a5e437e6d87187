"""CSV for `neo4j-admin database import`, and the line that imports it.

    entries.csv    (:Entry {id, subject, title, sense, url, ...})
    values.csv     (:Value {id, text})                  texts that are no entry of the corpus, each once; the id is their md5
    links.csv      (:Entry)-[{predicate, text, ...}]->(:Entry)
    facts.csv      (:Entry)-[{predicate, text, ...}]->(:Value)
    import.sh      the line

A relationship's type is its predicate. Neo4j's stores hold 65,535 types, corpora hundreds of thousands of predicates: beyond the commonest `TYPES` the type is
OTHER, and the predicate stands in the property, as it does everywhere. Texts are quoted, so that an empty one stays one.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.lines import put_lines, text_file
from baike_spider.corpus.schema import ENTRIES, TRIPLES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMAT", "OTHER", "TYPES", "write_types"]

#: room for a few thousand types of the reader's own
TYPES = 60_000
OTHER = "OTHER"
#: the least read buffer, in megabytes; the reader's own default is 4
_BUFFER = 16
#: longer names are no names
_TYPE_LENGTH = 255

_ENTRIES = "id:ID(Entry),subject,title,sense,url,site,lemma_id:long,layout,updated,fetched_at,:LABEL"
_VALUES = "id:ID(Value),text,:LABEL"
_TYPED = "predicate,text,object_url,date,low:double,high:double,unit,:TYPE"

_ENTRY_LINES = """
SELECT concat_ws(',', quoted(entry), quoted(subject), quoted(title), optional(sense), quoted(url), quoted(site), number(lemma_id),
    quoted(layout), optional(updated), optional(fetched_at), 'Entry')
FROM entries WHERE {piece} ORDER BY subject, entry
"""

_PREPARED = """
CREATE TEMP MACRO optional(x) AS CASE WHEN x IS NULL THEN '' ELSE quoted(x) END;
CREATE TEMP MACRO number(x) AS coalesce(x::VARCHAR, '');
CREATE TEMP TABLE types AS
SELECT predicate FROM (SELECT predicate, count(*) AS n FROM triples GROUP BY predicate)
WHERE trim(predicate) <> '' AND length(predicate) <= {length} ORDER BY n DESC, predicate LIMIT {types};
-- what a link may name: an entry's key, or an address that one entry alone has
CREATE TEMP TABLE known AS
SELECT entry AS target, entry FROM entries
UNION ALL SELECT url, min(entry) FROM entries GROUP BY url HAVING count(*) = 1 AND url NOT IN (SELECT entry FROM entries);
CREATE TEMP VIEW joined AS
SELECT t.*, k.entry AS points_to, coalesce(y.predicate, '{other}') AS type
FROM triples t
LEFT JOIN known k ON k.target = CASE WHEN t.object_id IS NULL THEN t.object_url ELSE t.site || '#' || t.object_id END
LEFT JOIN types y ON y.predicate = t.predicate;
"""

_RELATIONS = """
SELECT concat_ws(',', quoted(entry), quoted(predicate), quoted(object), optional(object_url), optional(date), number(low), number(high),
    optional(unit), quoted(type), quoted({end}))
FROM joined WHERE points_to IS {which} AND {piece}
ORDER BY subject, predicate, object, entry, object_url NULLS FIRST
"""


def _write(work: Work, path: Path) -> list[str]:
    return write_types(work, path, types=TYPES)


def write_types(work: Work, path: Path, *, types: int) -> list[str]:
    """The export with at most `types` relationship types beside OTHER."""
    work.db.execute(_PREPARED.format(length=_TYPE_LENGTH, types=types, other=OTHER))
    path.mkdir()
    pieces = list(work.slices())
    entries = _put(work, path / "entries.csv", _ENTRIES, [_ENTRY_LINES.format(piece=piece) for piece in pieces])
    values = "SELECT concat_ws(',', md5(object), quoted(object), 'Value') FROM (SELECT DISTINCT object FROM joined WHERE points_to IS NULL) ORDER BY object"
    texts = _put(work, path / "values.csv", _VALUES, [values])
    links = _put(
        work, path / "links.csv", _header("Entry"), [_RELATIONS.format(end="points_to", which="NOT NULL", piece=piece) for piece in pieces]
    )
    facts = _put(
        work, path / "facts.csv", _header("Value"), [_RELATIONS.format(end="md5(object)", which="NULL", piece=piece) for piece in pieces]
    )
    ((kinds, other),) = work.db.execute(
        "SELECT (SELECT count(*) FROM types), (SELECT count(*) FROM triples WHERE predicate NOT IN (SELECT predicate FROM types))"
    ).fetchall()
    line = _import_line(_buffer(work))
    with text_file(path / "import.sh") as file:
        # CDPATH would lead a relative folder elsewhere
        file.write(
            f'#!/bin/sh\n# into an empty database, with the server stopped\nCDPATH= cd -- "$(dirname -- "$0")" || exit\n{line}\n'.encode()
        )
    told = (
        f"{entries:,} entries and {texts:,} values; {links:,} relationships between entries, {facts:,} to values; "
        f"{kinds:,} types, {other:,} relationships are {OTHER}"
    )
    return [told, f"(cd -- {quote(str(work.output.absolute()))} && {line})"]


def _header(end: str) -> str:
    return f":START_ID(Entry),{_TYPED},:END_ID({end})"


def _put(work: Work, path: Path, header: str, statements: list[str]) -> int:
    with text_file(path) as file:
        file.write(f"{header}\n".encode())
        return sum(put_lines(work, file, sql) for sql in statements)


def _buffer(work: Work) -> int:
    """Megabytes of the reader's buffer, which must hold the longest field; quotation marks in it are doubled."""
    longest = int(work.db.execute("SELECT coalesce(max(strlen(object)), 0) FROM triples").fetchone()[0])
    return max(_BUFFER, 2 * longest // (1 << 20) + 1)


def _import_line(buffer: int) -> str:
    # for the reader a comma parts files, `=` names labels, all else is a regular expression: names that hold none of it, and the folder is gone to before.
    # The name of the database comes first: behind --nodes or --relationships it would be one of their files
    files = "--nodes=entries.csv --nodes=values.csv --relationships=links.csv --relationships=facts.csv"
    return f"neo4j-admin database import full neo4j {files} --id-type=string --read-buffer-size={buffer}m"


FORMAT = Format(
    "CSV files for neo4j-admin import, with a bounded number of relationship types", _write, folder=True, reads=(ENTRIES, TRIPLES)
)
