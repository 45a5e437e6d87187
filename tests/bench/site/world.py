"""A generated encyclopedia of any size: which entries there are, what they are called, and who links to whom.

Comes in: a size, a seed, the share of odd addresses. Goes out: names, links and what every address leads to, each computed
when it is asked for. Every entry but the first is linked to by its parent in a tree, and almost by nobody else: whoever loses
one link loses entries, and the truth is that all entries are reachable from the first.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, unquote

__all__ = ["LINKS", "World"]

#: links of a page
LINKS = 60
#: children of an entry in the tree
_BRANCHES = 3
_FIRST_ID, _FIRST_VIEW = 30_000_000, 5_000
#: every so many entries two share one name, which is a list of senses then; every so many have a synonym
_SENSES_EVERY, _SYNONYMS_EVERY = 20, 3
_HAN = "山水风云日月星河春夏秋冬东西南北金木火土红蓝青白松竹梅兰江湖海岛城镇村桥天地人和明光远近高长安平福寿乐康文武英华国民永新石林"


@dataclass(frozen=True)
class World:
    """The encyclopedia. Entries are numbered from 0, which is where a crawl begins."""

    entries: int
    seed: int = 1
    odd: float = 0.0
    """Share of the links that name their entry by another address: a synonym, a plain title, /view/, another spelling."""
    spread: bool = False
    """Links go to any entry alike, and no longer almost only from parents and to the most popular ones: dearer, and a lost link is no lost entry."""

    @property
    def truth(self) -> set[int]:
        """The lemma ids of all entries: each is reachable."""
        return {self.lemma_id(number) for number in range(self.entries)}

    def lemma_id(self, number: int) -> int:
        return _FIRST_ID + number

    def title(self, number: int) -> str:
        """Two entries of a pair of senses have one title."""
        return _name(self._sense_of(number))

    def sense(self, number: int) -> str:
        """What tells an entry from the others of its name; "" where there are none."""
        if not self._has_senses(number):
            return ""
        return "虚构地名" if number % 2 else "虚构人物"

    def synonym(self, number: int) -> str:
        """Another name that is redirected here, "" where there is none."""
        return f"又名{_name(number)}" if self.odd and number % _SYNONYMS_EVERY == 1 else ""

    def address(self, number: int) -> str:
        """The canonical path, percent-encoded."""
        return f"/item/{quote(self.title(number), safe='')}/{self.lemma_id(number)}"

    def links(self, number: int) -> list[tuple[str, str]]:
        """(href, text) of the page's links, in their order: its children, and entries that everybody links to."""
        draw = random.Random(f"{self.seed}/{number}")
        first = number * _BRANCHES + 1
        children = list(range(first, min(first + _BRANCHES, self.entries)))
        popular = self.entries if self.spread else min(max(self.entries // 20, LINKS), self.entries)
        others = min(LINKS - len(children), popular)
        targets = children + draw.sample(range(popular), others)
        draw.shuffle(targets)
        return [(self._href(target, draw), self.title(target)) for target in targets]

    def find(self, path: str, query: str = "") -> int | str | list[int] | None:
        """What an address leads to: an entry's number, a path to be redirected to, the numbers of the senses, None: nothing."""
        parts = path.split("/")
        if len(parts) == 3 and parts[1] == "view":
            number = int(parts[2].partition(".")[0]) - _FIRST_VIEW
            return self.address(number) if 0 <= number < self.entries else None
        if len(parts) < 3 or parts[1] != "item":
            return None
        if len(parts) == 4 and parts[3].isdigit():
            number = int(parts[3]) - _FIRST_ID
            return number if 0 <= number < self.entries else None
        return self._named(_decoded(parts[2]))

    def _named(self, name: str) -> int | str | list[int] | None:
        numbers = self._numbers.get(name, ())
        if len(numbers) == 1:
            return self.address(numbers[0])
        if numbers:
            return list(numbers)
        known = self._numbers.get(name.removeprefix("又名"), ()) if name.startswith("又名") else ()
        number = next((number for number in known if self.synonym(number) == name), None)
        if number is None:
            return None
        return f"{self.address(number)}?fromtitle={quote(name, safe='')}&fromid={number + 1}"

    @cached_property
    def _numbers(self) -> dict[str, tuple[int, ...]]:
        """Entries by title, and by the name under which a synonym knows them."""
        found: dict[str, tuple[int, ...]] = {}
        for number in range(self.entries):
            for name in dict.fromkeys((self.title(number), _name(number))):
                if name == self.title(number) or self.synonym(number):
                    found[name] = (*found.get(name, ()), number)
        return found

    def _has_senses(self, number: int) -> bool:
        at = number % _SENSES_EVERY
        return bool(self.odd) and at in (7, 8) and number - at + 8 < self.entries

    def _sense_of(self, number: int) -> int:
        return number - 1 if self._has_senses(number) and number % _SENSES_EVERY == 8 else number

    def _href(self, number: int, draw: random.Random) -> str:
        canonical = self.address(number)
        if draw.random() >= self.odd:
            return canonical
        return draw.choice(list(self._spellings(number, canonical)))

    def _spellings(self, number: int, canonical: str) -> Iterator[str]:
        title = self.title(number)
        yield f"/view/{_FIRST_VIEW + number}.htm"
        yield f"/item/{quote(title, safe='')}"  # redirected, or a list of senses
        yield f"/item/{title}/{self.lemma_id(number)}"
        yield f"http://baike.baidu.com{canonical}"
        yield f"{canonical}?fr=aladdin&fromModule=lemma"
        yield f"/item/{quote(title.encode('gb18030'), safe='').lower()}/{self.lemma_id(number)}"
        if self.synonym(number):
            yield f"/item/{quote(self.synonym(number), safe='')}"


def _name(number: int) -> str:
    """A name of Chinese characters, another one for another number."""
    characters = []
    number += len(_HAN)
    while number:
        number, at = divmod(number, len(_HAN))
        characters.append(_HAN[at])
    return "".join(characters) + "镇"


def _decoded(segment: str) -> str:
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return unquote(segment, encoding="gb18030", errors="replace")
