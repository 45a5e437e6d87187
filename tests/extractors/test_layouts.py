"""Which layout a page has: discovery, claims, verdicts, links, drift, and pages made to break things."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import random
import re
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import Entry, Malformed, NotAnEntry, Page, Refused, UnknownLayout, Verdict, extract, extract_record, links, triples
from extractors.document import Document
from extractors.layouts import layouts
from extractors.sites.baidu_baike.react import Disagreement, disagreements
from tests.extractors.pages import Case, by_tree, case, cases

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = cases()
URL = "https://baike.baidu.com/item/%E6%9C%9B%E6%B1%9F"
#: modules of layouts that read a slice, whose entry must be the same when the whole page is parsed instead
SLICED = {
    "basicinfo": "extractors.sites.baidu_baike.basicinfo",
    "react": "extractors.sites.baidu_baike.react",
    "biitem": "extractors.sites.baidu_baike.biitem",
    "mobile": "extractors.sites.baidu_baike.mobile",
    "hudong": "extractors.sites.hudong",
}


def outcome(page: Page) -> Entry | str:
    try:
        return extract(page)
    except Verdict as verdict:
        return verdict.kind


def test_every_layout_is_found() -> None:
    names = [layout.name for layout in layouts()]
    assert {"basicinfo", "react", "biitem", "card_table", "mobile", "card_api", "sense_list", "refusal", "not_an_entry", "hudong"} <= set(
        names
    )
    assert [layout.rank for layout in layouts()] == sorted(layout.rank for layout in layouts())


@pytest.mark.parametrize(
    "case", [case for case in CASES if "refusal" not in case.name and case.page.body.lstrip()[:1] == b"<"], ids=lambda case: case.name
)
@pytest.mark.parametrize("field", ["html", "body"])
@pytest.mark.parametrize("indent", [None, 1])
def test_pages_in_the_fields_of_json_are_no_page(case: Case, field: str, indent: int | None) -> None:
    """Read as one, each gives an entry whose title is an escape sequence, and all but the first are lost."""
    one = {"url": case.page.url, field: case.page.body.decode("utf-8", "replace")}
    for told in ([one, one], one, {field: one[field]}, [one[field]]):
        for ascii_only in (True, False):
            body = json.dumps(told, indent=indent, ensure_ascii=ascii_only).encode()
            with pytest.raises(Malformed) as caught:
                extract_record(Page(body))
            assert caught.value.reason == "json"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_layout_claims_a_page(case: Case) -> None:
    document = Document(case.page)
    assert len([layout.name for layout in layouts() if layout.rank < 90 and layout.claims(document)]) <= 1


@pytest.mark.parametrize("case", [case for case in CASES if "entry" in case.expected], ids=lambda case: case.name)
def test_the_address_decides_nothing_about_what_a_page_is(case: Case) -> None:
    page = dataclasses.replace(case.page, url="", encoding=None)
    entry = extract(page)
    assert (entry.title, entry.rows, entry.layout) == (
        (known := extract(case.page)).title,
        known.rows,
        known.layout,
    ) or "sub-lemma" in case.name


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.expected.get("entry", {}).get("layout") in SLICED], ids=lambda case: case.name
)
def test_the_slice_and_the_whole_page_give_the_same_entry(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    sliced = extract(case.page)
    by_tree(importlib.import_module(SLICED[sliced.layout]), Document(case.page), monkeypatch)
    assert extract(case.page) == sliced


@pytest.mark.parametrize(
    ("page", "verdict", "reason"),
    [
        (Page(b""), Malformed, "empty"),
        (Page(b" \n\t "), Malformed, "empty"),
        (Page(b"just text"), Malformed, "no_markup"),
        (Page(bytes(range(256)) * 40), Malformed, "binary"),
        (Page(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(32)) * 60, url=URL), Malformed, "binary"),
        (Page(b"{"), Malformed, "no_markup"),
        (Page(b"<html><p>hello</p></html>"), NotAnEntry, "other_site"),
        (Page(b"<div>" * 100_000), NotAnEntry, "other_site"),
        (Page(b"<h1>x</h1>", url=URL, status=404), NotAnEntry, "missing"),
        (Page(b"", url=URL, status=404), NotAnEntry, "missing"),
        (Page(b"", url=URL, status=302), NotAnEntry, "redirect"),
        (Page(b"<h1>x</h1>", url=URL, status=429), Refused, "http_429"),
        (Page(b"", url=URL, status=403), Refused, "http_403"),
        (Page(b"<html></html>", url=URL), Refused, "verification"),
        (Page("<p>没有找到</p>".encode(), url="https://baike.baidu.com/error.html"), NotAnEntry, "missing"),
        (Page("<p>没有找到</p>".encode(), url="https://baike.baidu.com/search/none?word=x"), NotAnEntry, "missing"),
        (Page(("<p>" + "新的版式。" * 600).encode(), url=URL), UnknownLayout, ""),
        (Page(("<title>雾屿_百度百科</title><p>" + "新的版式。" * 90).encode(), url=URL), UnknownLayout, ""),
        (Page("<p>百科的其他页面</p>".encode(), url="https://baike.baidu.com/museum"), NotAnEntry, "other"),
    ],
)
def test_what_is_no_entry(page: Page, verdict: type[Verdict], reason: str) -> None:
    with pytest.raises(verdict) as caught:
        extract(page)
    assert caught.value.reason == reason


def test_an_entry_at_an_address_of_another_kind_is_an_entry() -> None:
    plain = case("baidu_baike/basicinfo/plain").page
    for url in (
        "https://baike.baidu.com/search/word?word=x",
        "https://baike.baidu.com/history/x/1/2",
        "http://example.test/a",
        "http://[",
        "x",
    ):
        assert extract(dataclasses.replace(plain, url=url)).title == "云岭县"


def test_the_page_of_a_synonym_is_its_own_entry() -> None:
    page = dataclasses.replace(case("baidu_baike/basicinfo/synonym").page, url="https://baike.baidu.com/item/%E5%8C%97%E5%9B%BE/700588")
    entry = extract(page)
    assert (entry.lemma_id, entry.url) == (700501, "https://baike.baidu.com/item/北海市立图书馆/700501")


def test_provenance_is_the_pages() -> None:
    page = dataclasses.replace(case("baidu_baike/basicinfo/plain").page, source="w.warc:7", fetched_at="2026-01-02T03:04:05Z")
    entry = extract(page)
    assert (entry.source, entry.fetched_at, entry.site) == ("w.warc:7", "2026-01-02T03:04:05Z", "baidu_baike")
    assert re.fullmatch("sha256:[0-9a-f]{64}", entry.digest)
    assert Entry.from_dict(json.loads(json.dumps(entry.as_dict()))).as_dict() == entry.as_dict()


@pytest.mark.parametrize(
    ("scope", "titles"),
    [
        ("infobox", ["林远", "望江", "望江"]),
        ("page", ["林远", "望江", "望江", "松江大桥"]),
    ],
)
def test_scopes_of_links(scope: str, titles: list[str]) -> None:
    page = case("baidu_baike/basicinfo/two-senses").page
    assert [ref.title for ref in links(page, extract(page), scope=scope)] == titles


def test_links_of_the_summary_follow_those_of_the_infobox() -> None:
    page = case("baidu_baike/react/two-sources").page
    entry = extract(page)
    assert "松江大学" not in {ref.title for ref in links(page, entry)}
    assert [ref.title for ref in links(page, entry, scope="summary")] == ["陆一舟", "星槎计划", "星槎计划：启航", "松江大学"]


def test_links_refuses_another_scope() -> None:
    page = case("baidu_baike/basicinfo/plain").page
    with pytest.raises(ValueError, match="scope 'all'"):
        links(page, extract(page), scope="all")


def test_an_infobox_without_rows_is_no_alarm_where_no_row_is_marked() -> None:
    page = Page(
        case("baidu_baike/basicinfo/plain")
        .page.body.replace(b"basicInfo-item", b"x")
        .replace(b"<dt", b"<p")
        .replace(b'<dd class="x', b'<p class="x')
    )
    assert extract(page).rows == ()


def test_the_two_sources_of_a_react_page_are_compared() -> None:
    page = case("baidu_baike/react/two-sources").page
    assert disagreements(page) == ()
    drawn = page.body.replace("进行中</span>".encode(), "已完成</span>".encode())
    assert disagreements(dataclasses.replace(page, body=drawn)) == (Disagreement("rows[4].text", "进行中", "已完成"),)
    assert disagreements(case("baidu_baike/react/dom-only").page) == ()


# --- hash suffixes of React builds

HASHED = re.compile(r"\b([a-zA-Z]+)_([A-Za-z0-9_]{5})\b")


def suffixes(seed: int) -> str:
    rng = random.Random(seed)
    letters = string.ascii_letters + string.digits + "___"
    made = {}

    def rename(match: re.Match[str]) -> str:
        if match[0] not in made:
            made[match[0]] = "".join(rng.choice(letters) for _ in range(rng.choice((4, 5, 6))))
        return f"{match[1]}_{made[match[0]]}"

    return HASHED.sub(rename, PAGES[seed % len(PAGES)])


REACT = [case(f"baidu_baike/react/{name}").page for name in ("two-sources", "dom-only", "collapsed-value")]
PAGES = [page.body.decode() for page in REACT]


def test_any_hash_suffix_gives_the_same_entry() -> None:
    known = [dataclasses.replace(extract(page), digest="") for page in REACT]
    for seed in range(1000):
        page = dataclasses.replace(REACT[seed % len(REACT)], body=suffixes(seed).encode())
        assert page.body != REACT[seed % len(REACT)].body
        assert dataclasses.replace(extract(page), digest="") == known[seed % len(REACT)], seed


# --- pages made to break things


def used(page: Page) -> None:
    """Everything that is done with a page."""
    try:
        entry = extract(page)
    except Verdict:
        return
    json.dumps(entry.as_dict(), ensure_ascii=False).encode()
    for scope in ("infobox", "summary", "page"):
        links(page, entry, scope=scope)
    for triple in triples(entry):
        triple.as_dict()


SEEDS = [case.page for case in CASES]
PIECES = [
    b"<",
    b">",
    b'"',
    b"\0",
    b"</dd>",
    b'<dd class="basicInfo-item value">',
    b'<div class="basicInfo-overlap">',
    b"\\ud800",
    b"&#xD800;",
    b"{",
    b"[",
    b"null",
    b"\xff",
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 200), st.sampled_from(PIECES)), max_size=12))
def test_mutated_pages_end_in_an_entry_or_a_verdict(page: Page, edits: list[tuple[float, int, bytes]]) -> None:
    body = page.body
    for where, cut, piece in edits:
        at = int(where * len(body))
        body = body[:at] + piece + body[at + cut :]
    used(dataclasses.replace(page, body=body))


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["", URL, "http://[", "https://www.baike.com/wiki/x"]), st.sampled_from([None, "gbk", "x"]))
def test_any_bytes_end_in_a_verdict(body: bytes, url: str, encoding: str | None) -> None:
    used(Page(body, url=url, encoding=encoding))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**13), 10**13)
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(["1", "lemma", "dateTime", "ref"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["title", "data", "text", "value", "year", "id", "tag", "left"]), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = [
    "card",
    "modules",
    "navigation",
    "tips",
    "extData",
    "lemmaDesc",
    "description",
    "versionCreateTime",
    "newLemmaId",
    "sub_lemma",
    "errno",
    "key",
]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6), st.booleans())
def test_any_shape_of_json_ends_in_an_entry_or_a_verdict(fields: dict[str, object], api: bool) -> None:
    known = {"subLemmaId": 1, "title": "x", "card": []} if api else {"lemmaId": 5, "lemmaTitle": "x"}
    used(Page(json.dumps({**known, **fields}).encode()))


def floods(size: int) -> Iterator[tuple[str, bytes]]:
    head = '<meta charset="utf-8"><dd class="lemmaWgt-lemmaTitle-title"><h1>T</h1></dd><div class="basic-info"><dl class="basicInfo-block">'
    row = '<dt class="basicInfo-item name">名</dt><dd class="basicInfo-item value">'
    react = '<h1 class="J-lemma-title">T</h1><div class="J-basic-info"><dl>'
    senses = '<dd class="lemmaWgt-lemmaTitle-title"><h1>T</h1></dd><div class="lemmaWgt-subLemmaListTitle"></div><ul><a class="'
    hudong = '<div class="content-h1"><h1>T</h1></div><div class="module" id="datamodule"><table><tr>'
    units = {
        "rows": (head, row + "值</dd>"),
        "nested": (head + row, "<div>"),
        "inline": (head + row, "<b>x</b>"),
        "links": (head + row, '<a href="/item/x/1">x</a>'),
        "lines": (head + row, "x<br>"),
        "footnotes": (head + row, "<sup>[1]</sup> "),
        "text": (head + row, "字"),
        "list": (head + row, "甲、"),
        "brackets": (head + row, "（"),
        "values of one name": (head + row + "</dd>", '<dd class="basicInfo-item value">x</dd>'),
        "overlaps": (head + row, '<div class="basicInfo-overlap"><dl class="overlap"><dd>'),
        "markers": (head, "basic-info "),
        "react rows": (react, "<dt>n</dt><dd>v</dd>"),
        "assignments": ("", '<script>window.PAGE_DATA= {"a":1}</script>'),
        "comments": (head + row, "<!--"),
        "rows without an end": (head, row),
        "one long tag in a value": (head + row + "<a ", "class= verlap "),
        "one long tag in a sense list": (senses, "href="),
        "senses that never end": (senses + '">', "<a href=/item/x/1>"),
        "senses without an end": (react, '<a class="contentItemChild_x" href="/item/x/1">'),
        "one long tag of senses": (react + '<a class="contentItemChild_x" ', "href= "),
        "one long tag of a hudong page": (hudong + "<td><strong>名</strong><span><a ", "href= "),
        "hudong rows": (hudong, "<td><strong>名</strong><span>值</span></td>"),
        "json": ('{"lemmaTitle":"x","lemmaId":1,"card":', "["),
    }
    for name, (start, unit) in units.items():
        yield name, start.encode() + unit.encode() * (size // len(unit.encode()))


@pytest.mark.timeout(30)  # anything quadratic would take minutes; tests/bench/extraction_hostile.py measures
@pytest.mark.parametrize("name", [name for name, _ in floods(0)])
def test_floods_come_to_an_end(name: str) -> None:
    page = Page(dict(floods(1_000_000))[name])
    with contextlib.suppress(Verdict):
        links(page, extract(page), scope="page")
