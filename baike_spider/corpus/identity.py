"""Which records are one entry, which of them is the newest, and what the entry is called.

Comes in: the heads of all records, and the alias rejects. Goes out: the table `winners`, one row an entry: its newest record, its key, how many
records it has; and the table `aliases`, the names of the entries that have any. The rules are in docs/corpus.md;
every tie is broken by content, then by the place in the inputs in the order of their digests, so that theirs does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.heads import heads_of

if TYPE_CHECKING:
    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.partitions import Work

__all__ = ["choose_winners"]

#: newest first; what is equal in all of it has the same page and the same rules, and the first in the order of the inputs' digests is taken
_NEWEST = """
    nullif(fetched_at, '') DESC NULLS LAST, nullif(updated, '') DESC NULLS LAST,
    list_transform(string_split(extractor, '.'), lambda x: coalesce(try_cast(x AS INTEGER), 0)) DESC,
    extractor DESC, digest DESC, layout DESC, url DESC, title DESC, nullif(sense, '') DESC NULLS LAST, coalesce(aliases, []) DESC
"""

#: titles and senses of numbered entries, for those without a number: few need to be looked at
_KNOWN = """
CREATE TEMP TABLE unnumbered AS SELECT DISTINCT site, title FROM {heads} WHERE lemma_id IS NULL;
CREATE TEMP TABLE known AS
    SELECT DISTINCT site, lemma_id, title, nullif(sense, '') AS sense FROM {heads} SEMI JOIN unnumbered USING (site, title) WHERE lemma_id IS NOT NULL;
CREATE TEMP TABLE by_sense AS
    SELECT site, title, sense, min(lemma_id) AS lemma_id FROM known GROUP BY ALL HAVING count(DISTINCT lemma_id) = 1;
CREATE TEMP TABLE by_title AS
    SELECT site, title, min(lemma_id) AS lemma_id, bool_or(sense IS NULL) AS plain FROM known GROUP BY site, title HAVING count(DISTINCT lemma_id) = 1;
"""

_KEYED = """
CREATE TABLE keyed AS
WITH joined AS (
    SELECT v.record, v.site, v.title, v.subject,
           coalesce(v.lemma_id, s.lemma_id, CASE WHEN nullif(v.sense, '') IS NULL OR t.plain THEN t.lemma_id END) AS lemma_id
    FROM {heads} v
    LEFT JOIN by_sense s ON v.lemma_id IS NULL AND s.site = v.site AND s.title = v.title AND s.sense IS NOT DISTINCT FROM nullif(v.sense, '')
    LEFT JOIN by_title t ON v.lemma_id IS NULL AND t.site = v.site AND t.title = v.title)
SELECT record, lemma_id, clean(title) AS title, subject, clean(site) || CASE WHEN lemma_id IS NULL THEN '/' || subject ELSE '#' || lemma_id END AS entry
FROM joined
"""

_ALIASES = """
CREATE TABLE aliases AS
WITH addresses AS (
         SELECT url, min(entry) AS entry FROM keyed JOIN (SELECT record, url FROM {heads} SEMI JOIN alias_rejects USING (url)) USING (record)
         GROUP BY url HAVING count(DISTINCT entry) = 1),
     named AS (
         SELECT entry, unnest(aliases) AS name FROM keyed JOIN (SELECT record, aliases FROM {heads} WHERE len(aliases) > 0) USING (record)
         UNION ALL SELECT a.entry, r.name FROM alias_rejects r JOIN addresses a USING (url))
SELECT entry, list_sort(list(DISTINCT clean(name))) AS names FROM named WHERE clean(name) <> '' GROUP BY entry
"""

#: only entries with rivals are put in order
_WINNERS = f"""
CREATE TABLE winners AS
WITH counted AS MATERIALIZED (SELECT entry, count(*) AS versions, max(record) AS record FROM keyed GROUP BY entry),
     ranked AS (
         SELECT record, entry, versions, row_number() OVER (PARTITION BY entry ORDER BY {_NEWEST}, record) AS rank
         FROM (SELECT record, entry, versions FROM keyed JOIN (SELECT entry, versions FROM counted WHERE versions > 1) USING (entry))
         JOIN {{heads}} USING (record)),
     newest AS (
         SELECT record, versions FROM counted WHERE versions = 1
         UNION ALL SELECT record, versions FROM ranked WHERE rank = 1)
SELECT partition_of(subject, {{partitions}}) AS part, record, subject, entry, title, lemma_id, versions
FROM newest JOIN keyed USING (record)
ORDER BY part, subject, entry
"""


def choose_winners(db: Connection, work: Work) -> None:
    """Makes the tables `winners` and `aliases`, and leaves nothing else of its workings."""
    heads = heads_of(work)
    for statements in (_KNOWN, _KEYED, _ALIASES, _WINNERS):
        db.execute(statements.format(heads=heads, partitions=work.partitions))
    db.execute(
        "DROP TABLE keyed; DROP TABLE unnumbered; DROP TABLE known; DROP TABLE by_sense; DROP TABLE by_title; DROP TABLE alias_rejects"
    )
