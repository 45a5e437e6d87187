"""Baidu Zhidao: the real pages against a table made by eye, addresses, the form of a record, and pages made to break things."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import (
    EntryRef,
    NotAnEntry,
    Page,
    Question,
    QuestionList,
    Refused,
    Verdict,
    canonical_url,
    entry_ref,
    entry_url,
    extract,
    extract_record,
    links,
    site_named,
    with_details,
)
from extractors.document import Document
from extractors.layouts import layouts
from extractors.sites import link_target
from tests.extractors.pages import case

SITE = site_named("baidu_zhidao")
#: one line a question page: the first eight digits of its digest, and what a reader sees; `tags` of the page of 2024 stand in its script alone
TABLE = Path(__file__).with_name("zhidao_expected.jsonl")
VERDICTS: dict[str, type] = {
    "question": Question,
    "list": QuestionList,
    "home-or-search": QuestionList,
    "daily": NotAnEntry,
    "other": NotAnEntry,
}


def outcome(page: Page) -> Any:
    try:
        return extract_record(page)
    except Verdict as verdict:
        return verdict


def page_of(line: dict[str, Any], pages: Path, *, url: bool) -> Page:
    return Page((pages / line["path"]).read_bytes(), (line["url"] or "").replace("ENCODE ERROR", "") if url else "")


@pytest.fixture
def index(shared_index: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in shared_index if line["site"] == "zhidao"]


@pytest.mark.real_pages
@pytest.mark.parametrize("url", [True, False], ids=["with its address", "without"])
def test_every_verdict_of_the_real_pages(shared_pages: Path, index: list[dict[str, Any]], url: bool) -> None:
    found = {line["path"]: (line["kind"], outcome(page_of(line, shared_pages, url=url))) for line in index}
    assert [path for path, (kind, got) in found.items() if type(got) is not VERDICTS[kind]] == []
    assert Counter(kind for kind, _ in found.values()) == {"question": 61, "list": 8, "home-or-search": 13, "daily": 7, "other": 13}


@pytest.mark.real_pages
@pytest.mark.parametrize("url", [True, False], ids=["with its address", "without"])
def test_every_question_of_the_real_pages_is_what_a_reader_sees(shared_pages: Path, index: list[dict[str, Any]], url: bool) -> None:
    table = {line["page"]: line for line in map(json.loads, TABLE.read_text(encoding="utf-8").splitlines())}
    pages = [line for line in index if line["kind"] == "question"]
    assert {line["sha256"][:8] for line in pages} == set(table)
    for line in pages:
        wanted = table[line["sha256"][:8]]
        assert outcome(page_of(line, shared_pages, url=url)).as_dict() == {
            "url": f"http://zhidao.baidu.com/question/{wanted['id']}.html",
            "question": wanted["question"],
            "tags": wanted["tags"],
        }


@pytest.mark.real_pages
def test_details_and_links_of_the_real_pages(shared_pages: Path, index: list[dict[str, Any]]) -> None:
    answered = 0
    for line in index:
        page = page_of(line, shared_pages, url=False)
        question = outcome(page)
        if not isinstance(question, Question):
            continue
        rich = with_details(page, question)
        assert rich.asked
        assert (rich.answers or 0) > 0
        answered += rich.best_answer is not None
        assert not any("展开" in text for text in (rich.best_answer or "", rich.detail))
        related, every = links(page, question, scope="related"), links(page, question, scope="page")
        assert related
        assert {ref.key for ref in related} < {ref.key for ref in every}
        assert question.question_id not in {ref.key for ref in every}
    # six of the pages mark no answer as the best one
    assert answered == 55


@pytest.mark.real_pages
def test_lists_of_the_real_pages_lead_on(shared_pages: Path, index: list[dict[str, Any]]) -> None:
    for line in index:
        got = outcome(page_of(line, shared_pages, url=False))
        if isinstance(got, QuestionList):
            assert len(got.refs) >= 20, line["path"]
            assert len({ref.key for ref in got.refs}) == len(got.refs)
            assert all(SITE.locate(ref.locator) == ref for ref in got.refs)


@pytest.mark.real_pages
def test_one_layout_claims_a_page(shared_pages: Path, index: list[dict[str, Any]]) -> None:
    for line in index:
        document = Document(page_of(line, shared_pages, url=False))
        assert len([layout.name for layout in layouts() if layout.rank < 90 and layout.claims(document)]) <= 1, line["path"]


def test_the_form_of_a_record() -> None:
    page = case("baidu_zhidao/question/tag-items").page
    told = json.dumps(extract_record(page).as_dict(), ensure_ascii=False, indent=4)
    assert told == (
        "{\n"
        '    "url": "http://zhidao.baidu.com/question/565618371557484000.html",\n'
        '    "question": "学制船有哪些专科学校",\n'
        '    "tags": [\n'
        '        "学校",\n'
        '        "专科",\n'
        '        "院校信息"\n'
        "    ]\n"
        "}"
    )


def test_a_record_is_read_back() -> None:
    page = case("baidu_zhidao/question/category-2013").page
    question = with_details(page, extract_record(page))  # type: ignore[arg-type]
    for data in (question.as_dict(), question.as_rich_dict()):
        back = Question.from_dict(json.loads(json.dumps(data)))
        assert (back.as_dict(), back.question_id) == (question.as_dict(), 61000001)
    assert Question.from_dict(question.as_rich_dict()).as_rich_dict() == question.as_rich_dict()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"url": "http://zhidao.baidu.com/question/1.html", "question": "x"},
        {"question": "x", "url": "http://zhidao.baidu.com/question/1.html", "tags": []},
        {"url": "http://zhidao.baidu.com/list", "question": "x", "tags": []},
        {"url": "http://zhidao.baidu.com/question/0.html", "question": "x", "tags": []},
        {"url": None, "question": "x", "tags": []},
        {"url": "http://zhidao.baidu.com/question/1.html", "question": "x", "tags": "学校"},
    ],
)
def test_what_is_no_record(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Question.from_dict(data)


def test_a_question_is_no_entry() -> None:
    with pytest.raises(NotAnEntry) as caught:
        extract(case("baidu_zhidao/question/category-2013").page)
    assert caught.value.reason == "question"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://zhidao.baidu.com/question/51277646.html", "http://zhidao.baidu.com/question/51277646.html"),
        ("https://zhidao.baidu.com/question/51277646.html?fr=search&word=%D1%CE#a", "http://zhidao.baidu.com/question/51277646.html"),
        ("//zhidao.baidu.com/question/1584708177579755220?push=4", "http://zhidao.baidu.com/question/1584708177579755220.html"),
        ("https://wapiknow.baidu.com/question/51277646.html", "http://zhidao.baidu.com/question/51277646.html"),
        # one answer of a question is a page of the question (2024)
        ("https://zhidao.baidu.com/question/948489626667528852/answer/44?fr=x", "http://zhidao.baidu.com/question/948489626667528852.html"),
        ("https://zhidao.baidu.com/list?cid=106&fr=daohang", "http://zhidao.baidu.com/list?cid=106"),
        ("https://zhidao.baidu.com/list?pn=20&type=default&cid=106", "http://zhidao.baidu.com/list?cid=106&pn=20"),
        ("https://zhidao.baidu.com/list?cid=106&tag=学校&tagType=init", "http://zhidao.baidu.com/list?cid=106&tag=%D1%A7%D0%A3"),
        ("https://zhidao.baidu.com/list?tag=%E5%AD%A6%E6%A0%A1", "http://zhidao.baidu.com/list?tag=%D1%A7%D0%A3"),
        ("https://zhidao.baidu.com/list?tag=%D1%A7%D0%A3", "http://zhidao.baidu.com/list?tag=%D1%A7%D0%A3"),
        ("http://zhidao.baidu.com/browse/772", "http://zhidao.baidu.com/browse/772"),
        ("http://zhidao.baidu.com/browse/", "http://zhidao.baidu.com/browse"),
        ("http://zhidao.baidu.com", "http://zhidao.baidu.com/"),
    ],
)
def test_addresses(url: str, canonical: str) -> None:
    assert canonical_url(url, base=SITE.base) == canonical
    assert canonical_url(canonical) == canonical
    ref = entry_ref(canonical)
    assert ref is not None
    assert SITE.locate(ref.locator) == ref


@pytest.mark.parametrize(
    "url",
    [
        "http://zhidao.baidu.com/question/0.html",
        "http://zhidao.baidu.com/question/x.html",
        "http://zhidao.baidu.com/question/1.html/x",
        "http://zhidao.baidu.com/daily/view?id=174863",
        "http://zhidao.baidu.com/search?word=x",
    ],
)
def test_addresses_that_lead_to_no_question(url: str) -> None:
    assert entry_ref(url) is None


@given(st.integers(1, 10**20 - 1))
def test_the_locator_of_a_question_is_its_id(number: int) -> None:
    ref = EntryRef("baidu_zhidao", "", number)
    assert ref.locator == str(number)
    assert SITE.locate(ref.locator) == ref == entry_ref(entry_url(ref))


@given(st.text(min_size=1, max_size=80))
def test_a_tag_has_one_spelling(name: str) -> None:
    ref = SITE.named(name)
    again = SITE.locate(ref.locator)
    assert again is None or again.site == ref.site
    if again is not None:
        assert SITE.locate(again.locator) == again


def test_a_name_that_is_a_tag_a_number_or_a_path() -> None:
    assert SITE.named("51277646").key == 51277646
    assert SITE.named("学校").path == "/list?tag=%D1%A7%D0%A3"
    assert SITE.named("/list?cid=106").path == "/list?cid=106"


def test_a_status_that_refuses_and_one_that_misses() -> None:
    page = case("baidu_zhidao/question/category-2013").page
    assert isinstance(outcome(Page(page.body, page.url, status=403)), Refused)
    assert isinstance(outcome(Page(b"<html>gone</html>", page.url, status=404)), NotAnEntry)


def test_a_link_of_an_entry_to_a_question_has_no_lemma_id() -> None:
    assert link_target("http://zhidao.baidu.com/question/7.html", "https://baike.baidu.com") == (
        "http://zhidao.baidu.com/question/7.html",
        None,
    )


BODIES = [case(f"baidu_zhidao/question/{name}").page.body for name in ("category-2013", "gbk-2018", "script-tags-2024", "shortened-copy")]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BODIES), st.data())
def test_no_stray_exception_on_damaged_pages(body: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 400)))
    filler = data.draw(st.binary(max_size=40))
    page = Page(body[:start] + filler + body[end:], "http://zhidao.baidu.com/question/61000001.html")
    got = outcome(page)
    if isinstance(got, Question):
        with_details(page, got)
        links(page, got, scope="related")
        assert "\n" not in got.question
        assert got.question_id > 0


def asked(title: str, detail: str, script: str = "") -> Question:
    html = (
        f"<html><head>{script}</head><body><h1><span class='ask-title'>{title}</span></h1><pre class='q-content'>{detail}</pre>"
        "<div id='wgt-answers'></div></body></html>"
    )
    question = extract_record(Page(html.encode(), "http://zhidao.baidu.com/question/7.html"))
    assert isinstance(question, Question)
    return question


LONG = "设某渡口一年中有四千名旅客乘坐甲乙丙三条船,为了减少等待"


@pytest.mark.parametrize(
    ("title", "detail", "script", "question"),
    [
        (f"{LONG}...", f"{LONG}，应当怎样排班？", "", f"{LONG}，应当怎样排班？"),
        (f"{LONG}…", f"{LONG}，\n应当怎样排班？", "", f"{LONG}， 应当怎样排班？"),
        # what was asked ends like that itself
        ("我该怎么办...", "我该怎么办啊，昨天船走了", "", "我该怎么办..."),
        (f"{LONG}...", "另一件事", "", f"{LONG}..."),
        (f"{LONG}...", "", "", f"{LONG}..."),
        # a whole title is the question, whatever the detail repeats
        (LONG, f"{LONG}，应当怎样排班？", "", LONG),
        ("灯塔...", "", "<script>F.context('page',{qid: '7',title: '灯塔\\u662f\\'谁\\'建的?'});</script>", "灯塔是'谁'建的?"),
        ("A&amp;B<br>C", "", "", "A&B C"),
    ],
)
def test_the_full_text_never_the_shortened_copy(title: str, detail: str, script: str, question: str) -> None:
    assert asked(title, detail, script).question == question


@pytest.mark.parametrize(
    "flood",
    [
        "<a x>" * 100_000 + "tag-item",
        "<a class=tag-item href=/list?tag=" * 50_000,
        "classinfo" + "<a x>y" * 100_000,
        "q-content " * 100_000,
        "<script>F.context('page',{" + "tags:" * 50_000,
        "rel=canonical " * 100_000,
        ">其他9" * 150_000,
    ],
    ids=["anchors", "tags", "category", "details", "script", "canonical", "counts"],
)
def test_a_flood_of_markup_costs_no_time(flood: str) -> None:
    page = Page(
        f"<h1><span class='ask-title'>x</span></h1><div>{flood}</div><div id='wgt-answers'>".encode(),
        "http://zhidao.baidu.com/question/7.html",
    )
    began = time.process_time()
    got = outcome(page)
    if isinstance(got, Question):
        with_details(page, got)
        links(page, got, scope="page")
    assert time.process_time() - began < 5
