"""One line of a CDXJ index: key, time, and a JSON object, as other web archive tools read it.

Comes in: a row of the index. Goes out: text.
"""

from __future__ import annotations

import json
from base64 import b32encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baike_spider.archive.index import Row

__all__ = ["cdxj_line"]


def cdxj_line(key: str, row: Row) -> str:
    """The line of an answer. `key`: its address as `index.surt` makes it."""
    told = {
        "url": row.url,
        "mime": "warc/revisit" if row.type == "revisit" else row.mime or "unk",
        "status": str(row.status) if row.status else "-",
        "digest": f"sha1:{b32encode(row.digest).decode('ascii')}" if row.digest else "-",
        "length": str(row.length),
        "offset": str(row.offset),
        "filename": row.file,
    }
    time = "".join(sign for sign in row.date if sign.isdigit())[:14]
    return f"{key} {time} {json.dumps(told, ensure_ascii=False)}"
