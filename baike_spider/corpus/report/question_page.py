"""The report of a corpus of questions as one HTML page. Comes in: a `QuestionReport`. Goes out: text. Counts nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from baike_spider.corpus.report.markup import (
    changes,
    dated,
    document,
    inputs,
    odd_list,
    pair,
    percent,
    rejects,
    section,
    shown,
    size,
    table,
    tiles,
)
from baike_spider.corpus.report.svg import bars, columns

if TYPE_CHECKING:
    from baike_spider.corpus.report.questions import QuestionReport

__all__ = ["question_page"]

_TOP = 20


def question_page(report: QuestionReport) -> str:
    """The whole page."""
    parts = [part(report) for part in (_head, _changes, _examples, _tags, _texts, _details)]
    parts += [rejects(report.manifest, noun="问题"), inputs(report.manifest, {"questions": "问题"})]
    return document(report.name, report.manifest, parts)


def _head(report: QuestionReport) -> str:
    counts = report.manifest.counts
    total = counts["questions"]
    numbers = (
        (f"{total:,}", "问题 questions"),
        (f"{report.tag_count:,}", "标签 tags"),
        (percent(report.untagged, total), "没有标签"),
        (f"{report.characters[0]:,}", "问题长度的中位数（字）"),
        (f"{counts['versions']:,}", "读入的问题记录"),
        (percent(report.repeated, total), "与别的编号同文"),
        (percent(report.detailed, total), "带有补充信息"),
        (size(sum(shard.bytes for shard in report.manifest.shards)), f"{len(report.manifest.shards)} 个文件"),
    )
    return tiles(report.name, report.manifest, numbers)


def _changes(report: QuestionReport) -> str:
    if not report.previous:
        return ""
    return section(f"与 {report.previous} 相比", "what changed", changes({"问题": report.changes}))


def _examples(report: QuestionReport) -> str:
    rows = ((str(number), shown(text), escape("、".join(tags))) for number, text, tags in report.examples)
    return section("例子", "examples", table((("number", "编号"), ("text", "问题"), ("tags", "标签")), rows, style="stacked"))


def _tags(report: QuestionReport) -> str:
    total = report.manifest.counts["questions"]
    told = f"{report.tag_count:,} 种标签；{report.untagged:,} 个问题（{percent(report.untagged, total)}）没有标签。"
    most = [(tag, count, f"{count:,}（{percent(count, total)}）") for tag, count in report.tags]
    full = max((count for _, count, _ in most), default=0)
    charts = [bars(rows, title="标签的问题数", most=full) for rows in (most[:_TOP], most[_TOP:]) if rows]
    common = f"<h3>最常见的 {len(most)} 种 most common</h3>{pair(charts)}" if charts else ""
    numbers = f"<h3>问题按标签数 by number of tags</h3>{columns(report.per_question, title='问题按标签数')}"
    return section("标签", "tags", f"<p>{told}</p>{common}{numbers}")


def _texts(report: QuestionReport) -> str:
    total = report.manifest.counts["questions"]
    told = (
        f"每问平均 {report.characters[1]:.1f} 字，中位数 {report.characters[0]:,} 字；{report.repeated:,} 个问题（{percent(report.repeated, total)}）"
        "与别的编号同文。"
    )
    lists = (odd_list("最长的问题 longest", report.longest, "字"), odd_list("同文最多的问题 same text", report.same, "编号"))
    chart = f"<h3>问题按字数 by characters</h3>{columns(report.lengths, title='问题按字数', labels=len(report.lengths))}"
    return section("文字", "texts", f"<p>{told}</p>{chart}{pair(filter(None, lists))}")


def _details(report: QuestionReport) -> str:
    if not report.detailed:
        return ""
    total = report.manifest.counts["questions"]
    told = f"{report.detailed:,} 个问题（{percent(report.detailed, total)}）带有补充信息，其中 {report.best:,} 个（{percent(report.best, report.detailed)}）有最佳回答。"
    charts = (
        f"<h3>按提问年份 by year asked</h3>{dated(report.asked, months=False)}",
        f"<h3>按回答数 by number of answers</h3>{columns(report.answers, title='问题按回答数')}",
    )
    return section("补充信息", "details", f"<p>{told}</p>{pair(charts)}")
