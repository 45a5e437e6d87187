"""One spelling for one page: addresses in every form that was seen, and the laws they obey."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import EntryRef, canonical_url, entry_ref, entry_url, site_named, sites
from extractors.sites import link_target, site_of
from extractors.urls import absolute, decode_segment, decode_segments, spell_segment

BAIDU, HUDONG = "baidu_baike", "hudong"
LIU = EntryRef(BAIDU, "刘德华", 114923)
NAME = "%E5%88%98%E5%BE%B7%E5%8D%8E"

ENTRIES = [
    (f"https://baike.baidu.com/item/{NAME}/114923", LIU),
    (f"http://baike.baidu.com/item/{NAME}/114923?fr=aladdin", LIU),
    ("https://baike.baidu.com/item/刘德华/114923", LIU),
    (f"//baike.baidu.com/item/{NAME}/114923/", LIU),
    (f"/item/{NAME}/114923#viewPageContent", LIU),
    (f"/item/{NAME}/114923?fromtitle=华仔&fromid=99", LIU),
    (f"/item/{NAME}?fromtitle=华仔&lemmaId=114923", LIU),
    (f"/item/{NAME}?lemmaid=114923", LIU),
    (f"/item/{NAME}/114923?lemmaId=7", LIU),
    (f"https://m.baike.baidu.com/item/{NAME}/114923?noadapt=1", LIU),
    (f"http://wapbaike.baidu.com/item/{NAME}/114923", LIU),
    (f"https://baike.baidu.hk/item/{NAME}/114923", LIU),
    (f"HTTPS://BAIKE.baidu.com:443/item/{NAME}/114923", LIU),
    (f" /item/{NAME}/114923 ", LIU),
    (f"/item/{NAME}", EntryRef(BAIDU, "刘德华")),
    (f"/item/{NAME}?lemmaId=", EntryRef(BAIDU, "刘德华")),
    (f"/item/{NAME}?lemmaId=x", EntryRef(BAIDU, "刘德华")),
    (f"/item/{NAME}/0", EntryRef(BAIDU, "刘德华")),
    ("/item/%C1%F5%B5%C2%BB%AA", EntryRef(BAIDU, "刘德华")),  # GBK, links of 2013
    ("/item/AC%2FDC/30485", EntryRef(BAIDU, "AC/DC", 30485)),
    ("/item/C%23", EntryRef(BAIDU, "C#")),
    ("/item/C%2B%2B/99", EntryRef(BAIDU, "C++", 99)),
    ("/item/100%25", EntryRef(BAIDU, "100%")),
    ("/item/Hello%20%20World", EntryRef(BAIDU, "Hello World")),
    ("/item/.NET", EntryRef(BAIDU, ".NET")),
    ("/view/1758.htm", EntryRef(BAIDU, "", None, "/view/1758.htm")),
    ("http://baike.baidu.com/view/1758.html?goodTagLemma", EntryRef(BAIDU, "", None, "/view/1758.htm")),
    ("/subview/1758/5063.htm", EntryRef(BAIDU, "", None, "/subview/1758/5063.htm")),
]
NO_ENTRIES = [
    "",
    "#",
    "/",
    "javascript:;",
    "mailto:a@example.test",
    "http://[",
    "https://baike.baidu.com",
    "/item/",
    "/item/%20",
    "/item/a/b/c",
    "/items/a",
    "/view/abc.htm",
    "/pic/x/1/0/2",
    "/search/word?word=x",
    "https://zhidao.baidu.com/item/x",
    "https://baike.baidu.com.example.test/item/x",
]


@pytest.mark.parametrize(("url", "ref"), ENTRIES)
def test_entries(url: str, ref: EntryRef) -> None:
    assert entry_ref(url, base="https://baike.baidu.com") == ref


@pytest.mark.parametrize("url", NO_ENTRIES)
def test_what_is_no_entry(url: str) -> None:
    assert entry_ref(url, base="https://baike.baidu.com") is None


@pytest.mark.parametrize(
    ("url", "ref"),
    [
        ("http://www.baike.com/wiki/%E6%B1%9F%E5%9F%8E", EntryRef(HUDONG, "江城")),
        ("//www.baike.com/wiki/12%E6%9C%88%5B%E6%9C%88%E4%BB%BD%5D", EntryRef(HUDONG, "12月[月份]")),
        ("/wiki/%E6%B1%9F%E5%9F%8E&prd=button_doc_jinru", EntryRef(HUDONG, "江城")),
        ("https://www.hudong.com/wiki/R&B", EntryRef(HUDONG, "R&B")),
        ("/createDocAuth.do?doc_title=x", None),
    ],
)
def test_hudong(url: str, ref: EntryRef | None) -> None:
    assert entry_ref(url, base="https://www.baike.com") == ref


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (f"http://baike.baidu.com/item/{NAME}/114923?fr=aladdin#3", "https://baike.baidu.com/item/刘德华/114923"),
        ("https://baike.baidu.com/item/AC%2fDC", "https://baike.baidu.com/item/AC%2FDC"),
        ("http://baike.baidu.com/view/1758.html", "https://baike.baidu.com/view/1758.htm"),
        ("http://www.example.test/a?b=c#d", "https://www.example.test/a?b=c"),
        ("ftp://example.test/", ""),
        ("nothing", ""),
    ],
)
def test_canonical_url(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_malformed_percents_are_kept_readable() -> None:
    assert decode_segment("%E5%88%zz") != ""
    assert decode_segments([b"%E5%88%98", b"%E5%88", b"%zz", b"A%20B", b"%00"]) == [
        decode_segment(s) for s in ("%E5%88%98", "%E5%88", "%zz", "A%20B", "%00")
    ]


TITLES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
IDS = st.none() | st.integers(1, 10**12 - 1)


def spaced(title: str) -> str:
    return " ".join(title.split())


@given(TITLES.map(spaced).filter(bool), IDS, st.sampled_from([BAIDU, HUDONG]))
def test_a_locator_leads_back_to_its_reference(title: str, lemma_id: int | None, site: str) -> None:
    if site == HUDONG and (lemma_id is not None or re.search(r"&(amp;)?(prd|hf|fr)=", title)):
        return
    ref = EntryRef(site, title, lemma_id)
    assert site_named(site).locate(ref.locator) == ref
    assert entry_ref(entry_url(ref)) == ref


@given(TITLES.map(spaced).filter(bool), IDS)
def test_canonical_twice_is_once(title: str, lemma_id: int | None) -> None:
    once = canonical_url(entry_url(EntryRef(BAIDU, title, lemma_id)))
    assert canonical_url(once) == once
    assert canonical_url(once.replace("https:", "http:") + "?fr=x#y") == once


@given(
    st.text(max_size=60), st.sampled_from(["", "https://baike.baidu.com", "https://baike.baidu.com/item/", "http://www.baike.com/wiki/"])
)
def test_any_text_is_an_address_or_none(text: str, prefix: str) -> None:
    once = canonical_url(prefix + text)
    assert canonical_url(once) == once
    assert site_of(prefix + text) is None or site_of(prefix + text).name in sites()


@given(st.binary(max_size=12))
def test_segments_together_are_segments_alone(raw: bytes) -> None:
    segments = [b"%E5%88%98", "".join(f"%{byte:02X}" for byte in raw).encode(), b"x%20y"]
    segments = [segment for segment in segments if segment]
    assert decode_segments(segments) == [decode_segment(segment.decode()) for segment in segments]


@given(TITLES)
def test_a_spelled_segment_holds_nothing_that_breaks_an_address(title: str) -> None:
    spelled = spell_segment(title)
    assert not re.search(r"[/?#\s\x00-\x1f]", spelled)
    assert decode_segment(spelled) == title


def test_find_refs_says_what_entry_ref_says_of_every_href() -> None:
    hrefs = [unescape(url).strip() for url, _ in ENTRIES if " " not in url.strip()]
    site = site_named(BAIDU)
    area = "".join(f'<a target=_blank href="{href}">x</a>\n<a href={href} class=y>x</a>' for href in hrefs).encode()
    expected = dict.fromkeys(filter(None, (entry_ref(href, base=site.base) for href in hrefs)))
    plain = [href for href in hrefs if not re.match(r"(?i)https?://[^/]*(:|[A-Z])", href)]
    assert set(dict.fromkeys(site.find_refs(area, 0, len(area)))) == {entry_ref(href, base=site.base) for href in plain} & set(expected)


def test_neither_an_endless_number_nor_an_empty_title_is_an_entry() -> None:
    body = b'<a href="/item/x/%b">y</a><a href="/item/z/1234567890123">y</a><a href="/item//7">y</a><a href="/item/%%20/7">y</a>' % (
        b"9" * 5000
    )
    assert list(site_named(BAIDU).find_refs(body, 0, len(body))) == []
    last = b'<a href="/item/x">x</a><a href="/item/%20">y</a>'
    assert [ref.title for ref in site_named(BAIDU).find_refs(last, 0, len(last))] == ["x"]


@pytest.mark.parametrize(("url", "ref"), ENTRIES)
def test_the_short_cut_for_plain_links_says_what_the_long_way_says(url: str, ref: EntryRef) -> None:
    read = site_named(BAIDU).read_link(url)
    assert read is None or read == (entry_url(ref), ref.lemma_id)
    assert link_target(url, "https://baike.baidu.com") == (entry_url(ref), ref.lemma_id)


@given(TITLES, IDS, st.sampled_from(["", "/", "?lemmaId=5", "#1", "&amp;", " ", "%20"]))
def test_the_short_cut_is_taken_for_plain_links_only(title: str, lemma_id: int | None, tail: str) -> None:
    for spelled in (quote(title, safe=""), spell_segment(title), title):
        href = f"/item/{spelled}{'' if lemma_id is None else f'/{lemma_id}'}{tail}"
        read = site_named(BAIDU).read_link(href)
        if read is not None:
            ref = entry_ref(href, base="https://baike.baidu.com")
            assert ref is not None
            assert read == (entry_url(ref), ref.lemma_id)


def test_absolute_is_https() -> None:
    assert absolute("//a.example.test/x", "http://b.example.test") == "https://a.example.test/x"
