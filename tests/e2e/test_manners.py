"""How the crawl behaves towards a site: robots.txt, refusals, an overloaded server, redirects off the site."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from baike_spider.mirror import Catalog
from baike_spider.shards import read_rejects
from tests.e2e.conftest import Workplace
from tests.e2e.test_own_site import CRAWL


class MoodySite(ThreadingHTTPServer):
    """Serves our encyclopedia while it is in the mood. `mood` answers every entry after the first `kind` ones."""

    daemon_threads = True

    def __init__(self, catalog: Catalog, refusal: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.catalog = catalog
        self.refusal = refusal
        self.robots = "User-agent: *\nDisallow: /usercenter\n"
        self.mood: tuple[int, dict[str, str], bytes] | None = None
        self.kind = 0
        self.asked: list[tuple[str, str]] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: MoodySite

    def do_GET(self) -> None:
        site = self.server
        site.asked.append((self.path, self.headers["User-Agent"]))
        if self.path == "/robots.txt":
            self._send(200, {}, site.robots.encode())
        elif site.mood and sum("robots" not in path for path, _ in site.asked) > site.kind:
            self._send(*site.mood)
        else:
            found = site.catalog.find(self.path)
            if found is None or found.location:
                self._send(302, {"Location": found.location if found else "/error.html"}, b"")
            else:
                self._send(200, {"Content-Type": "text/html"}, Path(found.file).read_bytes())

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def site(encyclopedia: Path) -> Iterator[MoodySite]:
    refusal = (encyclopedia / "pages" / "refusal" / "verification.html").read_bytes()
    with MoodySite(Catalog.of([encyclopedia]), refusal) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def workplace(tmp_path: Path, site: MoodySite) -> Workplace:
    return Workplace(tmp_path / "output", site.base_url)


def test_robots_txt_that_forbids_everything_ends_the_crawl(site: MoodySite, workplace: Workplace) -> None:
    site.robots = "User-agent: *\nDisallow: /\n"
    done = workplace.run(*CRAWL)
    assert done.returncode == 6, done.stderr
    assert "robots.txt 禁止抓取全部词条" in done.stderr
    assert "baike extract" in done.stderr
    assert [path for path, _ in site.asked] == ["/robots.txt"]
    assert workplace.entries() == []
    site.robots = ""
    assert workplace.run(*CRAWL).returncode == 0
    assert len(workplace.entries()) == 40


def test_a_forbidden_path_is_not_fetched(site: MoodySite, workplace: Workplace) -> None:
    site.robots = "User-agent: *\nDisallow: /view/\n"
    done = workplace.run("scrapy", "crawl", "baike", "-a", "seeds=https://baike.baidu.com/view/7300028.htm,铁帆奖", "-a", "max_depth=0")
    assert done.returncode == 0, done.stderr
    assert not any(path.startswith("/view/") for path, _ in site.asked)
    assert [entry["title"] for entry in workplace.entries()] == ["铁帆奖"]
    (record,) = read_rejects(workplace.folder / "baike")
    assert (record["reason"], record["url"]) == ("robots", "https://baike.baidu.com/view/7300028.htm")


def test_the_user_agent_carries_the_contact(site: MoodySite, workplace: Workplace) -> None:
    done = workplace.run(*CRAWL, "-a", "max_entries=1", "-s", "BAIKE_CONTACT=me@example.org")
    assert done.returncode == 0, done.stderr
    assert {agent for _, agent in site.asked} == {"baike-spider/0.1.0 (+me@example.org)"}


@pytest.mark.parametrize("how", ["verification-page", "403", "captcha-redirect"])
def test_a_site_that_refuses_in_mid_crawl(site: MoodySite, workplace: Workplace, how: str) -> None:
    site.kind = 12
    site.mood = {
        "verification-page": (200, {"Content-Type": "text/html"}, site.refusal),
        "403": (403, {}, b"<html><body>Forbidden</body></html>"),
        "captcha-redirect": (302, {"Location": "http://wappass.example/static/captcha"}, b""),
    }[how]
    done = workplace.run(*CRAWL, BAIKE_REFUSAL_SECONDS="1")
    assert done.returncode == 5, done.stderr
    assert "站点连续拒绝" in done.stderr
    entries = workplace.entries()
    assert 0 < len(entries) <= 12
    refused = [record for record in read_rejects(workplace.folder / "baike") if record["verdict"] == "refused"]
    assert len(refused) >= 5
    site.mood = None
    again = workplace.run(*CRAWL)
    assert again.returncode == 0, again.stderr
    titles = [entry["url"] for entry in workplace.entries()]
    assert (len(titles), len(set(titles))) == (40, 40)


def test_an_overloaded_server_costs_time_and_no_entry(site: MoodySite, workplace: Workplace) -> None:
    site.kind, site.mood = 10, (503, {}, b"busy")
    timer = threading.Timer(6, lambda: setattr(site, "mood", None))
    timer.start()
    done = workplace.run(*CRAWL, BAIKE_RETRY_SECONDS="1")
    timer.cancel()
    assert done.returncode == 0, done.stderr
    assert len(workplace.entries()) == 40
