"""Verification pages of Baidu: what the site answers instead of an entry when it refuses to show one.

Comes in: a `Document`. Goes out: the verdict `Refused`. A refusal is told by what it lacks (no entry in the markup) and by
what `extractors.verification` knows of Baidu's pages. Statuses like 403 are decided before, in `extractors.layouts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from extractors.errors import Refused
from extractors.layouts import Layout
from extractors.sites.baidu_baike import SITE
from extractors.sites.baidu_baike.lemma_markup import shows_entry
from extractors.sites.baidu_baike.missing import says_missing
from extractors.verification import is_verification

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["LAYOUT"]

_NAME = "refusal"


def _claims(document: Document) -> bool:
    # its size comes first: most pages are too large to be one
    return is_verification(document, base=SITE.base) and not shows_entry(document) and not says_missing(document)


def _read(_document: Document) -> NoReturn:
    raise Refused("a verification page instead of an entry: ask again later, and more slowly", layout=_NAME, reason="verification")


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=90, reads_json=True)
