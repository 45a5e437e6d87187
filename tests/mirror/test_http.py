"""What goes over the wire."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path

import pytest

from baike_spider.exits import BadInput, OutputFailed
from baike_spider.mirror import Mirror
from tests.mirror.conftest import Folder, ask

ONE = {"path": "a.html", "url": "https://baike.baidu.com/item/甲/1"}


@pytest.mark.parametrize(
    ("name", "body", "stated", "expected"),
    [
        ("a.html", b"<html>", "", "text/html"),
        ("a.json", b"<html>", "", "application/json"),
        ("a", b'\xef\xbb\xbf \n{"lemmaId": 1}', "", "application/json"),
        ("a.shtml", b"<!DOCTYPE html>", "", "text/html"),
        ("a.html", b"<html>", "text/html; charset=GBK", "text/html; charset=GBK"),
    ],
)
def test_content_type(folder: Folder, name: str, body: bytes, stated: str, expected: str) -> None:
    home = folder({"path": name, "url": ONE["url"], "content_type": stated}, bodies={name: body})
    with Mirror([home]) as mirror:
        reply = ask(mirror.base_url, "/item/甲/1")
    assert (reply.headers["content-type"], reply.body) == (expected, body)


def test_conditional_requests(folder: Folder) -> None:
    with Mirror([folder(ONE)]) as mirror:
        first = ask(mirror.base_url, "/item/甲/1")
        for headers in ({"If-None-Match": first.headers["etag"]}, {"If-Modified-Since": first.headers["last-modified"]}):
            again = ask(mirror.base_url, "/item/甲/1", headers=headers)
            assert (again.status, again.body) == (304, b"")
        stale = ask(mirror.base_url, "/item/甲/1", headers={"If-None-Match": '"other"'})
        assert (stale.status, stale.body) == (200, first.body)


def test_a_changed_file_is_sent_anew(folder: Folder) -> None:
    home = folder(ONE)
    with Mirror([home]) as mirror:
        first = ask(mirror.base_url, "/item/甲/1")
        (home / "a.html").write_bytes(b"<html>changed, and longer than before it ever was, so that the tag differs</html>")
        again = ask(mirror.base_url, "/item/甲/1", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body[:13]) == (200, b"<html>changed")


@pytest.mark.parametrize("name", ["a.html", "a"])
def test_a_file_that_is_gone_since_the_start(folder: Folder, name: str) -> None:
    home = folder({"path": name, "url": ONE["url"]})
    with Mirror([home]) as mirror:
        (home / name).unlink()
        assert ask(mirror.base_url, "/item/甲/1").status == 404


def test_head(folder: Folder) -> None:
    with Mirror([folder(ONE)]) as mirror:
        full = ask(mirror.base_url, "/item/甲/1")
        head = ask(mirror.base_url, "/item/甲/1", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(full.body))
    assert head.headers["etag"] == full.headers["etag"]


def test_other_methods_are_refused(folder: Folder) -> None:
    with Mirror([folder(ONE)]) as mirror:
        assert ask(mirror.base_url, "/item/甲/1", method="POST").status == 405


def test_keep_alive(folder: Folder) -> None:
    with Mirror([folder(ONE)]) as mirror:
        connection = http.client.HTTPConnection(mirror.host, mirror.port, timeout=20)
        connection.connect()
        port = connection.sock.getsockname()[1]
        for _ in range(3):
            connection.request("GET", "/item/%E7%94%B2/1")
            assert connection.getresponse().read()
            assert connection.sock.getsockname()[1] == port
        connection.close()


@pytest.mark.parametrize(
    ("robots", "expected"),
    [({}, "User-agent: *\nAllow: /\n"), ({"robots": "User-agent: *\nDisallow: /\n"}, "User-agent: *\nDisallow: /\n")],
)
def test_robots(folder: Folder, robots: dict[str, str], expected: str) -> None:
    with Mirror([folder(ONE)], **robots) as mirror:
        reply = ask(mirror.base_url, "/robots.txt")
    assert (reply.status, reply.text) == (200, expected)
    assert reply.headers["content-type"].startswith("text/plain")


def test_latency(folder: Folder) -> None:
    with Mirror([folder(ONE)], latency=0.2) as mirror:
        began = time.monotonic()
        ask(mirror.base_url, "/item/甲/1")
        assert time.monotonic() - began >= 0.2


def test_access_log(folder: Folder, tmp_path: Path) -> None:
    log = tmp_path / "access.jsonl"
    log.write_text('{"before": true}\n')
    began = time.time()
    with Mirror([folder(ONE)], log=log) as mirror:
        etag = ask(mirror.base_url, "/item/甲/1?fr=x", headers={"User-Agent": "测试/1".encode().decode("latin-1")}).headers["etag"]
        ask(mirror.base_url, "/item/甲/1", headers={"User-Agent": "b/2", "If-None-Match": etag})
        ask(mirror.base_url, "/item/没有")
        ask(mirror.base_url, "/robots.txt")
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {"before": True}
    assert [(line["method"], line["path"], line["status"]) for line in lines[1:]] == [
        ("GET", "/item/%E7%94%B2/1?fr=x", 200),
        ("GET", "/item/%E7%94%B2/1", 304),
        ("GET", "/item/%E6%B2%A1%E6%9C%89", 302),
        ("GET", "/robots.txt", 200),
    ]
    assert lines[2]["user_agent"] == "b/2"
    assert all(began - 1 <= line["time"] <= time.time() + 1 for line in lines[1:])


def test_a_log_that_cannot_be_written(folder: Folder, tmp_path: Path) -> None:
    home = folder(ONE)
    with pytest.raises(OutputFailed, match="access log"), Mirror([home], log=tmp_path / "no" / "where.jsonl"):
        pass


def test_a_log_that_cannot_be_written_on(folder: Folder) -> None:
    """What is served goes on, and the end tells it."""
    answers = []
    with pytest.raises(OutputFailed, match=r"/dev/full: the access log .* No space left"), Mirror([folder(ONE)], log="/dev/full") as mirror:
        answers = [ask(mirror.base_url, "/item/甲/1").status for _ in range(3)]
    assert answers == [200, 200, 200]


def test_many_at_once(folder: Folder) -> None:
    """Connections beyond any pool are answered, and a big page is not held up by slow ones."""
    home = folder(ONE, bodies={"a.html": b"x" * 3_000_000})
    with Mirror([home], latency=0.05) as mirror:
        connections = [http.client.HTTPConnection(mirror.host, mirror.port, timeout=20) for _ in range(40)]
        for connection in connections:
            connection.request("GET", "/item/%E7%94%B2/1")
        assert {len(connection.getresponse().read()) for connection in connections} == {3_000_000}
        for connection in connections:
            connection.close()


def test_two_mirrors_and_a_taken_port(folder: Folder) -> None:
    home = folder(ONE)
    with Mirror([home]) as first, Mirror([home]) as second:
        assert first.port != second.port
        assert ask(first.base_url, "/item/甲/1").body == ask(second.base_url, "/item/甲/1").body
        with pytest.raises(BadInput, match="cannot listen"), Mirror([home], port=first.port):
            pass
    with pytest.raises(ConnectionRefusedError):
        ask(first.base_url, "/item/甲/1")
