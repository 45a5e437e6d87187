"""和, 与, 及, 以及, 或: whether the word joins two values or stands inside one.

Comes in: a stretch of text, the joining words in it, the other members of its list. Goes out: where to part it, or None.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.evidence import is_linked

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from extractors.kinds import Kind
    from extractors.stretch import Stretch

__all__ = ["join_of"]

#: the stronger first: A、B、妇女和儿童医院及C is parted at 及
_STRENGTH = ("以及", "及", "和/或", "和", "或者", "或", "与")
_OR = ("或", "或者", "以及")
#: a half that is said of the other, or a clause: 太阳发射的电磁波和粒子流; 热带及部分温带地区; 多因静脉曲张和肛垫下移造成
_MODIFIED = re.compile("[的之]|主要|分为|为主|部分|造成|引起|导致|所致|有关|感染$|^[多由因与对]")
#: how organisations end; what stands before 和 in 国家发展和改革委员会 does not
_ORG = re.compile(
    "(?:大学|学院|学校|中学|小学|公司|集团|局|部|委|会|院|社|厅|中心|电视台|电台|队|所|馆|盟|厂|银行|政府|基金|军|党|频道|网|工作室|影业|卫视)$",
)
#: what follows 与 in the name of one field: 计算机科学与技术, 杂技与竞技
_SECOND_WORD = re.compile(
    "技术|工程|应用|管理|设计|艺术|理论|实践|方法|传播|文化|经济|社会|健康|环境|发展|服务|控制|安全|制造|系统|信息|化工|统计"
    "|保健|康复|护理|政治|法律|教育|科学|技能|竞技|进步",
)
_NAME = re.compile("[\u4e00-\u9fff]{2,4}$")
#: longer halves are clauses
_LONGEST = 16
#: joining words that are tried; more stand in no value
_MOST = 8


def join_of(stretch: Stretch, *, others: Sequence[str]) -> tuple[int, int] | None:
    """The span of the joining word of a stretch that parts two values; `others` are the list's other members."""
    text = stretch.text
    words = [mark for mark in stretch.marks if mark.sort == "conj"]
    if len(words) > 1:
        words.sort(key=lambda mark: _strength(text[mark.start : mark.end]))
    for mark in words[:_MOST]:
        left, right = text[stretch.start : mark.start].strip(), text[mark.end : stretch.end].strip()
        if left and right and _joins(left, right, text[mark.start : mark.end], stretch.kind, stretch.linked, others):
            return mark.start, mark.end
    return None


def _strength(word: str) -> int:
    return _STRENGTH.index(word) if word in _STRENGTH else 0


def _joins(left: str, right: str, word: str, kind: Kind, linked: Container[str], others: Sequence[str]) -> bool:
    if left[-1] in "》”" and right[0] in "《“":
        return True
    if linked and is_linked(left, linked) and is_linked(right, linked):
        return True
    if "only_or" in kind.cuts:
        return word in _OR and min(len(left), len(right)) > 1
    if word == "与" and ("conj_but_yu" in kind.cuts or _SECOND_WORD.match(right)):
        return False
    if word == "及" and "conj_but_yu" in kind.cuts and not others and left[-1] != right[-1]:
        # 金属材料及热处理 is one subject, 物理学及化学 are two
        return False
    if kind.cuts.isdisjoint({"conj", "conj_but_yu"}) or max(len(left), len(right)) > _LONGEST:
        return False
    return _ends_list(left, right, kind, others) if others else _makes_pair(left, right, word, kind)


def _ends_list(left: str, right: str, kind: Kind, others: Sequence[str]) -> bool:
    """After other members: not where these and the right half end alike and the left half does not (电气与信息工程学院)."""
    alike = sum(other[-1] == right[-1] for other in others) * 2 > len(others)
    if alike and left[-1] != right[-1]:
        return False
    if kind.name == "orgs":
        return _ORG.search(left) is not None or (left.isascii() and right.isascii())
    if len(right) * 2 < min(map(len, others)):
        # 北方吃饺子、南方吃汤圆和南瓜
        return False
    # 颐和园 is one, the 和 of 糖、盐和酱油 joins
    return min(len(left), len(right)) > 1 or any(len(other) == 1 for other in others)


def _makes_pair(left: str, right: str, word: str, kind: Kind) -> bool:
    """Two members and no other separator: halves of one shape, neither modified."""
    if kind.name == "people":
        return ("·" in left and "·" in right) or (_NAME.match(left) is not None and _NAME.match(right) is not None)
    if kind.name == "orgs":
        return _ORG.search(left) is not None and _ORG.search(right) is not None
    if word == "与" or _MODIFIED.search(left) or _MODIFIED.search(right) or min(len(left), len(right)) < 2:
        return False
    alike, apart = left[-1] == right[-1], abs(len(left) - len(right))
    if kind.test == "shape":
        return alike and apart <= 2
    return max(len(left), len(right)) <= 10 and (apart <= 2 or (alike and apart <= 3))
