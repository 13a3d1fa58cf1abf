"""STOP and START: honoured at once, confirmed once, for everyone with the number."""

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.platform.audit import about_patient
from reminders.delivery.dispatch import dispatch
from reminders.messages.models import MessageAttempt
from tests.integration.reminders.replies.conftest import Telephone

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
REMINDED = "2026-11-25T09:00:01Z"


def by_sms(telephone: Telephone) -> int:
    """How many text messages have gone out."""
    wanted = select(MessageAttempt).where(MessageAttempt.channel == "sms")
    return len(telephone.session.scalars(wanted).all())


def test_after_stop_only_its_confirmation(
    telephone: Telephone, freezer: FrozenDateTimeFactory
) -> None:
    telephone.told_of()
    assert "START" in telephone.say("STOP")
    freezer.move_to(REMINDED)
    dispatch(telephone.rettid.database)
    assert by_sms(telephone) == 1  # that of the booking
    assert telephone.say("Stop!") == ""
    assert telephone.say("1") == ""
    assert telephone.say("hvad?") == ""


def test_an_answer_after_stop_is_still_acted_on(telephone: Telephone) -> None:
    appointment = telephone.told_of()
    telephone.say("CANCEL")
    assert appointment.status == "booked"
    assert telephone.say("2") == ""
    assert appointment.status == "cancelled"
    # Nothing has told the patient: the notice stays, and goes by another channel.
    assert telephone.planned() == ["cancelled"]


def test_start_lets_what_is_planned_go_again(
    telephone: Telephone, freezer: FrozenDateTimeFactory
) -> None:
    telephone.told_of()
    telephone.say("stop")
    assert "STOP" in telephone.say("START")
    freezer.move_to(REMINDED)
    dispatch(telephone.rettid.database)
    assert by_sms(telephone) == 2


def test_stop_counts_for_everyone_with_the_number(telephone: Telephone) -> None:
    telephone.told_of()
    relative = telephone.relative()
    telephone.say("afmeld")
    for patient_id in (telephone.sending.place.patient.id, relative.patient_id):
        entries = telephone.session.scalars(about_patient(patient_id)).all()
        assert "reply.received" in {one.action for one in entries}


def test_a_stranger_may_say_stop(telephone: Telephone) -> None:
    telephone.number = "+4520999999"
    assert telephone.say("STOP")
    assert telephone.outcomes() == [("stop", "stopped")]
