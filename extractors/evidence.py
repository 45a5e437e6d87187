"""List or sentence: whether the parts of a text are members of a list.

Comes in: the parts a text would fall into at its separators, the row's kind, the texts of its links. Goes out: the name of the
evidence for a list, "" when the text is one statement. Each kind names its test (`kinds.toml`); the tests stand in `_TESTS`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.brackets import bare, without_remark
from extractors.clauses import (
    begins_clause,
    begins_deed,
    begins_note,
    ends_modifying,
    ends_predicating,
    governs,
    names_trades,
    states,
    trades,
)
from extractors.dates import read_date
from extractors.places import is_coordinate, is_nested

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from extractors.kinds import Kind

__all__ = ["Parts", "is_linked", "is_list"]


@dataclass(frozen=True, slots=True)
class Parts:
    """A text as it would be parted."""

    texts: Sequence[str]
    sorts: frozenset[str]
    """Which separators part it, see `separators.Mark.sort`."""
    after_comma: Sequence[bool]
    """Whether a comma stands before the part."""


_SENTENCE_END = re.compile("[。！？!?](?!$)")
_HAN = re.compile("[\u3400-\u9fff]")
_DIGIT = re.compile("[0-9]")
_NUMERAL = re.compile("[0-9一二三四五六七八九十]")
#: a part that ends in an amount: 雄犬肩高53-58CM, 中国科学院14人, 2.86亿美元（全球票房）
_MEASURED = re.compile(
    r"[0-9一二两三四五六七八九十余万亿][多余]? ?(?:[A-Za-z℃°%‰㎡]{1,5}|[\u4e00-\u9fff]{1,6})(?:/[A-Za-z\u4e00-\u9fff]{1,4})?(?: ?[（(].*[）)])?$"
)
#: the condition of the amount before it: 3.1g/L，20°C (a chemical)
_CONDITION = re.compile(r"(?:在|于)?-?\d[\d.]* ?(?:℃|°C|ºC|K|atm|kPa|Pa|mmHg)(?:时|下)?$")
#: 成本低, 见效快
_GRADED = re.compile("[\u3400-\u9fff]{2,5}[快慢高低强弱多少大小长短好差]$")
#: 土壤的形成
_ATTRIBUTED = re.compile("[\u3400-\u9fff]{2}的[\u3400-\u9fff]{2,3}$")
#: 公历12月25日，农历十一月初八
_CALENDAR = re.compile("[公农阴阳新旧夏西]历")
_SCHOOL, _FACULTY = re.compile("(?:大学|学院)$"), re.compile("(?:系|专业|班|研究所)$")
#: S26, R22, UN1381, 0754
_CODE = re.compile(r"[A-Z]{0,4}[ -]?\d[0-9A-Za-z/.-]*$")
#: DM, CLA, WHO: behind a comma the short form of a Latin name
_ABBREVIATION = re.compile(r"[A-Z][A-Z0-9.&-]{0,7}$")
_NAME_GOES_ON = re.compile("(?:the|and|or|of|an?|in|on|to|for|with|de|del|der|von|et|und|y|but|not) ")
_LATIN_ORG = re.compile(
    "University|College|Institute|School|Academy|Department|Ministry|Committee|Commission|Bureau|Hospital|Cent(?:er|re)|Museum|Office"
)


def is_linked(text: str, linked: Container[str]) -> bool:
    """Whether a part, its remark and quotes aside, is the text of a link of the row."""
    if text in linked:
        return True
    core = without_remark(text)
    return core in linked or bare(core) in linked


def is_list(parts: Parts, kind: Kind, linked: Container[str]) -> str:
    """The evidence that the parts are members of a list; "" when they are one statement."""
    if (
        linked
        and _links_agree(parts.texts, linked)
        and not (kind.test == "places" and is_nested(parts.texts, parts.sorts, one=kind.name == "address"))
    ):
        return "linked members"
    return _TESTS[kind.test](parts, kind)


def _links_agree(texts: Sequence[str], linked: Container[str]) -> bool:
    """All members are links, or half of them and the others are no longer than members are."""
    hits = sum(is_linked(text, linked) for text in texts)
    return hits == len(texts) or (hits >= 2 and hits * 2 >= len(texts) and all(len(text) <= 12 and not states(text) for text in texts))


def _listed(parts: Parts, kind: Kind) -> str:
    """Names of things: any separator enumerates."""
    if kind.name == "orgs" and "space" in parts.sorts and _SCHOOL.search(parts.texts[0]) and all(map(_FACULTY.search, parts.texts[1:])):
        # 北京大学 中文系
        return ""
    if kind.asks == "code" and is_coordinate(parts.texts[0]):
        return ""
    if kind.name == "names" and "comma" in parts.sorts and _is_one_latin_name(parts.texts):
        return ""
    if any(_SENTENCE_END.search(text) or (late and begins_note(text)) for text, late in zip(parts.texts, parts.after_comma, strict=True)):
        return ""
    return kind.name


def _phrases(parts: Parts, kind: Kind) -> str:
    """Things and short phrases: any separator enumerates but in a sentence."""
    texts = parts.texts
    if _are_measured(texts):
        return "amounts"
    if _is_stated(parts) or _share_a_noun(parts) or _share_an_object(texts) or _width(texts) > 20:
        return ""
    if "comma" in parts.sorts and (_is_described(texts) or (kind.name == "awards" and _is_narrated(texts))):
        return ""
    if kind.name == "awards" and "space" in parts.sorts and len({text[-1] for text in texts}) > 1:
        # 第18届华鼎奖 最佳女演员 is one award
        return ""
    return kind.name


def _nouns(parts: Parts, _kind: Kind) -> str:
    """Descriptions: only short nouns joined by 、 are a list."""
    texts = parts.texts
    if all(map(_CODE.match, texts)):
        return "codes"
    if parts.sorts == {"semi"} and _are_measured(texts):
        # 红军伤亡约2万；蓝军伤亡约3万
        return "amounts"
    if _is_a_clause(parts):
        return ""
    width = _width(texts)
    if parts.sorts == {"comma"}:
        # 牛奶，细砂糖，蛋黄，低筋粉: no clause is that short, and clauses of one length are verses
        return "short nouns" if len(texts) >= 3 and width <= 3 and not any(map(_NUMERAL.search, texts)) else ""
    if _share_an_attribute(texts):
        return ""
    return "nouns at 、" if width <= 8 and not parts.sorts - {"pause", "title"} else ""


def _shape(parts: Parts, _kind: Kind) -> str:
    """Rows of any kind: short parts, and behind commas and spaces parts of one shape."""
    texts = parts.texts
    if _are_measured(texts):
        return "amounts"
    if all(map(_CODE.match, texts)):
        return "codes"
    width = _width(texts)
    if _is_a_clause(parts) or width > 12:
        return ""
    if parts.sorts.isdisjoint({"comma", "space"}):
        return "short members"
    many = len(texts) >= 3 and width <= 8
    if "space" in parts.sorts:
        return "members of one shape" if many and _are_alike(texts) else ""
    return "members of one shape" if _are_alike(texts) or width <= 4 or many else ""


def _places(parts: Parts, kind: Kind) -> str:
    """Places: a list, but for a place within a place, and coordinates."""
    texts = parts.texts
    if is_coordinate(texts[0]) or _is_stated(parts) or is_nested(texts, parts.sorts, one=kind.name == "address") or _width(texts) > 24:
        return ""
    return "amounts" if _are_measured(texts) else kind.name


def _dates(parts: Parts, kind: Kind) -> str:
    """Dates: every part is one."""
    texts = parts.texts
    if not any(map(_NUMERAL.search, texts)):
        return _shape(parts, kind)
    if all(map(_CALENDAR.match, texts)):
        return "calendars"
    dated = [read_date(text, predicate="时间") is not None for text in texts]
    # 2013年4月19日（美国）、5月10日（中国）: the year stands once
    return "dates" if all(dated) or (dated[0] and all(text[-1] in "）)" for text in texts)) else ""


def _amounts(parts: Parts, kind: Kind) -> str:
    """Amounts: every part ends in one."""
    if not any(map(_DIGIT.search, parts.texts)):
        return _shape(parts, kind)
    if any(text.startswith("其中") for text in parts.texts):
        # 2.25万平方公里，其中耕地450万亩
        return ""
    return "amounts" if _are_measured(parts.texts) else ""


def _is_stated(parts: Parts) -> bool:
    """Whether any part reads like a piece of a sentence."""
    for text, late in zip(parts.texts, parts.after_comma, strict=True):
        plain = without_remark(text)
        if _SENTENCE_END.search(plain) or states(plain) or (late and begins_clause(plain)):
            return True
    return False


def _is_a_clause(parts: Parts) -> bool:
    texts = parts.texts
    return _is_stated(parts) or _is_described(texts) or _share_a_noun(parts) or _share_an_object(texts) or governs(texts[0])


def _is_described(texts: Sequence[str]) -> bool:
    """Whether half of the parts end in a predicate: 肉味浓郁，肉质鲜嫩; or all in a short one: 成本低、见效快."""
    if all(map(_GRADED.match, texts)):
        return True
    long = [text for text in texts if len(text) >= 4]
    return len(long) * 2 >= len(texts) and sum(map(ends_predicating, long)) * 2 >= len(long) > 0


def _is_narrated(texts: Sequence[str]) -> bool:
    """Whether half of the parts begin with what somebody did: 推行维新变法，收复五州."""
    return sum(map(begins_deed, texts)) * 2 >= len(texts)


def _share_a_noun(parts: Parts) -> bool:
    """Whether one noun stands behind several attributes: 大规模、全民性庆典活动; 改变北宋积贫、积弱的局面."""
    *others, last = parts.texts
    if not ends_modifying(last) and all(map(ends_modifying, others)):
        return True
    return "pause" in parts.sorts and not parts.after_comma[-1] and "的" in last[1:-1] and not any("的" in text for text in others)


def _share_an_object(texts: Sequence[str]) -> bool:
    """Whether one thing stands before all that is done with it: 化妆品的研发、生产和销售."""
    at = next((at for at, text in enumerate(texts) if trades(text)), None)
    return at is not None and at + 1 < len(texts) and all(map(names_trades, texts[at + 1 :]))


def _share_an_attribute(texts: Sequence[str]) -> bool:
    """Whether one attribute stands before all nouns: 土壤的形成、分类和分布."""
    first, *others = texts
    return _ATTRIBUTED.search(first) is not None and all(len(other) <= 5 and "的" not in other for other in others)


def _are_measured(texts: Sequence[str]) -> bool:
    """Whether every part ends in an amount; a temperature behind another amount is its condition."""
    if not all(_DIGIT.search(text) and _MEASURED.search(text) for text in texts):
        return False
    return not _CONDITION.match(texts[-1]) or all(map(_CONDITION.match, texts))


def _are_alike(texts: Sequence[str]) -> bool:
    """Whether the members end in the same word, or are names of two to four characters."""
    return len({text[-1] for text in texts}) == 1 or all(len(text) <= 4 for text in texts)


def _is_one_latin_name(texts: Sequence[str]) -> bool:
    """Whether a foreign name runs over its commas: The Good, the Bad and the Ugly; University of California, Berkeley."""
    if any(not text.isascii() or _ABBREVIATION.match(text) for text in texts):
        return False
    goes_on = any(map(_NAME_GOES_ON.match, texts[1:])) or " & " in texts[-1] or " and " in texts[-1]
    return goes_on or _LATIN_ORG.search(texts[0]) is not None


def _width(texts: Sequence[str]) -> int:
    """Length of the longest part without its remarks, two Latin characters counted as one."""
    longest = 0
    for text in texts:
        plain = without_remark(text)
        han = len(_HAN.findall(plain))
        longest = max(longest, han + (len(plain) - han) // 2)
    return longest


_TESTS: dict[str, Callable[[Parts, Kind], str]] = {
    "amounts": _amounts,
    "dates": _dates,
    "listed": _listed,
    "nouns": _nouns,
    "phrases": _phrases,
    "places": _places,
    "shape": _shape,
}
