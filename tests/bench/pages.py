"""Pages for benchmarks that resemble real ones: one of our own encyclopedia, under as many lemma ids as are asked for, filled up.

The 291 saved pages of 2019 beside the project have, in the mean, 151 KB (43 KB compressed), 8.1 infobox rows, 11.5 values, 15.5 triples, 83 links to entries and
290 others, 2,530 tags, 65 KB of scripts. These have about the same. The real ones are taken where a bench is told to.
"""

from __future__ import annotations

import json
import random
import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

from tests.conftest import ROOT

PAGE = ROOT / "tests" / "encyclopedia" / "pages" / "basicinfo" / "wuyu-province.html"
LEMMA = b"900000001"
#: bytes of a real page of 2019
SIZE = 151_000
_ROW = re.compile(rb'<dt class="basicInfo-item name">.*?</dd>\s*(?=<dt|</dl)', re.DOTALL)
#: rows of a page: as many pages have few as have many
_ROWS = (3, 4, 6, 6, 8, 9, 12, 16)


def address(number: int) -> str:
    return f"https://baike.baidu.com/item/雾屿省/{number}"


def page(number: int, *, size: int = SIZE) -> bytes:
    """A page of about `size` bytes, another entry for each number."""
    dice = random.Random(number)
    body = PAGE.read_bytes().replace(LEMMA, b"%d" % number)
    rows = _ROW.findall(body)
    for row in dice.sample(rows, len(rows) - dice.choice(_ROWS)):
        body = body.replace(row, b"", 1)
    filler: list[bytes] = []
    length = len(body)
    while length < size:
        filler.append(_paragraph(dice).encode())
        length += len(filler[-1])
    at = body.rindex(b"</body>")
    return body[:at] + b"".join(filler) + body[at:]


@cache
def _words() -> tuple[list[str], list[str], list[str]]:
    """Chinese words, names of classes, and statements of scripts."""
    dice = random.Random(0)
    names = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz_", k=dice.randint(3, 9))) for _ in range(60)]
    return (
        ["".join(chr(dice.randrange(0x4E00, 0x6000)) for _ in range(dice.randint(1, 3))) for _ in range(700)],
        names,
        [f'{a}.{b}({{"{c}":{dice.randrange(99)}}})' for a, b, c in (dice.choices(names, k=3) for _ in range(200))],
    )


def _paragraph(dice: random.Random) -> str:
    """A paragraph with a link to an entry, and what stands about it in a page: other links, a piece of a script."""
    han, names, statements = _words()
    first, second, title = ("".join(dice.choices(han, k=count)) for count in (23, 16, 2))
    note = f'<sup class="sup--normal" data-sup="{dice.randrange(99)}">\n[{dice.randrange(99)}]</sup>' if dice.random() < 0.2 else ""
    lists = "".join(
        f'<li class="{name}"><a class="{name}-link" href="//www.example.com/{name}/{dice.randrange(999)}">{dice.choice(han)}</a></li>\n'
        for name in dice.choices(names, k=3)
    )
    return (
        f'<div class="para" label-module="para">{first}<a target=_blank href="/item/{quote(title)}/{dice.randrange(10**7)}">{title}</a>，{second}{note}</div>\n'
        f'<div class="side"><div class="box"><ul>{lists}</ul></div></div>\n<script>{";".join(dice.choices(statements, k=29))}</script>\n'
    )


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
