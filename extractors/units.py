"""What may stand behind a number: units of measure, counted nouns, and the words around an amount.

Comes in: the text behind or before a number. Goes out: whether it is a unit, or which bound it makes of the number. The words
are `units.toml`.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Literal, cast

__all__ = ["MONEY", "Side", "bound_after", "bound_before", "counts", "is_named_before", "measures", "measures_anything"]

#: which bound a number is: 9年以上 is the lower one, 小于60分钟 the upper
Side = Literal["low", "high", "none"]

_TABLE = tomllib.loads(files("extractors").joinpath("units.toml").read_text("utf-8"))


def _any_of(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _sides(table: dict[str, list[str]]) -> dict[str, Side]:
    return {word: cast("Side", side) for side, words in table.items() for word in words}


_MEASURES = frozenset(_TABLE["measures"]) | {unit.lower() for unit in _TABLE["measures"] if len(unit) > 1}
_COUNTERS = frozenset(_TABLE["counters"])
_SPELLED_COUNTERS = frozenset(_TABLE["spelled_counters"])
_LONGEST = max(map(len, _MEASURES | _COUNTERS))
_SIDES_BEFORE, _SIDES_AFTER = _sides(_TABLE["before"]), _sides(_TABLE["after"])
_BEFORE = re.compile(f"(?:{_any_of(list(_SIDES_BEFORE))}) ?")
_AFTER = re.compile(f"(?:{_any_of(list(_SIDES_AFTER))})$")
#: a sign of money before a number
MONEY = re.compile(f"(?:{_any_of(_TABLE['money']['signs'])})")
_YUAN = frozenset(_TABLE["money"]["yuan"])

#: how a unit of measure goes on: 元/平方米, g/cm3, kg·m, m², 吨每立方米
_COMPOUND = re.compile(r"[/／·•⋅^²³⁻⁴每-]|\*(?!\d)|[23](?!\d)")
#: no unit, but what is said of another amount: 转/分钟时110千瓦
_GOES_ON = re.compile(r"[\u4e00-\u6bce\u6bd0-\u9fff]\d")
#: no unit goes over one of these
_PUNCTUATION = re.compile("[，、；：。,;:]")
#: what is counted: 个镇, 家附属医院, 人/平方公里
_NOUN = re.compile(r"(?:[/／每].{1,10}|[\u4e00-\u9fff（）]{0,10})$")
_NO_NOUN = re.compile("[的等于为在是有和与及或每至各以]|平均|[一二三四五六七八九十][次天年月日期]")
#: counters behind which a noun may follow though the number is spelled: 三个镇
_NOUN_BEHIND = frozenset("个家所座条种类项")
#: behind the number of a row that asks for an amount any other unit will do: 124分种 (a typing error), 3档
_ANY_UNIT = re.compile(r"[A-Za-z\u4e00-\u9fff%°℃μµ/·²³.]{1,8}$")
#: numbers that name or rank: 16开, 12月, 5A级, 第3版, 2号
_NO_UNIT = re.compile("开本?$|[号级等版型楼路月日时期第寸照]")


def bound_before(text: str, at: int) -> tuple[Side, int]:
    """Which bound the words from `at` on make of the number behind them, and where they end."""
    side: Side = "none"
    while (match := _BEFORE.match(text, at)) is not None:
        side = _SIDES_BEFORE[match[0].rstrip()] if side == "none" else side
        at = match.end()
    return side, at


def bound_after(unit: str) -> tuple[Side, str]:
    """Which bound the words at the end of a unit make of the number before it, and the unit without them."""
    match = _AFTER.search(unit) if unit else None
    return ("none", unit) if match is None else (_SIDES_AFTER[match[0]], unit[: match.start()].rstrip())


def measures(unit: str) -> bool:
    """Whether a text is a unit for digits: of measure, or a counted noun.

    >>> [measures(unit) for unit in ("cm", "CM", "g/cm3", "元/平方米", "个镇", "人/平方公里", "分钟05秒", "D", "开", "")]
    [True, True, True, True, True, True, False, False, False, True]
    """
    if not unit:
        return True
    if _PUNCTUATION.search(unit):
        return False
    for length in range(min(_LONGEST, len(unit)), 0, -1):
        head, tail = unit[:length], unit[length:]
        if head in _MEASURES or (length > 1 and head.lower() in _MEASURES):
            if not tail or tail in _MEASURES or (_COMPOUND.match(tail) is not None and len(tail) <= 12 and not _GOES_ON.search(tail)):
                return True
        elif head in _COUNTERS and _is_noun(tail):
            return True
    return False


def is_named_before(unit: str, money: str) -> bool:
    """Whether the sign of money before a number says more than the unit behind it: 港币1亿元.

    >>> is_named_before("", "人民币"), is_named_before("元", "人民币"), is_named_before("元", "港币"), is_named_before("亿美元", "US$")
    (True, False, True, False)
    """
    return not unit or (unit == "元" and money not in _YUAN)


def counts(unit: str) -> bool:
    """Whether a text is a unit for a number in Chinese digits; 一般, 三国 and 百科 are words."""
    for length in range(min(_LONGEST, len(unit)), 0, -1):
        head, tail = unit[:length], unit[length:]
        if head in _SPELLED_COUNTERS and (not tail or (head in _NOUN_BEHIND and len(tail) <= 6 and _is_noun(tail))):
            return True
    return False


def measures_anything(unit: str) -> bool:
    """Whether a text will do for a unit where the row asks for an amount."""
    return _ANY_UNIT.match(unit) is not None and _NO_UNIT.search(unit) is None


def _is_noun(text: str) -> bool:
    return _NOUN.match(text) is not None and _NO_NOUN.search(text) is None
