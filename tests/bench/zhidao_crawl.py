"""A crawl of a generated site of questions by two workers of which one is killed; and how many pages of questions a core reads.

    python -m tests.bench.zhidao_crawl [QUESTIONS]        default 2,000

Prints what was stored, and fails when a question is missing or there twice. The site answers on loopback, without any delay between requests.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from baike_spider.frontier import EmbeddedServer
from baike_spider.mirror import Mirror
from baike_spider.shards import load_manifest, read_questions, verify
from extractors import Page, Question, extract_record, links
from tests.question_site import SEED, question_of, write_site

#: seconds for which pages are read
_READING = 3.0


def main(questions: int) -> int:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        write_site(root / "site", questions)
        print(f"{_pages_a_second(root / 'site'):,.0f} pages a CPU second read, with their links")
        with Mirror([root / "site"]) as mirror, EmbeddedServer.start(root / "redis") as server:
            return _crawl(root / "output", mirror.base_url, server.url, questions)


def _pages_a_second(site: Path) -> float:
    bodies = [path.read_bytes() for path in sorted(site.glob("q*.html"))[:500]]
    began, count = time.process_time(), 0
    while time.process_time() - began < _READING:
        for body in bodies:
            page = Page(body, "http://zhidao.baidu.com/question/1.html")
            question = extract_record(page)
            assert isinstance(question, Question)
            links(page, question, scope="related")
            count += 1
    return count / (time.process_time() - began)


def _crawl(output: Path, mirror: str, redis: str, questions: int) -> int:
    env = {
        **os.environ,
        "BAIKE_OUTPUT": str(output),
        "BAIKE_MIRROR": mirror,
        "BAIKE_DELAY": "0",
        "REDIS_URL": redis,
        "BAIKE_LEASE_SECONDS": "3",
        "BAIKE_LOG_LEVEL": "ERROR",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    began = time.monotonic()
    command = ["scrapy", "crawl", "zhidao", "-a", f"seeds={SEED}"]
    first, second = (subprocess.Popen(command, env=env, start_new_session=True) for _ in range(2))
    folder = output / "zhidao"
    while not any(part.stat().st_size for part in folder.glob(f"questions/.*-{first.pid}-*.part")) and first.poll() is None:
        time.sleep(0.05)
    time.sleep(0.5)
    killed = first.poll() is None
    if killed:
        os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    second.wait()
    last = subprocess.run(["scrapy", "crawl", "zhidao"], env=env, check=False)
    seconds = time.monotonic() - began
    stored = [record["url"] for record in read_questions(folder)]
    wanted = {str(question_of(place)["url"]) for place in range(questions)}
    workers = len({shard.path.rpartition("-")[0] for shard in load_manifest(folder).of("questions")})
    print(f"{len(stored):,} questions of {questions:,} stored in {seconds:.1f} s by {workers} workers, one killed: {killed}")
    print(f"missing {len(wanted - set(stored))}, twice {len(stored) - len(set(stored))}, problems {len(verify(folder))}")
    return int(last.returncode != 0 or set(stored) != wanted or len(stored) != len(wanted))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
