"""The report as one HTML page: no script, no font, no picture from elsewhere. Comes in: a `Report`. Goes out: text. Counts nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from baike_spider.corpus.report.markup import (
    changes,
    count_bars,
    cut,
    dated,
    document,
    flow,
    inputs,
    odd_list,
    pair,
    percent,
    ratio,
    rejects,
    section,
    shown,
    size,
    table,
    tiles,
)
from baike_spider.corpus.report.svg import bars, columns, share

if TYPE_CHECKING:
    from baike_spider.corpus.report.model import PredicateRow, Report

__all__ = ["page"]

_KINDS = (("link", "链接到词条"), ("date", "日期"), ("amount", "数量"), ("text", "文字"))
_TOP = 20


def page(report: Report) -> str:
    """The whole page."""
    sections = (_head, _changes, _entries, _predicates, _values, _links, _odd)
    parts = [part(report) for part in sections]
    parts.append(rejects(report.manifest, noun="词条"))
    parts.append(inputs(report.manifest, {"entries": "词条", "triples": "三元组"}))
    return document(report.name, report.manifest, parts)


def _head(report: Report) -> str:
    counts = report.manifest.counts
    numbers = (
        (f"{counts['entries']:,}", "词条 entries"),
        (f"{counts['triples']:,}", "三元组 triples"),
        (f"{report.predicate_count:,}", "谓语 predicates"),
        (f"{counts['names']:,}", "名称 names"),
        (f"{counts['links']:,}", "链接 links"),
        (ratio(counts["triples"], counts["entries"]), "每词条三元组"),
        (f"{counts['versions']:,}", "读入的词条记录"),
        (size(sum(shard.bytes for shard in report.manifest.shards)), f"{len(report.manifest.shards)} 个文件"),
    )
    return tiles(report.name, report.manifest, numbers)


def _changes(report: Report) -> str:
    if not report.previous:
        return ""
    counts = changes({"词条": report.changes["entries"], "三元组": report.changes["triples"]})
    shifts = table((("name", "谓语"), ("number", "原有"), ("number", "现有"), ("number", "差")), map(_shift, report.shifts), style="snug")
    most = f"<h3>条数变化最大的谓语 predicates that changed most</h3>{shifts}" if report.shifts else ""
    return section(f"与 {report.previous} 相比", "what changed", counts + most)


def _shift(shift: tuple[str, int, int]) -> tuple[str, int, int, str]:
    name, before, now = shift
    return shown(name), before, now, f'<span class="{"up" if now > before else "down"}">{now - before:+,}</span>'


def _entries(report: Report) -> str:
    total = report.manifest.counts["entries"]
    sites, layouts = (count_bars(report.manifest.counts[name].items(), total) for name in ("sites", "layouts"))
    charts = (
        f"<h3>按站点 by site</h3>{sites}<h3>按版式 by layout</h3>{layouts}",
        f"<h3>按三元组数 by number of triples</h3>{columns(report.per_entry, title='词条按三元组数')}",
        f"<h3>按抓取月份 by month fetched</h3>{dated(report.fetched, months=True)}",
        f"<h3>按最后编辑年份 by year of last edit</h3>{dated(report.updated, months=False)}",
    )
    return section("词条", "entries", pair(charts))


def _predicates(report: Report) -> str:
    if not report.predicates:
        return ""
    entries = max(1, report.manifest.counts["entries"])
    covered = sorted(report.predicates, key=lambda row: (-row.entries, row.name))[:_TOP]
    chart = bars([(row.name, row.entries / entries, percent(row.entries, entries)) for row in covered], title="谓语覆盖率", most=1)
    most = bars([(row.name, row.triples, f"{row.triples:,}") for row in report.predicates[:_TOP]], title="谓语条数")
    once = f"共 {report.predicate_count:,} 种谓语，其中 {report.predicates_once:,} 种（{percent(report.predicates_once, report.predicate_count)}）只出现一次。"
    heads = (
        ("name", "谓语"),
        ("number", "三元组"),
        ("number", "覆盖率"),
        ("kinds", "值的类型"),
        ("number", "多值"),
        ("number", "链接"),
        ("examples", "常见的值"),
    )
    rows = (
        (
            shown(row.name),
            row.triples,
            percent(row.entries, entries),
            _kinds(row),
            percent(row.split, row.entries),
            percent(row.links, row.triples),
            '<span class="soft"> ｜ </span>'.join(escape(cut(text, 24)) for text in row.examples),
        )
        for row in report.predicates
    )
    return section(
        "谓语",
        "predicates",
        f'<p class="soft">{once}覆盖率：有此谓语的词条所占的比例；多值：其中有一个以上值的比例。</p>'
        f"{pair((f'<h3>三元组最多 by triples</h3>{most}', f'<h3>覆盖率最高 by coverage</h3>{chart}'))}"
        f"<h3>最常见的 {len(report.predicates)} 种</h3>{_key()}{table(heads, rows, style='stacked')}",
    )


def _values(report: Report) -> str:
    totals = report.totals
    if not totals.triples:
        return ""
    counts = {"link": totals.links, "date": totals.dates, "amount": totals.amounts}
    counts["text"] = max(0, totals.triples - sum(counts.values()))
    told = (
        f"{percent(totals.split, totals.entries)} 的（词条、谓语）有一个以上的值；{percent(totals.links, totals.triples)} 的值链接到词条；"
        f"空值 {report.empty:,} 条。"
    )
    key = _key({kind: f"{count:,}（{percent(count, totals.triples)}）" for kind, count in counts.items()})
    return section("值", "values", f"{_kinds(totals, height=22)}{key}<p>{told}</p>")


def _links(report: Report) -> str:
    links = report.manifest.counts["links"]
    told = f"{links:,} 条链接，其中 {report.links_inside:,} 条（{percent(report.links_inside, links)}）指向语料库里的词条。"
    lists = (
        odd_list("被指向最多的词条 most linked", report.targets, "次数"),
        odd_list("不在语料库里、被指向最多 most wanted", report.wanted, "次数"),
    )
    return section("链接", "links", f"<p>{told}</p>{pair(filter(None, lists))}")


def _odd(report: Report) -> str:
    lists = (
        ("最长的值（描述除外）longest values", report.longest, "字节"),
        ("括号不成对的值 unclosed brackets", report.unclosed, "条"),
        ("三元组最多的词条 largest entries", report.largest, "条"),
        ("最多词条共有的名称 most shared names", report.shared, "词条"),
        ("最长的谓语 longest predicates", report.long_predicates, "字节"),
        ("是数字的谓语 predicates that are numbers", report.numbers, "条"),
    )
    return section("少见的行", "longest and oddest", flow(filter(None, (odd_list(title, rows, unit) for title, rows, unit in lists))))


def _kinds(row: PredicateRow, *, height: int = 12) -> str:
    total = max(1, row.triples)
    parts = [("link", row.links / total), ("date", row.dates / total), ("amount", row.amounts / total)]
    parts.append(("text", max(0.0, 1 - sum(size for _, size in parts))))
    told = "，".join(f"{label} {size:.0%}" for (_, size), (_, label) in zip(parts, _KINDS, strict=True))
    return share(parts, title=told, height=height)


def _key(numbers: dict[str, str] | None = None) -> str:
    """What the colours of `_kinds` mean, with a number behind each where there are some."""
    parts = (f'<span><i class="{kind}"></i>{label} {(numbers or {}).get(kind, "")}</span>' for kind, label in _KINDS)
    return f'<div class="key">{"".join(parts)}</div>'
