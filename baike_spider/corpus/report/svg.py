"""Three charts as SVG that is part of the page: bars, columns, shares.

Lengths are percentages and texts have the page's size, so that a chart is as readable on a phone as on a wide screen; colours are classes of the page's style. Comes
in: rows. Goes out: markup; every text is escaped here.
"""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bars", "columns", "share"]

_ROW = 26
#: where bars begin, percent
_LEFT = 34.0
#: pixels of a Chinese character in a label, and of the room for a label on a phone of 390
_WIDE, _LABEL = 13.0, 106.0
#: what a character behind a bar takes on the narrowest phone, percent
_CHARACTER = 2.1
_HEIGHT, _FOOT, _TOP = 180, 24, 22


def bars(rows: Sequence[tuple[str, float, str]], *, title: str, most: float | None = None) -> str:
    """Horizontal bars: label, length, what to write behind it. `most`: the length of a full bar; the longest row's by default."""
    full = most or max((length for _, length, _ in rows), default=0) or 1
    span = max(15.0, min(50.0, 98 - _LEFT - _CHARACTER * max((_wide(told) for _, _, told in rows), default=0)))
    parts = []
    for at, (label, length, told) in enumerate(rows):
        y = at * _ROW
        width = span * length / full
        parts.append(
            f'<g><title>{escape(label)}: {escape(told)}</title><text x="{_LEFT - 1.5}%" y="{y + 17}" text-anchor="end">{escape(_short(label))}</text>'
            f'<rect class="bar" x="{_LEFT}%" y="{y + 4}" width="{max(width, 0.3):.2f}%" height="{_ROW - 8}" rx="2"/>'
            f'<text class="value" x="{_LEFT + width + 1:.2f}%" y="{y + 17}">{escape(told)}</text></g>'
        )
    return _svg("".join(parts), _ROW * len(rows), title)


def columns(rows: Sequence[tuple[str, int]], *, title: str, labels: int = 8) -> str:
    """Vertical columns, a label beneath: about `labels` of them are written."""
    most = max((count for _, count in rows), default=0)
    top, step = _axis(most)
    width = 92 / max(1, len(rows))
    every = max(1, -(-len(rows) // labels))
    parts = []
    for tick in range(0, top + 1, step):
        y = _TOP + (_HEIGHT - _TOP - _FOOT) * (1 - tick / top)
        parts.append(
            f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/><text class="tick" x="0" y="{y - 3:.1f}">{_compact(tick)}</text>'
        )
    for at, (label, count) in enumerate(rows):
        height = (_HEIGHT - _TOP - _FOOT) * count / top
        x = 8 + at * width
        gap = min(width * 0.15, 1.0)
        wide = min(width - gap, 9.0)
        parts.append(
            f'<g><title>{escape(label)}: {count:,}</title><rect class="bar" x="{x + (width - wide) / 2:.2f}%" width="{wide:.2f}%" '
            f'y="{_HEIGHT - _FOOT - height:.1f}" height="{height:.1f}"/>'
        )
        if at % every == 0:
            parts.append(f'<text class="tick" text-anchor="middle" x="{x + width / 2:.2f}%" y="{_HEIGHT - 7}">{escape(label)}</text>')
        parts.append("</g>")
    return _svg("".join(parts), _HEIGHT, title)


def share(parts: Sequence[tuple[str, float]], *, title: str, height: int = 14) -> str:
    """One bar cut into shares: class of the style, share from 0 to 1."""
    ends = [0.0]
    for _, size in parts:
        ends.append(ends[-1] + size)
    cuts = "".join(
        f'<rect class="{kind}" x="{low * 100:.2f}%" width="{(high - low) * 100:.2f}%" height="{height}"/>'
        for (kind, size), (low, high) in zip(parts, pairwise(ends), strict=True)
        if size > 0
    )
    return _svg(f"<title>{escape(title)}</title>{cuts}", height, title)


def _svg(inner: str, height: int, title: str) -> str:
    return f'<svg role="img" aria-label="{escape(title)}" width="100%" height="{height}">{inner}</svg>'


def _axis(most: int) -> tuple[int, int]:
    """The end of the axis and the distance of its lines: 1, 2 or 5 with zeros.

    >>> _axis(0), _axis(7), _axis(14250), _axis(100)
    ((1, 1), (8, 2), (15000, 5000), (100, 50))
    """
    if most <= 1:
        return 1, 1
    power = 10 ** (len(str(most)) - 1)
    step = next(size for size in (power // 5 or 1, power // 2 or 1, power, 2 * power, 5 * power) if most / size <= 4 or size == 5 * power)
    return -(-most // step) * step, step


def _compact(count: int) -> str:
    """
    >>> _compact(950), _compact(15000), _compact(2_500_000)
    ('950', '1.5万', '250万')
    """
    return f"{count / 10_000:g}万" if count >= 10_000 else str(count)


def _wide(text: str) -> int:
    """Characters, of which a Chinese one takes the room of two."""
    return sum(1 if character.isascii() else 2 for character in text)


def _short(text: str) -> str:
    """As much of a label as stands beside a bar on the narrowest phone; the whole of it is in the bar's tooltip.

    >>> _short("出生日期"), _short("一个非常非常长的谓语"), _short("an_even_longer_name"), _short("  ")
    ('出生日期', '一个非常非常长…', 'an_even_long…', '（空）')
    """
    if not text.strip():
        return "（空）"
    room = _LABEL
    for at, character in enumerate(text):
        room -= _widths(character)
        if room < (0 if at == len(text) - 1 else _WIDE):
            return f"{text[:at]}…"
    return text


def _widths(character: str) -> float:
    """Pixels that a character takes in a label, rather too many than too few."""
    if not character.isascii():
        return _WIDE
    return 0.9 * _WIDE if character in "MWmw@%" else 0.75 * _WIDE if character.isupper() else 0.57 * _WIDE
