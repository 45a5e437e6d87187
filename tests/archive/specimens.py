"""Archives made for tests: small pages of our own encyclopedia in every kind of file, sound and damaged."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from fastwarc.warc import WarcRecord, WarcRecordType

from baike_spider.shards.zstd import zstd
from extractors import canonical_url
from tests.conftest import ROOT

ENCYCLOPEDIA = ROOT / "tests" / "encyclopedia"
DATE = "2024-05-06T07:08:09Z"


@dataclass(frozen=True)
class Saved:
    """One page and its address."""

    url: str
    body: bytes

    @property
    def canonical(self) -> str:
        """The address as entries spell it."""
        return canonical_url(self.url)


def saved(count: int = 6) -> list[Saved]:
    """Pages of entries, each with the address that the index gives it."""
    lines = map(json.loads, (ENCYCLOPEDIA / "index.jsonl").read_text(encoding="utf-8").splitlines())
    entries = [one for one in lines if one["kind"] == "entry" and one["layout"] == "basicinfo"]
    return [Saved(one["url"], (ENCYCLOPEDIA / one["path"]).read_bytes()) for one in entries[:count]]


def record(
    page: Saved, *, kind: str = "response", headers: bytes = b"Content-Type: text/html; charset=utf-8\r\n", status: str = "200 OK"
) -> bytes:
    """A WARC record, not compressed."""
    made = WarcRecord()
    made.init_headers(getattr(WarcRecordType, kind))
    made.headers["WARC-Target-URI"] = page.url
    made.headers["WARC-Date"] = DATE
    made.set_bytes_content(b"HTTP/1.1 " + status.encode() + b"\r\n" + headers + b"\r\n" + page.body)
    made.is_http = True
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def arc(pages: Iterable[Saved]) -> list[bytes]:
    """ARC records, the first one of the file itself."""
    about = b"1 0 test\nURL IP-address Archive-date Content-type Archive-length\n"
    records = [b"filedesc://test.arc 0.0.0.0 20240506070809 text/plain %d\n%s\n" % (len(about), about)]
    for page in pages:
        content = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page.body
        records.append(b"%s 192.0.2.1 20240506070809 text/html %d\n%s\n" % (page.url.encode(), len(content), content))
    return records


def warc_gz(pages: Iterable[Saved]) -> bytes:
    return b"".join(gzip.compress(record(page)) for page in pages)


def warc_zst(pages: Iterable[Saved]) -> bytes:
    return b"".join(zstd.compress(record(page)) for page in pages)


def warc_zst_with_dictionary(pages: Iterable[Saved]) -> bytes:
    records = [record(page) for page in pages]
    trained = zstd.train_dict([one[at : at + 2000] for one in records for at in range(0, len(one), 500)], 4096)
    head = zstd.compress(trained.dict_content)
    return b"\x5d\x2a\x4d\x18" + len(head).to_bytes(4, "little") + head + b"".join(zstd.compress(one, zstd_dict=trained) for one in records)


def wacz(pages: Iterable[Saved]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        bundle.writestr("datapackage.json", '{"profile": "data-package"}')
        bundle.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0"}\n')
        bundle.writestr("archive/data.warc.gz", warc_gz(pages))
    return out.getvalue()


def zipped(pages: Iterable[Saved]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for number, page in enumerate(pages):
            bundle.writestr(f"saved/{number}.html", page.body)
    return out.getvalue()


def tarred(pages: Iterable[Saved], form: int = tarfile.PAX_FORMAT, folder: str = "saved") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as bundle:
        for number, page in enumerate(pages):
            info = tarfile.TarInfo(f"{folder}/{number}.html")
            info.size = len(page.body)
            bundle.addfile(info, io.BytesIO(page.body))
    return out.getvalue()


def lines(pages: Iterable[Saved], html: str = "html", url: str = "url") -> bytes:
    told = ({url: page.url, html: page.body.decode(), "fetched_at": DATE} for page in pages)
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in told).encode()


def blocks(data: bytes, size: int = 700) -> list[bytes]:
    """Data in blocks as bgzip and pzstd make them, of which most begin in the middle of a line, some in the middle of a character."""
    return [data[at : at + size] for at in range(0, len(data), size)]


#: name of the file -> its bytes, and whether it knows addresses and dates
KINDS: dict[str, tuple[Callable[[list[Saved]], bytes], bool]] = {
    "a.warc": (lambda pages: b"".join(map(record, pages)), True),
    "a.warc.gz": (warc_gz, True),
    "whole.warc.gz": (lambda pages: gzip.compress(b"".join(map(record, pages))), True),
    "a.warc.zst": (warc_zst, True),
    "words.warc.zst": (warc_zst_with_dictionary, True),
    "a.arc": (lambda pages: b"".join(arc(pages)), True),
    "a.arc.gz": (lambda pages: b"".join(map(gzip.compress, arc(pages))), True),
    "a.wacz": (wacz, True),
    "a.jsonl": (lines, True),
    "a.jsonl.gz": (lambda pages: gzip.compress(lines(pages)), True),
    "a.jsonl.zst": (lambda pages: zstd.compress(lines(pages)), True),
    "members.jsonl.gz": (lambda pages: b"".join(map(gzip.compress, lines(pages).splitlines(keepends=True))), True),
    "blocks.jsonl.gz": (lambda pages: b"".join(map(gzip.compress, blocks(lines(pages)))), True),
    "blocks.jsonl.zst": (
        lambda pages: b"".join(b"\x50\x2a\x4d\x18\4\0\0\0size" + zstd.compress(block) for block in blocks(lines(pages))),
        True,
    ),
    "a.zip": (zipped, False),
    "a.tar": (tarred, False),
    "a.tar.gz": (lambda pages: gzip.compress(tarred(pages)), False),
    "a.tar.zst": (lambda pages: zstd.compress(tarred(pages)), False),
}


def write(folder: Path, name: str, pages: list[Saved]) -> Path:
    path = folder / name
    path.write_bytes(KINDS[name][0](pages))
    return path
