"""The real saved pages: every verdict, the labelled rows, and what the index and the pages themselves say of each field."""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from extractors import (
    Entry,
    NotAnEntry,
    Page,
    QuestionList,
    Refused,
    SenseList,
    UnknownLayout,
    Verdict,
    entry_ref,
    extract,
    links,
    site_named,
    triples,
)
from extractors.document import Document
from extractors.layouts import layouts
from extractors.sites.baidu_baike.react import disagreements
from tests.extractors.pages import by_tree

pytestmark = pytest.mark.real_pages

#: kind of page in the index -> what it becomes
VERDICTS: dict[str, type] = {
    "entry": Entry,
    "entry-no-infobox": Entry,
    "page_data": Entry,
    "polysemy-list": SenseList,
    "antibot": Refused,
} | dict.fromkeys(("nonentry", "user", "picture-album", "history-list", "tag-list", "category", "error"), NotAnEntry)


def page_of(line: dict[str, Any], pages: Path, *, url: bool = True) -> Page:
    known = (line["url"] or "").replace("ENCODE ERROR", "") if url else ""
    return Page((pages / line["path"]).read_bytes(), url=known, source=line["path"])


@cache
def outcomes(pages: Path, site: str) -> dict[str, Entry | Verdict]:
    lines = [json.loads(line) for line in (pages / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    return {line["path"]: outcome(page_of(line, pages)) for line in lines if line["site"] == site}


def outcome(page: Page) -> Entry | Verdict:
    try:
        return extract(page)
    except Verdict as verdict:
        return verdict


def of_site(index: list[dict[str, Any]], site: str) -> list[dict[str, Any]]:
    return [line for line in index if line["site"] == site]


@pytest.mark.parametrize("url", [True, False], ids=["with its address", "without"])
def test_every_verdict(shared_pages: Path, shared_index: list[dict[str, Any]], url: bool) -> None:
    wrong = []
    for line in of_site(shared_index, "baidu") + of_site(shared_index, "hudong"):
        found = outcome(page_of(line, shared_pages, url=url))
        if type(found) is not VERDICTS[line["kind"]]:
            wrong.append((line["path"], line["kind"], found))
    assert wrong == []


def test_questions_are_no_entries(shared_pages: Path) -> None:
    assert {type(found) for found in outcomes(shared_pages, "zhidao").values()} == {NotAnEntry, QuestionList}


def test_one_layout_claims_each_page(shared_pages: Path, shared_index: list[dict[str, Any]]) -> None:
    for line in of_site(shared_index, "baidu") + of_site(shared_index, "hudong"):
        document = Document(page_of(line, shared_pages, url=False))
        assert len([layout.name for layout in layouts() if layout.rank < 90 and layout.claims(document)]) <= 1, line["path"]


@cache
def gold(shared: Path) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in (shared / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows.setdefault(row["page"], []).append(row)
    return rows


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def f1(wanted: Counter[Any], found: Counter[Any]) -> float:
    return 2 * (wanted & found).total() / ((wanted.total() + found.total()) or 1)


def test_titles_and_senses(shared: Path, shared_pages: Path) -> None:
    entries = outcomes(shared_pages, "baidu")
    assert [(entries[page].title, entries[page].sense) for page in gold(shared)] == [
        (rows[0]["title"], rows[0]["sense"]) for rows in gold(shared).values()
    ]


def test_labelled_rows(shared: Path, shared_pages: Path) -> None:
    entries = outcomes(shared_pages, "baidu")
    wanted = Counter((page, bare(row["name"]), bare(row["text"])) for page, rows in gold(shared).items() for row in rows)
    found = Counter((page, bare(row.name), bare(row.text)) for page in gold(shared) for row in entries[page].rows)
    assert f1(wanted, found) >= 0.998


def test_labelled_links(shared: Path, shared_pages: Path) -> None:
    entries = outcomes(shared_pages, "baidu")
    base = "https://baike.baidu.com"
    wanted = Counter(
        (page, bare(link["text"]), entry_ref(link["href"], base=base))
        for page, rows in gold(shared).items()
        for row in rows
        for link in row["links"]
    )
    found = Counter(
        (page, bare(link.text), entry_ref(link.url)) for page in gold(shared) for row in entries[page].rows for link in row.links
    )
    assert f1(wanted, found) >= 0.995


def test_the_number_of_rows_is_the_number_of_names(shared_pages: Path, shared_index: list[dict[str, Any]]) -> None:
    """The index counted the names in the markup: overlaps repeat one, and one page has a row without a value."""
    entries = outcomes(shared_pages, "baidu")
    differing = {
        line["title"]: line["infobox_rows"] - len(entries[line["path"]].rows)
        for line in of_site(shared_index, "baidu")
        if line["kind"].startswith("entry") and len(entries[line["path"]].rows) != line["infobox_rows"]
    }
    assert sorted(differing.values()) == [1, 1, 2]


def test_lemma_ids(shared_pages: Path, shared_index: list[dict[str, Any]]) -> None:
    """The page's own id is the one in its address, unless a synonym led here, which the page then says."""
    for line in of_site(shared_index, "baidu"):
        entry = outcomes(shared_pages, "baidu")[line["path"]]
        if not isinstance(entry, Entry):
            continue
        assert entry.lemma_id, line["path"]
        asked = entry_ref((line["url"] or "").replace("ENCODE ERROR", ""))
        if asked and asked.lemma_id not in (None, entry.lemma_id):
            assert asked.title.replace(" ", "") in entry.aliases
        assert entry.url.endswith(f"/{entry.lemma_id}")


def test_fields_beyond_the_rows(shared_pages: Path) -> None:
    entries = [entry for entry in outcomes(shared_pages, "baidu").values() if isinstance(entry, Entry)]
    assert len(entries) == 294
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", entry.updated or "") for entry in entries)
    assert sum(bool(entry.tags) for entry in entries) >= 259
    assert sum(bool(entry.senses) for entry in entries) >= 95
    assert sum(bool(entry.aliases) for entry in entries) >= 27
    assert sum(bool(entry.relations) for entry in entries) >= 7
    assert all("展开" not in row.text and not re.search(r"\[\d+\]", row.text) for entry in entries for row in entry.rows)
    assert all(len(set(said)) == len(said) for said in map(list, map(triples, entries)))


def test_tags_are_all_that_are_marked(shared_pages: Path) -> None:
    for path, entry in outcomes(shared_pages, "baidu").items():
        if isinstance(entry, Entry) and "basicinfo" in path:
            body = (shared_pages / path).read_bytes()
            assert len(entry.tags) == len(re.findall(rb'<span class="taglist">\s*(?:<a[^>]*>)?[^\s<]', body)), path


def test_relation_cards(shared_pages: Path) -> None:
    cards = {
        entry.title: entry.relations for entry in outcomes(shared_pages, "baidu").values() if isinstance(entry, Entry) and entry.relations
    }
    star = next(relations for relations in cards.values() if any(card.name == "丈夫" for card in relations))
    assert [card.name for card in star] == ["丈夫", "前男友", "前男友", "好友", "好友", "好友", "恩师"]
    assert all(card.title and card.lemma_id for relations in cards.values() for card in relations)


def test_biitem(shared_pages: Path) -> None:
    entry = next(entry for path, entry in outcomes(shared_pages, "baidu").items() if "biitem" in path)
    assert isinstance(entry, Entry)
    assert [row.name for row in entry.rows] == ["中文名", "国籍", "民族", "出生地", "出生日期", "毕业院校", "信仰", "入党时间"]
    assert (entry.layout, entry.lemma_id, entry.updated, entry.tags) == ("biitem", 115299, "2015-03-25", ("政治", "元首", "人物", "中国"))


def test_react(shared_pages: Path) -> None:
    entries = {path.split("/")[1]: entry for path, entry in outcomes(shared_pages, "baidu").items() if "react" in path}
    drawn, data = entries["react-2023"], entries["react-pagedata-2025"]
    assert [len(drawn.rows), len(data.rows)] == [6, 17]
    assert [(row.name, row.text) for row in drawn.rows][3:] == [
        ("批准时间", "2023年12月27日"),
        ("核准面积", "952.7463公顷"),
        ("启动时间", "2024年5月9日"),
    ]
    by_name = {row.name: row for row in data.rows}
    assert [value.date for value in by_name["出版日期"].values] == ["2018-04-01", "2020-05-01"]
    assert by_name["作者"].values[0].link.lemma_id == 8023388
    assert len(by_name["所获奖项"].values) == 6
    assert by_name["总推荐"].text == "3539.48万"
    assert len(data.senses) == 8


def test_the_two_sources_of_the_react_page_agree(shared_pages: Path) -> None:
    for path in (shared_pages / "baidu_baike").glob("react*/*"):
        assert disagreements(Page(path.read_bytes())) == ()


def test_hudong_rows_are_all_that_are_marked(shared_pages: Path) -> None:
    entries = outcomes(shared_pages, "hudong")
    assert sum(bool(entry.rows) for entry in entries.values()) == 35
    for path, entry in entries.items():
        body = (shared_pages / path).read_bytes()
        marked = re.findall(rb"<td>\s*<strong>[^<]*</strong>\s*<span>", body)
        assert len(entry.rows) == len(marked), path
        # where nobody has written a summary, the page asks for one
        assert bool(entry.summary) != ("请用一段简单的话描述该词条".encode() in body), path


@pytest.mark.parametrize(
    ("layout", "module"),
    [
        ("basicinfo", "extractors.sites.baidu_baike.basicinfo"),
        ("react", "extractors.sites.baidu_baike.react"),
        ("biitem", "extractors.sites.baidu_baike.biitem"),
        ("hudong", "extractors.sites.hudong"),
    ],
)
def test_the_slice_and_the_whole_page_give_the_same_entry(
    shared_pages: Path, shared_index: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, layout: str, module: str
) -> None:
    entries = {**outcomes(shared_pages, "baidu"), **outcomes(shared_pages, "hudong")}
    chosen = [
        line
        for line in shared_index
        if getattr(entries.get(line["path"]), "layout", "") == layout and isinstance(entries[line["path"]], Entry)
    ]
    for line in chosen[::5] if len(chosen) > 100 else chosen:
        page = page_of(line, shared_pages)
        by_tree(importlib.import_module(module), Document(page), monkeypatch)
        assert extract(page) == entries[line["path"]]


def test_links_of_a_page_are_those_of_its_hrefs(shared_pages: Path) -> None:
    """The fast reading of hrefs finds what the slow one finds, page by page."""
    site = site_named("baidu_baike")
    for path in sorted((shared_pages / "baidu_baike").glob("*/*.html"))[::7]:
        body = path.read_bytes()
        hrefs = (unescape(href.decode("utf-8", "replace")) for href in re.findall(rb"href=[\"']?([^\"'<>\s]+)", body))
        slow = dict.fromkeys(ref for href in hrefs if (ref := entry_ref(href, base=site.base)) and ref.site == site.name)
        assert list(dict.fromkeys(site.find_refs(body, 0, len(body)))) == list(slow), path.name


def test_links_leave_navigation_and_side_column_out(shared_pages: Path, shared_index: list[dict[str, Any]]) -> None:
    for line in of_site(shared_index, "baidu"):
        entry = outcomes(shared_pages, "baidu")[line["path"]]
        if isinstance(entry, Entry):
            titles = {ref.title for ref in links(page_of(line, shared_pages), entry, scope="page")}
            assert not titles & {"秒懂星课堂", "百科热词团队", "百度百科：本人词条编辑服务", "百度百科：跳转关系"} - {entry.title}, line[
                "path"
            ]


def test_no_page_is_an_unknown_layout(shared_pages: Path) -> None:
    found = [*outcomes(shared_pages, "baidu").values(), *outcomes(shared_pages, "hudong").values()]
    assert not [verdict for verdict in found if isinstance(verdict, UnknownLayout)]
