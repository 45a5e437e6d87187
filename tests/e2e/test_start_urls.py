"""The door that users of scrapy-redis know: `lpush baike:start_urls URL` feeds a running worker."""

from __future__ import annotations

from pathlib import Path

import redis

from baike_spider.frontier import EmbeddedServer
from tests.e2e.conftest import PATIENCE, Workplace
from tests.processes import until


def test_pushed_urls_are_crawled(own_site: Workplace, tmp_path: Path) -> None:
    with EmbeddedServer.start(tmp_path / "redis") as server:
        client = redis.Redis.from_url(server.url)
        running = own_site.start("scrapy", "crawl", "baike", "-a", "max_depth=0", BAIKE_IDLE_SECONDS="8", REDIS_URL=server.url)
        try:
            assert until(lambda: running.poll() is not None or bool(client.keys("baike:{baike}:*")), PATIENCE)
            client.lpush("baike:start_urls", "https://baike.baidu.com/item/铁帆奖/900000039", "雾屿省", "https://example.org/x")
            client.lpush("baike:start_urls", '{"url": "https://baike.baidu.com/item/青螺河/900000004", "meta": {}}', "刘德华".encode("gbk"))
            out, _ = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()
    assert running.returncode == 0, out
    assert {entry["title"] for entry in own_site.entries()} == {"铁帆奖", "雾屿省", "青螺河"}
    assert "start URL left out: start_urls: https://example.org/x is no entry of 百度百科" in out
    assert "is not UTF-8" in out
    assert "Traceback" not in out
