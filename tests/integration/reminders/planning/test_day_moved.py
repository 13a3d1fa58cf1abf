"""A day moved at once: everyone moved is told in the same transaction, nobody else, or nobody."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.appointments import occasions
from booking.appointments import service as booking
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.platform.errors import ChangedMeanwhile
from booking.platform.localtime import to_local
from booking.platform.web import Rettid
from booking.rescheduling import service
from booking.rescheduling.gathering import Outage
from booking.rescheduling.models import Rescheduling
from reminders.delivery.dispatch import dispatch
from tests import factories as make
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
TUESDAY = datetime(2026, 12, 8, 8, tzinfo=UTC)


def book_several(sending: Sending, count: int) -> list[Appointment]:
    """Patients with a telephone each, on the Tuesday, hour by hour; all have been told."""
    session, place, made = sending.session, sending.place, []
    for turn in range(count):
        patient = make.patient(
            session, place.clinic, phone_sealed=session.vault.seal(f"+452030102{turn}")
        )
        course = make.course(session, place.clinic, patient)
        start = TUESDAY + timedelta(hours=turn)
        slot = Slot(start, start + timedelta(minutes=30), place.doctor.id, place.site.id)
        occasion = occasions.free(session, place.secretary, course, place.control)
        made.append(booking.book(session, place.secretary, occasion, slot, "desk"))
    session.commit()
    return made


def planned(sending: Sending) -> Rescheduling:
    """A plan for the Tuesday without the doctor."""
    place = sending.place
    out = [Outage(place.doctor.id, TUESDAY, TUESDAY + timedelta(hours=7))]
    plan = service.draft(sending.session, place.secretary, place.clinic, out, "clinician_away")
    sending.session.commit()
    return plan


def moved(sending: Sending) -> Sequence[tuple[int | None, str]]:
    """(appointment, state) of every message of a move."""
    found = [one for one in sending.messages() if one.kind == "moved"]
    return sorted((one.appointment_id or 0, one.state) for one in found)


def test_everyone_moved_is_told_the_new_time_and_who_stays_hears_nothing(
    sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    booked = book_several(sending, 4)
    freezer.tick(timedelta(seconds=5))
    dispatch(rettid.database)
    told = len(sending.attempts())
    session, by = sending.session, sending.place.secretary
    plan = planned(sending)
    service.leave_out(session, by, plan.lines[0], plan.version, left_out=True)
    assert moved(sending) == []
    service.carry_out(session, by, plan, plan.version)
    session.commit()
    assert moved(sending) == [(one.id, "planned") for one in booked[1:]]
    freezer.tick(timedelta(seconds=5))
    dispatch(rettid.database)
    said = {one.message.appointment_id or 0: one.body for one in sending.attempts()[told:]}
    assert sorted(said) == [one.id for one in booked[1:]]
    zone = sending.place.clinic.zone
    for line in plan.lines[1:]:
        start = to_local(cast(datetime, line.starts_at), zone)
        assert f"{start.day}/{start.month} kl. {start:%H.%M}" in said[line.appointment_id]


def test_nobody_is_told_where_the_whole_was_refused(sending: Sending) -> None:
    booked = book_several(sending, 3)
    session, by = sending.session, sending.place.secretary
    plan = planned(sending)
    version = plan.version
    session.commit()
    booking.cancel(session, by, booked[2], "clinic", wants_new=False)
    session.commit()
    with pytest.raises(ChangedMeanwhile):
        service.carry_out(session, by, plan, version)
    session.rollback()
    assert moved(sending) == []
