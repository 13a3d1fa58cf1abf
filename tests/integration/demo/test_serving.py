"""The newcomer's command: it makes the demo, says where it is, and ends when told to."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from booking.platform.config import ROOT

PATIENCE = 240  # seconds; a busy machine is slow to seed
TO_END = 60

# A shell's background job, or nohup's, ignores Ctrl-C, and so does whatever it starts.
HEEDS_CTRL_C = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def command(port: int) -> list[str]:
    served = ["-m", "flask", "--app", "wsgi", "demo", "serve", "--port", str(port)]
    return [sys.executable, "-c", HEEDS_CTRL_C, *served]


def environment(instance: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RETTID_")}
    kept.pop("DATABASE_URL", None)
    return {**kept, "RETTID_MODE": "demo", "RETTID_INSTANCE": str(instance)}


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def read_until(process: subprocess.Popen[bytes], log: Path, wanted: str) -> str:
    """What the process says, once that holds `wanted`."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None and wanted not in log.read_text():
        time.sleep(0.2)
    assert wanted in log.read_text(), log.read_text()
    return log.read_text()


def test_the_demo_is_made_served_and_stopped(tmp_path: Path, port: int) -> None:
    log = tmp_path / "said.txt"
    with log.open("wb") as said:
        process = subprocess.Popen(
            command(port), cwd=ROOT, env=environment(tmp_path), stdout=said, stderr=said
        )
    try:
        address = re.search(r"http://\S+/demo", read_until(process, log, "Ctrl-C"))
        assert address
        with urllib.request.urlopen(address[0], timeout=60) as answer:
            assert "Inger Marie" in answer.read().decode()
        second = subprocess.run(
            command(port),
            cwd=ROOT,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert second.returncode == 1
        assert f"Port {port} cannot be used" in second.stderr
        assert f"PORT={port + 1}" in second.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=TO_END) == 0
        assert "Stopped." in log.read_text()
    finally:
        process.kill()
        process.wait()
