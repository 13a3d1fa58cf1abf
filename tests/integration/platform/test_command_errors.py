"""A command without a usable database says so in one line and ends with exit code 1."""

from pathlib import Path

import click
import pytest
from flask import Flask

from booking.platform.command_errors import in_one_line
from tests.conftest import test_config
from wsgi import create_app

COMMANDS = (
    ["db", "upgrade"],
    ["staff", "list"],
    ["clinic", "add", "Reumatologi", "--phone", "99 32 00 00"],
    ["keys", "rotate"],
)
UNREACHABLE = {
    "postgresql": "postgresql://rettid:hemmeligt@127.0.0.1:1/rettid",
    "sqlite": "sqlite:////no/such/folder/rettid.sqlite3",
}


@pytest.mark.parametrize("url", UNREACHABLE.values(), ids=UNREACHABLE)
@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_an_unreachable_database_is_one_line(tmp_path: Path, url: str, args: list[str]) -> None:
    done = create_app(test_config(url, tmp_path)).test_cli_runner().invoke(args=args)
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    assert line.startswith("Error: The database cannot be used: ")
    assert "DATABASE_URL" in line
    assert "hemmeligt" not in line


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Husk mælk. " * 100)
    app = create_app(test_config(f"sqlite:///{tmp_path / 'notes.txt'}", tmp_path))
    done = app.test_cli_runner().invoke(args=["staff", "list"])
    assert (done.exit_code, len(done.output.splitlines())) == (1, 1)
    assert "file is not a database" in done.output


def test_a_database_without_tables_says_what_to_run(tmp_path: Path) -> None:
    app = create_app(test_config(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path))
    done = app.test_cli_runner().invoke(args=["staff", "list"])
    assert done.exit_code == 1
    assert "flask --app wsgi db upgrade" in done.output


def test_every_command_is_wrapped(app: Flask) -> None:
    def leaves(group: click.Group) -> list[click.Command]:
        found: list[click.Command] = []
        for one in group.commands.values():
            found += leaves(one) if isinstance(one, click.Group) else [one]
        return found

    for command in leaves(app.cli):
        assert hasattr(command.callback, "__wrapped__"), command.name


def test_another_application_wraps_nothing_twice(app: Flask) -> None:
    commands = app.cli.commands["rules"].commands.values()  # type: ignore[attr-defined]
    before = [command.callback for command in commands]
    in_one_line(app.cli)
    assert [command.callback for command in commands] == before
