"""A clinic's published rules go out as DMN, and its decisions are made again."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import select, update

from booking.platform.database import Database, Session
from booking.platform.vault import Vault
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.commands.conftest import Run
from tests.integration.triage_rules.followup.conftest import (
    GREEN,
    RED,
    YELLOW,
    Followed,
    phq9,
    rules,
)
from triage_rules.followup import queries
from triage_rules.followup.models import DecisionTrace, FollowUpDecision
from triage_rules.questionnaires import service as asking
from triage_rules.tables.dmn_files import read_rules

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_the_version_in_force_goes_out(
    run: Run, session: Session, followed: Followed, tmp_path: Path
) -> None:
    named = f"{followed.place.clinic.id}/depression"
    file = tmp_path / "out.dmn"
    assert run("export", named, "--to", file) == (0, "")
    assert read_rules(file.read_bytes()) == rules()
    code, text = run("export", named)
    assert (code, text.encode()) == (0, file.read_bytes())


def test_decisions_come_out_as_they_were_made(
    run: Run, session: Session, followed: Followed
) -> None:
    for total in (GREEN, YELLOW, RED):
        followed.answer(session, total)
    session.commit()
    assert run("replay") == (0, "3 decisions, 0 differ\n")
    followed.publish(session, rules(green=rules().tables[2].rows[1].outputs))
    session.commit()
    assert run("replay") == (0, "3 decisions, 0 differ\n"), "each by its own version"
    named = f"{followed.place.clinic.id}/depression"
    assert run("replay", "--rule-set", named, "--since", "2026-11-23")[1].startswith("3 ")
    assert run("replay", "--since", "2026-11-24") == (0, "0 decisions, 0 differ\n")


def test_the_patients_words_are_made_again_too(
    run: Run, session: Session, followed: Followed
) -> None:
    """A correction beside a time that stands; an alarm; and a number that has changed since."""
    response = followed.answer(session, RED)
    asking.correct(session, followed.as_clinician, response, phq9(GREEN), "typing")
    followed.answer(session, GREEN, ninth=1)
    followed.place.clinic.phone = "+4599320001"
    session.commit()
    assert run("replay") == (0, "3 decisions, 0 differ\n")
    made = queries.latest_decision(session, followed.plan.id)
    assert made is not None
    kept = {
        column.key: getattr(made, column.key)
        for column in FollowUpDecision.__table__.columns
        if column.key != "id"
    }
    made_up = f"{made.told_da.splitlines()[0]}\nAlt er godt."
    other = make.add(session, FollowUpDecision(**{**kept, "told_da": made_up}))
    for one in made.trace:
        traced = {"kind": one.kind, "table_name": one.table_name, "name": one.name}
        make.add(session, DecisionTrace(decision_id=other.id, state=one.state, **traced))
    session.commit()
    code, said = run("replay")
    version = f"({followed.place.clinic.id}/depression v1)"
    assert code == 1
    assert said.splitlines()[0] == f"decision {other.id} {version}: the words to the patient"


def test_without_the_right_data_key_one_line_says_so(
    app: Flask, rettid: Rettid, session: Session, followed: Followed
) -> None:
    followed.answer(session, GREEN)
    followed.answer(session, RED)
    session.commit()
    right, config = rettid.database, rettid.config
    for version in (1, 2):
        wrong = Vault({version: Fernet.generate_key().decode()}, config.lookup_key)
        rettid.database = Database(
            config.database_url, clock=rettid.clock, events=rettid.events, vault=wrong
        )
        done = app.test_cli_runner().invoke(args=["rules", "replay"])
        rettid.database.engine.dispose()
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == "No decision opens with the data keys that are given (2 tried)\n"
    rettid.database = right
    first = session.scalars(select(FollowUpDecision).order_by(FollowUpDecision.id)).first()
    assert first is not None
    session.execute(
        update(FollowUpDecision)
        .where(FollowUpDecision.id == first.id)
        .values(inputs_sealed="1:broken")
    )
    session.commit()
    done = app.test_cli_runner().invoke(args=["rules", "replay"])
    assert done.exit_code == 1
    assert "its inputs do not open with the data keys that are given" in done.stdout
    assert done.stdout.endswith("2 decisions, 1 differ\n")


def test_a_decision_that_comes_out_otherwise_is_reported_without_its_patient(
    run: Run, session: Session, followed: Followed
) -> None:
    followed.answer(session, YELLOW)
    session.commit()
    made = queries.latest_decision(session, followed.plan.id)
    assert made is not None
    kept = {
        column.key: getattr(made, column.key)
        for column in FollowUpDecision.__table__.columns
        if column.key != "id"
    }
    other = make.add(session, FollowUpDecision(**{**kept, "colour": "green"}))
    resealed = session.vault.seal('{"facts": {}, "wish": false}')
    tampered = make.add(session, FollowUpDecision(**{**kept, "inputs_sealed": resealed}))
    for one in made.trace:
        traced = {"kind": one.kind, "table_name": one.table_name, "name": one.name}
        make.add(session, DecisionTrace(decision_id=other.id, state=one.state, **traced))
    session.commit()
    code, said = run("replay")
    version = f"({followed.place.clinic.id}/depression v1)"
    assert code == 1
    assert said.splitlines() == [
        f"decision {other.id} {version}: colour",
        f"decision {tampered.id} {version}: its rules or inputs are not those it was made from",
        "3 decisions, 2 differ",
    ]


def test_what_is_not_there_is_not_replayed(run: Run, session: Session) -> None:
    for options in (("--rule-set", "1"), ("--rule-set", "1/x"), ("--since", "yesterday")):
        assert run("replay", *options) == (2, "")
