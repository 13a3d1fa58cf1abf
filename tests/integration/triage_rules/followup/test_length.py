"""How long a contact is: as the rules or a clinician asked, and no other contact with it."""

from datetime import date, timedelta

import pytest

from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.appointments.occasions import length_for
from booking.people.models import PatientNeed
from booking.platform.database import Session
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import (
    RED,
    YELLOW,
    Followed,
    contact,
    rules,
)
from tests.integration.triage_rules.followup.seen import decision, time_of
from triage_rules.followup import reviewing
from triage_rules.followup.models import PathwayContact
from triage_rules.followup.reviewing import Instead

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday
TODAY = date(2026, 11, 23)


def test_the_rules_minutes_replace_the_base_and_needs_add_as_before(
    session: Session, followed: Followed
) -> None:
    patient, talk = followed.place.patient, followed.talk
    make.add(
        session,
        PatientNeed(
            patient_id=patient.id, need="interpreter", told_by="staff", since=session.now()
        ),
    )
    followed.answer(session, RED)
    session.commit()
    time = time_of(session, followed)
    assert time.minutes == 60
    assert time.minutes_reason == [["base", 45], ["interpreter", 15]]
    assert length_for(session, talk, patient.id).minutes == 45  # 30 + 15: without the invitation
    control = followed.place.control
    assert length_for(session, control, patient.id, time.invitation_id).parts[0] == ("base", 30)


def test_the_rules_minutes_are_for_the_visit_type_that_fits_and_no_other(
    session: Session, followed: Followed
) -> None:
    place = followed.place
    followed.pathway.contacts.append(PathwayContact(profession="nurse", visit_type=place.control))
    by_hand = invitations.order(
        session,
        place.secretary,
        place.course,
        Order(place.control, "in_person", TODAY + timedelta(weeks=5), TODAY + timedelta(weeks=6)),
    )
    followed.answer(session, RED)
    session.commit()
    asked = length_for(session, place.control, place.patient.id, by_hand.id)
    assert asked.parts[0] == ("base", 30)
    assert time_of(session, followed).minutes == 45


def test_the_cap_never_cuts_the_rules_own_minutes(session: Session, followed: Followed) -> None:
    long = contact("contact", "in_person", (0, 1, 2), "soon", minutes=90)
    followed.publish(session, rules(red=long))
    followed.answer(session, RED)
    session.commit()
    assert followed.talk.cap_minutes == 75
    assert time_of(session, followed).minutes == 90


def test_a_time_that_stands_gets_the_newer_decisions_length(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, RED)
    time = time_of(session, followed)
    followed.publish(
        session, rules(red=contact("contact", "in_person", (0, 1, 2), "soon", minutes=60))
    )
    followed.answer(session, RED)
    session.commit()
    assert time_of(session, followed) is time
    assert time.minutes == 60


def test_a_clinicians_minutes_hold_for_whatever_visit_type_they_choose(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, YELLOW)
    instead = Instead("contact", followed.place.control, "in_person", 0, 3, minutes=40)
    review = reviewing.override(
        session, followed.as_clinician, decision(session, followed), instead, "patient_wish"
    )
    session.commit()
    assert review.invitation is not None
    time = invitations.live_appointment(session, review.invitation)
    assert time is not None
    assert time.minutes == 40


def test_what_ordered_a_contact_holds_for_it_when_later_answers_order_none(
    session: Session, followed: Followed
) -> None:
    patient = followed.place.patient
    followed.answer(session, RED)
    by_rules = time_of(session, followed).invitation_id
    followed.answer(session, YELLOW)
    session.commit()
    assert decision(session, followed).action == "look"
    assert length_for(session, followed.talk, patient.id, by_rules).minutes == 45
    instead = Instead("contact", followed.place.control, "in_person", 0, 3, minutes=40)
    review = reviewing.override(
        session, followed.as_clinician, decision(session, followed), instead, "patient_wish"
    )
    followed.answer(session, YELLOW)
    session.commit()
    control = followed.place.control
    assert length_for(session, control, patient.id, review.invitation_id).minutes == 40
