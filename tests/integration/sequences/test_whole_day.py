"""A combined day as its patient moves it: all together, or one part within the order."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import func, select

from booking.appointments.errors import InClosingPeriod, TooEarly
from booking.appointments.models import Appointment, Hold
from booking.appointments.search import Slot
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.localtime import local_date
from booking.sequences import arriving, service, whole_day
from booking.sequences.errors import NothingChosen, OutOfOrder, PartNotFree
from booking.sequences.models import ContactSequence
from booking.sequences.proposing import propose
from tests import factories as make
from tests.integration.patient_web.conftest import Visitor
from tests.integration.patient_web.conftest import signed_in as at_home
from tests.integration.sequences.conftest import Ward
from tests.integration.sequences.test_sequences import take

pytestmark = pytest.mark.freeze_time("2026-11-19T08:00:00Z")  # a Thursday, 9.00 in Denmark


def booked(session: Session, ward: Ward) -> ContactSequence:
    """The blood test and then the doctor, on Tuesday the 24th."""
    made = service.book(session, ward.by, propose(session, ward.by, ward.course, ward.one_day()))
    session.commit()
    return made


def times(sequence: ContactSequence) -> list[Appointment]:
    return [part.appointment for part in sequence.parts if part.appointment is not None]


def test_every_part_is_moved_to_the_same_other_day(session: Session, ward: Ward) -> None:
    sequence, by = booked(session, ward), make.as_patient(ward.patient)
    before = [one.id for one in times(sequence)]
    found = whole_day.days(session, by, sequence)
    assert 1 < len(found) <= whole_day.MOST
    stands = local_date(times(sequence)[0].starts_at, ward.clinic.zone)
    assert stands not in [one.day for one in found]
    whole_day.move(session, by, sequence, found[1].slots)
    session.commit()
    assert [one.id for one in times(sequence)] == before
    assert [(one.starts_at, one.ends_at) for one in times(sequence)] == [
        (slot.start, slot.end) for slot in found[1].slots
    ]
    assert {part.planned_on for part in sequence.parts} == {found[1].day}
    assert service.troubles_of(sequence) == {}
    assert "sequence.moved" in session.scalars(select(AuditEntry.action)).all()


def test_all_or_none_is_moved(session: Session, ward: Ward) -> None:
    sequence, by = booked(session, ward), make.as_patient(ward.patient)
    was = [one.starts_at for one in times(sequence)]
    found = whole_day.days(session, by, sequence)[0]
    take(session, ward, found.slots[1].start, "visit")
    session.commit()
    with pytest.raises(PartNotFree) as refused:
        whole_day.move(session, by, sequence, found.slots)
    assert refused.value.context["position"] == 2
    swapped = [found.slots[1], found.slots[0]]
    with pytest.raises(OutOfOrder):
        whole_day.move(session, by, sequence, swapped)
    with pytest.raises(NothingChosen):
        whole_day.move(session, by, sequence, found.slots[:1])
    session.rollback()
    assert [one.starts_at for one in times(sequence)] == was


def test_a_day_that_is_near_or_lacks_a_part_is_for_the_clinic(session: Session, ward: Ward) -> None:
    sequence, by = booked(session, ward), make.as_patient(ward.patient)
    ward.visit.closing_hours = 24 * 14
    with pytest.raises(InClosingPeriod):
        whole_day.days(session, by, sequence)
    service.skip(session, ward.by, sequence.parts[0], "ill")
    assert whole_day.days(session, ward.by, sequence) == []


def test_a_patient_keeps_the_order_and_staff_decide(session: Session, ward: Ward) -> None:
    sequence, by = booked(session, ward), make.as_patient(ward.patient)
    first, second = times(sequence)
    at_eight = first.starts_at - timedelta(hours=2)
    early = Slot(at_eight, at_eight + timedelta(minutes=30), ward.doctor.id, ward.site.id)
    with pytest.raises(OutOfOrder):
        whole_day.check_order(session, by, second, early)
    whole_day.check_order(session, ward.by, second, early)
    later = second.starts_at + timedelta(minutes=15)
    fits = Slot(later, later + timedelta(minutes=30), ward.doctor.id, ward.site.id)
    whole_day.check_order(session, by, second, fits)


def test_the_patient_is_told_before_and_moves_the_whole_day(
    app: Flask, session: Session, ward: Ward
) -> None:
    sequence = booked(session, ward)
    second = times(sequence)[1]
    patient, here = at_home(app, session, ward.patient), f"/tid/{second.id}"
    assert f'href="{here}/flyt-dagen"' in patient.get(here).page.text
    patient.get(f"{here}/flyt-dagen").says("Dine tider den dag hører sammen", "Blodprøve")
    patient.post(f"{here}/flyt-dagen").says("Vælg en dag.", status=422)
    day = radios(patient)[0]
    patient.post(f"{here}/flyt-dagen", day=day).says("Alle dagens tider er flyttet.")
    session.expire_all()
    starts = {local_date(one.starts_at, ward.clinic.zone) for one in times(sequence)}
    assert len(starts) == 1
    patient.get(f"/tid/{times(sequence)[0].id}/flyt").says(
        "Tiden hører sammen med andre samme dag", "Flyt alle dagens tider"
    )


def test_one_part_is_not_moved_out_of_the_order(app: Flask, session: Session, ward: Ward) -> None:
    sequence = booked(session, ward)
    second = times(sequence)[1]
    was = second.starts_at
    patient, here = at_home(app, session, ward.patient), f"/tid/{second.id}/flyt"
    patient.get(here).says("Tiden hører sammen med andre samme dag")
    another_day = next(one for one in radios(patient, "start") if "20261120T" in one)
    patient.post(here, start=another_day).says("Tiden er ikke flyttet", "Flyt alle tiderne")
    assert session.scalar(select(func.count(Hold.id))) == 0
    session.refresh(second)
    assert second.starts_at == was


def radios(page: Visitor, name: str = "day") -> list[str]:
    found: list[str] = re.findall(rf'<input[^>]* name="{name}" value="([^"]+)"', page.page.text)
    return found or re.findall(rf'<input[^>]* value="([^"]+)"[^>]* name="{name}"', page.page.text)


def test_whoever_is_here_is_here_for_the_whole_day(
    session: Session, ward: Ward, freezer: FrozenDateTimeFactory
) -> None:
    asked = ward.one_day((90, 240))
    sequence = service.book(session, ward.by, propose(session, ward.by, ward.course, asked))
    first, second = times(sequence)
    assert second.starts_at >= first.ends_at + timedelta(minutes=90)
    by = make.as_patient(ward.patient)
    freezer.move_to(first.starts_at - timedelta(minutes=61))
    with pytest.raises(TooEarly):
        arriving.arrive_oneself(session, by, first, "kiosk")
    freezer.move_to(first.starts_at - timedelta(minutes=10))
    assert arriving.arrive_oneself(session, by, first, "kiosk") == [first, second]
    assert [one.status for one in times(sequence)] == ["arrived", "arrived"]
