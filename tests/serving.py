"""The application as it is served: gunicorn with several workers, and clients over real sockets."""

import contextlib
import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from cryptography.fernet import Fernet
from flask import Flask
from flask import session as cookie
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf

from booking.platform.identity import ActorKind, sign_in

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 30


@dataclass(frozen=True)
class Visitor:
    """A signed-in patient: the signed cookie, and the token that goes with its forms."""

    patient_id: int
    course_id: int
    cookie: str
    token: str


def environment(url: str, folder: Path) -> dict[str, str]:
    """What a server is told: the database, keys made for the occasion, and no proxies."""
    return {
        "RETTID_MODE": "test",
        "DATABASE_URL": url,
        "RETTID_SESSION_KEY": secrets.token_urlsafe(32),
        "RETTID_DATA_KEYS": f"1:{Fernet.generate_key().decode()}",
        "RETTID_LOOKUP_KEY": secrets.token_urlsafe(32),
        "RETTID_INSTANCE": str(folder),
    }


@contextlib.contextmanager
def gunicorn(
    application: str, environ: Mapping[str, str], folder: Path, workers: int = 2
) -> Iterator[int]:
    """Serve `module:factory()` on loopback with so many workers of four threads; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    log = folder / "gunicorn.log"
    command = [
        sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}",
        "--workers", str(workers), "--threads", "4", "--log-file", str(log), "--keep-alive", "30",
    ]  # fmt: skip
    with (folder / "server.log").open("wb") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environ}, stdout=output, stderr=output
        )
        try:
            _wait_for(port, log)
            yield port
        finally:
            server.terminate()
            server.wait(START_SECONDS)


def visitor(app: Flask, patient_id: int, course_id: int, kind: ActorKind = "patient") -> Visitor:
    """Sign a patient (or, by kind, staff) in without a form: `app` has the server's keys."""
    with app.test_request_context():
        cookie["sign_in"] = sign_in(kind, patient_id, 0, app.extensions["rettid"].clock.now())
        token = generate_csrf()
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        if serializer is None:
            raise AssertionError("the application has no session key")
        return Visitor(patient_id, course_id, str(serializer.dumps(dict(cookie))), token)


class Browser:
    """One keep-alive connection that posts forms as whoever the visitor is."""

    def __init__(self, port: int) -> None:
        """Connect to a server on loopback."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(self, who: Visitor, path: str, fields: Mapping[str, str]) -> tuple[int, str, str]:
        """Post a form: (status, where it leads, the page)."""
        self._connection.request(
            "POST",
            path,
            urlencode({"csrf_token": who.token, **fields}),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"rettid={who.cookie}",
            },
        )
        answer = self._connection.getresponse()
        page = answer.read().decode()
        return answer.status, answer.getheader("Location") or "", page

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def _wait_for(port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.closing(probe), contextlib.suppress(OSError):
            probe.request("GET", "/healthz")
            if probe.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()[-2000:]}")
