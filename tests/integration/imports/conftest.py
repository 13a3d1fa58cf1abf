"""An old system's files, written for the occasion and imported by the operator's command."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from booking.calendar.models import Clinic, Site
from booking.platform.database import Session
from tests import factories as make

CLINIC = "Reumatologisk Ambulatorium"
SOURCE = "gammelt"


@dataclass(frozen=True)
class Imported:
    """What the command said, and the refused rows as (row, key, field, reason)."""

    exit_code: int
    output: str
    refused: list[tuple[str, ...]]

    @property
    def counts(self) -> tuple[int, ...]:
        """New, unchanged, changed, refused."""
        [line] = [one for one in self.output.splitlines() if " new, " in one] or [self.output]
        return tuple(int(word) for word in line.split() if word.isdigit())

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """(row, field) of each refusal."""
        return [(row, field) for row, _key, field, _reason in self.refused]


Import = Callable[..., Imported]


@pytest.fixture
def clinic(session: Session) -> Clinic:
    """The clinic that moves in, committed."""
    made = make.clinic(session, name=CLINIC)
    session.commit()
    return made


@pytest.fixture
def site(session: Session, clinic: Clinic) -> Site:
    """Its only site, committed."""
    made = make.site(session, clinic)
    session.commit()
    return made


@pytest.fixture
def moving_in(app: Flask, session: Session, tmp_path: Path) -> Import:
    """Import rows of a kind: lines of CSV, and a mapping without its first two keys."""

    def run(
        kind: str, mapping: str, *lines: str, encoding: str = "utf-8", args: tuple[str, ...] = ()
    ) -> Imported:
        session.commit()  # what the test has read or written so far
        file, how = tmp_path / f"{kind}.csv", tmp_path / f"{kind}.toml"
        file.write_text("\n".join(lines) + "\n", encoding)
        how.write_text(f'source = "{SOURCE}"\nclinic = "{CLINIC}"\n{mapping}', "utf-8")
        return invoke(app, kind, file, how, *args)

    return run


def invoke(app: Flask, kind: str, file: Path, mapping: Path, *args: str) -> Imported:
    """Run the command as an operator would."""
    told = file.with_name(f"{file.name}.rejects.csv")
    command = ["import", kind, str(file), "--mapping", str(mapping), "--rejects", str(told), *args]
    result = app.test_cli_runner().invoke(args=command)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    refused: list[tuple[str, ...]] = []
    if told.exists():
        header, *lines = told.read_text("utf-8-sig").splitlines()
        reader = csv.reader(lines, delimiter=header.removeprefix("row")[0])
        refused = [tuple(row) for row in reader]
    return Imported(result.exit_code, result.output, refused)
