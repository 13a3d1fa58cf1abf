"""Whoever runs the system adds questionnaires by command."""

from pathlib import Path

from flask import Flask

from booking.platform.database import Session
from tests import factories as make
from triage_rules.questionnaires.shipped import source


def test_what_comes_with_rettid_is_installed_once(app: Flask) -> None:
    runner = app.test_cli_runner()
    for _again in range(2):
        done = runner.invoke(args=["questionnaires", "install"])
        assert done.output == "phq9: version 1\nsiden-sidst: version 1\n"


def test_a_file_is_published_or_refused_by_its_place(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    clinic = make.clinic(session)
    session.commit()
    file, bad = tmp_path / "own.json", tmp_path / "bad.json"
    file.write_text(source("siden-sidst"))
    bad.write_text(source("siden-sidst").replace('"integer"', '"quantity"'))
    runner = app.test_cli_runner()
    add = ["questionnaires", "add", "own"]
    done = runner.invoke(args=[*add, str(file), "--clinic", str(clinic.id)])
    assert done.output == "own: version 1\n"
    for wrong, why in (
        ([*add, str(bad)], "item siden-dage.type: quantity is not supported"),
        ([*add, str(file)], "own belongs to someone else"),
        ([*add, str(file), "--clinic", "999"], "There is no clinic 999"),
    ):
        refused = runner.invoke(args=wrong)
        assert refused.exit_code == 1
        assert why in refused.output
