"""Hostile pages: mutated real ones, and markup made to be slow.

    python -m tests.bench.extraction_hostile [--pages 20000] [--seed 1] [--megabytes 10]

Prints the verdicts of the mutated pages, and for each kind of slow markup the CPU seconds at n/2 and at n bytes. Exits 1 when anything
but an entry or a verdict came out of a page, when a page took 2 s, or when twice the bytes took more than 3 times the time.
Needs ../shared/pages for the mutations; without it the fixtures of our own are mutated.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

from extractors import Page, Verdict, extract, links, triples
from tests.conftest import ROOT, SHARED

_TITLE = (
    "<dl><dd class='lemmaWgt-lemmaTitle-title'><h1>题</h1></dd></dl><div class='lemma-summary'><div class='para'>述</div></div>".encode()
)
_BOX = b"<!DOCTYPE html><html><body>" + _TITLE + b"<div class='basic-info cmn-clearfix'><dl class='basicInfo-block basicInfo-left'>"
_ROW = "<dt class='basicInfo-item name'>名</dt><dd class='basicInfo-item value'>".encode()
_REACT = b"<html><body><h1 class='J-lemma-title'>T</h1><div class='J-basic-info'><dl class='basicInfoBlock_a left'>"
_REACT_ROW = "<div class='itemWrapper_x'><dt class='itemName_x'>名</dt><dd class='itemValue_x'><span data-text='true'>".encode()
#: what is repeated, and what stands before it
_SLOW: dict[str, tuple[bytes, bytes]] = {
    "nested div": (b"", b"<div>"),
    "nested div in a value": (_BOX + _ROW, b"<div>"),
    "open tags": (_BOX + _ROW, b"<b>x"),
    "line breaks": (_BOX + _ROW, b"x<br>"),
    "links": (_BOX + _ROW, b"<a href='/item/x/1'>x</a>"),
    "footnotes": (_BOX + _ROW, b"<sup>[1]</sup> "),
    "rows": (_BOX, _ROW + "值</dd>".encode()),
    "rows of lists": (_BOX, _ROW + "甲、乙、丙</dd>".encode()),
    "one long list": (_BOX + _ROW, "甲、".encode()),
    "one long word": (_BOX + _ROW, "字".encode()),
    "brackets": (_BOX + _ROW, "（".encode()),
    "numbers": (_BOX + _ROW, b"1,000 "),
    "spaces": (_BOX + _ROW, b" \xc2\xa0"),
    "less-than signs": (_BOX + _ROW, b"<"),
    "entities": (_BOX + _ROW, b"&amp;"),
    "attributes": (_BOX + _ROW + b"<a ", b"a=1 "),
    "comments": (_BOX + _ROW, b"<!--"),
    "rows without an end": (_BOX, _ROW),
    "long tag in a value": (_BOX + _ROW + b"<a ", b"class= verlap "),
    "long tag of senses": (_REACT + b"<a class='contentItemChild_x' ", b"href= "),
    "senses without an end": (_REACT, b"<a class='contentItemChild_x' href='/item/x/1'>"),
    "overlaps": (_BOX + _ROW, b"<div class='basicInfo-overlap'><dl class='overlap'><dd>"),
    "react rows": (_REACT, _REACT_ROW + "值</span></dd></div>".encode()),
    "react spans": (_REACT + _REACT_ROW, b"<span data-text='true'>x</span>"),
    "PAGE_DATA": (b'<script>window.PAGE_DATA= {"lemmaId":1,"lemmaTitle":"', b"x"),
    "PAGE_DATA nesting": (b'<script>window.PAGE_DATA= {"lemmaId":1,"card":', b"["),
    "markers": (b"<html>", b"lemmaWgt-lemmaTitle-title basic-info J-basic-info "),
    "item links": (_BOX, b"<a href='/item/%E5%AD%97/123456'>x</a> "),
    "zero bytes": (b"<html>", b"\0"),
    "GBK halves": (b"<meta charset=gbk>", b"\x81"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--megabytes", type=float, default=10)
    args = parser.parse_args()
    wrong = mutate(args.pages, args.seed) + slow(int(args.megabytes * 1e6))
    print(f"{wrong} failures")
    return 1 if wrong else 0


def mutate(count: int, seed: int) -> int:
    """Extracts mutated pages; how many raised what they may not."""
    bodies = originals()
    rng, outcomes, failures, slowest = random.Random(seed), Counter[str](), 0, 0.0
    for number in range(count):
        body = mutated(rng.choice(bodies), rng, bodies)
        began = time.process_time()
        try:
            outcomes[outcome(body)] += 1
        except Exception as error:  # noqa: BLE001 - finding them is what this is for
            failures += 1
            print(f"page {number} of seed {seed}: {type(error).__name__}: {error}")
        slowest = max(slowest, time.process_time() - began)
    print(f"{count} mutated pages of {len(bodies)} originals: {dict(outcomes.most_common())}; slowest {slowest:.3f} CPU s")
    return failures + (slowest >= 2)


def originals() -> list[bytes]:
    pages = SHARED / "pages"
    root = pages if pages.is_dir() else ROOT / "tests" / "fixtures"
    return [path.read_bytes() for path in sorted(root.rglob("*")) if path.suffix in (".html", ".json") and path.name != "expected.json"]


def mutated(body: bytes, rng: random.Random, bodies: list[bytes]) -> bytes:
    """Up to eight wounds: bytes flipped, slices cut, doubled, moved, or grafted from another page; the tail torn off."""
    page = bytearray(body)
    for _ in range(rng.randint(1, 8)):
        at, length = rng.randrange(len(page) + 1), rng.randrange(1, 1 + max(1, len(page) // 4))
        match rng.randrange(6):
            case 0:
                for _ in range(rng.randint(1, 50)):
                    if page:
                        page[rng.randrange(len(page))] = rng.randrange(256)
            case 1:
                del page[at : at + length]
            case 2:
                page[at:at] = page[at : at + length]
            case 3:
                piece = page[at : at + length]
                del page[at : at + length]
                page[rng.randrange(len(page) + 1) : 0] = piece
            case 4:
                other = rng.choice(bodies)
                start = rng.randrange(len(other))
                page[at:at] = other[start : start + length]
            case _:
                del page[rng.randrange(len(page) + 1) :]
    return bytes(page)


def outcome(body: bytes) -> str:
    page = Page(body)
    try:
        entry = extract(page)
    except Verdict as verdict:
        return verdict.kind
    links(page, entry, scope="page")
    list(triples(entry))
    return "entry"


def slow(size: int) -> int:
    """Times each kind of slow markup at half the size and at the size; how many are too slow or not linear."""
    failures = 0
    for name, head, unit in ((name, *parts) for name, parts in _SLOW.items()):
        half, whole = (timed(head + unit * (size // share // len(unit))) for share in (2, 1))
        bad = whole >= 2 or whole > max(3 * half, 0.1)
        failures += bad
        print(f"{name:24} {half:7.3f} s {whole:7.3f} s{'  TOO SLOW' if bad else ''}", flush=True)
    return failures


def timed(body: bytes) -> float:
    began = time.process_time()
    outcome(body)
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
