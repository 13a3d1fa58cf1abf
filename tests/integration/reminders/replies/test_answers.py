"""1, 2 and 3: what a patient answers is done to the time they were told of, and answered."""

from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import service as booking
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.appointments.models import AppointmentChange
from booking.appointments.worklist.models import WorklistItem
from booking.platform.audit import about_patient
from booking.platform.web import Rettid
from reminders.delivery.dispatch import dispatch
from reminders.messages.models import Message
from reminders.policies import service as policies
from reminders.policies.service import SenderDetails
from reminders.replies.service import ANSWERS
from tests import factories as make
from tests.integration.reminders.conftest import SENDER
from tests.integration.reminders.replies.conftest import NUMBER, TIME, Telephone, has_number

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

NEXT_WEEK = (date(2026, 11, 30), date(2026, 12, 4))


def test_yes_keeps_the_time(telephone: Telephone) -> None:
    appointment = telephone.told_of()
    appointment.participant = "needs-action"
    telephone.session.commit()
    answer = telephone.say("1")
    assert appointment.participant == "accepted"
    assert "26/11" in answer
    change = telephone.session.scalars(
        select(AppointmentChange).order_by(AppointmentChange.id.desc())
    ).first()
    assert change is not None
    assert (change.what, change.channel, change.actor_id) == (
        "kept",
        "sms",
        appointment.patient_id,
    )


def test_afbud_frees_the_time_at_once_for_someone_else(telephone: Telephone) -> None:
    appointment = telephone.told_of()
    answer = telephone.say("Afbud!")
    assert appointment.status == "cancelled"
    assert "26/11" in answer
    assert telephone.told_of(TIME, telephone.relative()).starts_at == TIME
    assert telephone.outcomes() == [("cancel", "done")]


def test_the_answer_is_the_notice_of_a_cancellation(telephone: Telephone) -> None:
    telephone.told_of()
    telephone.say("2")
    assert telephone.planned() == []
    withdrawn = telephone.session.scalars(select(Message).where(Message.kind == "cancelled")).one()
    assert (withdrawn.state, withdrawn.reason) == ("withdrawn", "answered")


def test_a_patient_who_cancels_by_text_is_still_owed_their_contact(
    telephone: Telephone, rettid: Rettid
) -> None:
    place = telephone.sending.place
    order = Order(place.control, "in_person", *NEXT_WEEK)
    invitation = invitations.order(telephone.session, place.secretary, place.course, order)
    telephone.session.commit()
    dispatch(rettid.database)
    telephone.say("2")
    telephone.session.refresh(invitation)
    assert invitation.status == "open"
    assert telephone.open_items() == ["wants_new_time"]


def test_a_new_time_is_wanted_and_the_old_one_kept_until_it_is_found(telephone: Telephone) -> None:
    appointment = telephone.told_of()
    answer = telephone.say("NY TID")
    assert appointment.status == "booked"
    assert answer
    item = telephone.session.scalars(select(WorklistItem)).one()
    assert (item.kind, item.appointment_id) == ("wants_new_time_sms", appointment.id)
    telephone.say("3")
    assert telephone.open_items() == ["wants_new_time_sms"]
    telephone.sending.move(appointment, TIME + timedelta(days=1))
    assert telephone.open_items() == []


def test_cancelling_works_until_the_start(
    telephone: Telephone, freezer: FrozenDateTimeFactory
) -> None:
    appointment = telephone.told_of()
    freezer.move_to(TIME - timedelta(seconds=1))
    telephone.say("2")
    assert appointment.status == "cancelled"


def test_and_not_after(telephone: Telephone, freezer: FrozenDateTimeFactory) -> None:
    appointment = telephone.told_of()
    freezer.move_to(TIME)
    answer = telephone.say("2")
    assert appointment.status == "booked"
    assert "99 32 00 00" in answer
    assert telephone.outcomes()[-1] == ("cancel", "too_late")
    assert "reply" in telephone.open_items()


@pytest.mark.parametrize("what", ["cancelled at the desk", "moved at night"])
def test_an_answer_about_a_time_that_has_changed_is_not_about_another(
    telephone: Telephone, freezer: FrozenDateTimeFactory, what: str
) -> None:
    other = telephone.told_of(TIME + timedelta(days=7))
    freezer.tick(timedelta(hours=1))
    last = telephone.told_of()
    if what == "moved at night":
        freezer.move_to("2026-11-23T20:00:00Z")  # the word of it waits till the morning
        telephone.sending.move(last, TIME + timedelta(hours=1))
    else:
        freezer.tick(timedelta(minutes=5))
        telephone.sending.cancel(last)
    freezer.tick(timedelta(minutes=1))
    telephone.say("2")
    assert other.status == "booked"


def test_the_same_text_again_changes_nothing_and_is_answered_alike(telephone: Telephone) -> None:
    appointment = telephone.told_of()
    first = telephone.say("2", name="SM-twice")
    version = appointment.version
    assert telephone.say("2", name="SM-twice") == first
    assert (appointment.version, len(telephone.inbound())) == (version, 1)


def test_cancelled_twice_is_cancelled(telephone: Telephone) -> None:
    telephone.told_of()
    first = telephone.say("2")
    assert telephone.say("2") == first
    assert telephone.outcomes() == [("cancel", "done"), ("cancel", "already")]


@pytest.mark.parametrize("notation", ["+45 20 30 10 20", "0045 20301020", "20301020", NUMBER])
def test_a_number_in_any_notation(telephone: Telephone, notation: str) -> None:
    appointment = telephone.told_of()
    telephone.number = notation
    telephone.say("2")
    assert appointment.status == "cancelled"


def test_anything_else_is_for_a_person_and_changes_nothing(telephone: Telephone) -> None:
    appointment = telephone.told_of()
    answer = telephone.say("jeg kommer 2 minutter for sent")
    assert appointment.status == "booked"
    assert answer
    inbound = telephone.inbound()[0]
    assert (inbound.understood, inbound.outcome) == ("other", "to_staff")
    assert (inbound.clinic_id, inbound.appointment_id, inbound.handled_at) == (
        appointment.clinic_id,
        appointment.id,
        None,
    )
    assert telephone.open_items() == ["reply"]


def test_what_was_written_lies_sealed_and_nowhere_else(telephone: Telephone) -> None:
    telephone.told_of()
    telephone.say("min kræft er værre")
    inbound = telephone.inbound()[0]
    assert telephone.session.vault.open(inbound.body_sealed) == "min kræft er værre"
    assert "kræft" not in (inbound.body_sealed or "")
    item = telephone.session.scalars(select(WorklistItem)).one()
    assert "kræft" not in f"{item.words} {item.details}"


def test_a_stranger_is_told_so_and_is_in_nobodys_inbox(telephone: Telephone) -> None:
    telephone.told_of()
    telephone.number = "+4520999999"
    for text in ("2", "hvem er I", "B"):
        assert telephone.say(text)
    assert {(one.patient_id, one.clinic_id) for one in telephone.inbound()} == {(None, None)}
    assert telephone.open_items() == []


def test_a_patient_with_nothing_to_answer_about_is_for_a_person(telephone: Telephone) -> None:
    telephone.say("2")
    inbound = telephone.inbound()[0]
    assert inbound.patient_id == telephone.sending.place.patient.id
    assert inbound.clinic_id == telephone.sending.place.clinic.id
    assert telephone.open_items() == ["reply"]


def test_an_answer_from_a_number_that_is_another_patients_now_is_for_a_person(
    telephone: Telephone,
) -> None:
    appointment = telephone.told_of()
    has_number(telephone.sending.place.patient, "+4520301099")
    telephone.session.commit()
    telephone.say("2")
    assert appointment.status == "booked"


def test_an_answer_to_a_time_that_has_been_moved_since_is_for_a_person(
    telephone: Telephone,
) -> None:
    appointment = telephone.told_of()
    telephone.sending.move(appointment, TIME + timedelta(days=1))
    telephone.say("2")
    assert appointment.status == "booked"
    assert telephone.outcomes() == [("cancel", "to_staff")]


def test_only_a_time_of_the_clinic_that_was_answered(telephone: Telephone) -> None:
    appointment = telephone.told_of()
    place = telephone.sending.place
    details = SenderDetails("number", "+4552599999", SENDER.place)
    policies.send_from(telephone.session, place.secretary, place.clinic, details)
    elsewhere = SenderDetails("number", "+4552588888", "Et andet sted")
    other = make.clinic(telephone.session)
    policies.send_from(telephone.session, place.secretary, other, elsewhere)
    telephone.session.commit()
    telephone.say("2", to=elsewhere.sender)
    assert appointment.status == "booked"
    telephone.say("2", to="+4552599999")
    assert appointment.status == "cancelled"


def test_what_is_done_is_in_the_log_as_the_patients(telephone: Telephone) -> None:
    appointment = telephone.told_of()
    telephone.say("2")
    entries = telephone.session.scalars(about_patient(appointment.patient_id)).all()
    by_patient = {one.action for one in entries if one.actor_kind == "patient"}
    assert {"appointment.cancelled", "reply.received"} <= by_patient


def test_two_machines_that_answer_each_other_come_to_an_end(telephone: Telephone) -> None:
    telephone.told_of()
    answers = [telephone.say("Jeg er på ferie") for _ in range(20)]
    assert len([one for one in answers if one]) == ANSWERS.most
    assert len(telephone.inbound()) == 20


def test_another_two_is_not_about_a_time_told_of_long_ago(
    telephone: Telephone, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(datetime(2026, 10, 1, 8, tzinfo=UTC))
    far = telephone.told_of(datetime(2026, 12, 1, 9, tzinfo=UTC))
    freezer.move_to(datetime(2026, 11, 23, 8, tzinfo=UTC))
    near = telephone.told_of()
    telephone.say("2")
    assert (near.status, far.status) == ("cancelled", "booked")
    assert "A: tirsdag 1/12" in telephone.say("2 afbud")
    assert far.status == "booked"
    telephone.say("A")
    assert far.status == "cancelled"


def test_a_yes_to_a_time_the_clinic_has_cancelled_is_for_a_person(telephone: Telephone) -> None:
    appointment = telephone.told_of()
    booking.cancel(
        telephone.session, telephone.sending.place.secretary, appointment, "clinic", "desk",
        wants_new=False,
    )  # fmt: skip
    telephone.session.commit()
    telephone.say("1")
    assert telephone.outcomes() == [("confirm", "to_staff")]


def test_a_question_that_is_not_sent_goes_before_a_person(telephone: Telephone) -> None:
    mine = telephone.told_of()
    telephone.told_of(TIME + timedelta(days=1), telephone.relative())
    for number in range(ANSWERS.most):
        telephone.say(f"Hej {number}")
    assert telephone.say("2") == ""
    assert telephone.outcomes()[-1] == ("cancel", "to_staff")
    assert telephone.inbound()[-1].handled_at is None
    assert mine.status == "booked"


@pytest.mark.parametrize("text", ["1", "Hej"])
def test_a_clinic_that_sends_no_more_is_not_named(telephone: Telephone, text: str) -> None:
    place = telephone.sending.place
    place.clinic.name = "Diabetesambulatoriet"
    telephone.told_of()
    policies.stop_sending(telephone.session, place.secretary, place.clinic)
    telephone.session.commit()
    assert "Diabetes" not in telephone.say(text)
