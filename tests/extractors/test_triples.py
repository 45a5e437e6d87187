"""From an entry to triples."""

from __future__ import annotations

import dataclasses

from extractors import Entry, Link, Quantity, Relation, Row, Target, Triple, Value, triples

URL = "https://baike.baidu.com/item/沈青禾/700601"
SONG = Target("https://baike.baidu.com/item/夜航/700602", 700602)

ENTRY = Entry(
    site="baidu_baike",
    layout="basicinfo",
    source="pages/a.html",
    url=URL,
    lemma_id=700601,
    title="沈青禾",
    sense="歌手",
    aliases=("青禾",),
    summary="沈青禾，歌手。\n生于北海。",
    tags=("歌手", "人物"),
    updated=None,
    rows=(
        Row(
            "代表作品",
            "夜航、江水、夜航",
            (Value("夜航", link=SONG), Value("江水"), Value("夜航", link=SONG)),
            (Link("夜航", SONG.url, 700602),),
        ),
        Row("出生日期", "1988年11月2日", (Value("1988年11月2日", "1988-11-02"),)),
        Row("身高", "168cm", (Value("168cm", quantity=Quantity(168, 168, "cm")),)),
        Row("代表作品", "夜航", (Value("夜航"),)),
        Row("英文名", "", ()),
    ),
    senses=(),
    relations=(Relation("丈夫", "顾长风", "https://baike.baidu.com/item/顾长风/700603", 700603),),
    images=(),
    digest="sha256:00",
    fetched_at="2026-01-02T03:04:05Z",
    extractor="1",
)


def said(entry: Entry) -> list[tuple[str, str]]:
    return [(triple.predicate, triple.object) for triple in triples(entry)]


def test_what_an_entry_says() -> None:
    assert said(ENTRY) == [
        ("代表作品", "夜航"),
        ("代表作品", "江水"),
        ("出生日期", "1988年11月2日"),
        ("身高", "168cm"),
        ("代表作品", "夜航"),  # the bare name, which is not the linked entry
        ("丈夫", "顾长风"),
        ("同义词", "青禾"),
        ("标签", "歌手"),
        ("标签", "人物"),
        ("义项", "歌手"),
        ("描述", "沈青禾，歌手。\n生于北海。"),
    ]


def test_no_triple_twice() -> None:
    found = list(triples(ENTRY))
    assert len(set(found)) == len(found)


def test_a_triple_holds_ids_types_and_provenance() -> None:
    first, _, born, tall, *_ = triples(ENTRY)
    assert first == Triple(
        subject="沈青禾（歌手）",
        predicate="代表作品",
        object="夜航",
        subject_id=700601,
        subject_url=URL,
        object_id=700602,
        object_url=SONG.url,
        source=URL,
        digest="sha256:00",
        layout="basicinfo",
        extractor="1",
        fetched_at="2026-01-02T03:04:05Z",
    )
    assert (born.date, tall.quantity) == ("1988-11-02", Quantity(168, 168, "cm"))


def test_without_a_sense_the_subject_is_the_title() -> None:
    bare = dataclasses.replace(ENTRY, sense=None, summary="", aliases=(), tags=(), relations=(), rows=())
    assert said(bare) == []
    assert bare.subject == "沈青禾"


def test_a_normalised_predicate_keeps_the_raw_one_beside_it() -> None:
    names = {"身高": "高度", "丈夫": "配偶"}
    found = {triple.object: triple for triple in triples(ENTRY, predicate=lambda name: names.get(name, name))}
    assert (found["168cm"].predicate, found["168cm"].raw_predicate) == ("高度", "身高")
    assert (found["顾长风"].predicate, found["顾长风"].raw_predicate) == ("配偶", "丈夫")
    assert (found["江水"].predicate, found["江水"].raw_predicate) == ("代表作品", None)
