"""Records out of bytes: the short way says what the long one says."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from baike_spider.archive.splitting import Raw, head_end, sole_warc, split_warc
from tests.archive.specimens import Saved, record

RECORD = record(Saved("https://baike.baidu.com/item/甲/1", b"<p>1</p>\r\n\r\nWARC/1.0\r\n"))


def shown(raw: Raw) -> tuple[int, bytes, bytes]:
    return raw.position, raw.head, raw.data[raw.start : raw.stop]


@given(
    at=st.integers(0, len(RECORD)),
    gone=st.integers(0, 3),
    come=st.sampled_from([b"", b"\n", b"\r\n", b"\r\n\r\n", b"\n\n", b"1", b"Content-Length: 3\r\n", RECORD]),
)
def test_a_record_alone_in_its_member(at: int, gone: int, come: bytes) -> None:
    data = RECORD[:at] + come + RECORD[at + gone :]
    sole = sole_warc(data)
    if sole is not None:
        assert [shown(one) if isinstance(one, Raw) else one for one in split_warc([data])] == [shown(sole)]


def test_what_writers_write_goes_the_short_way() -> None:
    assert sole_warc(RECORD) is not None


@given(st.lists(st.sampled_from([b"\r", b"\n", b"a"]), max_size=9).map(b"".join))
def test_the_end_of_a_header(data: bytes) -> None:
    found = re.search(rb"\r?\n\r?\n", data)
    assert head_end(data, 0, len(data)) == (found.end() if found else 0)
