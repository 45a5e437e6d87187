"""List or sentence: whether the parts of a text are members of a list.

Comes in: the parts a text would fall into at its separators, the row's kind, the texts of its links. Goes out: the name of the
evidence for a list, "" when the text is one statement. The words are those of infobox language; beside each group stands where it was seen.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from extractors.brackets import bare, without_remark
from extractors.dates import read_date

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from extractors.kinds import Kind

__all__ = ["Parts", "is_list", "is_linked"]


@dataclass(frozen=True, slots=True)
class Parts:
    """A text as it would be parted."""

    texts: Sequence[str]
    sorts: frozenset[str]
    """Which separators part it, see `separators.Mark.sort`."""
    after_comma: Sequence[bool]
    """Whether a comma stands before the part."""


#: parts of a statement wherever they stand: 由变应原等引起，环境、药物及生理因素促发; 突感心前区疼痛，多为发作性绞痛或压榨痛 (diseases)
_STATING = re.compile(
    "引起|导致|造成|所致|致使|促发|诱发|引发|有关|表现为|伴有|伴发|多为|常为|一般为|分为|称为|成为|作为|多因|多由|多在|常在|多见|常见于|见于|发生于|好发于|用于|用作|用来|应用于|适用于|"
    "属于|位于|介于|源于|由于|来自|具有|含有|拥有|包括|可以|可能|能够|应当|应该|需要|必须|不宜|不能|不得|不可|避免|防止|因为|所以|因此|但是|如果|为主|而成|均可|都可|可引|可燃|可致|常[有无伴]|或[有伴呈]|偶[见有尔]|可见|可有|可出现|可伴|产自|产于|生于|地处|分布[于在]|原产|广泛|之后|以后|期间|以及其他|的时候|[了着]$|相对|较多|较少|居多|不溶于|可溶于|易溶于|溶于|混溶"
)
#: how a second clause begins: 判处有期徒刑，并处罚金; 天气渐冷，大地因冻…; 微溶于水，可混溶于乙醇
_CLAUSE_START = re.compile(
    "并(?!联|列|蒂|发)|但|而|且|则|故|可(?![可乐口])|易(?!拉|经)|能(?!量|力|源)|会(?!议|计|员|所)|也|亦|还|均|都(?!市|江|匀)|使(?!馆|节)|以(?!色列|弗)|为|是|有(?!机|色|限|氧|声|线)|具|由|因|对(?!虾|联)|在(?!线|线)|将(?!军|领|士)|应(?!用|急)|需|须|"
    "不(?!锈|良|丹|孕|育|适|育|倒)|或(?=有|伴|呈|为|可)|伴|其|此(?!花)|该|它|主要|一般|通常|大多|少数|部分|即|如|同时|然后|最|较|很|十分|非常|后来|后(?=改|由|被|为)|实为|原为|再|又(?!名|称|号)|就|被(?!子)|把|让|随|从(?!化)|经(?!济|典|理|络)|至今|逐|渐|多(?=为|在|因|见|数|由|呈)|常(?=为|在|见|有|伴)"
)
#: how an author's note goes on: 署名后晋刘昫等撰，实为后晋赵莹主持编修
_NOTE_START = re.compile("实为|实际|一说|后由|后改|后经|原为|现为|并由|并且|同时|分别|以及其|其中|其余|包括|但|而|即(?!墨)")
#: predicates of descriptions: 气候温和、雨量充沛; 秋风凉爽，昼夜温差大、秋燥明显 (towns, solar terms)
_ADJECTIVE = re.compile(
    "(?:温和|充沛|充足|凉爽|明显|显著|较大|较小|较高|较低|很大|很小|差大|大|小|多|少|高|低|强|弱|长|短|快|慢|丰富|可口|适中|适宜|良好|优良|优美|优越|宜人|分明|湿润|干燥|寒冷|炎热|细腻|嫩滑|鲜美|鲜嫩|浓郁|十足|醇厚|低下|下降|上升|增加|减少|升高|降低|渐低|渐降|减退|稳定|严重|突出|集中|频繁|紊乱|发达|方便|便利|清晰|光滑|坚硬|齐全|平坦|肥沃|复杂|稀疏|茂密|美观|新颖|独特|鲜明|生动|优雅|精美|繁多|众多)$"
)
#: deeds: 推行维新变法，改变北宋积贫、积弱的局面 (a chancellor)
_DEED = re.compile("提出|创立|创办|创建|发现|发明|建立|开创|开辟|推动|推行|推进|促成|促进|参与|参加|领导|主持|统一|平定|收复|发展|改革|改变|倡导|率|击败|打败|组织|指挥|建造|完成|首次|被|曾|担任|当选|奠定|研制|设计|编写|撰写|创作|出版|培养|打破|结束|废除|实行|巩固|抗击|镇压|辅佐|协助|成功|致力|为")
#: a verb that governs all that follows: 用作萃取剂、脱钙剂; 生产硫酸、染料、烟花爆竹; 促进钙、磷吸收; 体内不能合成、代谢
_GOVERNING = re.compile("^(?:用作|用于|用来|用以|用|作为|作|可作|可|制造|制作|制取|制备|制|生产|促进|补充|改善|提高|增强|增加|降低|减少|治疗|主治|适用|预防|防治|属于|属|位于|是|为|有|由|含|对|以|如|指|即|主要|具有|富含|分布|产于|研究|从事|通过|利用|表示|描写|描述|反映|记述|讲述|介绍|维持|参与|保持|保护|构成|调节|抑制|抗)(?=..)|不能|可以|能够|需要")
#: modifiers of one noun at the end: 大规模、全民性庆典活动; 急性、慢性支气管炎
_MODIFIER = re.compile("(?:规模|性|型|式|化)$")
_SENTENCE_END = re.compile("[。！？!?](?!$)")
_HAN = re.compile("[\u3400-\u9fff]")
_MEASURED = re.compile(r"[0-9一二两三四五六七八九十余万亿][多余]?(?:[A-Za-z℃°%‰㎡]{1,5}|[\u4e00-\u9fff]{1,6})(?:[（(].*[）)])?$")
_NUMBERED = re.compile("[0-9]")
_NUMERAL = re.compile("[0-9一二三四五六七八九十]")
_CONDITION = re.compile(r"(?:在|于)?-?\d[\d.]* ?(?:℃|°C|ºC|K|atm|kPa|Pa|mmHg)(?:时|下)?$")
_HEAD_NOUN = re.compile("[\u4e00-\u9fff]$")

_ABBREVIATION = re.compile(r"[A-Z][A-Z0-9.&-]{0,7}$")
_NAME_GOES_ON = re.compile("(?:the|and|or|of|an?|in|on|to|for|with|de|del|der|von|et|und|y|but|not) ")
_LATIN_ORG = re.compile("University|College|Institute|School|Academy|Department|Ministry|Committee|Commission|Bureau|Hospital|Center|Centre|Museum|Office")
_CODE = re.compile(r"[A-Z]{0,4}[ -]?\d[0-9A-Za-z/.-]*$")
_LATITUDE = re.compile("北纬|南纬|东经|西经|[°′″]")

_PLACES = tomllib.loads(files("extractors").joinpath("places.toml").read_text("utf-8"))
_COUNTRIES = frozenset(_PLACES["countries"])
_LEVELS = [re.compile(f"(?:{'|'.join(endings)})$") for endings in _PLACES["levels"]]



def is_linked(text: str, linked: Container[str]) -> bool:
    """Whether a part, its remark and quotes aside, is the text of a link of the row."""
    if text in linked:
        return True
    core = without_remark(text)
    return core in linked or bare(core) in linked


def is_list(parts: Parts, kind: Kind, linked: Container[str]) -> str:
    """The evidence that the parts are members of a list; "" when they are one statement."""
    texts = parts.texts
    if linked and _links_agree(texts, linked) and not (kind.test == "places" and _nested(parts)):
        return "linked members"
    return _TESTS[kind.test](parts, kind)


def _links_agree(texts: Sequence[str], linked: Container[str]) -> bool:
    """All members are links, or most are and the others are no longer than members are."""
    hits = sum(is_linked(text, linked) for text in texts)
    return hits == len(texts) or (hits >= 2 and hits * 2 >= len(texts) and all(len(text) <= 12 and not _STATING.search(text) for text in texts))


def _listed(parts: Parts, kind: Kind) -> str:
    if kind.name == "names" and "comma" in parts.sorts and _one_latin_name(parts.texts):
        return ""
    if any(_SENTENCE_END.search(text) or (late and _NOTE_START.match(text)) for text, late in zip(parts.texts, parts.after_comma, strict=True)):
        return ""
    return kind.name


def _one_latin_name(texts: Sequence[str]) -> bool:
    """Whether a foreign name runs over its commas: The Good, the Bad and the Ugly; University of California, Berkeley."""
    if any(not text.isascii() or _ABBREVIATION.match(text) for text in texts):
        return False
    return any(_NAME_GOES_ON.match(text) for text in texts[1:]) or " & " in texts[-1] or " and " in texts[-1] or _LATIN_ORG.search(texts[0]) is not None


def _stated(parts: Parts) -> bool:
    """Whether any part reads like a piece of a sentence."""
    for text, late in zip(parts.texts, parts.after_comma, strict=True):
        plain = without_remark(text)
        if _SENTENCE_END.search(plain) or _STATING.search(plain) or (late and len(plain) > 2 and _CLAUSE_START.match(plain)):
            return True
    return False


def _modify_one(texts: Sequence[str]) -> bool:
    """Whether all parts but the last only modify what the last names."""
    return _MODIFIER.search(texts[-1]) is None and all(_MODIFIER.search(text) for text in texts[:-1])


def _described(texts: Sequence[str]) -> bool:
    """Whether half of the parts end in a predicate: 肉味浓郁，肉质鲜嫩."""
    long = [text for text in texts if len(text) >= 4]
    return len(long) * 2 >= len(texts) and sum(_ADJECTIVE.search(text) is not None for text in long) * 2 >= len(long) > 0


def _narrated(texts: Sequence[str]) -> bool:
    """Whether half of the parts begin with what somebody did: 推行维新变法，收复五州."""
    return sum(_DEED.match(text) is not None for text in texts) * 2 >= len(texts)


def _measured(texts: Sequence[str]) -> bool:
    """Whether every part ends in an amount: 雄犬肩高53-58CM，雌犬51-56CM; a temperature behind another amount is its condition."""
    if not all(_NUMBERED.search(text) and _MEASURED.search(text) for text in texts):
        return False
    return not _CONDITION.match(texts[-1]) or all(_CONDITION.match(text) for text in texts)


def _phrases(parts: Parts, kind: Kind) -> str:
    if _measured(parts.texts):
        return "amounts"
    if _stated(parts) or _modify_one(parts.texts) or _shares_object(parts) or max(map(_width, parts.texts)) > 20:
        return ""
    if "comma" in parts.sorts and (_described(parts.texts) or (kind.name == "awards" and _narrated(parts.texts))):
        return ""
    if kind.name == "awards" and "space" in parts.sorts and len({text[-1] for text in parts.texts}) > 1:
        # 第18届华鼎奖 最佳女演员
        return ""
    return kind.name


def _nouns(parts: Parts, kind: Kind) -> str:
    texts = parts.texts
    if all(map(_CODE.match, texts)):
        return "codes"
    if _stated(parts) or _described(texts) or _modify_one(texts) or _GOVERNING.search(texts[0]) or _shares_object(parts):
        return ""
    width = max(map(_width, texts))
    if parts.sorts == {"comma"}:
        # 牛奶，细砂糖，蛋黄，低筋粉: no clause is that short
        return "short nouns" if len(texts) >= 3 and width == 3 and not any(map(_NUMERAL.search, texts)) else ""
    return "nouns at 、" if width <= 8 and not parts.sorts - {"pause", "title"} else ""


def _shape(parts: Parts, kind: Kind) -> str:
    texts = parts.texts
    if _measured(texts):
        return "amounts"
    if all(map(_CODE.match, texts)):
        return "codes"
    if _stated(parts) or _described(texts) or _modify_one(texts) or _GOVERNING.search(texts[0]) or _shares_object(parts):
        return ""
    width = max(map(_width, texts))
    if not parts.sorts - {"pause", "semi", "slash", "title"}:
        return "short members" if width <= 12 else ""
    if "space" in parts.sorts:
        return "short members" if len(texts) >= 3 and width <= 8 and _alike(texts) else ""
    return "short members" if width <= 12 and (_alike(texts) or width <= 4 or (len(texts) >= 3 and width <= 8)) else ""


def _shares_object(parts: Parts) -> bool:
    """Whether an object stands once behind two attributes: 改变北宋积贫、积弱的局面; 北方吃饺子、南方吃汤圆和南瓜的习俗."""
    texts, last = parts.texts, parts.texts[-1]
    return "pause" in parts.sorts and not parts.after_comma[-1] and "的" in last[1:-1] and not any("的" in text for text in texts[:-1])


def _alike(texts: Sequence[str]) -> bool:
    """Whether the members end in the same word, or are names of two to four characters."""
    return len({text[-1] for text in texts}) == 1 or all(len(text) <= 4 for text in texts)


def _places(parts: Parts, kind: Kind) -> str:
    texts = parts.texts
    if _LATITUDE.search(texts[0]) or _stated(parts) or _nested(parts) or max(map(_width, texts)) > 24:
        return ""
    return "amounts" if _measured(texts) else kind.name


def _nested(parts: Parts) -> bool:
    """Whether each place lies in the one before it."""
    texts = parts.texts
    if parts.sorts == {"space"} and texts[0] == "中国" and len(texts) == 2 and texts[1] in _COUNTRIES:
        return True
    if "pause" not in parts.sorts and len(texts) <= 3 and texts[0] in _COUNTRIES and not any(text in _COUNTRIES or text[-1] in "国洲" for text in texts[1:]):
        return True
    levels = [next((level for level, ending in enumerate(_LEVELS) if ending.search(text)), None) for text in texts]
    levels[0] = 1 if texts[0].startswith("中国") and len(texts[0]) <= 5 else levels[0]
    return all(a is not None and b is not None and a < b for a, b in zip(levels, levels[1:], strict=False))


def _dates(parts: Parts, kind: Kind) -> str:
    texts = parts.texts
    if not any(map(_NUMERAL.search, texts)):
        return _shape(parts, kind)
    dated = [read_date(text, predicate="时间") is not None for text in texts]
    # 2013年4月19日（美国）、5月10日（中国）: the year stands once
    return "dates" if all(dated) or (dated[0] and all(text[-1] in "）)" for text in texts)) else ""


def _amounts(parts: Parts, kind: Kind) -> str:
    return "amounts" if _measured(parts.texts) else "" if any(map(_NUMBERED.search, parts.texts)) else _shape(parts, kind)


def _width(text: str) -> int:
    """Length without remarks, two Latin characters counted as one."""
    plain = without_remark(text)
    han = len(_HAN.findall(plain))
    return han + (len(plain) - han) // 2


_TESTS: dict[str, Callable[[Parts, Kind], str]] = {
    "listed": _listed,
    "phrases": _phrases,
    "nouns": _nouns,
    "shape": _shape,
    "places": _places,
    "dates": _dates,
    "amounts": _amounts,
}
