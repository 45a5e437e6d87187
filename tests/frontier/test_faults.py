"""What the frontier does when Redis is away, refuses, forgets, or its answer is lost on the way."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from baike_spider.frontier import (
    Candidate,
    EmbeddedServer,
    Frontier,
    FrontierLost,
    FrontierMisconfigured,
    FrontierUnreachable,
    address,
    connection,
)
from baike_spider.frontier.scripts import script
from tests.frontier.conftest import Clock, choose_server
from tests.persistence import is_written
from tests.processes import parent_of, runs, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Joining = Callable[..., Frontier]


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A server that these tests may harm, as long as they heal it."""
    with EmbeddedServer.start(choose_server(tmp_path_factory.mktemp("harmed"))) as server:
        yield server


@pytest.fixture
def admin(own_server: EmbeddedServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(own_server.url, protocol=2) as client:
        yield client


@pytest.fixture
def harmed(own_server: EmbeddedServer, crawl: str) -> Iterator[Frontier]:
    frontier = Frontier.connect(own_server.url, crawl=crawl, worker="w1", patience=0.3)
    frontier.add([Candidate(number, str(number)) for number in range(100)])
    yield frontier
    frontier._connection.close()


class CuttingProxy:
    """Between a client and a server: passes everything on, but cuts the line in the place of so many next answers to scripts."""

    def __init__(self, path: Path, target: str) -> None:
        self.cuts = 0
        self._target = target
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(path))
        self._door.listen()
        self.url = f"unix://{path}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, server = self._door.accept()[0], socket.socket(socket.AF_UNIX)
                server.connect(self._target)
                asked = threading.Event()
                for pump in (self._questions, self._answers):
                    threading.Thread(target=pump, args=(client, server, asked), daemon=True).start()

    def _questions(self, client: socket.socket, server: socket.socket, asked: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while question := client.recv(1 << 20):
                if b"EVALSHA" in question:
                    asked.set()
                server.sendall(question)
        server.close()

    def _answers(self, client: socket.socket, server: socket.socket, asked: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while answer := server.recv(1 << 20):
                if self.cuts and asked.is_set():
                    self.cuts -= 1
                    break
                asked.clear()
                client.sendall(answer)
        client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._door.close()


@pytest.fixture
def proxy(own_server: EmbeddedServer, tmp_path: Path) -> Iterator[CuttingProxy]:
    with redis.Redis.from_url(own_server.url) as client:
        for name in ("add", "ack", "claim", "give_back", "lease", "renew"):  # else the cut answer is "no such script"
            client.script_load(script(name).text)
    proxy = CuttingProxy(tmp_path / "p.sock", str(own_server.socket))
    yield proxy
    proxy.close()


# away


@pytest.mark.parametrize(
    "url", ["redis://:s3cret@127.0.0.1:1/0", "rediss://user:s3cret@127.0.0.1:1", "unix:///nowhere/redis.sock?password=s3cret"]
)
def test_nobody_there(url: str) -> None:
    began = time.monotonic()
    with pytest.raises(FrontierUnreachable, match=r"does not answer .* REDIS_URL") as caught:
        Frontier.connect(url, crawl="c", worker="w", patience=0.3)
    assert "s3cret" not in str(caught.value)
    assert 0.1 < time.monotonic() - began < 3


@pytest.mark.parametrize("url", ["", "http://x", "localhost:6379", "redis://h:port", "redis://:a#s3cret@h", "memcached://:s3cret@h"])
def test_no_address_of_a_redis(url: str) -> None:
    with pytest.raises((FrontierMisconfigured, FrontierUnreachable)) as caught:
        Frontier.connect(url, crawl="c", worker="w", patience=0)
    assert "s3cret" not in str(caught.value)


def test_a_server_that_keeps_silent_does_not_hold_up_every_call(own_server: EmbeddedServer, admin: redis.Redis, crawl: str) -> None:
    pid = admin.info("server")["process_id"]
    frontier = Frontier.connect(f"{own_server.url}?socket_timeout=2", crawl=crawl, worker="w1", patience=0.1)
    os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(FrontierUnreachable):
            frontier.count()
        first = time.monotonic()
        assert first - began > 1.9
        for _ in range(20):
            with pytest.raises(FrontierUnreachable):
                frontier.count()
        assert time.monotonic() - first < 2  # all of them together less than one that waits
    finally:
        os.kill(pid, signal.SIGCONT)

    def answers() -> bool:
        with contextlib.suppress(FrontierUnreachable):  # left alone for twice as long as it kept us waiting
            return frontier.count().open == 0
        return False

    assert until(answers)
    frontier.close()


def test_a_server_that_hangs_is_not_waited_for_for_ever(
    own_server: EmbeddedServer, admin: redis.Redis, crawl: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "_ANSWER_TIMEOUT", 0.3)
    frontier = Frontier.connect(own_server.url, crawl=crawl, worker="w", patience=0.2)
    pid = admin.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(FrontierUnreachable):
            frontier.count()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert frontier.count().open == 0


def test_a_killed_server_comes_back_with_the_crawl(tmp_path: Path) -> None:
    with EmbeddedServer.start(choose_server(tmp_path / "redis")) as server:
        frontier = Frontier.connect(server.url, crawl="c", worker="w", patience=10)
        frontier.add([Candidate(number, str(number)) for number in range(1000)])
        held = frontier.lease(10)
        assert is_written(server.url)
        with redis.Redis.from_url(server.url) as client:
            os.kill(client.info("server")["process_id"], signal.SIGKILL)
        assert frontier.ack(held) == 10
        assert len(frontier.lease(2000)) == 990
        frontier.close()


# refuses


def test_out_of_memory_leaves_nothing_half_done_and_heals(harmed: Frontier, admin: redis.Redis) -> None:
    admin.config_set("maxmemory", 1)
    try:
        with pytest.raises(FrontierUnreachable, match="out of memory"):
            harmed.add([Candidate("neu", "x")])
        leased = harmed.lease(5)  # what gives memory back is allowed
        with pytest.raises(FrontierUnreachable, match="out of memory"):
            harmed.claim(leased[0], ["甲"])
        harmed.give_back(leased)
    finally:
        admin.config_set("maxmemory", 0)
    status = harmed.status()
    assert (status.counts.open, status.pending, status.leased, status.seen) == (100, 100, 0, 100)
    assert len(harmed.lease(200)) == 100


def test_a_replica_is_waited_for(harmed: Frontier, admin: redis.Redis) -> None:
    admin.execute_command("REPLICAOF", "127.0.0.1", "1")
    try:
        with pytest.raises(FrontierUnreachable, match=r"replica|master"):
            harmed.lease(1)
    finally:
        admin.execute_command("REPLICAOF", "NO", "ONE")
    assert len(harmed.lease(1)) == 1


def test_a_password_that_is_missing_or_wrong(own_server: EmbeddedServer, admin: redis.Redis) -> None:
    admin.config_set("requirepass", "s3cret")
    try:
        for url in (own_server.url, own_server.url + "?password=wr0ng"):
            with pytest.raises(FrontierMisconfigured, match="password") as caught:
                Frontier.connect(url, crawl="c", worker="w")
            assert "wr0ng" not in str(caught.value)
        Frontier.connect(own_server.url + "?password=s3cret", crawl="c", worker="w").close()
    finally:
        admin.config_set("requirepass", "")


def test_an_account_without_rights(own_server: EmbeddedServer, admin: redis.Redis) -> None:
    admin.execute_command("ACL", "SETUSER", "guest", "on", ">pw", "+ping", "+info", "~baike:*")
    with pytest.raises(FrontierMisconfigured, match="lacks rights"):
        Frontier.connect(own_server.url + "?username=guest&password=pw", crawl="c", worker="w")
    admin.execute_command("ACL", "SETUSER", "guest", "+@all", "-@admin", "-@dangerous")
    with Frontier.connect(own_server.url + "?username=guest&password=pw", crawl="c", worker="w") as frontier:
        frontier.add([Candidate(1, "1")])
        assert len(frontier.lease(1)) == 1
        assert frontier.status().redis_memory is None
        frontier.purge()
    admin.execute_command("ACL", "DELUSER", "guest")


def test_a_server_that_evicts_is_refused(own_server: EmbeddedServer, admin: redis.Redis) -> None:
    admin.config_set("maxmemory", 10**9)
    admin.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(FrontierMisconfigured, match="noeviction"):
            Frontier.connect(own_server.url, crawl="c", worker="w")
    finally:
        admin.config_set("maxmemory-policy", "noeviction")
        admin.config_set("maxmemory", 0)


def test_a_crawl_of_another_format_is_refused(harmed: Frontier, admin: redis.Redis, own_server: EmbeddedServer, crawl: str) -> None:
    admin.hset(f"baike:{{{crawl}}}:meta", "format", 99)
    with pytest.raises(FrontierMisconfigured, match="format 99"):
        Frontier.connect(own_server.url, crawl=crawl, worker="w")


# forgets


def test_an_emptied_server_is_a_lost_crawl(harmed: Frontier, admin: redis.Redis) -> None:
    leases = harmed.lease(3)
    admin.flushall()
    for act in (
        lambda: harmed.lease(1),
        lambda: harmed.ack(leases),
        lambda: harmed.claim(leases[0], []),
        lambda: harmed.add([Candidate("neu", "neu")]),
        lambda: harmed.renew(leases),
        lambda: harmed.heartbeat({}),
        harmed.count,
        harmed.status,
    ):
        with pytest.raises(FrontierLost, match="gone"):
            act()


def test_forgotten_scripts_are_sent_again(harmed: Frontier, admin: redis.Redis) -> None:
    leases = harmed.lease(2)
    admin.script_flush()
    assert harmed.claim(leases[0], ["甲"], links=[Candidate("乙", "乙")])
    admin.script_flush()
    assert harmed.ack(leases) == 2
    assert harmed.count().open == 99


@contextlib.contextmanager
def forgotten(server: EmbeddedServer) -> Iterator[None]:
    """The machine dies at the end and had written nothing of this to its disk; the server comes up again without it."""
    with redis.Redis.from_url(server.url) as client:
        pid = int(client.info("server")["process_id"])
    assert is_written(server.url)
    warden = parent_of(pid)
    aof = next(iter([*server.folder.glob("appendonlydir/*.incr.aof"), server.folder / "appendonly.aof"]))
    kept = aof.stat().st_size
    yield
    os.kill(warden, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: not runs(pid))  # or it might still write
    os.truncate(aof, kept)
    os.kill(warden, signal.SIGCONT)


def test_a_machine_that_dies_with_its_last_second_costs_work_and_no_entry(tmp_path: Path, clock: Clock) -> None:
    with EmbeddedServer.start(choose_server(tmp_path / "redis")) as server:
        dies, lives = (Frontier.connect(server.url, crawl="c", worker=name, patience=10, clock=clock) for name in ("w1", "w2"))
        dies.add([Candidate(number, str(number)) for number in range(20)])
        first = dies.lease(5)
        with forgotten(server):
            assert dies.claim(first[0], ["甲"], links=[Candidate("neu", "neu", 1)])
            assert lives.add([Candidate("neu", "neu", 1)]) == 0
            dies.ack(first)
            second = dies.lease(5)
        assert lives.ack(second) == 0  # the server never heard of these leases
        assert lives.salvage([lease.key for lease in first]) == 0  # their records are on disk, their links may be lost
        assert lives.mark_done([lease.key for lease in first[1:]]) == 4  # these had no links, says who knows
        clock.advance(1000)
        again = lives.lease(50)
        assert {lease.key for lease in again} == {0, *range(5, 20)}
        assert min(lease.token for lease in again) > max(lease.token for lease in second)
        assert lives.claim(again[0], ["甲"], links=[Candidate("neu", "neu", 1)])
        lives.ack(again + lives.lease(50))
        assert (lives.counts.open, lives.counts.done) == (0, 21)


def test_links_that_the_server_lost_are_queued_again_before_the_page_is_finished(tmp_path: Path) -> None:
    with EmbeddedServer.start(choose_server(tmp_path / "redis")) as server:
        frontier = Frontier.connect(server.url, crawl="c", worker="w1", patience=10)
        frontier.add([Candidate(1, "1")])
        leases = frontier.lease(1)
        with forgotten(server):
            frontier.claim(leases[0], [], links=[Candidate(2, "2", 1)])
            frontier.add([Candidate(3, "3", 1)])
        assert frontier.ack(leases) == 1
        assert [lease.key for lease in frontier.lease(9)] == [2, 3]
        assert frontier.counts.done == 1


# answers lost on the way


def test_an_answer_that_nobody_waited_for_is_not_taken_for_the_next(harmed: Frontier, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(line: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(connection, "_reply", interrupted)
        with pytest.raises(KeyboardInterrupt):
            harmed.count()
    assert [lease.key for lease in harmed.lease(2)] == [0, 1]


def test_a_lease_whose_answer_was_lost_is_not_lost(proxy: CuttingProxy, harmed: Frontier, crawl: str) -> None:
    frontier = Frontier.connect(proxy.url, crawl=crawl, worker="w2", patience=5)
    proxy.cuts = 2
    leases = frontier.lease(5)
    assert [lease.key for lease in leases] == [0, 1, 2, 3, 4]
    assert harmed.count().leased == 5
    assert frontier.ack(leases) == 5


def test_a_lease_is_found_again_after_giving_up(proxy: CuttingProxy, harmed: Frontier, crawl: str) -> None:
    frontier = Frontier.connect(proxy.url, crawl=crawl, worker="w2", patience=0)
    proxy.cuts = 1
    with pytest.raises(FrontierUnreachable):
        frontier.lease(5)
    assert [lease.key for lease in frontier.lease(7)] == [0, 1, 2, 3, 4, 5, 6]
    assert harmed.count().leased == 7


def test_calls_whose_answer_was_lost_may_be_repeated(proxy: CuttingProxy, harmed: Frontier, crawl: str) -> None:
    frontier = Frontier.connect(proxy.url, crawl=crawl, worker="w2", patience=5)
    leases = frontier.lease(3)
    proxy.cuts = 1
    frontier.add([Candidate("neu", "neu")])
    proxy.cuts = 1
    assert frontier.claim(leases[0], ["甲"])
    proxy.cuts = 1
    frontier.give_back(leases[1:2], failed=True)
    proxy.cuts = 1
    frontier.ack(leases[:1])
    proxy.cuts = 1
    assert [lease.key for lease in frontier.renew(leases)] == [2]
    counts = harmed.count()
    assert (counts.open, counts.leased, counts.done) == (100, 1, 1)
    assert [lease.attempts for lease in harmed.lease(1)] == [1]
