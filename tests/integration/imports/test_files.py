"""A file that cannot be read as a whole is said so in one line, before anything is loaded."""

import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from booking.appointments.models import PastVisit
from booking.calendar.models import Clinic
from booking.platform.database import Session
from tests.integration.imports.conftest import CLINIC, SOURCE, Import, invoke

MAPPING = """
[columns]
key = "id"
patient = "who"
day = "day"
outcome = "came"
[patients]
create = true
"""
HEADER = "id,who,day,came"
ROW = "1,9,2026-05-02,fulfilled"


@pytest.mark.parametrize(
    ("mapping", "header", "complaint"),
    [
        (MAPPING, "id,who,day", "no column named came"),
        (MAPPING, "id,who,day,came,came", "several columns named came"),
        (MAPPING, '"', "no column named"),
        (MAPPING.replace("day =", "birthday ="), HEADER, "history have no birthday"),
        (MAPPING.replace('outcome = "came"', ""), HEADER, "need columns or constants for outcome"),
        (MAPPING.replace("create", "creat"), HEADER, "unknown: patients.creat"),
        ("[columns", HEADER, "not TOML"),
    ],
)
def test_what_does_not_suit(
    moving_in: Import, clinic: Clinic, mapping: str, header: str, complaint: str
) -> None:
    done = moving_in("history", mapping, header, ROW)
    assert done.exit_code == 1
    assert complaint in done.output


def test_facts_belong_to_history(moving_in: Import, clinic: Clinic) -> None:
    mapping = '[columns]\nkey = "id"\nkind = "k"\nname = "n"\n[facts.age]\ncolumn = "age"\n'
    done = moving_in("resources", mapping, "id,k,n,age", "1,room,Stue 1,7")
    assert "resources have no facts" in done.output


def test_an_unknown_clinic(moving_in: Import) -> None:
    done = moving_in("history", MAPPING, HEADER, ROW)
    assert f"there is none named '{CLINIC}'" in done.output


def test_an_empty_file_and_one_with_a_header_only(moving_in: Import, clinic: Clinic) -> None:
    assert "The file is empty" in moving_in("history", MAPPING, "").output
    assert moving_in("history", MAPPING, HEADER).counts == (0, 0, 0, 0)


def test_a_byte_order_mark_is_no_part_of_the_header(moving_in: Import, clinic: Clinic) -> None:
    done = moving_in("history", MAPPING, HEADER, ROW, encoding="utf-8-sig")
    assert done.counts == (1, 0, 0, 0)


def test_a_quote_that_is_never_closed_refuses_what_it_swallows(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    swallowed = (f"{number},9,2026-05-02,fulfilled" for number in range(3, 9000))
    done = moving_in("history", MAPPING, HEADER, ROW, '2,"9,2026-05-02,fulfilled', *swallowed)
    assert done.counts[0] >= 1
    assert done.wrong[0] == ("3", "")
    assert session.scalar(select(func.count(PastVisit.id))) == done.counts[0]


def test_zip_files(app: Flask, clinic: Clinic, tmp_path: Path) -> None:
    mapping, file = tmp_path / "m.toml", tmp_path / "old.zip"
    mapping.write_text(f'source = "{SOURCE}"\nclinic = "{CLINIC}"\n{MAPPING}', "utf-8")
    file.write_bytes(b"PK, but no zip file")
    assert "not a zip file" in invoke(app, "history", file, mapping).output
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.csv", f"{HEADER}\n{ROW}\n")
    assert invoke(app, "history", file, mapping).counts == (1, 0, 0, 0)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("readme.txt", "two files")
    assert "holds 2 files" in invoke(app, "history", file, mapping).output
    named = f'source = "{SOURCE}"\nclinic = "{CLINIC}"\n[file]\nmember = "a.csv"\n{MAPPING}'
    mapping.write_text(named, "utf-8")
    assert invoke(app, "history", file, mapping).counts == (0, 1, 0, 0)


def test_refused_rows_are_never_written_over_the_file_itself(
    app: Flask, clinic: Clinic, tmp_path: Path
) -> None:
    mapping, file = tmp_path / "m.toml", tmp_path / "old.csv"
    mapping.write_text(f'source = "{SOURCE}"\nclinic = "{CLINIC}"\n{MAPPING}', "utf-8")
    file.write_text(f"{HEADER}\n{ROW}\n", "utf-8")
    command = ["import", "history", str(file), "--mapping", str(mapping), "--rejects", str(file)]
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 1
    assert file.read_text("utf-8") == f"{HEADER}\n{ROW}\n"


def test_refused_rows_are_told_of_beside_the_file(
    app: Flask, clinic: Clinic, tmp_path: Path
) -> None:
    mapping, file = tmp_path / "m.toml", tmp_path / "old.csv"
    mapping.write_text(f'source = "{SOURCE}"\nclinic = "{CLINIC}"\n{MAPPING}', "utf-8")
    file.write_text(f"{HEADER}\n{ROW},one too many\n", "utf-8")
    result = app.test_cli_runner().invoke(
        args=["import", "history", str(file), "--mapping", str(mapping)]
    )
    assert "old.csv.rejects.csv" in result.output
    told = (tmp_path / "old.csv.rejects.csv").read_text("utf-8-sig").splitlines()
    assert told == [
        "row,key,field,reason",
        "2,,,Rækken har ikke lige så mange felter som overskriften.",
    ]
