"""A small corpus of everything that hurts: names that clash, empty objects, tabs, 1 MB values, numbers as predicates, odd addresses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from baike_spider.corpus.build import build_corpus

BASE = "https://baike.baidu.com/item/"
LONG = "长" * 350_000  # a megabyte of UTF-8


def value(text: str, **typed: Any) -> dict[str, Any]:
    return {"text": text, **typed}


def link(text: str, name: str, lemma_id: int | None = None) -> dict[str, Any]:
    url = BASE + name + (f"/{lemma_id}" if lemma_id is not None else "")
    return value(text, link={"url": url, "lemma_id": lemma_id})


def entry(title: str, lemma_id: int | None, rows: dict[str, list[dict[str, Any]]], **fields: Any) -> dict[str, Any]:
    sense = fields.get("sense")
    number = f"/{lemma_id}" if lemma_id is not None else ""
    digest = f"sha256:{abs(lemma_id or len(title + (sense or ''))):064x}"
    plain: dict[str, Any] = {
        "schema": 1,
        "site": "baidu_baike",
        "layout": "basicinfo",
        "source": "saved.html",
        "url": BASE + title + number,
        "lemma_id": lemma_id,
        "title": title,
        "sense": None,
        "aliases": [],
        "summary": "",
        "tags": [],
        "updated": None,
        "rows": [
            {"name": name, "text": "、".join(one["text"] for one in values), "values": values, "links": []} for name, values in rows.items()
        ],
        "senses": [],
        "relations": [],
        "images": [],
        "digest": digest,
        "fetched_at": "2026-01-02T03:04:05Z",
        "extractor": "0.1.0",
    }
    return plain | fields


ENTRIES: list[dict[str, Any]] = [
    entry(
        "刘德华",
        114923,
        {
            "职业": [link("演员", "演员", 30485), value("歌手")],
            "出生日期": [value("1961年9月27日", date="1961-09-27")],
            "身高": [value("174 cm", quantity={"low": 174, "high": 174, "unit": "cm"})],
            "妻子": [link("朱丽倩", "朱丽倩")],
        },
        sense="中国香港男演员、歌手",
        aliases=["华仔", "Andy Lau"],
        summary="刘德华，\n演员、\t歌手。",
        tags=["演员", "人物"],
        updated="2019-03-27",
    ),
    entry(
        "刘德华",
        9,
        {"职业": [value("教授")], "别名": [value("华仔")], "著作": [value("《甲（上"), value("乙》")]},
        sense="教授",
        aliases=["华仔"],
        layout="react",
    ),
    entry("演员", 30485, {"外文名": [value("actor")]}),
    # two entries of one subject that say the same: as plain triples they are one
    entry("重名", 101, {"类型": [value("山")], "高": [value("1")]}),
    entry("重名", 102, {"类型": [value("山")], "高": [value("2")]}, fetched_at=None),
    entry("朱丽倩", None, {"丈夫": [link("刘德华", "刘德华", 114923)]}),
    entry(
        '引号"逗号,分号;\\反斜杠',
        103,
        {
            "1": [value("2")],
            "-3.5": [value("")],
            'a"b,c': [
                value('"'),
                value('"开头'),
                value("a\\"),
                value(" 前后空格 "),
                value("'"),
                value(",,"),
                value("#"),
                value("NULL"),
                value("NA"),
            ],
            "<p>{}|^`% 100%/?#[]": [value("<b>&amp;</b>"), link("怪", '怪"<>{}|^` %zz[1]\\', None)],
            "制表\t换行\n名": [value("甲\t乙\r\n丙\u2028丁")],
            "😀": [value("𠮷野家 \U0010fffd \ue000")],
            "": [value("无名")],
            "长": [value(LONG)],
        },
        url=BASE + '引号"逗号,<odd> {x}|^`[y]\\%zz',
        sense="方[括]号",
    ),
    entry("无三元组", 104, {}),
    entry("1", 105, {"链接": [link("演员", "演员", 30485), link("演员", "演员", 30486)], "标签": [value("行里的标签")]}, tags=["数"]),
]


def build(folder: Path, entries: list[dict[str, Any]] = ENTRIES) -> Path:
    """The corpus of these entries."""
    folder.mkdir(parents=True, exist_ok=True)
    records = folder / "entries.jsonl"
    records.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in entries), encoding="utf-8")
    build_corpus([records], folder / "corpus", threads=1)
    return folder / "corpus"
