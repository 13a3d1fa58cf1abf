"""`rules verify` and `rules test`: findings by table and row, and examples that hold or not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from booking.people.sign_in import actor_of
from booking.platform.database import Session
from tests.integration.triage_rules.commands.conftest import Run
from tests.integration.triage_rules.followup.conftest import Followed
from tests.unit.triage_rules.dmn.models import decision, given, literal, model, table
from tests.unit.triage_rules.tables.asthma import rules
from triage_rules import library
from triage_rules.authoring import service
from triage_rules.authoring.ownership import nobodys
from triage_rules.tables import examples as trying
from triage_rules.tables import written
from triage_rules.tables.dmn_files import read_rules, written_as_dmn

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_sound_rules_have_no_findings_in_either_form(run: Run, tmp_path: Path) -> None:
    dmn, plain = tmp_path / "a.dmn", tmp_path / "a.json"
    dmn.write_bytes(written_as_dmn(rules()))
    plain.write_text(written.written(rules()))
    for file in (dmn, plain):
        assert run("verify", file) == (0, "3 tables, 8 rows: 0 findings\n")


def test_findings_name_table_row_and_a_patient(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.dmn"
    text = written_as_dmn(rules()).decode()
    file.write_text(text.replace("&lt;= 15", "&lt; 15").replace("&gt;= 20", "&gt;= 19"))
    code, said = run("verify", file)
    gap, overlap, last = said.splitlines()
    assert code == 1
    assert gap.startswith("activity: ")
    assert "ACT 15 point" in gap
    assert overlap.startswith("activity, row 2 (a2), row 3 (a3): ")
    assert "ACT 19 point" in overlap
    assert last == "3 tables, 8 rows: 2 findings"


def test_what_concerns_the_whole_chain_is_found(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    plain = json.loads(written.written(rules()))
    plain["second_looks"][0]["input"] = "fev1"
    file.write_text(json.dumps({"rules": plain, "examples": []}))
    code, said = run("verify", file)
    assert code == 1
    assert said.startswith("activity, input fev1: ")


def test_each_table_from_elsewhere_is_checked_by_itself(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "m.dmn"
    logic = table(["x"], [(["< 5"], ["1"]), (["> 5"], ["2"]), (["null"], ["3"])])
    file.write_bytes(model(given("x", "number"), decision("d", logic, ["x"])))
    code, said = run("verify", file)
    assert code == 1
    assert said.startswith("d: ")
    sound = logic.replace("&gt; 5", "&gt;= 5")
    file.write_bytes(model(given("x", "number"), decision("d", sound, ["x"])))
    assert run("verify", file) == (0, "1 tables, 3 rows: 0 findings\n")
    file.write_bytes(
        model(given("x", "number"), decision("d", sound, ["x"]), decision("e", literal("1")))
    )
    code, said = run("verify", file)
    assert code == 2
    assert said.startswith("not read: decision 'e': ")


def test_what_cannot_be_read_is_refused(run: Run, tmp_path: Path) -> None:
    for name, text in (
        ("a.dmn", "<definitions/>"),
        ("a.dmn", "<!DOCTYPE a><a/>"),
        ("a.json", "{"),
        ("a.json", "[]"),
        ("a.json", '{"rules": {}}'),
        ("a.json", "[" * 100_000),
    ):
        file = tmp_path / name
        file.write_text(text)
        code, said = run("verify", file)
        assert code == 2
        refused = json.loads(said)["refused"]
        assert set(refused) == {"where", "why"}
        assert name == "a.dmn" or "XML" not in refused["why"]


def test_a_file_that_cannot_be_written_is_one_line(app: Flask, tmp_path: Path) -> None:
    args = ["rules", "export", "asthma", "--to", str(tmp_path / "nowhere" / "asthma.dmn")]
    done = app.test_cli_runner().invoke(args=args)
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert "cannot be written" in done.stderr


def test_the_library_is_sound_holds_its_examples_and_goes_out_as_dmn(
    run: Run, tmp_path: Path
) -> None:
    for code in library.CODES:
        file = tmp_path / f"{code}.dmn"
        assert run("export", code, "--to", file) == (0, "")
        assert read_rules(file.read_bytes()) == nobodys(library.entry(code).rules)
        assert run("verify", file)[0] == 0
        done, said = run("test", code)
        assert done == 0
        assert said.endswith(" 0 red\n")


def test_an_example_that_comes_out_otherwise_is_red(run: Run, tmp_path: Path) -> None:
    entry = library.entry("asthma")
    first = entry.examples[0]
    wrong = replace(first, colour="yellow", facts={**first.facts, "x": True})
    file = tmp_path / "mine.json"
    plain = {
        "rules": json.loads(written.written(entry.rules)),
        "examples": json.loads(trying.written([wrong, *entry.examples[1:]])),
    }
    file.write_text(json.dumps(plain))
    code, said = run("test", file)
    assert code == 1
    assert f"RED {wrong.name}\n" in said
    assert "    no table asks for x\n" in said
    assert "    colour: expected yellow, got " in said
    assert said.splitlines()[-1] == f"mine.json: {len(entry.examples)} examples, 1 red"


def test_a_clinics_own_rules_are_tested_as_in_force_or_as_they_are_written(
    run: Run, session: Session, followed: Followed
) -> None:
    clinic = followed.place.clinic
    entry = library.entry("asthma")
    by = actor_of(followed.clinician)
    service.begin(session, by, clinic, "astma", "Astma", entry.rules, entry.examples)
    session.commit()
    code, said = run("test", f"{clinic.id}/astma")
    assert (code, said.splitlines()[-1]) == (
        0,
        f"{clinic.id}/astma (draft): {len(entry.examples)} examples, 0 red",
    )
    code, said = run("test", f"{clinic.id}/depression")
    assert (code, said) == (0, f"{clinic.id}/depression version 1: 0 examples, 0 red\n")


def test_a_set_that_is_not_there_is_no_set(run: Run, session: Session) -> None:
    for named in ("nothing", "1/nothing", "999999/asthma", "x.json"):
        assert run("test", named) == (2, "")
