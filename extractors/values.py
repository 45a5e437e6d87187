"""A row's values: parted, typed, linked.

Comes in: a row's name, text and links. Goes out: `Value`s in order, and on demand the rules that made each. The rules themselves
live in `split`, `dates` and `quantities`; this module only puts them in line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.brackets import bare, without_remark
from extractors.dates import read_date
from extractors.kinds import kind_of
from extractors.model import Link, Target, Value
from extractors.places import is_nested
from extractors.quantities import read_quantity
from extractors.split import is_one_word, split

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Reading", "explain_values", "read_value", "read_values"]


#: a value without any of these is neither a date nor an amount
_NUMERAL = re.compile("[0-9０-９一二两三四五六七八九十廿〇]")
_PAUSE = frozenset({"pause"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One value and how it came about."""

    value: Value
    split: str
    """The rule that parted the row, or kept it whole."""
    typed: str
    """"date", "amount" or "" for neither."""
    linked: str
    """How the value's text met its link: "text", "without quotes", "without remark", "without remark and quotes", or ""."""

    @property
    def rule(self) -> str:
        """All of it in one line."""
        return "; ".join(filter(None, (self.split, self.typed, self.linked and f"link by {self.linked}")))


def read_values(name: str, text: str, links: Sequence[Link]) -> tuple[Value, ...]:
    """The atomic values of the row called `name`, in order, each a verbatim part of `text`; () for an empty text.

    `name` is normalised (no padding, no colon), lines of `text` are separated by a newline, `links` stand in reading order.

    >>> [value.text for value in read_values("职业", "演员、歌手", [])]
    ['演员', '歌手']
    """
    if not links and is_one_word(text) and _NUMERAL.search(text) is None:
        return (Value(text),)
    linked = _linked_members(name, text, links) if links else None
    if linked is not None:
        return linked
    pieces, _ = split(name, text, [link.text for link in links])
    targets, typed = _targets(links), kind_of(name).typed
    return tuple([_read(name, piece, targets, typed)[0] for piece in pieces])


def _linked_members(name: str, text: str, links: Sequence[Link]) -> tuple[Value, ...] | None:
    """The values of a row that is nothing but its links, 、 between them: what `split` makes of it, at a tenth of the price. None for any other row."""
    texts = [link.text for link in links]
    if "、".join(texts) != text or _NUMERAL.search(text) is not None or not all(map(is_one_word, texts)):
        return None
    if len(texts) > 1:
        kind = kind_of(name)
        if "pause" not in kind.cuts or kind.keep or (kind.test == "places" and is_nested(texts, _PAUSE, one=kind.name == "address")):
            return None
    return tuple([Value(text, None, None, Target(url, lemma_id)) for text, url, lemma_id in links])


def explain_values(name: str, text: str, links: Sequence[Link]) -> list[Reading]:
    """The values of `read_values`, each with the rules that made it."""
    pieces, rule = split(name, text, [link.text for link in links])
    targets, typed = _targets(links), kind_of(name).typed
    readings = []
    for piece in pieces:
        value, how = _read(name, piece, targets, typed)
        readings.append(Reading(value, rule, "date" if value.date else "amount" if value.quantity else "", how))
    return readings


def read_value(name: str, text: str, links: Sequence[Link]) -> Value:
    """One value that is known to be atomic (a data item of PAGE_DATA): typed and linked, not parted."""
    return _read(name, text.strip(), _targets(links), kind_of(name).typed)[0]


def _read(name: str, text: str, targets: dict[str, list[Link]], typed: bool) -> tuple[Value, str]:
    """One value and how its link was met."""
    target, how = _linked(text, targets) if targets else (None, "")
    if not typed or _NUMERAL.search(text) is None:
        return Value(text, None, None, target), how
    date = read_date(text, predicate=name)
    quantity = read_quantity(text, predicate=name) if date is None else None
    return Value(text, date, quantity, target), how


def _targets(links: Sequence[Link]) -> dict[str, list[Link]]:
    """The links of a row by text, the first of several at the end of its list."""
    by_text: dict[str, list[Link]] = {}
    for link in reversed(links):
        by_text.setdefault(link.text.strip(), []).append(link)
    return by_text


def _linked(text: str, targets: dict[str, list[Link]]) -> tuple[Target | None, str]:
    """The target of the link that a value's text is, and how they met; of links with one text each is given once, the last for good."""
    plain = without_remark(text)
    for form, how in (
        (text, "text"),
        (bare(text), "without quotes"),
        (plain, "without remark"),
        (bare(plain), "without remark and quotes"),
    ):
        found = targets.get(form)
        if found:
            link = found.pop() if len(found) > 1 else found[0]
            return Target(link.url, link.lemma_id), how
    return None, ""
