"""The public door of the extractors: bytes and a URL in, an Entry and its triples out.

Pure: no clock, no network, no log, no settings. `extract(page)` returns an `Entry` or raises a `Verdict`, `extract_record(page)` a `Question` as well;
`triples(entry)` turns it into triples; `links(entry)` says where to go next.
"""

from extractors.errors import Malformed, NotAnEntry, QuestionList, Refused, SenseList, UnknownLayout, Verdict
from extractors.layouts import extract, extract_record, links
from extractors.model import Entry, Link, Page, Quantity, Question, Relation, Row, Sense, Target, Triple, Value
from extractors.sites import Site, canonical_url, entry_ref, entry_url, site_named, sites
from extractors.sites.baidu_baike.react import disagreements
from extractors.sites.baidu_zhidao.details import with_details
from extractors.triples import triples
from extractors.urls import EntryRef
from extractors.version import __version__

__all__ = [
    "Entry",
    "EntryRef",
    "Link",
    "Malformed",
    "NotAnEntry",
    "Page",
    "Quantity",
    "Question",
    "QuestionList",
    "Refused",
    "Relation",
    "Row",
    "Sense",
    "SenseList",
    "Site",
    "Target",
    "Triple",
    "UnknownLayout",
    "Value",
    "Verdict",
    "__version__",
    "canonical_url",
    "disagreements",
    "entry_ref",
    "entry_url",
    "extract",
    "extract_record",
    "links",
    "site_named",
    "sites",
    "triples",
    "with_details",
]
