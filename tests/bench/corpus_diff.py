"""Whether `baike corpus diff` of two corpora with a known change gives exactly that change; seconds and peak memory beside it.

    python -m tests.bench.corpus_diff FOLDER [--triples 1_000_000] [--share 0.01] [--keep]

Takes the entries of a made-up crawl (corpora.py); in a second version of them all were fetched anew, and of the given share a third is gone, a third says something else in its
first row, and as many are new. What must come out is derived from the entries with `extractors.triples`, not from the corpora. Then the same two the other way round.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from baike_spider.corpus.build import build_corpus
from baike_spider.shards import read_entries
from baike_spider.shards.tsv import clean_field
from extractors import Entry, Row, Value, triples
from tests.bench.corpora import make_crawls
from tests.bench.corpus_build import timed

#: what, change, then the entry's key, or the triple's subject, predicate, object, key, address
Told = tuple[str, ...]
#: lemma ids of new entries; the crawl's are far below
NEW = 1 << 40


def versions(entries: Iterator[Entry], share: float, dice: random.Random) -> Iterator[tuple[Entry | None, Entry | None]]:
    """Every entry as it was and as it is; None where it is not."""
    for entry in entries:
        later = replace(entry, fetched_at="2026-09-01T00:00:00Z", digest=f"sha256:{dice.getrandbits(256):064x}")
        if dice.random() >= share:
            yield entry, later
            continue
        what = dice.randrange(3)
        if what == 0:
            yield entry, None
        elif what == 1:
            said = f"改动{entry.lemma_id}"
            yield entry, replace(later, rows=(Row(entry.rows[0].name, said, (Value(said),)), *entry.rows[1:]))
        else:
            number = NEW + (entry.lemma_id or 0)
            yield entry, later
            yield (
                None,
                replace(later, lemma_id=number, title=f"{entry.title}新", url=f"https://baike.baidu.com/item/新/{number}", aliases=()),
            )


def said(entry: Entry | None) -> set[Told]:
    """The triples of an entry as the corpus spells them."""
    return {
        (
            clean_field(one.subject),
            clean_field(one.predicate),
            clean_field(one.object),
            f"baidu_baike#{entry.lemma_id}",
            one.object_url or "",
        )
        for one in (triples(entry) if entry else ())
    }


def change(before: Entry | None, after: Entry | None) -> Iterator[Told]:
    """What a diff must say of an entry."""
    if before and after and before.rows == after.rows:
        return
    one = after or before
    assert one is not None
    yield "entry", "added" if not before else "removed" if not after else "changed", f"baidu_baike#{one.lemma_id}"
    yield from (("triple", "added", *key) for key in said(after) - said(before))
    yield from (("triple", "removed", *key) for key in said(before) - said(after))


def found(path: Path) -> list[Told]:
    def told(line: dict[str, Any]) -> Told:
        if line["what"] == "entry":
            return "entry", line["change"], line["entry"]
        return "triple", line["change"], line["subject"], line["predicate"], line["object"], line["entry"], line["object_url"] or ""

    with path.open(encoding="utf-8") as lines:
        return sorted(told(json.loads(line)) for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep the corpora")
    args = parser.parse_args()
    folder: Path = args.folder
    make_crawls(folder / "crawls", args.triples, duplicates=0, jobs=2)
    expected: list[Told] = []
    with (folder / "old.jsonl").open("w", encoding="utf-8") as old, (folder / "new.jsonl").open("w", encoding="utf-8") as new:
        entries = map(Entry.from_dict, read_entries(folder / "crawls" / "first"))
        for before, after in versions(entries, args.share, random.Random(args.seed)):
            for entry, file in ((before, old), (after, new)):
                if entry:
                    file.write(json.dumps(entry.as_dict(), ensure_ascii=False) + "\n")
            expected += change(before, after)
    expected.sort()
    counts = [build_corpus([folder / f"{name}.jsonl"], folder / name).counts for name in ("old", "new")]
    print(
        f"{counts[0]['triples']:,} triples of {counts[0]['entries']:,} entries, then {counts[1]['triples']:,} of {counts[1]['entries']:,}"
    )
    same = True
    for names, wanted in ((("old", "new"), expected), (("new", "old"), sorted(map(turned, expected)))):
        command = [sys.executable, "-m", "baike_spider.cli.main", "corpus", "diff", *(str(folder / name) for name in names)]
        timed(f"baike corpus diff {' '.join(names)}", [*command, "--json", "-o", str(folder / "changes.jsonl")])
        got = found(folder / "changes.jsonl")
        same = same and got == wanted
        print(f"{len(got):,} changes, {len(wanted):,} made: {'the same' if got == wanted else 'DIFFERENT'}")
    if not args.keep:
        for name in ("crawls", "old", "new"):
            shutil.rmtree(folder / name)
        for name in ("old.jsonl", "new.jsonl", "changes.jsonl"):
            (folder / name).unlink()
    sys.exit(not same)


def turned(told: Told) -> Told:
    what, change, *rest = told
    return (what, {"added": "removed", "removed": "added", "changed": "changed"}[change], *rest)


if __name__ == "__main__":
    main()
