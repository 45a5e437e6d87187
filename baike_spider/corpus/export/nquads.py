"""RDF N-Quads: every triple in the graph of the page that says it; about entries and pages in the default graph.

    <urn:baike:id:baidu_baike:114923> <urn:baike:predicate:职业> "演员" <urn:baike:page:sha256:...> .     always: the text
    <urn:baike:id:baidu_baike:114923> <urn:baike:link:职业> <urn:baike:id:baidu_baike:30485> <...> .      where it links to an entry
    <urn:baike:id:baidu_baike:114923> <urn:baike:date:出生日期> "1961-09-27"^^<.../edtf/EDTF> <...> .      where it is a date
    <urn:baike:id:baidu_baike:114923> rdfs:label "刘德华（演员）" .                                          subject, aliases, page
    <urn:baike:page:sha256:...> prov:wasDerivedFrom <https://...> .                                      page, fetch time, layout, extractor

A predicate's IRI ends with its text, percent-encoded as a whole where it holds more than Chinese and ASCII letters, digits and _.~-.
Amounts are in the text only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.lines import put_lines, text_file
from baike_spider.corpus.schema import ENTRIES, TRIPLES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMAT"]

#: what RFC 3987 lets stand in a path as it is, beside well-formed %XX
_IRI = r"A-Za-z0-9._~:/?@!$&()*+,;=\x{27}\-\x{a0}-\x{d7ff}\x{f900}-\x{fdcf}\x{fdf0}-\x{ffef}\x{10000}-\x{1fffd}\x{20000}-\x{2fffd}\x{30000}-\x{3fffd}"
_RDFS, _SKOS, _FOAF = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2004/02/skos/core#", "http://xmlns.com/foaf/0.1/"
_PROV, _XSD = "http://www.w3.org/ns/prov#", "http://www.w3.org/2001/XMLSchema#"
_EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"

_MACROS = rf"""
CREATE TEMP MACRO part(x) AS CASE WHEN regexp_full_match(x, '[A-Za-z0-9_.~\-\x{{4e00}}-\x{{9fff}}]*') THEN x ELSE url_encode(x) END;
CREATE TEMP MACRO text(x) AS
    '"' || replace(replace(replace(replace(x, '\', '\\'), '"', '\"'), chr(10), '\n'), chr(13), '\r') || '"';
CREATE TEMP MACRO spelled(x) AS CASE
    WHEN regexp_full_match(x, '(?:[{_IRI}]|%[0-9A-Fa-f]{{2}})*') THEN x
    ELSE array_to_string(list_transform(regexp_extract_all(x, '%[0-9A-Fa-f]{{2}}|(?s:.)'),
         lambda c: CASE WHEN regexp_full_match(c, '[{_IRI}]|%[0-9A-Fa-f]{{2}}') THEN c ELSE url_encode(c) END), '') END;
-- an address that is none stays a text
CREATE TEMP MACRO page(x) AS
    CASE WHEN regexp_matches(x, '^https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/|$)') THEN '<' || spelled(x) || '>' ELSE text(x) END;
CREATE TEMP MACRO node(entry) AS '<urn:baike:' || CASE WHEN regexp_full_match(entry, '[A-Za-z0-9_]+#[0-9]+') THEN 'id:' || replace(entry, '#', ':')
    ELSE 'name:' || part(entry) END || '>';
CREATE TEMP MACRO graph(digest) AS
    '<urn:baike:page:' || CASE WHEN starts_with(digest, 'sha256:') THEN 'sha256:' || part(digest[8:]) ELSE part(digest) END || '>';
"""

_TRIPLES = f"""
SELECT concat_ws(chr(10),
    s || ' <urn:baike:predicate:' || p || '> ' || text(object) || g,
    CASE WHEN object_id IS NOT NULL THEN s || ' <urn:baike:link:' || p || '> ' || node(site || '#' || object_id) || g
         WHEN object_url IS NOT NULL THEN s || ' <urn:baike:link:' || p || '> ' || page(object_url) || g END,
    CASE WHEN date IS NOT NULL THEN s || ' <urn:baike:date:' || p || '> ' || text(date) || '^^<{_EDTF}>' || g END)
FROM (SELECT *, node(entry) AS s, part(predicate) AS p, ' ' || graph(digest) || ' .' AS g FROM triples WHERE {{piece}})
ORDER BY subject, predicate, object, entry, object_url NULLS FIRST
"""

_ENTRIES = f"""
SELECT concat_ws(chr(10),
    s || ' <{_RDFS}label> ' || text(subject) || ' .',
    nullif(array_to_string(list_transform(aliases, lambda a: s || ' <{_SKOS}altLabel> ' || text(a) || ' .'), chr(10)), ''),
    s || ' <{_FOAF}page> ' || page(url) || ' .',
    g || ' <{_PROV}wasDerivedFrom> ' || page(url) || ' .',
    g || ' <{_PROV}generatedAtTime> ' || text(fetched_at)
        || CASE WHEN regexp_full_match(fetched_at, '[0-9]{{{{4}}}}-[0-9]{{{{2}}}}-[0-9]{{{{2}}}}T[0-9]{{{{2}}}}:[0-9]{{{{2}}}}:[0-9]{{{{2}}}}(?:[.][0-9]+)?Z')
                THEN '^^<{_XSD}dateTime>' ELSE '' END || ' .',
    g || ' <urn:baike:layout> ' || text(layout) || ' .',
    g || ' <urn:baike:extractor> ' || text(extractor) || ' .')
FROM (SELECT *, node(entry) AS s, graph(digest) AS g FROM entries WHERE {{piece}})
ORDER BY subject, entry
"""


def _write(work: Work, path: Path) -> list[str]:
    work.db.execute(_MACROS)
    entries = triples = 0
    with text_file(path) as file:
        for piece in work.slices():
            entries += put_lines(work, file, _ENTRIES.format(piece=piece))
            triples += put_lines(work, file, _TRIPLES.format(piece=piece))
    return [f"{triples:,} triples of {entries:,} entries, with the page of each as its graph"]


FORMAT = Format("RDF N-Quads, the graph of a triple is the page that says it", _write, reads=(ENTRIES, TRIPLES))
