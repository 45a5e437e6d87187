"""Measured and counted amounts: 约174 cm, 0.1～20 μm, 60 268 ± 4 km, 14个镇, 三类.

Comes in: the text of one value and the name of its row. Goes out: a `Quantity`, or None when the whole value is not one amount.
Nothing is converted: the unit is what was written, without spaces. Which words are units is `units`' matter.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import NamedTuple

from extractors.brackets import without_remark
from extractors.kinds import kind_of
from extractors.model import Quantity
from extractors.numerals import SCALES, chinese_number, exact
from extractors.units import MONEY, Side, bound_after, bound_before, counts, is_named_before, measures, measures_anything

__all__ = ["read_quantity"]

#: characters; no amount is longer, remarks in brackets aside
_LIMIT = 48
#: nor with them
_REMARK_LIMIT = 400
#: a float holds no larger power of ten
_HIGHEST_POWER = 300
_HINT = re.compile("[0-9０-９一二两三四五六七八九十廿]")
_WIDE = str.maketrans("０１２３４５６７８９．％＋－−˗", "0123456789.%+---")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_GROUPING = str.maketrans("", "", " ,，")
#: before a number that begins with one stands no word
_FIGURES = frozenset("0123456789")
_SPELLED_DIGITS = "〇零一二两三四五六七八九十百千万亿"
_NUMBER = re.compile(
    rf"""(?P<sign>[+-]\ ?)?
    (?:(?P<digits>\d{{1,3}}(?:[ ,，]\d{{3}})+(?!\d)(?:\.\d+(?:\ \d{{3}}(?!\d))*)?|\d+(?:\.\d+(?:\ \d{{3}}(?!\d))*)?)
      |(?P<spelled>[一二两三四五六七八九十廿][{_SPELLED_DIGITS}]*))
    (?:\ ?[×xX*]\ ?10(?:\^?[(（]?(?P<power>[+-]?\d{{1,3}})[)）]?|(?P<raised>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,3}})))?
    (?P<more>[多余])?
    # 千 is no scale in 千米, nor 百 in 百帕
    \ ?(?P<scale>(?:十|百(?!分|帕)|千(?![米克瓦卡赫伏帕焦])|万|萬|亿|億|兆(?![瓦赫帕欧字比]|$))+)?
    (?P<still_more>[多余])?""",
    re.VERBOSE,
)
#: how a power of ten is told from a factor: ^, a sign or a bracket, or one digit before its point: 1.989×1030 kg, but 1920×1080
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.|\D)")
_PERCENT = re.compile(r"百分之([〇零一二三四五六七八九十百]+|\d+(?:\.\d+)?)$")
_TO = re.compile(r"(?P<unit>[^\d\s~～—–―±、，,()（）至到-]{0,6}) ?(?P<sign>-{1,2}|—{1,2}|–|―|~|～|〜|至|到|±) ?")
#: （2.25-2.50）×10⁸ a
_FACTORED = re.compile(r"[(（]([^()（）]{3,20})[)）] ?([×xX*] ?10.{0,20})")


class _Number(NamedTuple):
    """One number within a text."""

    value: int | float
    plain: int | float
    """The value before its scale word (8000 of 8000万)."""
    scale: int
    spelled: bool
    more: bool
    """多 or 余 follows: the number is a lower bound."""
    end: int


def read_quantity(text: str, *, predicate: str = "") -> Quantity | None:
    """The amount that a value is, remarks in brackets and 约, 全, 左右 aside.

    >>> read_quantity("约1亿人（2017年）"), read_quantity("小于60分钟")
    (Quantity(low=100000000, high=100000000, unit='人'), Quantity(low=None, high=60, unit='分钟'))
    >>> read_quantity("4.06:1"), read_quantity("16开"), read_quantity("22分钟05秒"), read_quantity("户籍人口112万人")
    (None, None, None, None)
    """
    if len(text) > _REMARK_LIMIT or not _HINT.search(text):
        return None
    asks = kind_of(predicate).asks
    if asks == "code":
        return None
    text = text.translate(_WIDE).strip()
    factored = _FACTORED.fullmatch(text)
    try:
        if factored is not None:
            return _factored(factored[1], factored[2], asked=asks == "amount")
        text = without_remark(text)
        return _quantity(text, asked=asks == "amount") if len(text) <= _LIMIT else None
    except OverflowError:
        # more than a float holds: no amount of this world
        return None


def _quantity(text: str, *, asked: bool) -> Quantity | None:
    side: Side = "none"
    at, money = 0, None
    if text[:1] not in _FIGURES:
        side, at = bound_before(text, 0)
        percent = _PERCENT.match(text, at)
        if percent is not None:
            value = exact(percent[1]) if percent[1][0].isdecimal() else chinese_number(percent[1])
            return None if value is None else _bounded(value, "%", side)
        money = MONEY.match(text, at)
        if money is not None:
            at = money.end() + (text[money.end() : money.end() + 1] == " ")
    first = _number(text, at)
    if first is None:
        return None
    to = _TO.match(text, first.end)
    # kJ·mol-1 is a unit, no range
    second = _number(text, to.end()) if to is not None and "·" not in to["unit"] else None
    last = second or first
    side_after, unit = bound_after(text[last.end :].strip())
    unit = "".join(unit.split())
    if not _is_unit(unit, last, asked=asked) or not _is_amount(text[at:], first, second, unit=unit, asked=asked):
        return None
    if money is not None and is_named_before(unit, money[0]):
        unit = money[0]
    if to is not None and second is not None:
        return _range(first, second, to, unit)
    return _bounded(first.value, unit, "low" if first.more else side_after if side == "none" else side)


def _number(text: str, at: int) -> _Number | None:
    """The number that begins at `at`."""
    match = _NUMBER.match(text, at)
    if match is None:
        return None
    scale = 1
    for word in match["scale"] or "":
        scale *= SCALES[word]
    power = int(match["power"] or (match["raised"] or "0").translate(_RAISED))
    if abs(power) > _HIGHEST_POWER or (match["power"] and _is_factor(text, match)):
        return None
    more = bool(match["more"] or match["still_more"])
    if match["spelled"]:
        spelled = chinese_number(match["spelled"])
        return None if spelled is None else _Number(spelled * scale, spelled, scale, spelled=True, more=more, end=match.end())
    digits: str = match["digits"].translate(_GROUPING)
    if match["sign"] and match["sign"][0] == "-":
        digits = "-" + digits
    number = _Number(exact(digits, scale, power), exact(digits, 1, power), scale, spelled=False, more=more, end=match.end())
    return _with_rest(text, number) if scale > 1 else number


def _is_factor(text: str, number: re.Match[str]) -> bool:
    """Whether what looks like a bare power of ten is the second side of a size."""
    return number["power"].isdecimal() and text[number.start("power") - 1] == "0" and not _SCIENTIFIC.match(number[0])


def _with_rest(text: str, number: _Number) -> _Number:
    """1亿2000万 is one number."""
    rest = _NUMBER.match(text, number.end)
    if rest is None or not rest["digits"] or not rest["scale"] or rest["sign"]:
        return number
    smaller = _number(text, number.end)
    if smaller is None or smaller.scale >= number.scale:
        return number
    return _Number(number.value + smaller.value, number.plain, number.scale, spelled=False, more=smaller.more, end=smaller.end)


def _range(first: _Number, second: _Number, to: re.Match[str], unit: str) -> Quantity | None:
    """Two numbers as one amount: 5-10nm, 100-200万元, 116℃～118℃, 60 268 ± 4 km."""
    if to["unit"] and not unit.lower().startswith(to["unit"].lower()):
        return None
    low, high = first.value, second.value
    if to["sign"] == "±":
        error = abs(high)
        return Quantity(_tidy(low - error), _tidy(low + error), unit)
    if first.scale == 1 and second.scale > 1 and first.plain < second.plain:
        low = _tidy(low * second.scale)
    return Quantity(low, high, unit) if low <= high else None


def _factored(inner: str, factor: str, *, asked: bool) -> Quantity | None:
    """A bracketed number or range with a power of ten behind it."""
    plain, power = _quantity(inner.strip(), asked=True), _quantity("1" + factor, asked=asked)
    if plain is None or power is None or plain.unit or plain.low is None or plain.high is None or power.high is None:
        return None
    return Quantity(_tidy(float(plain.low * power.high)), _tidy(float(plain.high * power.high)), power.unit)


def _tidy(value: int | float) -> int | float:
    """A result of arithmetic as it would have been written: 0.09796 - 0.00018 is 0.09778."""
    if isinstance(value, int):
        return value
    rounded = float(f"{value:.12g}")
    if not isfinite(rounded):
        raise OverflowError
    return int(rounded) if rounded.is_integer() and abs(rounded) < 2**53 else rounded


def _bounded(value: int | float, unit: str, side: Side) -> Quantity:
    return Quantity(None if side == "high" else value, None if side == "low" else value, unit)


def _is_unit(unit: str, number: _Number, *, asked: bool) -> bool:
    if number.spelled:
        if not unit:
            # 人口 三十万
            return asked
        # 一种食品 counts nothing, 一 is its article
        return (counts(unit) or (asked and len(unit) <= 2 and measures(unit))) and (number.value != 1 or len(unit) == 1)
    return measures(unit) or (asked and measures_anything(unit))


def _is_amount(text: str, first: _Number, second: _Number | None, *, unit: str, asked: bool) -> bool:
    """Whether digits are an amount and no code: 0564, 13800138000 and 80-108 are none."""
    if first.spelled:
        return True
    if text[0] == "0" and text[1:2].isdecimal():
        return False
    if unit or asked or (second or first).scale > 1:
        return True
    if second is not None:
        return any(sign in text for sign in ".±~～")
    return not text.isdecimal() or len(text) < 10
