"""Prism between us and the fake: it holds each request and each answer against Twilio's own
description of its API, and answers with an error where either goes against it.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.peers.twilio.description import NODE, write_readable

PRISM = NODE / "node_modules/@stoplight/prism-cli/dist/index.js"
START_SECONDS = 60
LOOKS_A_SECOND = 20


@contextlib.contextmanager
def prism(behind: str, folder: Path) -> Iterator[str]:
    """Serve on loopback in front of `behind`, with its files in `folder`; the address."""
    description, log = folder / "twilio_api.json", folder / "prism.log"
    write_readable(description)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [
        _node(), "--require", str(NODE / "ends_with_owner.cjs"), str(PRISM), "proxy",
        str(description), behind, "--errors", "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()
            assert process.stdin is not None
            process.stdin.close()


def _node() -> str:
    """The virtual environment's own Node where it has one, else the machine's."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    node = shutil.which("node", path=path)
    if node is None or not PRISM.exists():
        raise RuntimeError("Prism is not installed: `make tests/peers/node/node_modules`")
    return node


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    for _ in range(START_SECONDS * LOOKS_A_SECOND):  # by count: a test may have stopped the clock
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(1 / LOOKS_A_SECOND)
    raise RuntimeError(f"Prism did not start:\n{log.read_text()}")
