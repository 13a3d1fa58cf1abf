"""Copying the whole database to a file and back.

SQLite by its own backup interface, while the application runs; PostgreSQL by pg_dump and
pg_restore, found on the PATH. The file holds sealed texts as they are: without the keys from
the environment, which are not in it, they cannot be opened.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url

from booking.platform.config import ROOT
from booking.platform.database import make_engine


class BackupFailed(Exception):
    """Why nothing was written; the message is for the operator."""


def backup(database_url: str, target: Path) -> None:
    """Write the database to a new file that only its owner can read; raises BackupFailed."""
    if target.exists():
        raise BackupFailed(f"{target} is there already. Choose another name.")
    url = make_url(database_url)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    partial = Path(name)
    try:
        if url.drivername.startswith("sqlite"):
            _backup_sqlite(_sqlite_path(url), partial)
        else:
            _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={partial}")
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


def restore(database_url: str, source: Path, *, overwrite: bool) -> bool:
    """Make the database what the file holds, whole or not at all; raises BackupFailed.

    The file is checked first: that it can be read to its end, and that its schema is one of
    this history. Returns whether that is the newest schema. overwrite: replace what is there.
    """
    if not source.is_file():
        raise BackupFailed(f"{source} is not a file.")
    url = make_url(database_url)
    on_sqlite = url.drivername.startswith("sqlite")
    revision = _sqlite_revision(source) if on_sqlite else _postgresql_revision(url, source)
    newest = _is_newest(revision)
    if not overwrite and _in_use(database_url):
        raise BackupFailed("The database has tables already. Add --yes to replace them.")
    if on_sqlite:
        _restore_sqlite(source, _sqlite_path(url))
    else:
        how = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
        _run("pg_restore", url, *how, f"--dbname={url.database}", str(source))
    return newest


def _backup_sqlite(path: Path, target: Path) -> None:
    if not path.is_file():
        raise BackupFailed(f"There is no database at {path}.")
    try:
        with (
            closing(sqlite3.connect(path, timeout=30)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without its log beside it
            _check_integrity(copy)
    except sqlite3.Error as error:
        raise BackupFailed(f"SQLite would not be copied: {error}.") from error


def _restore_sqlite(source: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            closing(_read_only(source)) as copy,
            closing(sqlite3.connect(path, timeout=30)) as live,
        ):
            copy.backup(live)
            live.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        raise BackupFailed(f"SQLite would not be written: {error}.") from error


def _sqlite_revision(source: Path) -> str:
    try:
        with closing(_read_only(source)) as copy:
            _check_integrity(copy)
            row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise BackupFailed(f"{source} is not a sound backup: {error}.") from error
    return str(row[0]) if row else ""


def _check_integrity(connection: sqlite3.Connection) -> None:
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
    if problems != ["ok"]:
        raise BackupFailed(f"The file is damaged: {'; '.join(problems)}")
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise BackupFailed("The file is damaged: rows refer to rows that are not there.")


def _sqlite_path(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise BackupFailed("The database is not in a file.")
    return Path(url.database)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _postgresql_revision(url: URL, source: Path) -> str:
    """The schema's revision in a dump, once the whole of it has been read without an error."""
    _run("pg_restore", url, "--file=-", str(source), output=subprocess.DEVNULL)
    only = ("--data-only", "--table=alembic_version", "--file=-")
    script = _run("pg_restore", url, *only, str(source))
    found = re.search(r"^COPY \S*alembic_version .*\n(\S+)$", script, re.MULTILINE)
    return found[1] if found else ""


def _in_use(database_url: str) -> bool:
    url = make_url(database_url)
    if url.drivername.startswith("sqlite") and not _sqlite_path(url).is_file():
        return False
    engine = make_engine(database_url)
    try:
        return bool(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def _is_newest(revision: str) -> bool:
    history = ScriptDirectory(str(ROOT / "migrations"))
    try:
        known = revision and history.get_revision(revision)
    except CommandError:
        known = None
    if not known:
        raise BackupFailed(
            f"The file's schema ({revision or 'none'}) is not known here: "
            "it was made by a newer version, or by something else."
        )
    return revision == history.get_current_head()


def _run(program: str, url: URL, *arguments: str, output: int = subprocess.PIPE) -> str:
    """Run one of PostgreSQL's programs; how to connect goes in the environment, not in sight."""
    path = shutil.which(program)
    if path is None:
        raise BackupFailed(
            f"{program} is not on the PATH. Install PostgreSQL's client programs, of the server's "
            "version or newer, or add the folder they are in to PATH."
        )
    done = subprocess.run(  # noqa: S603 (no shell, and every argument is ours)
        [path, *arguments],
        env={**os.environ, **_connection(url)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupFailed(f"{program} failed: {done.stderr.strip()}")
    return done.stdout or ""


def _connection(url: URL) -> dict[str, str]:
    settings = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        **{f"PG{name.upper()}": value for name, value in url.query.items()},
    }
    return {name: value for name, value in settings.items() if isinstance(value, str)}
