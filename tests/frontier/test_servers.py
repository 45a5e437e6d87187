"""Every kind of REDIS_URL against a real server of its kind: TLS, an ACL account, Sentinel with a failover, a Cluster of two nodes."""

from __future__ import annotations

import contextlib
import datetime
import random
import re
import select
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from baike_spider.frontier import Candidate, Frontier, FrontierMisconfigured
from baike_spider.frontier.address import open_nodes, shown_url
from baike_spider.frontier.binary import find_binary
from tests.conftest import ROOT

Starting = Callable[..., int]


def free_port() -> int:
    """Below the ports that systems hand out by themselves, so that nobody is given it before the server takes it. A node of a cluster takes port + 10000 too."""
    while True:
        port = random.randrange(11_000, 21_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.1", port + 10_000)):
            return port


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starting]:
    """Starts a server with these options; its port."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*options: str, config: str | None = None) -> int:
        port, folder = free_port(), tmp_path / f"server-{len(running)}"
        folder.mkdir()
        files = []
        if config is not None:
            files = [str(folder / "sentinel.conf")]
            Path(files[0]).write_text(config)
        command = [find_binary().path, *files, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), *options]
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        wait_for(lambda: redis.Redis(port=port).ping())
        return port

    yield start
    for process in running:
        process.kill()
        process.wait()


def wait_for(answer: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            if answer():
                return
        except redis.RedisError:
            pass
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


def works(url: str, crawl: str, **options: object) -> None:
    """The whole way of an entry, and the door for start URLs."""
    with Frontier.connect(url, crawl=crawl, worker="w", **options) as frontier:  # type: ignore[arg-type]
        frontier.add([Candidate("甲", "甲"), Candidate(2, "乙/2")])
        frontier.heartbeat({"entries": 1})
        leases = frontier.lease(5)
        assert len(leases) == 2
        assert frontier.claim(leases[0], [7])
        assert frontier.ack(leases) == 2
        assert frontier.count().open == 0
        assert frontier.status().done == 2
        assert frontier.pop_start_urls(5) == []


def test_tls(start: Starting, crawl: str, tmp_path: Path) -> None:
    with tls_proxy(start("--save", ""), tmp_path) as (port, authority):
        works(f"rediss://localhost:{port}/0?ssl_ca_certs={authority}", crawl)
        with pytest.raises(FrontierMisconfigured, match="certificate is not trusted"):
            Frontier.connect(f"rediss://localhost:{port}/0", crawl=crawl, worker="w", patience=1)


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_an_account_with_the_rights_of_the_readme(start: Starting, crawl: str, readme: str) -> None:
    port = start("--save", "")
    admin = redis.Redis(port=port)
    (rights,) = re.findall(r"ACL[^`|]*`([^`|]+)`", (ROOT / readme).read_text("utf-8"))
    admin.execute_command("ACL", "SETUSER", "crawler", "on", ">p@ss/word", *rights.split())
    works(f"redis://crawler:p%40ss%2Fword@127.0.0.1:{port}/0", crawl)
    for spider in ("baike", "zhidao"):
        with Frontier.connect(
            f"redis://crawler:p%40ss%2Fword@127.0.0.1:{port}/0", crawl=crawl, worker=spider, start_urls=f"{spider}:start_urls"
        ) as frontier:
            admin.lpush(f"{spider}:start_urls", "https://example.org/1")
            urls = frontier.pop_start_urls(5)
            frontier.start_urls_queued(urls)
            assert urls == ["https://example.org/1"]
    with pytest.raises(FrontierMisconfigured, match="refuses the password"):
        Frontier.connect(f"redis://crawler:wrong@127.0.0.1:{port}/0", crawl=crawl, worker="w", patience=1)


def test_sentinel_and_its_failover(start: Starting, crawl: str) -> None:
    master = start("--save", "")
    replica = start("--save", "", "--replicaof", f"127.0.0.1 {master}")
    sentinel = start(
        "--sentinel",
        config=f"sentinel monitor main 127.0.0.1 {master} 1\nsentinel down-after-milliseconds main 30000\nsentinel failover-timeout main 2000\n",
    )
    watcher = redis.Redis(port=sentinel, decode_responses=True)
    wait_for(lambda: watcher.execute_command("SENTINEL", "REPLICAS", "main"))
    url = f"redis+sentinel://127.0.0.1:1,127.0.0.1:{sentinel}/main"
    works(url, crawl)
    with Frontier.connect(url, crawl=crawl, worker="w", patience=30) as frontier:
        frontier.add([Candidate("丙", "丙")])
        wait_for(lambda: redis.Redis(port=master).wait(1, 1000))
        watcher.execute_command("SENTINEL", "FAILOVER", "main")
        wait_for(lambda: redis.Redis(port=replica).role()[0] == b"master")
        wait_for(lambda: redis.Redis(port=master).role()[0] == b"slave")
        assert [lease.key for lease in frontier.lease(5)] == ["丙"]


def test_a_cluster_of_two_nodes(start: Starting) -> None:
    ports = [start("--save", "", "--cluster-enabled", "yes") for _ in range(2)]
    nodes = [redis.Redis(port=port, decode_responses=True) for port in ports]
    for node, (first, last) in zip(nodes, ((0, 8191), (8192, 16383)), strict=True):
        node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
    nodes[0].execute_command("CLUSTER", "MEET", "127.0.0.1", ports[1])
    wait_for(lambda: all(node.execute_command("CLUSTER INFO")["cluster_state"] == "ok" for node in nodes))
    slots = {crawl: int(str(nodes[0].execute_command("CLUSTER", "KEYSLOT", f"{{{crawl}}}"))) for crawl in ("c1", "c2", "c3", "c4")}
    assert len({slot > 8191 for slot in slots.values()}) == 2, "crawls on both nodes"
    for crawl in slots:
        works(f"redis+cluster://127.0.0.1:1,127.0.0.1:{ports[0]}", crawl, patience=20)
    # start URLs live in a slot of their own
    owner = next(node for node in nodes if _has(node, "baike:start_urls"))
    owner.lpush("baike:start_urls", "https://baike.baidu.com/item/甲")
    with Frontier.connect(f"redis+cluster://127.0.0.1:{ports[1]}", crawl="c1", worker="w") as frontier:
        urls = frontier.pop_start_urls(5)
        assert urls == ["https://baike.baidu.com/item/甲"]
        frontier.add([Candidate("新", "新")])
        assert frontier.start_urls_queued(urls) == 1
    wrong = ports[0] if slots["c1"] > 8191 else ports[1]
    with pytest.raises(FrontierMisconfigured, match=r"write redis\+cluster://"):
        Frontier.connect(f"redis://127.0.0.1:{wrong}", crawl="c1", worker="w", patience=1)


def _has(node: redis.Redis, key: str) -> bool:
    try:
        node.exists(key)
    except redis.RedisError:
        return False
    return True


@pytest.mark.parametrize(
    "url", ["redis+sentinel://h:1", "redis+sentinel://h:x/main", "redis+cluster://h/3", "redis+cluster://", "redis+sentinel://h/m/x"]
)
def test_addresses_that_make_no_sense(url: str) -> None:
    with pytest.raises(FrontierMisconfigured, match="cannot be read"):
        Frontier.connect(url, crawl="c", worker="w")


def test_options_of_many_hosts() -> None:
    nodes = open_nodes("rediss+cluster://u:p%40@a:7000,[::1]:7001/?ssl_ca_certs=/ca.pem", lambda _: None)
    client = nodes.client(nodes.of(b"x"))
    options = client.connection_pool.connection_kwargs
    assert (options["host"], options["port"], options["username"], options["password"]) == ("a", 7000, "u", "p@")
    assert client.connection_pool.connection_class is redis.SSLConnection
    assert options["ssl_ca_certs"] == "/ca.pem"
    nodes.lost()
    assert nodes.of(b"x") == ("::1", 7001)
    assert shown_url("rediss+cluster://u:p%40@a:7000,[::1]:7001/?x=y") == "rediss+cluster://a:7000,[::1]:7001/"


class tls_proxy:  # noqa: N801 (used as a function)
    """TLS in front of a server without it: (port, file of the authority)."""

    def __init__(self, server: int, folder: Path) -> None:
        self._server, self._folder = server, folder

    def __enter__(self) -> tuple[int, Path]:
        authority = _certificate(self._folder)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(authority, self._folder / "key.pem")
        self._listener = socket.create_server(("localhost", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return int(self._listener.getsockname()[1]), authority

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            with (
                self._context.wrap_socket(plain, server_side=True) as caller,
                socket.create_connection(("127.0.0.1", self._server)) as server,
            ):
                while True:
                    ready = [caller] if caller.pending() else select.select([caller, server], [], [])[0]
                    for one in ready:
                        data = one.recv(65536)
                        if not data:
                            return
                        (server if one is caller else caller).sendall(data)
        except OSError:
            pass


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    return folder / "cert.pem"
