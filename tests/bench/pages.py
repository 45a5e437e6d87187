"""Pages of real size for benchmarks: one of our own encyclopedia, under as many lemma ids as are asked for, filled up with text of its kind.

The real saved pages beside the project are taken where a bench is told to.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.conftest import ROOT

PAGE = ROOT / "tests" / "encyclopedia" / "pages" / "basicinfo" / "wuyu-province.html"
LEMMA = b"900000001"
#: bytes of a real page of 2019
SIZE = 151_000


def address(number: int) -> str:
    return f"https://baike.baidu.com/item/雾屿省/{number}"


def page(number: int, *, size: int = SIZE) -> bytes:
    """A page of about `size` bytes, another entry for each number; it compresses as real pages do, to a quarter."""
    body = PAGE.read_bytes().replace(LEMMA, b"%d" % number)
    dice = random.Random(number)
    words = ["".join(chr(dice.randrange(0x4E00, 0x5200)) for _ in range(dice.randint(2, 5))) for _ in range(700)]
    filler: list[str] = []
    length = 0
    while length < size - len(body):
        text = "，".join(dice.choices(words, k=30))
        filler.append(
            f'<div class="para" label-module="para" data-pid="{dice.randrange(999)}">{text}<sup>[{dice.randrange(99)}]</sup></div>\n'
        )
        length += 3 * len(text)
    at = body.rindex(b"</body>")
    return body[:at] + "".join(filler).encode() + body[at:]


def site(folder: Path, count: int, *, first: int = 1_000_001) -> list[str]:
    """A folder for `baike serve` with so many entries; their addresses."""
    (folder / "pages").mkdir(parents=True)
    addresses = []
    with (folder / "index.jsonl").open("w", encoding="utf-8") as index:
        for number in range(first, first + count):
            (folder / "pages" / f"{number}.html").write_bytes(page(number))
            addresses.append(address(number))
            index.write(json.dumps({"path": f"pages/{number}.html", "url": address(number), "kind": "entry"}, ensure_ascii=False) + "\n")
    return addresses
