"""A Redis that is further away: `python -m tests.bench.delay SOCKET SECONDS` prints its URL (as JSON) and passes everything on, later."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time


def _carry(source: socket.socket, target: socket.socket, seconds: float) -> None:
    while data := source.recv(1 << 20):
        time.sleep(seconds)
        target.sendall(data)
    target.close()


def main(path: str, seconds: float) -> None:
    """A thread a direction sleeps more exactly than an event loop, whose timers count milliseconds."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        print(json.dumps(f"redis://127.0.0.1:{door.getsockname()[1]}"), flush=True)
        while True:
            near, _ = door.accept()
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            far = socket.socket(socket.AF_UNIX)
            far.connect(path)
            for source, target, held in ((near, far, seconds), (far, near, 0.0)):
                threading.Thread(target=_carry, args=(source, target, held), daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
