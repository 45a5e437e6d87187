"""A row's values: parted, typed, linked, explained."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.model import Link, Quantity, Target, Value
from extractors.values import explain_values, read_value, read_values


def _link(text: str, lemma_id: int | None = None) -> Link:
    return Link(text, f"https://baike.baidu.com/item/{text}", lemma_id)


def _target(text: str, lemma_id: int | None = None) -> Target:
    return Target(f"https://baike.baidu.com/item/{text}", lemma_id)


def test_no_text_no_values() -> None:
    assert read_values("职业", "", []) == ()
    assert read_values("职业", " \n", [_link("甲")]) == ()


def test_parted_typed_linked() -> None:
    values = read_values("下辖地区", "4个街道、3个镇、甲高新区", [_link("甲高新区", 7)])
    assert values == (
        Value("4个街道", quantity=Quantity(4, 4, "个街道")),
        Value("3个镇", quantity=Quantity(3, 3, "个镇")),
        Value("甲高新区", link=_target("甲高新区", 7)),
    )


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("演员", "演员"),
        ("《旧唐书》", "旧唐书"),
        ("《旧唐书》", "《旧唐书》"),
        ("“九天”", "九天"),
        ("周东屏（女）", "周东屏"),
        ("大决战（第二部：淮海战役）", "大决战"),
        ("《甲》（电影版）", "甲"),
        ("[英] 莎士比亚", "莎士比亚"),
    ],
)
def test_the_value_is_the_link(text: str, link: str) -> None:
    assert read_values("某某", text, [_link(link)]) == (Value(text, link=_target(link)),)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("河南新郑", "河南"),
        ("中国香港", "香港"),
        ("2015年4月30日（中国）", "中国"),
        ("《甲》系列", "甲"),
        ("东亚季风气候", "季风气候"),
        ("甲", ""),
    ],
)
def test_the_value_is_more_than_the_link(text: str, link: str) -> None:
    assert [value.link for value in read_values("某某", text, [_link(link)])] == [None]


def test_links_of_one_text_are_given_in_order() -> None:
    links = [Link("王伟", "https://baike.baidu.com/item/王伟/1", 1), Link("王伟", "https://baike.baidu.com/item/王伟/2", 2)]
    values = read_values("主演", "王伟、王伟、王伟", links)
    assert [value.link and value.link.lemma_id for value in values] == [1, 2, 2]


def test_a_name_is_neither_date_nor_amount() -> None:
    assert read_values("代表作品", "1942、十年、24小时", []) == (Value("1942"), Value("十年"), Value("24小时"))
    assert read_values("中文名", "1964年", []) == (Value("1964年"),)


def test_a_date_is_no_amount() -> None:
    assert read_values("成立时间", "1956", []) == (Value("1956", date="1956"),)
    assert read_values("页数", "1956", []) == (Value("1956", quantity=Quantity(1956, 1956, "")),)


def test_an_atom_is_not_parted() -> None:
    assert read_value("作者", " 甲、乙 ", []) == Value("甲、乙")
    assert read_value("出版日期", "2018年4月1日", [_link("2018年4月1日")]) == Value(
        "2018年4月1日", "2018-04-01", link=_target("2018年4月1日")
    )


def test_explained_as_read() -> None:
    readings = explain_values("主要作品", "《甲》、《乙》（1999年）", [_link("乙")])
    assert [reading.rule for reading in readings] == ["list of works", "list of works; link by without remark and quotes"]
    amount, date = explain_values("身高", "174 cm", [])[0], explain_values("成立时间", "1958年", [])[0]
    assert (amount.typed, date.typed, amount.linked) == ("amount", "date", "")


_NAMES = st.sampled_from(["职业", "代表作品", "出生日期", "面积", "校训", "外文名", "某某", "分布区域", "气候条件", ""])


@settings(max_examples=60)
@given(_NAMES, st.text(), st.lists(st.builds(Link, st.text(), st.text()), max_size=3))
def test_any_row_is_read_and_explained_alike(name: str, text: str, links: list[Link]) -> None:
    values = read_values(name, text, links)
    assert [reading.value for reading in explain_values(name, text, links)] == list(values)
    assert all(value.text and value.text in text for value in values)
    assert read_value(name, text, links).text == text.strip()


#: words, some of which mean something to a rule: joints, endings, clauses, numerals, places
_WORDS = st.sampled_from(
    ["演员", "甲", "刘德华", "中国", "北京市", "广东省", "和平", "甲等", "气候温和", "第三者", "一", "重视教育", "元", "其他", "A"]
)


@settings(max_examples=500)
@given(_NAMES, st.lists(_WORDS, min_size=1, max_size=5), st.sampled_from("、，； "), st.booleans())
def test_rows_of_nothing_but_links_are_read_as_any_row_is(name: str, words: list[str], mark: str, linked: bool) -> None:
    links = [_link(word, at) for at, word in enumerate(words)] if linked else []
    text = mark.join(words)
    assert read_values(name, text, links) == tuple(reading.value for reading in explain_values(name, text, links))
