"""A site of generated questions in the markup of Baidu Zhidao: lists of categories, pages of questions with their relatives.

Half of the questions stand in lists; the others only the related links of one question lead to, so that whoever finds all of them has followed both.
Every third page is GBK, every third claims to be GBK and is UTF-8. Ids have 19 digits, as the site's have since 2014.
"""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["SEED", "question_id", "question_of", "write_site"]

SEED = "https://zhidao.baidu.com/list?cid=106"
_FIRST_ID = 1_500_483_605_243_000_000
_CATEGORIES = ("烹饪", "装饰", "健身", "宠物", "交通")
#: questions that a page of a list shows
_ON_A_PAGE = 20
_QUESTION = """<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html;charset=gbk" />
<title>{text}_百度知道</title><link rel="canonical" href="https://zhidao.baidu.com/question/{number}.html"/></head>
<body><div class="wgt-ask" id="wgt-ask"><h1 accuse="qTitle"><span class="ask-title">{text}</span></h1>
<div id="ask-info"><span class="classinfo">分类：<a href="/list?cid={cid}">{category}</a></span></div></div>
<div class="wgt-best"><pre id="best-content-{number}">{answer}</pre></div>
<div class="wgt-related" id="wgt-related"><ul>{related}</ul></div>
<div class="wgt-answers" id="wgt-answers"></div></body></html>"""
_LIST = """<!DOCTYPE html><html><head><meta charset="gbk"><title>问题分类_百度知道</title></head><body class="list-home"><div id="body">
<div class="crumbs-list-wgt">{lists}</div><ul class="question-list-ul">{questions}</ul><div class="pager">{more}</div></div></body></html>"""


def question_id(place: int) -> int:
    return _FIRST_ID + 7919 * place


def question_of(place: int) -> dict[str, object]:
    """The record that the page of this question must become."""
    return {
        "url": f"http://zhidao.baidu.com/question/{question_id(place)}.html",
        "question": f"第{place}问：盐钟为什么会响？",
        "tags": [_CATEGORIES[place % len(_CATEGORIES)]],
    }


def write_site(folder: Path, questions: int) -> None:
    """Writes the pages and their index below `folder`."""
    folder.mkdir(parents=True)
    lines = []

    def put(name: str, url: str, html: str, encoding: str) -> None:
        (folder / name).write_bytes(html.encode(encoding))
        lines.append(json.dumps({"path": name, "url": url, "kind": "question" if name[0] == "q" else "list"}))

    for place in range(questions):
        encoding = ("gbk", "utf-8", "utf-8")[place % 3]
        html = _page(place, questions)
        html = html.replace("charset=gbk", "charset=utf-8") if place % 3 == 1 else html
        put(f"q{place}.html", f"https://zhidao.baidu.com/question/{question_id(place)}.html", html, encoding)
    listed = [place for place in range(questions) if place % 2 == 0]
    put(
        "top.html",
        SEED,
        _LIST.format(lists="".join(_link_to_list(cid, 0) for cid in range(len(_CATEGORIES))), questions="", more=""),
        "gbk",
    )
    for cid in range(len(_CATEGORIES)):
        own = [place for place in listed if place % len(_CATEGORIES) == cid]
        for page in range(0, len(own), _ON_A_PAGE):
            shown = "".join(f"<li>{_link(place)}</li>" for place in own[page : page + _ON_A_PAGE])
            more = _link_to_list(cid, page + _ON_A_PAGE) if page + _ON_A_PAGE < len(own) else ""
            query = f"cid={106101 + cid}" + (f"&pn={page}" if page else "")
            put(f"l{cid}-{page}.html", f"https://zhidao.baidu.com/list?{query}", _LIST.format(lists="", questions=shown, more=more), "gbk")
    (folder / "index.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _page(place: int, questions: int) -> str:
    # an even question leads to the odd one behind it, which no list shows, and back to some that are known
    near = [place + 1 if place % 2 == 0 else place - 1, (place * 7) % questions, (place * 31 + 5) % questions // 2 * 2]
    return _QUESTION.format(
        text=question_of(place)["question"],
        number=question_id(place),
        cid=106101 + place % len(_CATEGORIES),
        category=_CATEGORIES[place % len(_CATEGORIES)],
        answer="海雾重的夜里，盐粒受潮。<br />" * 40,
        related="".join(f"<li>{_link(other)}</li>" for other in near if 0 <= other < questions),
    )


def _link(place: int) -> str:
    return f'<a href="/question/{question_id(place)}.html?qbl=relate_question_{place % 5}&amp;word=%D1%CE" target="_blank">{place}</a>'


def _link_to_list(cid: int, page: int) -> str:
    return f'<a href="/list?cid={106101 + cid}&type=default{f"&pn={page}" if page else ""}">更多</a>'
