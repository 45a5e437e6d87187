"""The report as one HTML page: no script, no font, no picture from elsewhere. Comes in: a `Report`. Goes out: text. Counts nothing."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from baike_spider.corpus.report.svg import bars, columns, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from baike_spider.corpus.report.gather import Odd, PredicateRow, Report

__all__ = ["page"]

_KINDS = (("link", "链接到词条"), ("date", "日期"), ("amount", "数量"), ("text", "文字"))
_TOP = 20


def page(report: Report) -> str:
    """The whole page."""
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    sections = (_head, _changes, _entries, _predicates, _values, _links, _odd, _rejects, _inputs)
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.name)} · 语料库报告</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(filter(None, (section(report) for section in sections)))
        + f"\n<footer>baike-spider {escape(report.manifest.builder)} · {escape(report.manifest.engine)} · 单文件，离线可读</footer>\n</main>\n</body>\n</html>\n"
    )


def _head(report: Report) -> str:
    counts = report.manifest.counts
    fetched = " – ".join(dict.fromkeys(time[:10] for time in report.manifest.fetched)) if report.manifest.fetched else "未知"
    tiles = (
        (f"{counts['entries']:,}", "词条 entries"),
        (f"{counts['triples']:,}", "三元组 triples"),
        (f"{report.predicate_count:,}", "谓语 predicates"),
        (f"{counts['names']:,}", "名称 names"),
        (f"{counts['links']:,}", "链接 links"),
        (_ratio(counts["triples"], counts["entries"]), "每词条三元组"),
        (f"{counts['versions']:,}", "读入的词条记录"),
        (_size(sum(shard.bytes for shard in report.manifest.shards)), f"{len(report.manifest.shards)} 个文件"),
    )
    boxes = "".join(f'<div class="tile"><b>{escape(number)}</b><span class="soft">{escape(what)}</span></div>' for number, what in tiles)
    return (
        f'<h1>{escape(report.name)}</h1>\n<p class="soft">语料库报告 · 抓取于 {escape(fetched)} · 抽取规则 {escape("、".join(report.manifest.extractors))}</p>\n'
        f'<div class="tiles">{boxes}</div>'
    )


def _changes(report: Report) -> str:
    if not report.previous:
        return ""
    kinds = (("before", "原有"), ("after", "现有"), ("added", "新增"), ("removed", "消失"), ("changed", "改动"))
    rows = (
        f'<tr><td class="name">{label}</td><td class="number">{report.changes["entries"][kind]:,}</td>'
        f'<td class="number">{report.changes["triples"][kind]:,}</td></tr>'
        for kind, label in kinds
    )
    table = _table(("", "#词条", "#三元组"), rows)
    shifts = _table(("谓语", "#原有", "#现有", "#差"), map(_shift, report.shifts)) if report.shifts else ""
    parts = [("条数 counts", table), ("条数变化最大的谓语 predicates that changed most", shifts)]
    return _section(f"与 {report.previous} 相比", "what changed", _pair(f"<h3>{title}</h3>{inner}" for title, inner in parts if inner))


def _shift(shift: tuple[str, int, int]) -> str:
    name, before, now = shift
    return (
        f'<tr><td class="name">{_shown(name)}</td><td class="number">{before:,}</td><td class="number">{now:,}</td>'
        f'<td class="number {"up" if now > before else "down"}">{now - before:+,}</td></tr>'
    )


def _entries(report: Report) -> str:
    total = report.manifest.counts["entries"]
    charts = [
        ("按站点 by site", _count_bars(report.manifest.counts["sites"].items(), total)),
        ("按版式 by layout", _count_bars(report.manifest.counts["layouts"].items(), total)),
        ("按抓取月份 by month fetched", _dated(report.fetched, months=True)),
        ("按最后编辑年份 by year of last edit", _dated(report.updated, months=False)),
        ("按三元组数 by number of triples", columns(report.per_entry, title="词条按三元组数")),
    ]
    return _section(
        "词条", "entries", '<div class="pair">' + "".join(f"<div><h3>{title}</h3>{chart}</div>" for title, chart in charts) + "</div>"
    )


def _dated(rows: Sequence[tuple[str, int]], *, months: bool) -> str:
    known = [(label, count) for label, count in rows if label]
    unknown = sum(count for label, count in rows if not label)
    # more than ten years of months are years
    if months and known and _month(known[-1][0]) - _month(known[0][0]) > 120:
        known, months = (
            [(year, sum(count for label, count in known if label[:4] == year)) for year in sorted({label[:4] for label, _ in known})],
            False,
        )
    chart = columns(_without_gaps(known, months=months), title="按时间", labels=6) if known else ""
    return chart + (f'<p class="soft">未知 unknown: {unknown:,}</p>' if unknown else "")


def _month(label: str) -> int:
    return int(label[:4]) * 12 + int(label[5:7]) - 1


def _without_gaps(rows: Sequence[tuple[str, int]], *, months: bool) -> list[tuple[str, int]]:
    """An axis of time has no holes."""
    counts = dict(rows)
    first, last = rows[0][0], rows[-1][0]
    if not months:
        return [(f"{year:04d}", counts.get(f"{year:04d}", 0)) for year in range(int(first), int(last) + 1)]
    labels = [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(_month(first), _month(last) + 1)]
    return [(label, counts.get(label, 0)) for label in labels]


def _predicates(report: Report) -> str:
    entries = max(1, report.manifest.counts["entries"])
    covered = sorted(report.predicates, key=lambda row: (-row.entries, row.name))[:_TOP]
    chart = bars([(row.name, row.entries / entries, _percent(row.entries, entries)) for row in covered], title="谓语覆盖率", most=1)
    most = bars([(row.name, row.triples, f"{row.triples:,}") for row in report.predicates[:_TOP]], title="谓语条数")
    once = f"共 {report.predicate_count:,} 种谓语，其中 {report.predicates_once:,} 种（{_percent(report.predicates_once, report.predicate_count)}）只出现一次。"
    rows = (
        f'<tr><td class="name">{_shown(row.name)}</td><td class="number">{row.triples:,}</td><td class="number">{_percent(row.entries, entries)}</td>'
        f'<td class="kinds">{_kinds(row)}</td><td class="number">{_percent(row.split, row.entries)}</td><td class="number">{_percent(row.links, row.triples)}</td>'
        f'<td class="examples">{"<span class=soft> ｜ </span>".join(escape(_cut(text, 24)) for text in row.examples)}</td></tr>'
        for row in report.predicates
    )
    table = _table(("谓语", "#三元组", "#覆盖率", "值的类型", "#多值", "#链接", "常见的值"), rows)
    return _section(
        "谓语",
        "predicates",
        f'<p class="soft">{once}覆盖率：有此谓语的词条所占的比例；多值：其中有一个以上值的比例。</p>'
        f"{_pair((f'<h3>三元组最多 by triples</h3>{most}', f'<h3>覆盖率最高 by coverage</h3>{chart}'))}"
        f"<h3>最常见的 {len(report.predicates)} 种</h3>{_key()}{table}",
    )


def _values(report: Report) -> str:
    totals = report.totals
    counts = {"link": totals.links, "date": totals.dates, "amount": totals.amounts}
    counts["text"] = max(0, totals.triples - sum(counts.values()))
    rows = [(label, counts[kind], f"{counts[kind]:,}（{_percent(counts[kind], totals.triples)}）") for kind, label in _KINDS]
    told = (
        f"{_percent(totals.split, totals.entries)} 的（词条、谓语）有一个以上的值；{_percent(totals.links, totals.triples)} 的值链接到词条；"
        f"空值 {report.empty:,} 条。"
    )
    return _section("值", "values", f"{_kinds(totals, height=22)}{_key()}{bars(rows, title='值的类型')}<p>{told}</p>")


def _links(report: Report) -> str:
    links = report.manifest.counts["links"]
    told = f"{links:,} 条链接，其中 {report.links_inside:,} 条（{_percent(report.links_inside, links)}）指向语料库里的词条。"
    return _section("链接", "links", f"<p>{told}</p>{_odd_list('被指向最多 most linked', report.targets, '次数')}")


def _odd(report: Report) -> str:
    lists = (
        ("最长的值（描述除外）longest values", report.longest, "字节"),
        ("括号不成对的值 unclosed brackets", report.unclosed, "条"),
        ("三元组最多的词条 largest entries", report.largest, "条"),
        ("最多词条共有的名称 most shared names", report.shared, "词条"),
        ("最长的谓语 longest predicates", report.long_predicates, "字节"),
        ("是数字的谓语 predicates that are numbers", report.numbers, "条"),
    )
    return _section("少见的行", "longest and oddest", _pair(filter(None, (_odd_list(title, rows, unit) for title, rows, unit in lists))))


def _odd_list(title: str, rows: Sequence[Odd], unit: str) -> str:
    if not rows:
        return ""
    lines = (
        f'<tr><td class="number">{row.size:,}</td><td class="text">{_shown(row.text)}{f"<br><small>{escape(row.where)}</small>" if row.where else ""}</td></tr>'
        for row in rows
    )
    return f"<h3>{escape(title)}</h3>{_table((f'#{unit}', ''), lines)}"


def _rejects(report: Report) -> str:
    verdicts = report.manifest.counts["verdicts"]
    total = sum(verdicts.values())
    if not total:
        return _section("拒收", "rejects", '<p class="soft">输入里没有被拒收的页面。</p>')
    rows = sorted(verdicts.items(), key=lambda one: (-one[1], one[0]))
    return _section("拒收", "rejects", f"<p>{total:,} 个页面不是词条，按原因：</p>{_count_bars(rows, total)}")


def _inputs(report: Report) -> str:
    rows = (
        f'<tr><td class="name">{escape(one.name)}</td><td>{escape(one.kind)}</td><td class="number">{one.entries:,}</td><td class="number">{one.triples:,}</td>'
        f'<td class="number">{sum(one.rejects.values()):,}</td><td class="hash">{escape(one.digest[:16])}</td></tr>'
        for one in report.manifest.inputs
    )
    return _section("输入", "inputs", _table(("名称", "种类", "#词条", "#三元组", "#拒收", "摘要"), rows))


def _section(title: str, english: str, inner: str) -> str:
    return f"<section>\n<h2>{escape(title)}<small>{english}</small></h2>\n{inner}\n</section>"


def _pair(parts: Iterable[str]) -> str:
    """Side by side where there is room."""
    return f'<div class="pair">{"".join(f"<div>{part}</div>" for part in parts)}</div>'


def _table(heads: Sequence[str], rows: Iterable[str]) -> str:
    """A head that begins with # is over numbers."""
    cells = "".join(f'<th class="number">{escape(head[1:])}</th>' if head.startswith("#") else f"<th>{escape(head)}</th>" for head in heads)
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _count_bars(rows: Iterable[tuple[str, Any]], total: int) -> str:
    ordered = sorted(rows, key=lambda one: (-one[1], one[0]))
    return bars([(label, count, f"{count:,}（{_percent(count, total)}）") for label, count in ordered], title="条数")


def _kinds(row: PredicateRow, *, height: int = 12) -> str:
    total = max(1, row.triples)
    parts = [("link", row.links / total), ("date", row.dates / total), ("amount", row.amounts / total)]
    parts.append(("text", max(0.0, 1 - sum(size for _, size in parts))))
    told = "，".join(f"{label} {size:.0%}" for (_, size), (_, label) in zip(parts, _KINDS, strict=True))
    return share(parts, title=told, height=height)


def _key() -> str:
    return '<div class="key">' + "".join(f'<span><i class="{kind}"></i>{label}</span>' for kind, label in _KINDS) + "</div>"


def _shown(text: str) -> str:
    """Escaped; what has nothing to see says so."""
    return escape(text) if text.strip() else f'<span class="soft">（空 {len(text)}）</span>'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _percent(part: float, whole: float) -> str:
    """
    >>> _percent(1, 3), _percent(1, 100_000), _percent(0, 5), _percent(1, 0)
    ('33.3%', '<0.1%', '0%', '–')
    """
    if not whole:
        return "–"
    share = part / whole * 100
    return "0%" if not part else "<0.1%" if share < 0.1 else f"{share:.1f}%"


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.1f}" if whole else "–"


def _size(count: int) -> str:
    """
    >>> _size(512), _size(3_400_000), _size(5 << 30)
    ('1 KB', '3.2 MB', '5.0 GB')
    """
    if count < 1 << 20:
        return f"{-(-count // 1024)} KB"
    return f"{count / (1 << 20):.1f} MB" if count < 1 << 30 else f"{count / (1 << 30):.1f} GB"
