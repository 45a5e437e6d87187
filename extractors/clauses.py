"""Words that tell a piece of a statement from a member of a list.

Comes in: one part of a text. Goes out: whether the part begins, ends or goes like a statement. The words are `clauses.toml`; which
of these signs count in which row is `evidence`'s matter.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

__all__ = [
    "begins_clause",
    "begins_deed",
    "begins_note",
    "ends_modifying",
    "ends_predicating",
    "governs",
    "names_trades",
    "states",
    "trades",
]

_TABLE: dict[str, dict[str, Any]] = tomllib.loads(files("extractors").joinpath("clauses.toml").read_text("utf-8"))


def _words(group: str) -> str:
    """The words of a group as one alternation, the longest first, with what may or must not follow each."""
    table = _TABLE[group]
    only: dict[str, list[str]] = table.get("only", {})
    unless: dict[str, list[str]] = table.get("unless", {})
    return "|".join(
        f"{word}(?={'|'.join(only[word])})" if word in only else f"{word}(?!{'|'.join(unless[word])})" if word in unless else word
        for word in sorted(table["words"], key=len, reverse=True)
    )


_STATING = re.compile(f"{_words('stating')}|[了着]$")
_CLAUSE_START = re.compile(_words("clause_start"))
_NOTE_START = re.compile(_words("note_start"))
_DEED = re.compile(_words("deed"))
_GOVERNING = re.compile(f"^(?:{_words('governing')})(?=..)|{_words('governing_inside')}")
_TRADES = rf"(?:{_words('trade')})(?:[和与及](?:{_words('trade')}))*$"
_TRADED, _ONLY_TRADES = re.compile(f".的{_TRADES}"), re.compile(f"[和与及]?{_TRADES}")
_PREDICATIVE = re.compile(f"(?:{_words('predicative')})$")
_MODIFIER = re.compile(f"(?:{_words('modifier')})$")


def states(part: str) -> bool:
    """Whether a part says something of something: 多为发作性绞痛.

    >>> states("环境、药物及生理因素促发"), states("幽门螺杆菌感染")
    (True, False)
    """
    return _STATING.search(part) is not None


def begins_clause(part: str) -> bool:
    """Whether a part behind a comma goes on with a sentence: 并处罚金."""
    return len(part) > 2 and _CLAUSE_START.match(part) is not None


def begins_note(part: str) -> bool:
    """Whether a part behind a comma comments on the name before it: 实为后晋赵莹主持编修."""
    return _NOTE_START.match(part) is not None


def begins_deed(part: str) -> bool:
    """Whether a part begins with what somebody did: 收复五州."""
    return _DEED.match(part) is not None


def governs(part: str) -> bool:
    """Whether the verb of a first part has the other parts for objects: 用作萃取剂."""
    return _GOVERNING.search(part) is not None


def ends_predicating(part: str) -> bool:
    """Whether a part of four characters or more ends in a predicate: 雨量充沛."""
    return len(part) >= 4 and _PREDICATIVE.search(part) is not None


def trades(part: str) -> bool:
    """Whether a part ends in what is done with its object: 化妆品的研发."""
    return "的" in part and _TRADED.search(part) is not None


def names_trades(part: str) -> bool:
    """Whether a part says what is done and not with what: 生产和销售."""
    return _ONLY_TRADES.match(part) is not None


def ends_modifying(part: str) -> bool:
    """Whether a part only modifies a noun to come: 大规模."""
    return _MODIFIER.search(part) is not None
