"""Group sessions, and contacts that need two clinicians."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from booking.appointments.models import Allocation, Appointment, GroupSession
from booking.appointments.worklist.models import WorklistItem
from tests import factories as make
from tests.integration.clinic_web.day.conftest import Work
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday


@pytest.fixture
def school(work: Work) -> int:
    """A group contact for two, in either room."""
    made = make.visit_type(
        work.session,
        work.place.clinic,
        name="Gigtskole",
        base_minutes=90,
        cap_minutes=90,
        group_capacity=2,
        rooms=work.place.rooms,
    )
    work.session.commit()
    return made.id


def join(secretary: Visitor, work: Work, school: int, patient_id: int) -> Visitor:
    at = f"{work.at}/patienter/{patient_id}/book"
    secretary.post(at, visit_type=school, title="Gigt")
    secretary.post(secretary.path, start=secretary.times[0] if secretary.times else "")
    return secretary


def test_a_session_is_planned_joined_and_called_off(
    work: Work, school: int, secretary: Visitor
) -> None:
    session, place = work.session, work.place
    secretary.get(f"{work.at}/hold").says("Ingen kommende hold", "Nyt hold: Gigtskole")
    path = f"{work.at}/hold/ny/{school}"
    secretary.get(path).says("90 minutter, plads til 2")
    chosen = secretary.times[-1]
    secretary.post(path).says("Vælg en tid.", status=422)
    secretary.post(path, start=chosen).says("Holdet er oprettet.", "Ingen deltagere endnu")
    secretary.post(path, start=chosen).says(status=409)
    group = session.scalars(select(GroupSession)).one()
    group_id, taken = group.id, len(session.scalars(select(Allocation)).all())
    others = [make.patient(session, place.clinic) for _ in range(2)]
    numbers = [place.patient.id, *(one.id for one in others)]
    session.commit()
    assert taken == 2, "the clinician and a room, once"

    join(secretary, work, school, numbers[0]).says("Tiden er booket.")
    join(secretary, work, school, numbers[1]).says("Tiden er booket.")
    join(secretary, work, school, numbers[2])
    secretary.says("Vælg en tid.", status=422)
    day = chosen[:10]
    secretary.get(f"{work.at}/dag?dato={day}").says("Hold: 2 af 2 pladser", place.patient.name)
    secretary.get(f"{work.at}/hold").says("2 af 2")

    path = f"{work.at}/hold/{group_id}"
    secretary.get(path).says(place.patient.name)
    secretary.post(f"{path}/aflys").says("Skriv, hvorfor holdet aflyses.", status=422)
    secretary.post(f"{path}/aflys", words="Underviseren er syg")
    secretary.says("Holdet er aflyst. Deltagere på arbejdslisten: 2.")
    secretary.post(f"{path}/aflys", words="igen").says("Det passer ikke længere")
    kinds = session.scalars(select(WorklistItem.kind)).all()
    words = set(session.scalars(select(WorklistItem.words)).all())
    active = session.scalars(select(Allocation.active)).all()
    session.commit()
    assert (kinds, words) == (["wants_new_time"] * 2, {"Underviseren er syg"})
    assert not any(active), "the clinician and the room are free"
    secretary.get(f"{work.at}/hold/ny/{school}")
    assert chosen in secretary.times


def test_clinicians_see_groups_and_cannot_plan_them(
    work: Work, school: int, doctor: Visitor
) -> None:
    doctor.get(f"{work.at}/hold").says("Ingen kommende hold")
    doctor.get(f"{work.at}/hold/ny/{school}").says(status=403)


def test_a_contact_with_two_clinicians_stands_on_both_days(work: Work, secretary: Visitor) -> None:
    session, place = work.session, work.place
    both = make.visit_type(
        session, place.clinic, name="Fælles samtale", clinicians_needed=2, rooms=place.rooms
    )
    session.commit()
    path = f"{work.at}/patienter/{place.patient.id}/book/{place.course.id}/{both.id}"
    secretary.get(path)
    secretary.post(path, start=secretary.times[0]).says("Tiden er booket.")
    secretary.says(place.doctor.name, place.other_doctor.name)
    booked = session.scalars(select(Appointment)).one()
    start = booked.starts_at
    session.commit()
    assert start == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    for one, other in (
        (place.doctor, place.other_doctor),
        (place.other_doctor, place.doctor),
    ):
        secretary.get(f"{work.at}/dag?hos={one.id}").says("Fælles samtale", place.patient.name)
        assert other.name in secretary.text
