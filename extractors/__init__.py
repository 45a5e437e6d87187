"""The public door of the extractors: bytes and a URL in, an Entry and its triples out.

Pure: no clock, no network, no log, no settings. `extract(page)` returns an `Entry` or raises a `Verdict`;
`triples(entry)` turns it into triples; `links(entry)` says where to go next.
"""

from extractors.errors import Malformed, NotAnEntry, Refused, SenseList, UnknownLayout, Verdict
from extractors.layouts import extract, links
from extractors.model import Entry, Link, Page, Quantity, Relation, Row, Sense, Target, Triple, Value
from extractors.sites import Site, canonical_url, entry_ref, entry_url, site_named, sites
from extractors.sites.baidu_baike.react import disagreements
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
    "links",
    "site_named",
    "sites",
    "triples",
]
