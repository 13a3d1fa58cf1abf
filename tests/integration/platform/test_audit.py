"""The log of who saw whom: it only grows, and a page without its entry is no page."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import String, func, select, text
from sqlalchemy.exc import DBAPIError

from booking.appointments.models import AppointmentChange
from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform import audit
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests import factories

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def patient(rettid: Rettid, client: FlaskClient) -> Patient:
    """A patient of the clinic whose secretary has just signed in."""
    with rettid.database.transaction() as session:
        clinic = factories.clinic(session)
        username = factories.staff(session, clinic).username
        patient = factories.patient(session, clinic)
    client.post("/klinik/log-ind", data={"username": username, "password": factories.PASSWORD})
    return patient


def address(patient: Patient) -> str:
    """The patient's page at the only clinic there is."""
    return f"/klinik/1/patienter/{patient.id}"


def looks(rettid: Rettid) -> int:
    """How many looks the log holds."""
    with rettid.database.reading() as session:
        wanted = select(func.count()).where(AuditEntry.action == "look")
        return session.scalar(wanted) or 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'Ingen'",
        "UPDATE audit_entry SET at = at",
        "DELETE FROM audit_entry",
        "UPDATE audit_subject SET patient_id = 1",
        "DELETE FROM audit_subject",
    ],
)
def test_a_hand_written_change_is_refused(rettid: Rettid, statement: str) -> None:
    with rettid.database.transaction() as session:
        audit.record(session, SYSTEM, "look", [1, 2], place="here")
    with (
        pytest.raises(DBAPIError, match="audit_only_grows"),
        rettid.database.transaction() as session,
    ):
        session.execute(text(statement))
    with rettid.database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.actor_name, {s.patient_id for s in entry.subjects}) == ("Rettid", {1, 2})


def test_emptying_the_table_is_refused_as_well(rettid: Rettid) -> None:
    if rettid.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    with (
        pytest.raises(DBAPIError, match="audit_only_grows"),
        rettid.database.transaction() as session,
    ):
        session.execute(text("TRUNCATE audit_entry CASCADE"))


def test_a_look_says_who_whom_when_and_where(
    client: FlaskClient, rettid: Rettid, patient: Patient
) -> None:
    assert client.get(address(patient)).status_code == 200
    with rettid.database.reading() as session:
        entry = session.scalars(audit.about_patient(patient.id)).one()
        assert (entry.action, entry.place) == ("look", "staff_patients.show")
        assert entry.actor_name == "Signe Sekretær"
        assert entry.clinic_id == 1
        assert entry.at.isoformat() == "2026-11-23T08:00:00+00:00"


def test_a_page_refreshed_within_a_quarter_of_an_hour_is_one_entry(
    client: FlaskClient, rettid: Rettid, patient: Patient, freezer: FrozenDateTimeFactory
) -> None:
    for _minute in range(15):
        client.get(address(patient))
        freezer.tick(timedelta(minutes=1))
    assert looks(rettid) == 1
    client.get(address(patient))
    assert looks(rettid) == 2


def test_a_list_is_one_entry_that_names_everybody(
    client: FlaskClient, rettid: Rettid, patient: Patient
) -> None:
    with rettid.database.transaction() as session:
        clinic = session.get_one(Clinic, 1)
        others = [factories.patient(session, clinic) for _ in range(3)]
    client.post("/klinik/1/patienter", data={"text": "karen"}, follow_redirects=True)
    with rettid.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "look")).one()
        assert {s.patient_id for s in entry.subjects} == {patient.id, *(o.id for o in others)}


def test_no_entry_no_page(
    app: Flask, client: FlaskClient, rettid: Rettid, patient: Patient
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with rettid.database.transaction() as session:
        session.execute(text("ALTER TABLE audit_entry RENAME TO audit_entry_away"))
    answer = client.get(address(patient))
    assert answer.status_code == 500
    assert patient.family_name not in answer.text
    with rettid.database.transaction() as session:
        session.execute(text("ALTER TABLE audit_entry_away RENAME TO audit_entry"))
    assert patient.family_name in client.get(address(patient)).text


def test_a_change_without_its_entry_is_no_change(
    rettid: Rettid, app: Flask, client: FlaskClient, patient: Patient
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with rettid.database.transaction() as session:
        session.execute(text("ALTER TABLE audit_entry RENAME TO audit_entry_away"))
    answer = client.post(f"{address(patient)}/noter", data={"text": "Et notat"})
    assert answer.status_code == 500
    with rettid.database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM patient_note")) == 0


def test_the_same_page_at_another_clinic_is_another_look(session: Session) -> None:
    audit.record(session, SYSTEM, "look", [1], place="here", clinic_id=1)
    assert audit.already_seen(session, SYSTEM, "here", {1}, 1)
    assert not audit.already_seen(session, SYSTEM, "here", {1}, 2)
    assert not audit.already_seen(session, SYSTEM, "here", {1}, None)


def test_the_longest_name_there_can_be_fits_in_the_log(session: Session) -> None:
    patient = factories.patient(session, given_name="G" * 100, family_name="F" * 100)
    audit.record(session, factories.as_patient(patient), "sign_in", [patient.id])
    entry = session.scalars(audit.about_patient(patient.id)).one()
    assert entry.actor_name == patient.name
    column = AppointmentChange.__table__.c.actor_name.type
    assert isinstance(column, String)
    assert (column.length or 0) >= len(patient.name)
