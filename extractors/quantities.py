"""Measured and counted amounts: 约174 cm, 0.1～20 μm, 60 268 ± 4 km, 14个镇, 三类.

Comes in: the text of one value and the name of its row. Goes out: a `Quantity`, or None when the whole value is not one amount.
The words and units are `units.toml`. Nothing is converted: the unit is what was written, without spaces.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from extractors.brackets import without_remark
from extractors.kinds import kind_of
from extractors.model import Quantity
from extractors.numerals import SCALES, chinese_number, exact

__all__ = ["read_quantity"]

#: no amount is longer than this, remarks in brackets aside
_LIMIT = 48
#: nor with them
_REMARK_LIMIT = 400
_TABLE = tomllib.loads(files("extractors").joinpath("units.toml").read_text("utf-8"))


def _longest_first(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _bounds(table: dict[str, list[str]]) -> tuple[str, dict[str, str]]:
    return _longest_first([word for words in table.values() for word in words]), {word: side for side, words in table.items() for word in words}


_MEASURES = frozenset(_TABLE["measures"]) | {unit.lower() for unit in _TABLE["measures"] if len(unit) > 1}
_COUNTERS = frozenset(_TABLE["counters"])
_SPELLED = frozenset(_TABLE["spelled_counters"])
_UNIT_LENGTH = max(map(len, _MEASURES | _COUNTERS))
_BEFORE_WORDS, _BEFORE_SIDES = _bounds(_TABLE["before"])
_AFTER_WORDS, _AFTER_SIDES = _bounds(_TABLE["after"])
_BEFORE = re.compile(f"(?:{_BEFORE_WORDS})")
_AFTER = re.compile(f"(?:{_AFTER_WORDS})$")
_MONEY = re.compile(f"(?:{_longest_first(_TABLE['money']['signs'])})")

_HINT = re.compile("[0-9０-９一二两三四五六七八九十廿]")
_WIDE = str.maketrans("０１２３４５６７８９．％＋－−˗", "0123456789.%+---")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_AMOUNT = re.compile(
    r"""(?P<sign>[+-]\ ?)?
    (?:(?P<digits>\d{1,3}(?:[ ,，]\d{3})+(?!\d)(?:\.\d+(?:\ \d{3}(?!\d))*)?|\d+(?:\.\d+(?:\ \d{3}(?!\d))*)?)
      |(?P<spelled>[一二两三四五六七八九十廿][〇零一二两三四五六七八九十百千万亿]*))
    (?:\ ?[×xX*]\ ?10(?:\^?[(（]?(?P<power>[+-]?\d{1,3})[)）]?|(?P<raised>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})))?
    (?P<more>[多余])?
    \ ?(?P<scale>(?:十|百(?!分|帕)|千(?![米克瓦卡赫伏帕焦])|万|萬|亿|億|兆(?![瓦赫帕欧字比]|$))+)?
    (?P<still_more>[多余])?""",
    re.VERBOSE,
)
_PERCENT = re.compile(r"百分之([〇零一二三四五六七八九十百]+|\d+(?:\.\d+)?)$")
_TO = re.compile(r"(?P<unit>[^\d\s~～—–―±、，,()（）至到-]{0,6}) ?(?P<sign>-{1,2}|—{1,2}|–|―|~|～|〜|至|到|±) ?")
_FACTORED = re.compile(r"[(（]([^()（）]{3,20})[)）] ?([×xX*] ?10.*)")
_TAIL = re.compile(r"[/／·•⋅^²³⁻⁴每-]|\*(?!\d)|[23](?!\d)")
#: no unit goes over one of these
_PUNCTUATION = re.compile("[，、；：。,;:]")
_NOUN = re.compile(r"(?:[/／每].{1,10}|[\u4e00-\u9fff（）]{0,10})$")
_NO_NOUN = re.compile("[的等于为在是有和与及或每至各以]|平均|[一二三四五六七八九十][次天年月日期]")
#: behind the number of a row that asks for an amount, any other unit will do: 124分种 (a typing error), 3档
_ANY_UNIT = re.compile(r"[A-Za-z\u4e00-\u9fff%°℃μµ/·²³.]{1,8}$")
#: 16开, 12月, 5A级, 第3版, 2号: numbers that name or rank
_NO_UNIT = re.compile("开本?$|[号级等版型楼路月日时期第寸照]")


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
    if factored is not None:
        return _factored(factored[1], factored[2], asked=asks == "amount")
    text = without_remark(text)
    return _quantity(text, asked=asks == "amount") if len(text) <= _LIMIT else None


@dataclass(frozen=True, slots=True)
class _Number:
    """One number within a text."""

    value: int | float
    plain: int | float
    """The value before its scale word (8000 of 8000万)."""
    scale: int
    spelled: bool
    more: bool
    """多 or 余 follows: the number is a lower bound."""
    end: int


def _quantity(text: str, *, asked: bool) -> Quantity | None:
    side, at = _before(text)
    percent = _PERCENT.match(text, at)
    if percent is not None:
        value = exact(percent[1]) if percent[1][0].isdecimal() else chinese_number(percent[1])
        return None if value is None else _bounded(value, value, "%", side)
    money = _MONEY.match(text, at)
    if money is not None:
        at = money.end() + (text[money.end() : money.end() + 1] == " ")
    first = _number(text, at)
    if first is None:
        return None
    to = _TO.match(text, first.end)
    second = _number(text, to.end()) if to is not None else None
    last = first if second is None else second
    unit = text[last.end :].strip()
    after = _AFTER.search(unit)
    if after is not None:
        unit, side = unit[: after.start()].rstrip(), _AFTER_SIDES[after[0]] if side == "none" else side
    unit = "".join(unit.split()) or (money[0] if money is not None else "")
    known = _is_unit(unit, last, asked=asked) or (money is not None and unit == money[0])
    if not known or not _is_number(text, first, last, unit=unit, asked=asked, at=at):
        return None
    if to is None or second is None:
        return _bounded(first.value, first.value, unit, "low" if first.more else side)
    return _range(first, second, to, unit)


def _before(text: str) -> tuple[str, int]:
    """Which bound the words before the number say it is, and where they end."""
    side, at = "none", 0
    while (match := _BEFORE.match(text, at)) is not None:
        side = _BEFORE_SIDES[match[0]] if side == "none" else side
        at = match.end() + (text[match.end() : match.end() + 1] == " ")
    return side, at


def _number(text: str, at: int) -> _Number | None:
    match = _AMOUNT.match(text, at)
    if match is None:
        return None
    scale = 1
    for word in match["scale"] or "":
        scale *= SCALES[word]
    power = int(match["power"] or (match["raised"] or "0").translate(_RAISED))
    if match["spelled"]:
        spelled = chinese_number(match["spelled"])
        if spelled is None:
            return None
        value, plain = spelled * scale, spelled
    else:
        if abs(power) > 300:
            return None
        digits = re.sub("[ ,，]", "", match["digits"])
        sign = "-" if (match["sign"] or "").startswith("-") else ""
        value, plain = exact(sign + digits, scale, power), exact(sign + digits, 1, power)
    end = match.end()
    if scale > 1 and (rest := _AMOUNT.match(text, end)) is not None and rest["digits"] and rest["scale"] and not rest["sign"]:
        # 1亿2000万 is one number
        smaller = _number(text, end)
        if smaller is not None and smaller.scale < scale:
            value, end = value + smaller.value, smaller.end
    return _Number(value, plain, scale, spelled=match["spelled"] is not None, more=bool(match["more"] or match["still_more"]), end=end)


def _range(first: _Number, second: _Number, to: re.Match[str], unit: str) -> Quantity | None:
    """Two numbers as one amount: 5-10nm, 100-200万元, 116℃～118℃, 60 268 ± 4 km."""
    if to["unit"] and not unit.lower().startswith(to["unit"].lower()):
        return None
    low, high = first.value, second.value
    if to["sign"] == "±":
        error = abs(high)
        # decimal fractions are subtracted as written: 0.09796±0.00018
        return Quantity(_tidy(low - error), _tidy(low + error), unit)
    if first.scale == 1 and second.scale > 1 and first.plain < second.plain:
        low = _tidy(low * second.scale)
    return Quantity(low, high, unit) if low <= high else None


def _tidy(value: int | float) -> int | float:
    if isinstance(value, int):
        return value
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 2**53 else rounded


def _factored(inner: str, factor: str, *, asked: bool) -> Quantity | None:
    """A bracketed number or range with a power of ten behind it: （2.25-2.50）×10⁸ a."""
    plain, power = _quantity(inner.strip(), asked=True), _quantity("1" + factor, asked=asked)
    if plain is None or power is None or plain.unit or plain.low is None or plain.high is None or power.high is None:
        return None
    return Quantity(_tidy(plain.low * power.high), _tidy(plain.high * power.high), power.unit)


def _bounded(low: int | float, high: int | float, unit: str, side: str) -> Quantity:
    return Quantity(None if side == "high" else low, None if side == "low" else high, unit)


def _is_number(text: str, first: _Number, last: _Number, *, unit: str, asked: bool, at: int) -> bool:
    """Whether digits are a number and no code: 0564, 13800138000 and 80-108 are none."""
    if first.spelled:
        return bool(unit) and (len(text) > first.end or asked)
    digits = text[at : first.end]
    if digits[:1] == "0" and digits[1:2].isdecimal():
        return False
    if unit or asked or last.scale > 1:
        return True
    if last is not first:
        return "." in text or "±" in text or "~" in text or "～" in text
    return not digits.isdecimal() or len(digits) < 10


def _is_unit(unit: str, number: _Number, *, asked: bool) -> bool:
    """Whether what stands behind a number is a unit or a counted noun."""
    if not unit:
        return not number.spelled
    if _PUNCTUATION.search(unit):
        return False
    for length in range(min(_UNIT_LENGTH, len(unit)), 0, -1):
        head, tail = unit[:length], unit[length:]
        if number.spelled:
            if head in _SPELLED:
                return not tail or (head in "个家所座条种类项" and len(tail) <= 6 and _NO_NOUN.search(tail) is None and _NOUN.match(tail) is not None)
        elif head in _MEASURES or (length > 1 and head.lower() in _MEASURES):
            if not tail or tail in _MEASURES or (_TAIL.match(tail) is not None and len(tail) <= 12):
                return True
        elif head in _COUNTERS and _NOUN.match(tail) is not None and _NO_NOUN.search(tail) is None:
            return True
    return asked and not number.spelled and _ANY_UNIT.match(unit) is not None and _NO_UNIT.search(unit) is None
