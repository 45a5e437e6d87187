"""`baike query`: an entry of a corpus by what it is called."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from baike_spider.cli.command import Commands, add_command, path, positive, words
from baike_spider.corpus.engine import connect
from baike_spider.corpus.errors import CorpusError
from baike_spider.corpus.query import facts_of, find, pointing_to
from baike_spider.corpus.reader import open_corpus
from baike_spider.corpus.schema import ENTRY_CORPUS
from baike_spider.exits import BadInput, NotFound

if TYPE_CHECKING:
    import argparse

    from baike_spider.corpus.query import Fact, Found, Incoming

__all__ = ["add"]

_SEARCH = """ "SELECT name, subject FROM names WHERE name LIKE '%...%' LIMIT 20" """.strip()


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "query",
        "An entry of a corpus by name, alias, number or key: its triples, and those that point to it.",
        "baike query corpus 刘德华 --predicate 职业",
    )
    command.add_argument("corpus", type=path, metavar="CORPUS", help="folder that `baike corpus build` wrote")
    command.add_argument("name", metavar="NAME", type=words, help="name, alias, `name（sense）`, lemma id, or key (baidu_baike#114923)")
    command.add_argument(
        "--predicate", metavar="PREDICATE", type=words, help="only triples of this predicate: of its own, and of those that point to it"
    )
    command.add_argument("--incoming", action="store_true", help="also the triples of other entries that point to it")
    command.add_argument("-n", type=positive, default=100, metavar="N", help="incoming triples to show of an entry (default: 100)")
    command.add_argument("--json", action="store_true", help="one JSON object an entry and line")
    command.set_defaults(run=_run, leaves_at_once=True)


def _run(args: argparse.Namespace) -> int:
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
    try:
        corpus = open_corpus(args.corpus, kind=ENTRY_CORPUS)
        # one thread: the work is a few milliseconds, starting others takes longer
        with connect(threads=1) as db:
            found = find(db, corpus, args.name)
            facts = facts_of(db, corpus, found, predicate=args.predicate) if found else {}
            for at, one in enumerate(found):
                incoming = pointing_to(db, corpus, one, predicate=args.predicate, most=args.n) if args.incoming else None
                if args.json:
                    print(json.dumps(_as_dict(one, facts[one.entry], incoming, args.predicate), ensure_ascii=False))
                else:
                    print(*([""] if at else []), *_told(one, facts[one.entry], incoming, args.predicate), sep="\n")
    except CorpusError as error:
        raise BadInput(str(error)) from error
    if not found:
        raise NotFound(
            f"no entry of {args.corpus} is called {args.name!r}; to search within names: baike corpus sql {args.corpus} {_SEARCH}"
        )
    return 0


def _as_dict(found: Found, facts: list[Fact], incoming: Incoming | None, predicate: str | None) -> dict[str, Any]:
    data = found._asdict() | {"count": found.triples, "predicate": predicate, "triples": [fact._asdict() for fact in facts]}
    if incoming is not None:
        columns = ("subject", "predicate", "object", "entry")
        data |= {"incoming_count": incoming.total, "incoming": [dict(zip(columns, row, strict=True)) for row in incoming.rows]}
    return data


def _told(found: Found, facts: list[Fact], incoming: Incoming | None, predicate: str | None) -> list[str]:
    """Lines for a person."""
    about = [
        found.url,
        found.layout,
        *(f"{what} {day}" for what, day in (("updated", found.updated), ("fetched", found.fetched_at)) if day),
    ]
    lines = [f"{found.subject}  [{found.entry}]  ({', '.join(found.matched)})", "  " + "  ".join(about)]
    if found.aliases:
        lines.append("  = " + "、".join(found.aliases))
    if not facts and found.triples:
        lines.append(f"  no triple of this predicate, of {found.triples:,}")
    width = min(24, max((_width(fact.predicate) for fact in facts), default=0))
    before = None
    for fact in facts:
        label = "" if fact.predicate == before else fact.predicate
        before = fact.predicate
        target = "" if fact.object_id is None and fact.object_url is None else f"  → {fact.object_id or fact.object_url}"
        lines.append(f"  {label}{' ' * max(0, width - _width(label))}  {fact.object}{target}")
    if incoming is not None:
        lines.append(
            f"  {incoming.total:,} triples {'' if predicate is None else 'of this predicate '}point to it{':' if incoming.rows else ''}"
        )
        lines += [f"    {subject}\t{predicate}\t{text}" for subject, predicate, text, _ in incoming.rows]
        if incoming.total > len(incoming.rows):
            lines.append(f"    ... and {incoming.total - len(incoming.rows):,} more: -n {incoming.total}")
    return lines


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
