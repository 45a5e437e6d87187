"""A site of any size on loopback whose entries can be changed, and which answers conditional requests: the truth of a refresh is known."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

BEGUN = 1_700_000_000


class ChangingSite(ThreadingHTTPServer):
    """Entries 0 .. size-1; 词条N leads to two further ones. By its number modulo 4 an entry has an ETag, a Last-Modified, neither, or neither and a
    token that makes every answer other bytes."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, size: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reset(size)

    def reset(self, size: int) -> None:
        """As on the first day."""
        self.size = size
        self.version: Counter[int] = Counter()
        self.asked: list[tuple[int, int]] = []
        """(number, status) in order."""
        self.agents: Counter[str] = Counter()
        """Pages that each User-Agent asked for."""
        self.pause = 0.0
        self.gone: set[int] = set()
        self.broken: set[int] = set()
        self.moved: dict[int, str] = {}
        """Path that an entry's address redirects to."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @staticmethod
    def url(number: int) -> str:
        return f"https://baike.baidu.com/item/词条{number}/{number + 1}"

    def validators(self, number: int) -> dict[str, str]:
        if number % 4 == 0:
            return {"ETag": f'"{sha256(self.page(number)).hexdigest()[:16]}"'}
        if number % 4 == 1:
            return {"Last-Modified": formatdate(BEGUN + self.version[number], usegmt=True)}
        return {}

    def page(self, number: int) -> bytes:
        links = "、".join(
            f'<a target="_blank" href="/item/词条{n}/{n + 1}">词条{n}</a>' for n in (2 * number + 1, 2 * number + 2) if n < self.size
        )
        token = f"<script>var token='{time.monotonic_ns()}'</script>" if number % 4 == 3 else ""
        return f"""<html><head><title>词条{number}_百度百科</title>{token}</head><body>
<dd class='lemmaWgt-lemmaTitle-title'><h1>词条{number}</h1></dd>
<div class='basic-info cmn-clearfix'><dl class='basicInfo-block basicInfo-left'>
<dt class='basicInfo-item name'>版本</dt><dd class='basicInfo-item value'>第{self.version[number]}版</dd>
<dt class='basicInfo-item name'>相关</dt><dd class='basicInfo-item value'>{links or "无"}</dd></dl></div>
<div class="anchor-list"></div></body></html>""".encode()

    def answers(self) -> Counter[int]:
        """How often each status was answered, and a new start."""
        counted = Counter(status for _, status in self.asked)
        self.asked.clear()
        return counted


class _Handler(BaseHTTPRequestHandler):
    server: ChangingSite
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/robots.txt":
            self._answer(200, b"User-agent: *\nAllow: /\n", {})
            return
        site, number = self.server, int(unquote(self.path).split("/")[2].removeprefix("词条"))
        time.sleep(site.pause)
        if site.moved.get(number, self.path) != self.path:
            self._answer(302, b"", {"Location": site.moved[number]})
            return
        validators = site.validators(number)
        known = {"ETag": self.headers["If-None-Match"], "Last-Modified": self.headers["If-Modified-Since"]}
        if number in site.broken:
            status, body = 503, b"busy"
        elif number in site.gone:
            status, body = 404, "<html><head><title>百度百科_错误页</title></head><body>错误页</body></html>".encode()
        elif any(known[name] == value for name, value in validators.items()):
            status, body = 304, b""
        else:
            status, body = 200, site.page(number)
        site.asked.append((number, status))
        site.agents[self.headers["User-Agent"]] += 1
        self._answer(status, body, validators)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def changing_site(size: int) -> Iterator[ChangingSite]:
    with ChangingSite(size) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()
