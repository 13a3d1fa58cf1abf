"""The demo's telephones: what came, an answer, and time that passes for one patient."""

from datetime import UTC, datetime

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.appointments.models import Appointment
from booking.platform.web import Rettid
from reminders.demo import phone
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_time_passes_message_by_message_and_an_answer_frees_the_time(
    sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    appointment = sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    patient_id = sending.place.patient.id
    assert phone.let_pass(rettid.database, rettid.clock, patient_id, None) == 1
    assert phone.let_pass(rettid.database, rettid.clock, patient_id, None) == 1
    with rettid.database.reading() as session:
        patient = session.merge(sending.place.patient, load=False)
        came = phone.screen(session, patient)
        left = phone.ahead(session, patient)
    assert [one.at for one in came] == [
        datetime(2026, 11, 23, 8, tzinfo=UTC),
        datetime(2026, 11, 30, 9, tzinfo=UTC),
    ]
    assert [one.due_at for one in left] == [datetime(2026, 12, 2, 9, tzinfo=UTC)]
    with rettid.database.transaction() as session:
        said = phone.answer(session, session.merge(sending.place.patient, load=False), "2")
    assert "afbud" in said
    with rettid.database.reading() as session:
        shown = phone.screen(session, session.merge(sending.place.patient, load=False))
    assert [one.mine for one in shown] == [False, False, True, False]
    with rettid.database.reading() as session:
        assert session.get_one(Appointment, appointment.id).status == "cancelled"
    assert sending.planned() == []


def test_nothing_comes_where_nothing_is_planned(sending: Sending, rettid: Rettid) -> None:
    patient_id = sending.place.patient.id
    assert phone.let_pass(rettid.database, rettid.clock, patient_id, None) == 0
