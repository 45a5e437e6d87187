"""Baidu Zhidao: the pages that list questions and categories, and the home page.

Comes in: a `Document`. Goes out: the verdict `QuestionList` with what to follow. Lists of 2019 (`.question-list-ul`, `.crumbs-list-wgt`) and the home pages
of 2018-2019 (`.zhidao-index`) are at hand; those of 2013 (`/browse/772`) are told by their address alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from extractors.errors import QuestionList, UnknownLayout
from extractors.layouts import Layout
from extractors.sites.baidu_zhidao import HOME, SITE

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["LAYOUT"]

_NAME = "question_list"
_LISTS = (b"question-list-ul", b"crumbs-list-wgt")
_HOME = b"zhidao-index"
#: where the page itself begins, behind the navigation that all pages of the site share
_BODY = b'id="body"'
#: what a list says that has nothing to list
_EMPTY = b"no-question"


def _is_home(document: Document) -> bool:
    return document.class_at(_HOME) >= 0


def _is_list(document: Document) -> bool:
    return any(document.class_at(mark) >= 0 for mark in _LISTS)


def _claims(document: Document) -> bool:
    ref = document.ref
    addressed = ref is not None and ref.site == SITE.name and ref.path not in ("", HOME)
    return addressed or _is_list(document) or _is_home(document)


def _read(document: Document) -> NoReturn:
    home = _is_home(document) and not _is_list(document)
    # the home page shows its categories in the navigation
    start = 0 if home else max(document.body.find(_BODY), 0)
    refs = tuple(dict.fromkeys(SITE.find_refs(document.body, start, len(document.body))))
    own = document.ref.key if document.ref else None
    refs = tuple(ref for ref in refs if ref.key != own)
    if not refs and not document.has(_EMPTY):
        raise UnknownLayout(
            "a list of questions, by its address or its markup, but neither a question nor a list could be read", layout=_NAME
        )
    questions = sum(ref.lemma_id is not None for ref in refs)
    raise QuestionList(
        f"a list of {questions} questions and {len(refs) - questions} lists", refs=refs, layout=_NAME, reason="home" if home else "list"
    )


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=60)
