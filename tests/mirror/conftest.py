"""Small folders of saved pages, and a client that shows what came over the wire."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body>{0}</body></html>"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def ask(base_url: str, target: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Reply:
    """One request over a connection of its own; redirects are not followed. Chinese in `target` is percent-encoded, the rest left."""
    parts = urlsplit(base_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request(method, quote(target, safe="/%?=&!$'()*+,:;@~#[]"), headers=headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Makes a folder of pages from index lines: each page's body names its file."""

    def make(*lines: dict[str, Any], name: str = "pages", bodies: dict[str, bytes] | None = None) -> Path:
        home = tmp_path / name
        home.mkdir()
        for line in lines:
            if line.get("path"):
                (home / line["path"]).parent.mkdir(parents=True, exist_ok=True)
                (home / line["path"]).write_bytes(PAGE.format(line["path"]).encode())
        for path, body in (bodies or {}).items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_bytes(body)
        if lines:
            (home / "index.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        return home

    return make
