"""What the pages of a report are made of: sections, tables, lists, numbers as people read them. Every text is escaped here."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from baike_spider.corpus.report.svg import bars, columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from baike_spider.corpus.manifest import CorpusInput, CorpusManifest
    from baike_spider.corpus.report.model import Odd

__all__ = [
    "changes",
    "count_bars",
    "cut",
    "dated",
    "document",
    "flow",
    "inputs",
    "odd_list",
    "pair",
    "percent",
    "ratio",
    "rejects",
    "section",
    "shown",
    "size",
    "table",
    "tiles",
]


def document(name: str, manifest: CorpusManifest, sections: Iterable[str]) -> str:
    """The whole page of these sections; empty ones are left out."""
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(name)} · 语料库报告</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(filter(None, sections))
        + f"\n<footer>baike-spider {escape(manifest.builder)} · {escape(manifest.engine)} · 单文件，离线可读</footer>\n</main>\n</body>\n</html>\n"
    )


def tiles(name: str, manifest: CorpusManifest, numbers: Iterable[tuple[str, str]]) -> str:
    """The head of the page: the corpus' name, when it was fetched, its numbers."""
    days = " – ".join(dict.fromkeys(time[:10] for time in manifest.fetched or ()))
    fetched = f"抓取于 {days}" if days else "抓取时间未知"
    rules = f"抽取规则 {'、'.join(manifest.extractors)}" if manifest.extractors else ""
    about = " · ".join(filter(None, ("语料库报告", fetched, rules)))
    boxes = "".join(f'<div class="tile"><b>{escape(number)}</b><span class="soft">{escape(what)}</span></div>' for number, what in numbers)
    return f'<h1>{escape(name)}</h1>\n<p class="soft">{escape(about)}</p>\n<div class="tiles">{boxes}</div>'


def changes(counts: dict[str, dict[str, int]]) -> str:
    """What a diff counted, a row a thing: its name, then the counts of `DiffSummary`."""
    kinds = {"before": "原有", "after": "现有", "added": "新增", "removed": "消失", "changed": "改动"}
    rows: Iterable[tuple[str | int, ...]] = ((name, *(row[kind] for kind in kinds)) for name, row in counts.items())
    return table((("name", ""), *(("number", label) for label in kinds.values())), rows, style="snug stacked")


def odd_list(title: str, rows: Sequence[Odd], unit: str) -> str:
    if not rows:
        return ""
    lines = ((row.size, shown(row.text) + (f"<br><small>{escape(row.where)}</small>" if row.where else "")) for row in rows)
    return f"<h3>{escape(title)}</h3>{table((('number', unit), ('text', '')), lines)}"


def rejects(manifest: CorpusManifest, *, noun: str) -> str:
    """Pages that are none of what the corpus holds, by verdict."""
    verdicts = manifest.counts["verdicts"]
    total = sum(verdicts.values())
    if not total:
        return section("拒收", "rejects", '<p class="soft">输入里没有被拒收的页面。</p>')
    rows = sorted(verdicts.items(), key=lambda one: (-one[1], one[0]))
    return section("拒收", "rejects", f"<p>{total:,} 个页面不是{noun}，按原因：</p>{count_bars(rows, total)}")


def inputs(manifest: CorpusManifest, counted: dict[str, str]) -> str:
    """What the corpus was built from. `counted`: fields of an input that are shown, and what they are called."""
    heads = (("name", "名称"), ("", "种类"), *(("number", label) for label in counted.values()), ("number", "拒收"), ("hash", "摘要"))
    rows = (
        (escape(one.name), escape(one.kind), *(_known(one, name) for name in counted), _known(one, "rejects"), escape(one.digest[:16]))
        for one in manifest.inputs
    )
    return section("输入", "inputs", table(heads, rows, style="stacked"))


def _known(one: CorpusInput, name: str) -> int | str:
    """A count of an input. A file of entries or questions lists no triples and no rejects: there is none to tell."""
    if one.kind != "crawl" and name in ("triples", "rejects"):
        return "–"
    counted = getattr(one, name)
    return sum(counted.values()) if isinstance(counted, dict) else int(counted)


def section(title: str, english: str, inner: str) -> str:
    return f"<section>\n<h2>{escape(title)}<small>{english}</small></h2>\n{inner}\n</section>"


def pair(parts: Iterable[str]) -> str:
    """Side by side where there is room."""
    return f'<div class="pair">{"".join(f"<div>{part}</div>" for part in parts)}</div>'


def flow(parts: Iterable[str]) -> str:
    """In two columns where there is room, as long as each other as can be."""
    return f'<div class="flow">{"".join(f"<div>{part}</div>" for part in parts)}</div>'


def table(heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[str | int]], *, style: str = "") -> str:
    """`heads`: of each column its class in style.css and its head. Cells are markup, or numbers. `style`: classes of the table, `stacked` where a row becomes a
    block of its own on a phone, `snug` where it is as wide as its cells."""
    cells = "".join(f"<th{_class(kind)}>{escape(head)}</th>" for kind, head in heads)
    lines = "".join(f"<tr>{''.join(_cell(*head, cell) for head, cell in zip(heads, row, strict=True))}</tr>" for row in rows)
    return f'<div class="scroll"><table{_class(style)}><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table></div>'


def _cell(kind: str, head: str, cell: str | int) -> str:
    label = f' data-head="{escape(head)}"' if kind == "number" and head else ""
    return f"<td{_class(kind)}{label}>{f'{cell:,}' if isinstance(cell, int) else cell}</td>"


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def count_bars(rows: Iterable[tuple[str, Any]], total: int) -> str:
    ordered = sorted(rows, key=lambda one: (-one[1], one[0]))
    return bars([(label, count, f"{count:,}（{percent(count, total)}）") for label, count in ordered], title="条数")


def dated(rows: Sequence[tuple[str, int]], *, months: bool) -> str:
    """A chart of counts by month (YYYY-MM) or year (YYYY), in their order; "" is unknown."""
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


def shown(text: str) -> str:
    """Escaped; what has nothing to see says so."""
    return escape(text) if text.strip() else f'<span class="soft">（空 {len(text)}）</span>'


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def percent(part: float, whole: float) -> str:
    """
    >>> percent(1, 3), percent(1, 100_000), percent(0, 5), percent(1, 0)
    ('33.3%', '<0.1%', '0%', '–')
    """
    if not whole:
        return "–"
    share = part / whole * 100
    return "0%" if not part else "<0.1%" if share < 0.1 else f"{share:.1f}%"


def ratio(part: int, whole: int) -> str:
    return f"{part / whole:.1f}" if whole else "–"


def size(count: int) -> str:
    """
    >>> size(512), size(3_400_000), size(5 << 30)
    ('1 KB', '3.2 MB', '5.0 GB')
    """
    if count < 1 << 20:
        return f"{-(-count // 1024)} KB"
    return f"{count / (1 << 20):.1f} MB" if count < 1 << 30 else f"{count / (1 << 30):.1f} GB"
