"""The report as one HTML page: no script, no font, no picture from elsewhere. Comes in: a `Report`. Goes out: text. Counts nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from baike_spider.corpus.report.markup import (
    count_bars,
    cut,
    dated,
    document,
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
    from baike_spider.corpus.report.gather import PredicateRow, Report

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
    kinds = (("before", "原有"), ("after", "现有"), ("added", "新增"), ("removed", "消失"), ("changed", "改动"))
    rows = (
        f'<tr><td class="name">{label}</td><td class="number">{report.changes["entries"][kind]:,}</td>'
        f'<td class="number">{report.changes["triples"][kind]:,}</td></tr>'
        for kind, label in kinds
    )
    counts = table(("", "#词条", "#三元组"), rows)
    shifts = table(("谓语", "#原有", "#现有", "#差"), map(_shift, report.shifts)) if report.shifts else ""
    parts = [("条数 counts", counts), ("条数变化最大的谓语 predicates that changed most", shifts)]
    return section(f"与 {report.previous} 相比", "what changed", pair(f"<h3>{title}</h3>{inner}" for title, inner in parts if inner))


def _shift(shift: tuple[str, int, int]) -> str:
    name, before, now = shift
    return (
        f'<tr><td class="name">{shown(name)}</td><td class="number">{before:,}</td><td class="number">{now:,}</td>'
        f'<td class="number {"up" if now > before else "down"}">{now - before:+,}</td></tr>'
    )


def _entries(report: Report) -> str:
    total = report.manifest.counts["entries"]
    charts = [
        ("按站点 by site", count_bars(report.manifest.counts["sites"].items(), total)),
        ("按版式 by layout", count_bars(report.manifest.counts["layouts"].items(), total)),
        ("按抓取月份 by month fetched", dated(report.fetched, months=True)),
        ("按最后编辑年份 by year of last edit", dated(report.updated, months=False)),
        ("按三元组数 by number of triples", columns(report.per_entry, title="词条按三元组数")),
    ]
    return section(
        "词条", "entries", '<div class="pair">' + "".join(f"<div><h3>{title}</h3>{chart}</div>" for title, chart in charts) + "</div>"
    )


def _predicates(report: Report) -> str:
    entries = max(1, report.manifest.counts["entries"])
    covered = sorted(report.predicates, key=lambda row: (-row.entries, row.name))[:_TOP]
    chart = bars([(row.name, row.entries / entries, percent(row.entries, entries)) for row in covered], title="谓语覆盖率", most=1)
    most = bars([(row.name, row.triples, f"{row.triples:,}") for row in report.predicates[:_TOP]], title="谓语条数")
    once = f"共 {report.predicate_count:,} 种谓语，其中 {report.predicates_once:,} 种（{percent(report.predicates_once, report.predicate_count)}）只出现一次。"
    rows = (
        f'<tr><td class="name">{shown(row.name)}</td><td class="number">{row.triples:,}</td><td class="number">{percent(row.entries, entries)}</td>'
        f'<td class="kinds">{_kinds(row)}</td><td class="number">{percent(row.split, row.entries)}</td><td class="number">{percent(row.links, row.triples)}</td>'
        f'<td class="examples">{"<span class=soft> ｜ </span>".join(escape(cut(text, 24)) for text in row.examples)}</td></tr>'
        for row in report.predicates
    )
    told = table(("谓语", "#三元组", "#覆盖率", "值的类型", "#多值", "#链接", "常见的值"), rows)
    return section(
        "谓语",
        "predicates",
        f'<p class="soft">{once}覆盖率：有此谓语的词条所占的比例；多值：其中有一个以上值的比例。</p>'
        f"{pair((f'<h3>三元组最多 by triples</h3>{most}', f'<h3>覆盖率最高 by coverage</h3>{chart}'))}"
        f"<h3>最常见的 {len(report.predicates)} 种</h3>{_key()}{told}",
    )


def _values(report: Report) -> str:
    totals = report.totals
    counts = {"link": totals.links, "date": totals.dates, "amount": totals.amounts}
    counts["text"] = max(0, totals.triples - sum(counts.values()))
    rows = [(label, counts[kind], f"{counts[kind]:,}（{percent(counts[kind], totals.triples)}）") for kind, label in _KINDS]
    told = (
        f"{percent(totals.split, totals.entries)} 的（词条、谓语）有一个以上的值；{percent(totals.links, totals.triples)} 的值链接到词条；"
        f"空值 {report.empty:,} 条。"
    )
    return section("值", "values", f"{_kinds(totals, height=22)}{_key()}{bars(rows, title='值的类型')}<p>{told}</p>")


def _links(report: Report) -> str:
    links = report.manifest.counts["links"]
    told = f"{links:,} 条链接，其中 {report.links_inside:,} 条（{percent(report.links_inside, links)}）指向语料库里的词条。"
    return section("链接", "links", f"<p>{told}</p>{odd_list('被指向最多 most linked', report.targets, '次数')}")


def _odd(report: Report) -> str:
    lists = (
        ("最长的值（描述除外）longest values", report.longest, "字节"),
        ("括号不成对的值 unclosed brackets", report.unclosed, "条"),
        ("三元组最多的词条 largest entries", report.largest, "条"),
        ("最多词条共有的名称 most shared names", report.shared, "词条"),
        ("最长的谓语 longest predicates", report.long_predicates, "字节"),
        ("是数字的谓语 predicates that are numbers", report.numbers, "条"),
    )
    return section("少见的行", "longest and oddest", pair(filter(None, (odd_list(title, rows, unit) for title, rows, unit in lists))))


def _kinds(row: PredicateRow, *, height: int = 12) -> str:
    total = max(1, row.triples)
    parts = [("link", row.links / total), ("date", row.dates / total), ("amount", row.amounts / total)]
    parts.append(("text", max(0.0, 1 - sum(size for _, size in parts))))
    told = "，".join(f"{label} {size:.0%}" for (_, size), (_, label) in zip(parts, _KINDS, strict=True))
    return share(parts, title=told, height=height)


def _key() -> str:
    return '<div class="key">' + "".join(f'<span><i class="{kind}"></i>{label}</span>' for kind, label in _KINDS) + "</div>"
