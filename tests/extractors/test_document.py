"""Bytes to a document: encodings, markers, slices."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from extractors import Malformed, Page
from extractors.document import Document, parse, utf8
from extractors.tree import inner_text

TEXT = "江城是一座城市，人口三百二十万，镕㐀。" * 3
GBK = '<meta charset="gbk">'
UTF8 = '<meta charset="utf-8">'


@pytest.mark.parametrize(
    ("meta", "encoding", "declared"),
    [
        ("", "utf-8", None),
        ("", "gb18030", None),
        (UTF8, "utf-8", "utf-8"),
        (GBK, "gb18030", "GBK"),
        (GBK, "utf-8", "gb2312"),  # 2013: declares GBK, is UTF-8
        (UTF8, "gb18030", "utf-8"),
        (UTF8, "gb18030", None),
        ('<META http-equiv=Content-Type content="text/html; CHARSET = gb2312">', "gb18030", None),
        (UTF8, "utf-8", "no-such-charset"),
        ("", "utf-8-sig", "gbk"),
        ("", "utf-16", None),
        ("", "utf-16-le", None),
        ("", "utf-16-be", "utf-8"),
    ],
)
def test_the_bytes_decide_about_the_encoding(meta: str, encoding: str, declared: str | None) -> None:
    page = f"<html><head>{meta}<title>江城</title></head><body><p>{TEXT}</p></body></html>"
    assert utf8(page.encode(encoding), declared).decode() == page


def test_a_page_whose_head_is_ascii_is_told_by_its_text() -> None:
    page = f"<html>{'<style>a{b:c}</style>' * 500}<p>{TEXT}</p>"
    assert utf8(page.encode("gb18030"), "utf-8").decode() == page


def test_a_few_broken_bytes_do_not_turn_utf8_into_gbk() -> None:
    broken = f"{GBK}<p>{TEXT}</p>".encode().replace("镕".encode(), b"\xe9\x95\xff")
    assert "江城是一座城市" in utf8(broken, "gbk").decode("utf-8", "replace")


def test_nul_bytes_and_byte_order_mark_go() -> None:
    document = Document(Page(b"\xef\xbb\xbf<p>\0a\0b</p>"))
    assert document.text(0, 99) == "<p>ab</p>"
    assert inner_text(document.tree) == "ab"


def test_a_head_cut_inside_a_character_is_still_utf8() -> None:
    for pad in range(4):
        page = "x" * pad + TEXT * 60
        assert utf8(page.encode()).decode() == page


@given(st.binary(max_size=300), st.sampled_from([None, "gbk", "utf-8", "nonsense", ""]))
def test_no_bytes_raise(body: bytes, declared: str | None) -> None:
    utf8(body, declared).decode("utf-8", "replace")


@given(st.binary(max_size=300))
def test_any_slice_has_a_tree(fragment: bytes) -> None:
    inner_text(parse(fragment))


def test_first_is_the_first_of_several_markers() -> None:
    document = Document(Page(b"....bb..aa..bb"))
    assert document.first((b"aa", b"bb")) == 4
    assert document.first((b"aa", b"bb"), 5) == 8
    assert document.first((b"cc",)) == -1
    assert document.first((b"aa", b"bb"), 0, 4) == -1


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (b'<div class="basic-info x">', 12),
        (b"<div class='x basic-info'>", 14),
        (b"<div label=a class=basic-info>", 19),
        (b'<link href="basic-info.css"><script>$(".basic-info")</script>', -1),
        (b'<script>".basic-info"</script><div class="basic-info">', 42),
        (b"basic-info", -1),
    ],
)
def test_class_at_sees_only_classes(body: bytes, at: int) -> None:
    assert Document(Page(body)).class_at(b"basic-info") == at


def test_the_digest_is_of_the_bytes_as_received() -> None:
    assert Document(Page(b"\xef\xbb\xbf\0")).digest == f"sha256:{sha256(bytes([0xEF, 0xBB, 0xBF, 0])).hexdigest()}"


@pytest.mark.parametrize(
    "fragment",
    [
        b"<a " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">x</a>",
        b"<a " + b" ".join(b'a%d="<"' % n for n in range(150_000)) + b">x</a>",
        b"<div>" * 400_000,
        b"</div>" * 300_000,
        b"<" * 2_000_000,
        b"<!--" * 400_000,
        b"&" * 2_000_000,
    ],
    ids=["attributes", "attributes with tags in them", "nested", "closing", "angles", "comments", "ampersands"],
)
@pytest.mark.timeout(30)  # anything quadratic would take minutes; tests/bench/extraction_hostile.py measures
def test_floods_are_parsed(fragment: bytes) -> None:
    assert parse(fragment).tag == "html"


def test_a_flood_that_no_entry_fills_is_malformed() -> None:
    with pytest.raises(Malformed, match="2,400,000 bytes of markup") as caught:
        parse(b"</div>" * 400_000)
    assert caught.value.reason == "oversized"


def test_a_long_value_is_not_cut() -> None:
    assert len(inner_text(parse("字".encode() * 100_000))) == 100_000


def test_what_libxml2_gives_up_on_is_malformed(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: object) -> None:
        raise etree.XMLSyntaxError("too much", 1, 1, 1)

    monkeypatch.setattr(etree, "fromstring", give_up)
    with pytest.raises(Malformed, match="no HTML"):
        parse(b"<p>")
