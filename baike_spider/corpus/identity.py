"""Which records are one entry, which of them is the newest, and what the entry is called.

Comes in: the staged records and alias rejects. Goes out: the table `winners`, one row an entry: where its newest record lies, its key, its
names, its number `n` in the order of (part, subject, entry), its subject's number `place` in the order of (part, subject), and texts without
control characters but for `sense`. The rules are in docs/corpus.md; every tie is broken by content,
so that the order of the inputs does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.staging import staged

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.corpus.engine import Connection

__all__ = ["choose_winners"]

#: newest first; what is equal in all of it has the same page and the same rules
_NEWEST = """
    fetched_at DESC NULLS LAST, updated DESC NULLS LAST, list_transform(string_split(extractor, '.'), lambda x: coalesce(try_cast(x AS INTEGER), 0)) DESC,
    extractor DESC, digest DESC, layout DESC, url DESC, title DESC, sense DESC NULLS LAST, aliases DESC, bytes DESC, fingerprint DESC
"""

_VERSIONS = """
CREATE TABLE versions AS
SELECT part, filename, file_row_number, site, lemma_id, coalesce(title, '') AS title, nullif(sense, '') AS sense, subject_of(title, sense) AS subject,
       url, coalesce(aliases, []) AS aliases, layout, nullif(updated, '') AS updated, digest, nullif(fetched_at, '') AS fetched_at, extractor,
       bytes, fingerprint
FROM {staged}
"""

#: titles and senses of numbered entries, for those without a number
_KNOWN = """
CREATE TEMP TABLE known AS SELECT DISTINCT site, lemma_id, title, sense FROM versions WHERE lemma_id IS NOT NULL;
CREATE TEMP TABLE by_sense AS
    SELECT site, title, sense, min(lemma_id) AS lemma_id FROM known GROUP BY ALL HAVING count(DISTINCT lemma_id) = 1;
CREATE TEMP TABLE by_title AS
    SELECT site, title, min(lemma_id) AS lemma_id, bool_or(sense IS NULL) AS plain FROM known GROUP BY site, title HAVING count(DISTINCT lemma_id) = 1;
"""

_KEYED = """
CREATE TABLE keyed AS
WITH joined AS (
    SELECT v.* EXCLUDE (lemma_id),
           coalesce(v.lemma_id, s.lemma_id, CASE WHEN v.sense IS NULL OR t.plain THEN t.lemma_id END) AS lemma_id
    FROM versions v
    LEFT JOIN by_sense s ON v.lemma_id IS NULL AND s.site = v.site AND s.title = v.title AND s.sense IS NOT DISTINCT FROM v.sense
    LEFT JOIN by_title t ON v.lemma_id IS NULL AND t.site = v.site AND t.title = v.title)
SELECT *, CASE WHEN lemma_id IS NULL THEN clean(site) || '/' || subject ELSE clean(site) || '#' || lemma_id END AS entry FROM joined
"""

_NAMES = """
CREATE TEMP TABLE alias_names AS
WITH addresses AS (SELECT url, min(entry) AS entry FROM keyed GROUP BY url HAVING count(DISTINCT entry) = 1),
     named AS (SELECT entry, unnest(aliases) AS name FROM keyed UNION ALL SELECT a.entry, r.name FROM alias_rejects r JOIN addresses a USING (url))
SELECT entry, list_sort(list(DISTINCT clean(name))) AS aliases FROM named WHERE clean(name) <> '' GROUP BY entry
"""

_WINNERS = f"""
CREATE TABLE winners AS
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY entry ORDER BY {_NEWEST}, filename, file_row_number) AS rank, count(*) OVER (PARTITION BY entry) AS versions
    FROM keyed)
SELECT row_number() OVER (ORDER BY r.part, r.subject, r.entry) AS n, dense_rank() OVER (ORDER BY r.part, r.subject) AS place,
       r.* EXCLUDE (aliases, bytes, fingerprint, rank)
           REPLACE (clean(site) AS site, clean(title) AS title, clean(url) AS url, clean(layout) AS layout, clean(updated) AS updated,
                    clean(digest) AS digest, clean(fetched_at) AS fetched_at, clean(extractor) AS extractor),
       list_filter(coalesce(a.aliases, []), lambda x: x <> clean(r.title)) AS aliases
FROM ranked r LEFT JOIN alias_names a USING (entry) WHERE r.rank = 1
"""


def choose_winners(db: Connection, folder: Path) -> None:
    """Makes the table `winners`, and leaves `keyed` and the rest of its workings to nobody."""
    db.execute(_VERSIONS.format(staged=staged(folder)))
    for statements in (_KNOWN, _KEYED, "DROP TABLE versions; DROP TABLE known; DROP TABLE by_sense; DROP TABLE by_title", _NAMES, _WINNERS):
        db.execute(statements)
    db.execute("DROP TABLE keyed; DROP TABLE alias_names")
