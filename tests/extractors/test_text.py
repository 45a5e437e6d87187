"""Markup to text: a table of what a reader sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.flow import _read_strict, _Reader, first_div, read_flow
from extractors.text import bare_sense, plain, row_name, row_name_of, tidy, unsurrogated

BASE = "https://baike.baidu.com"


def flow(html: str) -> tuple[str, list[tuple[str, str, int | None]], list[str]]:
    read = read_flow(html, BASE)
    return read.text, [(link.text, link.url.removeprefix(BASE), link.lemma_id) for link in read.links], list(read.images)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("  演员\n、 歌手 ", "演员 、 歌手"),
        ("甲&nbsp;&nbsp;乙\u3000丙", "甲 乙 丙"),
        ("甲<br>乙<br/>\n丙<br><br>", "甲\n乙\n丙"),
        ("甲<p>乙</p><div>丙<i>丁</i></div>戊", "甲\n乙\n丙丁\n戊"),
        ("<ul><li>甲</li><li>乙</li></ul>", "甲\n乙"),
        ("零\u200b宽\ufeff字\u00ad符", "零宽字符"),
        # footnotes, 2014-2022, 2013, React; the white space about a mark goes with it, between Latin words a space stays
        ('甲<sup class="sup--normal" data-sup="1">\n[1]</sup><a class="sup-anchor" name="r">&nbsp;</a>\n，乙', "甲，乙"),
        ('甲<sup>[1-3]</sup><a class="anchor-inline" name="r">&nbsp;</a><a class="anchor-inline">&nbsp;</a>乙', "甲乙"),
        ('甲<span class="supWrap_x J-supWrap"><sup data-tag="ref"> [1]<em id="sup-1"></em></sup></span>', "甲"),
        ("Alpha<sup>[1]</sup> beta", "Alpha beta"),
        ("甲[1] ", "甲"),
        ("甲[2-3]，乙[4]", "甲，乙"),
        ("<sup>[1]</sup>", ""),
        # real exponents and indices
        ("10<sup>3</sup> m<sup>2</sup>", "103 m2"),
        ("Na<sub>2</sub>O", "Na2O"),
        ("[1,2]-丁二烯", "[1,2]-丁二烯"),
        # controls
        ('甲<a class="toggle toExpand"><em class="arrow"></em>展开</a>', "甲"),
        ('甲<a class="toggle_H_Pt1 toExpand_x">展开<svg><path/></svg></a>', "甲"),
        ("展开讨论", "展开讨论"),
        ("<script>x</script><style>y</style>甲<button>z</button>", "甲"),
        ('甲<div class="lemma-picture"><img src="/a.png"><span class="description">图</span></div>', "甲"),
        # collapsed
        (
            (
                '短<a class="toggle toExpand">展开</a><div class="basicInfo-overlap"><dl class="basicInfo-block overlap"><dt>名</dt>'
                '<dd>短、全<a class="toggle toCollapse">收起</a></dd></dl></div>'
            ),
            "短、全",
        ),
        ('短<div class="basicInfoOverlap_q_8"><dl class="overlap_P_"><dt>名</dt><dd>短、全</dd></dl></div>', "短、全"),
        ('短<div class="basicInfo-overlap"></div>', "短"),
        ("AT&amp;T &lt;甲&gt;", "AT&T <甲>"),
    ],
)
def test_text(html: str, text: str) -> None:
    assert flow(html)[0] == text


@pytest.mark.parametrize(
    ("html", "links"),
    [
        ('<a href="/item/%E6%B1%9F/7?fr=x#2">江</a>', [("江", "/item/江/7", 7)]),
        ('<a href="/item/%E6%B1%9F" data-lemmaid="7"> 江<i>水</i> </a>', [("江水", "/item/江", 7)]),
        ('<a href="/item/%E6%B1%9F/8" data-lemmaid="7">江</a>', [("江", "/item/江/8", 8)]),
        ('<a href="/item/%E6%B1%9F" data-lemmaid="x">江</a>', [("江", "/item/江", None)]),
        ("<a href=http://baike.baidu.com/view/1758.htm>江</a>", [("江", "/view/1758.htm", None)]),
        ('<a href="http://www.example.test/#a">官网</a>', [("官网", "https://www.example.test/", None)]),
        ('<a href="/item/x"><img src="/p.png"></a>', []),
        ('<a href="javascript:;">江</a><a>河</a><a href="">湖</a>', []),
        ('短<a href="/item/a">a</a><div class="basicInfo-overlap"><dd><a href="/item/b">b</a></dd></div>', [("b", "/item/b", None)]),
    ],
)
def test_links(html: str, links: list[tuple[str, str, int | None]]) -> None:
    assert flow(html)[1] == links


@pytest.mark.parametrize(
    ("html", "images"),
    [
        ('<img src="//i.example.test/a.png">', ["https://i.example.test/a.png"]),
        ('<img src="data:image/png;base64,AA" data-src="/b.png"><img src="/b.png">', [BASE + "/b.png"]),
        ('<img><img src=""><img src="data:image/gif;base64,AA">', []),
    ],
)
def test_images(html: str, images: list[str]) -> None:
    assert flow(html)[2] == images


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("中文名", "中文名"),
        ("别\xa0\xa0\xa0\xa0名", "别名"),
        ("别    名", "别名"),
        ("所 在 地：", "所在地"),
        ("Logo  font:", "Logo font"),
        ("IMDb 编码", "IMDb 编码"),
        ("名称：", "名称"),
        ("\xa0\xa0", ""),
        ("", ""),
        ("：", ""),
    ],
)
def test_row_name(raw: str, name: str) -> None:
    assert row_name(raw) == name
    assert row_name_of(raw.replace("\xa0", "&nbsp;")) == name


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("（歌手）", "歌手"),
        ("(band)", "band"),
        ("（内地男演员，中戏老师（周老实））", "内地男演员，中戏老师（周老实）"),
        ("（甲）和（乙）", "（甲）和（乙）"),
        ("歌手", "歌手"),
        ("（）", None),
        ("", None),
    ],
)
def test_bare_sense(text: str, sense: str | None) -> None:
    assert bare_sense(text) == sense


@pytest.mark.parametrize(
    ("html", "text"), [("<h1 >a<br/>b</h1>", "a\nb"), ("&amp;lt;", "&lt;"), (" 甲 \n 乙 ", "甲 乙"), ("<b>甲</b>乙", "甲乙")]
)
def test_plain(html: str, text: str) -> None:
    assert plain(html) == text


def test_halves_of_pairs_go() -> None:
    assert unsurrogated("a\ud800b\U00020000") == "ab\U00020000"


@given(st.text())
def test_tidy_twice_is_once(raw: str) -> None:
    once = tidy(raw)
    assert "\n".join(map(tidy, once.split("\n"))) == once
    assert once == once.strip()


@given(st.text(alphabet='<>abr/=" 甲[1]&;p'))
def test_any_markup_has_a_text(html: str) -> None:
    flow(html)
    plain(html)


def test_deep_nesting_exhausts_nothing() -> None:
    assert flow("<b>" * 100_000 + "甲")[0] == "甲"


LINK = '<a target=_blank href="/item/%E6%B1%9F/7" data-lemmaid="7">江</a>'
STRICT = [
    "甲",
    " ",
    "\n",
    LINK,
    LINK.replace(' data-lemmaid="7"', ""),
    "<br/>",
    "<br>",
    '<div class="para" label-module="para">',
    "</div>",
    "、",
    "&nbsp;",
]
FOOTNOTE = '<sup class="sup--normal" data-sup="1" data-ctrmap=":1,">\n[1]</sup><a class="sup-anchor" name="ref_[1]_582">&nbsp;</a>\n'
LOOSE = ["<i>", "</i>", "</a>", "<a>", '<a href="x">', "<sup>2</sup>", "<", ">", "<p>", '<a class="toggle">展开</a>', "<br >", "<!-- -->"]


@given(st.lists(st.sampled_from([*STRICT, FOOTNOTE, "AT&amp;T"]), max_size=12).map("".join))
def test_what_the_site_wrote_is_read_alike_at_once_and_tag_by_tag(html: str) -> None:
    strict = _read_strict(html, BASE)
    assert strict is not None
    assert strict == _Reader(BASE).read(html)


@given(st.lists(st.sampled_from([*STRICT, FOOTNOTE, *LOOSE]), max_size=12).map("".join))
def test_what_is_read_at_once_is_read_alike_tag_by_tag(html: str) -> None:
    strict = _read_strict(html, BASE)
    assert strict is None or strict == _Reader(BASE).read(html)


@pytest.mark.parametrize(
    ("html", "inside"),
    [
        ('<div class="a">甲<div>乙</div></div><div>丙</div>', '<div class="a">甲<div>乙</div>'),
        ("<div>甲<div>乙</div>", None),
        ("<p>甲</p><div>乙</div>", None),
        ("</div><div>甲</div>", None),
        ("", None),
    ],
)
def test_first_div(html: str, inside: str | None) -> None:
    assert first_div(html) == inside
