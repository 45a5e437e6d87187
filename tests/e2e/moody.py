"""Sites on loopback that keep a log and have moods: our encyclopedia, or a generated one without an end."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from baike_spider.mirror import Catalog

#: status, headers, body
Answer = tuple[int, dict[str, str], bytes]
_PAGE = """<!DOCTYPE html><html><head><meta charset="UTF-8"><title>条目{n}_百度百科</title></head>
<body class="wiki-lemma normal"><div class="body-wrapper"><div class="content-wrapper"><div class="content"><div class="main-content">
<dl class="lemmaWgt-lemmaTitle lemmaWgt-lemmaTitle-"><dd class="lemmaWgt-lemmaTitle-title"><h1 >条目{n}</h1></dd></dl>
<div class="basic-info cmn-clearfix"><dl class="basicInfo-block basicInfo-left">
<dt class="basicInfo-item name">编号</dt><dd class="basicInfo-item value">{n}</dd>
<dt class="basicInfo-item name">相关</dt><dd class="basicInfo-item value">{links}</dd>
</dl></div></div></div></div></div></body></html>
"""


def of_catalog(catalog: Catalog) -> Callable[[str], Answer]:
    """The answers of a folder of pages."""

    def answer(path: str) -> Answer:
        found = catalog.find(path)
        if found is None or found.location:
            return 302, {"Location": found.location if found else "/error.html"}, b""
        return 200, {"Content-Type": "text/html"}, Path(found.file).read_bytes()

    return answer


def endless(path: str) -> Answer:
    """An entry of a generated encyclopedia: `/item/条目N/N`, with links to three others."""
    number = int(unquote(path).rpartition("/")[2])
    links = "、".join(f'<a href="/item/条目{n}/{n}">条目{n}</a>' for n in range(number * 3, number * 3 + 3))
    return 200, {"Content-Type": "text/html"}, _PAGE.format(n=number, links=links).encode()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    at: float
    """By the steady clock, in seconds."""
    path: str
    agent: str


@dataclass(slots=True)
class Moods:
    """How the site feels. `mood` answers every entry after the first `kind` ones, in the place of the page; None: it does not."""

    robots: Answer = (200, {}, b"User-agent: *\nDisallow: /usercenter\n")
    robots_at_first: list[Answer] = field(default_factory=list)
    """What robots.txt answers before that, once each."""
    mood: Callable[[], Answer | None] = lambda: None
    kind: int = 0
    asked: list[Asked] = field(default_factory=list)

    def pages(self) -> list[Asked]:
        """What was asked for besides robots.txt."""
        return [one for one in self.asked if one.path != "/robots.txt"]

    def forbid(self, rules: str) -> None:
        """Another robots.txt."""
        self.robots = (200, {}, rules.encode())


class MoodySite(ThreadingHTTPServer):
    """A server with moods."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.moods = Moods()
        self.noting = threading.Lock()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer_to(self, path: str, agent: str) -> Answer:
        moods = self.moods
        with self.noting:
            moods.asked.append(Asked(time.monotonic(), path, agent))
            if path == "/robots.txt":
                return moods.robots_at_first.pop(0) if moods.robots_at_first else moods.robots
            mood = moods.mood() if len(moods.pages()) > moods.kind else None
        return mood or self.answer(path)


class _Handler(BaseHTTPRequestHandler):
    server: MoodySite
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status, headers, body = self.server.answer_to(self.path, self.headers["User-Agent"])
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(answer: Callable[[str], Answer]) -> Iterator[MoodySite]:
    """The site, for as long as the block runs."""
    with MoodySite(answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def most_in(window: float, times: list[float]) -> int:
    """The most events in any window of so many seconds. `times` rise."""
    return max((bisect_right(times, at + window) - number for number, at in enumerate(times)), default=0)
