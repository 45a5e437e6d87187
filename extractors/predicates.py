"""Row names that mean the same, as one predicate: `外文名` for 英文名称, 外文名称, 英文名.

Comes in: the name of a row. Goes out: the canonical predicate. The rules are `predicates.toml`; the raw name always
stays beside the canonical one in a triple.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

__all__ = ["canonical_predicate", "predicate_aliases"]


@cache
def predicate_aliases() -> dict[str, str]:
    """Row name -> canonical predicate, for the names that have another. Raises ValueError when the rules contradict each other."""
    rules = tomllib.loads(files("extractors").joinpath("predicates.toml").read_text(encoding="utf-8"))
    aliases: dict[str, str] = {}
    for section, names in rules.items():
        for canonical, others in names.items():
            for other in others:
                if aliases.setdefault(other, canonical) != canonical:
                    raise ValueError(f"predicates.toml [{section}]: {other} is an alias of {aliases[other]} and of {canonical}")
    chained = sorted(set(aliases) & set(aliases.values()))
    if chained:
        raise ValueError(f"predicates.toml: both canonical and an alias: {', '.join(chained)}")
    return aliases


def canonical_predicate(name: str) -> str:
    """The canonical predicate of a row's name, which is the name itself where no other is known.

    >>> canonical_predicate("英文名称"), canonical_predicate("职业")
    ('外文名', '职业')
    """
    return predicate_aliases().get(name, name)
