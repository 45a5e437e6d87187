"""`baike archive`: what lies in WARC files: counts, soundness, an index, one page back out."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.archive import (
    FOLDER,
    INDEX_FILE,
    Broken,
    Damage,
    Index,
    IndexFailed,
    Row,
    archive_in,
    cdxj_line,
    decoded,
    file_names,
    is_begun,
    mend,
    read_at,
    read_records,
    rows_of,
    verify_record,
)
from baike_spider.cli.command import Commands, add_command, path, words
from baike_spider.exits import DAMAGED, BadInput, OutputFailed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

__all__ = ["add"]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "archive",
        "What lies in a crawl's archive, or in any WARC and ARC files.",
        "baike archive stats output/baike\n  baike archive get https://baike.baidu.com/item/刘德华 output/baike > page.html",
    )
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text, example in (
        ("stats", "Records by type, status and media type, addresses, bytes, dates.", "baike archive stats output/baike"),
        ("verify", "Reads every record and checks lengths, checksums and digests.", "baike archive verify saved.warc.gz"),
        ("index", "A CDXJ index, sorted, on standard output.", "baike archive index output/baike > baike.cdxj"),
    ):
        add_command(actions, name, text, example).add_argument("paths", nargs="+", type=path, metavar="CRAWL-or-FILE")
    get = add_command(
        actions,
        "get",
        "The body of an address, as it was served.",
        "baike archive get https://baike.baidu.com/item/刘德华 output/baike > page.html",
    )
    get.add_argument("url", type=words, metavar="URL")
    get.add_argument("paths", nargs="+", type=path, metavar="CRAWL-or-FILE")
    get.add_argument("--date", metavar="TIME", help="the one of this time, such as 2026-11-23T16:17:58Z (default: the last)")
    get.add_argument("--decoded", action="store_true", help="with transfer and content encodings undone")
    get.add_argument("--headers", action="store_true", help="the status line and the headers before the body")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    try:
        files = [file for path in args.paths for file in _files(Path(path))]
        if args.action == "stats":
            return _stats(files)
        if args.action == "verify":
            return _verify(files)
        with _index(args.paths, files) as (index, places):
            return _cdxj(index) if args.action == "index" else _get(args, index, places)
    except IndexFailed as error:
        raise OutputFailed(f"the index cannot be made: {error}") from error
    except OSError as error:
        raise BadInput(f"{error.filename or ', '.join(args.paths)}: {error.strerror or error}") from error


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.exists():
        raise BadInput(f"{path}: no such file or folder")
    folder = archive_in(path)
    names = file_names(folder)
    if not names:
        raise BadInput(f"{path}: no WARC or ARC files; name one, or a crawl's folder that has a folder {FOLDER}/")
    return [file for name in names if not is_begun(file := folder / name)]


def _stats(files: Iterable[Path]) -> int:
    counts: Counter[str] = Counter()
    addresses: set[int] = set()
    first, last, damaged = "~", "", 0
    for file in files:
        counts["files"] += 1
        counts["bytes"] += file.stat().st_size
        for found in read_records(file):
            if isinstance(found, Damage):
                print(found, file=sys.stderr)
                damaged += 1
                continue
            counts["records"] += 1
            counts[f"type/{found.type}"] += 1
            if found.type in ("response", "revisit", "resource"):
                addresses.add(hash(found.url))
                counts["body bytes"] += len(found.body)
                counts[f"status/{found.status or 'none'}"] += 1
                counts[f"media/{found.content_type.partition(';')[0].strip().lower() or 'none'}"] += 1
                first, last = min(first, found.date), max(last, found.date)
    counts["addresses"] = len(addresses)
    counts["damaged"] = damaged
    for name in sorted(counts, key=lambda name: ("/" in name, name)):
        print(f"{name:>28}  {counts[name]:,}")
    if last:
        print(f"{'first':>28}  {first}\n{'last':>28}  {last}")
    return DAMAGED if damaged else 0


def _verify(files: Iterable[Path]) -> int:
    records = problems = 0
    for file in files:
        for found in read_records(file):
            problem = str(found) if isinstance(found, Damage) else verify_record(found)
            records += not isinstance(found, Damage)
            if problem:
                problems += 1
                print(problem)
    counted = f"{problems} problem{'' if problems == 1 else 's'}" if problems else "sound"
    print(f"{records} records: {counted}", file=sys.stderr)
    return DAMAGED if problems else 0


@contextmanager
def _index(paths: Iterable[str], files: Iterable[Path]) -> Iterator[tuple[Index, dict[str, Path]]]:
    """The index of a crawl's folder, brought up to date; of other files one that is made for the moment."""
    places: dict[str, Path] = {}
    for file in files:
        # the index, and CDXJ, tell files by their names
        if places.setdefault(file.name, file) != file:
            raise BadInput(f"{places[file.name]} and {file} have the same name: name them in two commands, or rename one")
    own = next((Path(path, FOLDER) for path in paths if Path(path, FOLDER).is_dir()), None)
    if own is not None and len(list(paths)) == 1:
        try:
            with Index(own / INDEX_FILE) as index:
                for damage in mend(own, index, cut=False):
                    print(damage, file=sys.stderr)
                yield index, places
            return
        except IndexFailed:
            pass  # a folder that may only be read
    with Index(":memory:") as index:
        for name, file in places.items():
            index.add(name, file.stat().st_size, _told(rows_of(file)))
        yield index, places


def _told(found: Iterable[Row | Damage]) -> Iterator[Row]:
    """The rows; damage among them is said."""
    for one in found:
        if isinstance(one, Damage):
            print(one, file=sys.stderr)
        else:
            yield one


def _cdxj(index: Index) -> int:
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    for _, same in groupby(index.ordered(), key=lambda found: (found[0], found[1].date)):
        # whole lines in the order of `sort`, also those of one address in one second
        for line in sorted(cdxj_line(key, row) for key, row in same):
            print(line)
    return 0


def _get(args: argparse.Namespace, index: Index, places: dict[str, Path]) -> int:
    rows = [row for row in index.of_address(args.url) if not args.date or row.date == args.date]
    if not rows:
        raise BadInput(f"{args.url}{f' of {args.date}' if args.date else ''}: not in the archive; `baike archive index` lists what is")
    row = rows[-1]
    record = read_at(places[row.file], row.offset)
    held = record
    if record is not None and record.type == "revisit":
        whole = index.at(*record.refers_to)  # of other files the original may lie elsewhere
        held = read_at(places[whole.file], whole.offset) if whole else None
    if record is None or held is None:
        raise BadInput(f"{args.url}: the record at byte {row.offset} of {row.file} cannot be read; `baike archive verify` says why")
    out = sys.stdout.buffer
    if args.headers:
        out.write(b"".join((record.status_line, b"\r\n", *(b"%s: %s\r\n" % header for header in record.headers), b"\r\n")))
    try:
        out.write(decoded(held) if args.decoded else held.body)
    except Broken as error:
        raise BadInput(f"{args.url}: {error}; without --decoded it comes as it was served") from error
    out.flush()
    return 0
