"""A number that several share is asked whose time an answer is about, and no name is said."""

from datetime import timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.appointments.models import Appointment
from tests.integration.reminders.replies.conftest import TIME, Telephone

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def family(telephone: Telephone) -> tuple[Telephone, Appointment, Appointment]:
    """Two patients with one telephone, both told of a time: Thursday's and Friday's."""
    hers = telephone.told_of(TIME)
    his = telephone.told_of(TIME + timedelta(days=1), telephone.relative())
    return telephone, hers, his


Family = tuple[Telephone, Appointment, Appointment]


def test_it_is_asked_whose_without_a_name(family: Family) -> None:
    telephone, hers, his = family
    answer = telephone.say("2")
    assert "A: torsdag 26/11 kl. 10.00, B: fredag 27/11 kl. 10.00." in answer
    for name in (hers.patient.given_name, his.patient.given_name, hers.patient.family_name):
        assert name not in answer
    assert (hers.status, his.status) == ("booked", "booked")


def test_the_letter_is_acted_on(family: Family) -> None:
    telephone, hers, his = family
    telephone.say("2")
    assert "27/11" in telephone.say("b.")
    assert (hers.status, his.status) == ("booked", "cancelled")
    assert telephone.outcomes() == [("cancel", "asked_whose"), ("which", "done")]
    assert telephone.inbound()[1].patient_id == his.patient_id


def test_what_was_wanted_first_is_what_is_done(family: Family) -> None:
    telephone, hers, _his = family
    hers.participant = "needs-action"
    telephone.session.commit()
    telephone.say("ja")
    telephone.say("A")
    assert (hers.status, hers.participant) == ("booked", "accepted")


def test_a_letter_is_good_once_and_for_a_day(
    family: Family, freezer: FrozenDateTimeFactory
) -> None:
    telephone, hers, his = family
    telephone.say("2")
    telephone.say("A")
    telephone.say("B")
    assert (hers.status, his.status) == ("cancelled", "booked")
    telephone.say("2")
    freezer.tick(timedelta(hours=24))
    telephone.say("A")
    assert his.status == "booked"
    assert telephone.outcomes()[-1] == ("which", "to_staff")


def test_a_letter_nobody_asked_for_is_for_a_person(family: Family) -> None:
    telephone, hers, his = family
    telephone.say("A")
    telephone.say("2")
    telephone.say("F")
    assert (hers.status, his.status) == ("booked", "booked")
    assert [outcome for _what, outcome in telephone.outcomes()] == [
        "to_staff",
        "asked_whose",
        "to_staff",
    ]


def test_a_time_moved_since_is_not_the_one_that_was_asked_about(family: Family) -> None:
    telephone, hers, _his = family
    telephone.say("2")
    telephone.sending.move(hers, TIME + timedelta(days=4))
    telephone.say("A")
    assert hers.status == "booked"


def test_the_last_question_counts(family: Family) -> None:
    telephone, hers, his = family
    telephone.say("2")
    telephone.say("1")
    telephone.say("A")
    telephone.say("A")
    assert (hers.status, his.status) == ("booked", "booked")


def test_two_times_that_read_alike_are_for_a_person(telephone: Telephone) -> None:
    place = telephone.sending.place
    telephone.told_of(TIME)
    place.doctor, place.other_doctor = place.other_doctor, place.doctor
    telephone.told_of(TIME, telephone.relative())
    telephone.say("2")
    assert telephone.outcomes() == [("cancel", "to_staff")]


def test_one_patient_with_two_times_is_asked_which(telephone: Telephone) -> None:
    first, second = telephone.told_of(TIME), telephone.told_of(TIME + timedelta(days=1))
    assert "A: torsdag 26/11" in telephone.say("3")
    telephone.say("B")
    assert (first.status, second.status) == ("booked", "booked")
    assert telephone.open_items() == ["wants_new_time_sms"]
