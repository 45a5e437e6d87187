"""`baike head`, `cat`, `summary`, `verify`: what lies in a crawl's folder, of every entry its newest version."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baike_spider.cli.command import Commands, add_command, path, positive
from baike_spider.crawl.versions import Versions
from baike_spider.exits import DAMAGED, BadInput
from baike_spider.shards import ShardDamaged, ShardError, load_manifest, read_entries, read_questions, read_rejects, read_triples, verify

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from extractors import Triple

__all__ = ["add"]

#: what a plain triple may not hold: it has exactly three tab-separated fields
_FIELD = str.maketrans("\t\r\n", "   ")


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    head = add_command(
        commands, "head", "The first records of a crawl (default: plain triples, or questions).", "baike head output/baike -n 20"
    )
    head.add_argument("-n", type=positive, default=10, metavar="N", help="records to print (default: 10)")
    cat = add_command(
        commands, "cat", "All records of a crawl (default: plain triples, or questions).", "baike cat output/baike --entries | jq .title"
    )
    cat.set_defaults(n=None)
    for command in (head, cat):
        command.add_argument("folder", type=path, metavar="CRAWL", help="a crawl's folder, or one shard")
        what = command.add_mutually_exclusive_group()
        what.add_argument("--entries", dest="what", action="store_const", const="entries", help="entries as JSON lines")
        what.add_argument("--questions", dest="what", action="store_const", const="questions", help="questions as JSON lines")
        what.add_argument("--rejects", dest="what", action="store_const", const="rejects", help="rejected pages as JSON lines")
        what.add_argument("--json", dest="what", action="store_const", const="triples", help="triples as JSON lines, with provenance")
        command.set_defaults(what="plain", run=_run_records)
    summary = add_command(
        commands,
        "summary",
        "The first triples or questions of a crawl, its counts, and where everything lies.",
        "baike summary output/baike",
    )
    summary.add_argument("folder", type=path, metavar="CRAWL", help="a crawl's folder")
    summary.add_argument("-n", type=positive, default=10, metavar="N", help="triples or questions to print (default: 10)")
    summary.set_defaults(run=_run_summary)
    check = add_command(commands, "verify", "Checks every shard of a crawl against its manifest.", "baike verify output/baike")
    check.add_argument("folder", type=path, metavar="CRAWL", help="a crawl's folder")
    check.set_defaults(run=_run_verify)


def _run_records(args: argparse.Namespace) -> int:
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    try:
        for line in islice(_lines(Path(args.folder), args.what), args.n):
            print(line)
    except ShardDamaged as error:
        lone = Path(args.folder).is_file() and args.what in ("plain", "triples")
        more = "; of a file of other records say which: --entries, --questions or --rejects" if lone else ""
        raise BadInput(f"{error}{more}") from error
    except ShardError as error:
        raise BadInput(str(error)) from error
    return 0


def _lines(folder: Path, what: str) -> Iterator[str]:
    if not folder.exists():
        raise BadInput(f"{folder}: no such crawl folder or shard")
    if what == "plain" and folder.is_file() and _kind_of(folder) in ("entries", "rejects"):
        what = _kind_of(folder)
    if what == "rejects":
        yield from map(_json, _checked(read_rejects(folder), folder, "verdict"))
    elif what == "questions" or (what in ("plain", "triples") and _holds_questions(folder)):
        questions = _checked(read_questions(folder), folder, "question", "tags", "url")
        yield from map(_plain_question if what == "plain" else _json, questions)
    elif what == "entries":
        yield from map(_json, _newest_entries(folder))
    else:
        yield from (_plain_triple(triple) if what == "plain" else _json(triple.as_dict()) for triple in _newest_triples(folder))


def _checked(records: Iterator[dict[str, Any]], source: Path, *keys: str) -> Iterator[dict[str, Any]]:
    """The records. Raises BadInput for one that lacks a key of its kind: any file of JSON lines may be given for it."""
    for number, record in enumerate(records, 1):
        if missing := [key for key in keys if key not in record]:
            raise BadInput(f"{source}: record {number} lacks {missing[0]!r}; say which: --entries, --triples, --questions or --rejects")
        yield record


def _newest_entries(folder: Path) -> Iterator[dict[str, Any]]:
    versions = Versions(folder)
    for entry in _checked(read_entries(folder), folder, "lemma_id", "url", "fetched_at"):
        if not versions.is_replaced(entry["lemma_id"], entry["url"], entry["fetched_at"]):
            yield entry


def _newest_triples(folder: Path) -> Iterator[Triple]:
    versions = Versions(folder)
    for triple in read_triples(folder):
        if not versions.is_replaced(triple.subject_id, triple.subject_url, triple.fetched_at):
            yield triple


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)


def _plain_triple(triple: Triple) -> str:
    return _fields(triple.subject, triple.predicate, triple.object)


def _plain_question(record: dict[str, Any]) -> str:
    return _fields(record["question"], "、".join(record["tags"]), record["url"])


def _fields(*fields: str) -> str:
    return "\t".join(field.translate(_FIELD) for field in fields)


def _holds_questions(source: Path) -> bool:
    """Whether a crawl's folder, or one shard, is of questions."""
    if source.is_dir():
        return bool(load_manifest(source).of("questions"))
    return _kind_of(source) == "questions"


def _kind_of(shard: Path) -> str:
    """The kind of a crawl's shard, which the name of its folder is."""
    return shard.absolute().parent.name


def _run_summary(args: argparse.Namespace) -> int:
    folder = Path(args.folder)
    try:
        counts = load_manifest(folder).counts
        first = list(islice(_lines(folder, "plain"), args.n))
        older = Versions(folder).count_replaced()
    except ShardError as error:
        raise BadInput(str(error)) from error
    print(*first, sep="\n")
    print()
    for name, count in _told({**counts, "entries": counts["entries"] - older}, older):
        print(f"{name:>28}  {count:,}")
    print()
    for what in ("manifest.json", "entries", "triples", "questions", "rejects"):
        if (folder / what).exists():
            print(f"{what:>28}  {folder / what}")
    print(f"{'all questions' if 'questions' in counts else 'all triples':>28}  baike cat {folder}")
    print(f"{'check the shards':>28}  baike verify {folder}")
    return 0


def _told(counts: Mapping[str, Any], older: int) -> Iterator[tuple[str, int]]:
    """The manifest's counts, one a line: kinds first, then what they are made of. Triples and layouts are those of older versions too."""
    finer = {name: count for name, count in counts.items() if isinstance(count, dict)}
    # a crawl of questions has no entries to tell of
    untold = {"entries", "triples"} if "questions" in counts and not counts["entries"] else set()
    yield from ((name, count) for name, count in counts.items() if name not in finer and name not in untold)
    if older:
        yield "older versions", older
    for name, parts in finer.items():
        yield from ((f"{name}/{part}", count) for part, count in parts.items())


def _run_verify(args: argparse.Namespace) -> int:
    folder = Path(args.folder)
    try:
        problems = verify(folder)
    except ShardError as error:
        raise BadInput(str(error)) from error
    for problem in problems:
        print(problem)
    found = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}" if problems else "sound"
    print(f"{folder}: {found}", file=sys.stderr)
    return DAMAGED if problems else 0
