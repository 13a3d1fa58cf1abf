"""Taking the whole database away and bringing it back."""

import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text

from booking.people import service
from booking.people.models import Patient
from booking.people.service import Details
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests import factories
from tests.peers.postgres import client_programs

KAREN = Details("Karen", "Østergård", cpr="0403611234")


@pytest.fixture(autouse=True)
def programs(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs on the PATH, of the server's version."""
    if database_url.startswith("postgresql"):
        monkeypatch.setenv("PATH", f"{client_programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def karen(rettid: Rettid) -> int:
    """One patient of one clinic."""
    with rettid.database.transaction() as session:
        clinic = factories.clinic(session)
        return service.register_patient(session, SYSTEM, clinic.id, KAREN).id


def run(app: Flask, *arguments: str) -> Result:
    """One command."""
    return app.test_cli_runner().invoke(args=list(arguments))


def names(rettid: Rettid) -> list[str]:
    """Who is in the database."""
    with rettid.database.reading() as session:
        return [patient.name for patient in session.scalars(select(Patient).order_by(Patient.id))]


def test_what_was_backed_up_comes_back(
    app: Flask, rettid: Rettid, karen: int, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.backup"
    assert run(app, "backup", str(copy)).exit_code == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with rettid.database.transaction() as session:
        factories.patient(session, given_name="Ny", family_name="Siden")
        session.get_one(Patient, karen).given_name = "Forkert"
    assert names(rettid) == ["Forkert Østergård", "Ny Siden"]
    result = run(app, "restore", str(copy), "--yes")
    assert result.exit_code == 0, result.output
    assert names(rettid) == ["Karen Østergård"]
    with rettid.database.reading() as session:
        assert session.get_one(Patient, karen).cpr == "0403611234"


def test_the_guard_comes_back_with_the_data(
    app: Flask, rettid: Rettid, karen: int, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.backup"
    run(app, "backup", str(copy))
    run(app, "restore", str(copy), "--yes")
    with (
        pytest.raises(Exception, match="audit_only_grows"),
        rettid.database.transaction() as session,
    ):
        session.execute(text("DELETE FROM audit_subject"))


def test_nothing_is_replaced_without_being_asked_to(
    app: Flask, rettid: Rettid, karen: int, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.backup"
    run(app, "backup", str(copy))
    with rettid.database.transaction() as session:
        session.get_one(Patient, karen).given_name = "Nyere"
    refused = run(app, "restore", str(copy))
    assert refused.exit_code != 0
    assert "--yes" in refused.output
    assert names(rettid) == ["Nyere Østergård"]
    kept = copy.read_bytes()
    assert run(app, "backup", str(copy)).exit_code != 0
    assert copy.read_bytes() == kept


@pytest.mark.parametrize("damage", ["cut", "other", "empty", "missing"])
def test_a_file_that_is_no_sound_backup_changes_nothing(
    app: Flask, rettid: Rettid, karen: int, tmp_path: Path, damage: str
) -> None:
    copy = tmp_path / "copy.backup"
    run(app, "backup", str(copy))
    whole = copy.read_bytes()
    if damage == "cut":
        copy.write_bytes(whole[: len(whole) // 2])
    elif damage == "other":
        copy.write_bytes(b"something else altogether" * 1000)
    elif damage == "empty":
        copy.write_bytes(b"")
    else:
        copy.unlink()
    result = run(app, "restore", str(copy), "--yes")
    assert result.exit_code == 1, result.output
    assert result.output.startswith("Error: ")
    assert names(rettid) == ["Karen Østergård"]


def test_a_schema_from_the_future_is_refused(
    app: Flask, rettid: Rettid, karen: int, tmp_path: Path
) -> None:
    with rettid.database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    copy = tmp_path / "copy.backup"
    run(app, "backup", str(copy))
    result = run(app, "restore", str(copy), "--yes")
    assert result.exit_code == 1
    assert "9999" in result.output


def test_an_older_schema_is_restored_and_the_operator_told_to_upgrade(
    app: Flask, rettid: Rettid, karen: int, tmp_path: Path
) -> None:
    with rettid.database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    copy = tmp_path / "copy.backup"
    run(app, "backup", str(copy))
    result = run(app, "restore", str(copy), "--yes")
    assert result.exit_code == 0
    assert "db upgrade" in result.output


def test_sqlite_is_restored_where_there_was_no_database(
    app: Flask, rettid: Rettid, karen: int, tmp_path: Path, instance: Path
) -> None:
    if rettid.database.engine.dialect.name != "sqlite":
        pytest.skip("an empty PostgreSQL database is made by its own programs")
    copy = tmp_path / "copy.backup"
    run(app, "backup", str(copy))
    rettid.database.engine.dispose()
    for leftover in instance.glob("rettid.sqlite3*"):
        leftover.unlink()
    assert run(app, "restore", str(copy)).exit_code == 0
    assert names(rettid) == ["Karen Østergård"]
    with sqlite3.connect(instance / "rettid.sqlite3") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_missing_programs_are_named(
    app: Flask, rettid: Rettid, karen: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if rettid.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite needs no programs")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("pg_dump") is None
    result = run(app, "backup", str(tmp_path / "copy.backup"))
    assert result.exit_code == 1
    assert "pg_dump is not on the PATH" in result.output
    assert not list(tmp_path.glob("*.backup*"))
