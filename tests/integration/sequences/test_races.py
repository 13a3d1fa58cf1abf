"""Overlapping sequences booked at the same moment: one has all of it, the others nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from booking.appointments.invitations.models import Course
from booking.appointments.models import Allocation, Appointment
from booking.appointments.search import Slot
from booking.platform.database import Session
from booking.sequences.models import ContactSequence, SequencePart
from tests.integration.appointments.racing import NOW
from tests.integration.appointments.test_races import overlaps, patients
from tests.integration.sequences.conftest import Ward
from tests.integration.sequences.racing import TIMES, Secretary, books_a_series
from tests.racing import PROCESSES, race


@pytest.mark.freeze_time(NOW)
def test_two_series_that_share_one_date_are_never_both_booked_nor_half(
    session: Session, ward: Ward, database_url: str, soak: int
) -> None:
    """Half the secretaries want weeks 1 to 6, half weeks 6 to 11: the nurse can have one."""
    tries = soak
    ids = patients(session, ward.clinic.id, PROCESSES * tries)
    courses = list(session.scalars(select(Course.id).where(Course.patient_id.in_(ids))))
    session.commit()
    start = datetime(2026, 11, 24, 8, tzinfo=UTC)
    key = Fernet.generate_key().decode()
    secretaries = []
    for number in range(PROCESSES):
        begins = start + timedelta(weeks=(TIMES - 1) * (number % 2))
        slot = Slot(begins, begins + timedelta(minutes=30), ward.nurse.id, ward.site.id)
        theirs = courses[number * tries : (number + 1) * tries]
        secretaries.append(Secretary(database_url, key, theirs, ward.training.id, slot))
    outcomes = race(books_a_series, secretaries)
    session.rollback()
    assert outcomes["done"] == 1
    assert outcomes == {"done": 1, "part_not_free": PROCESSES * tries - 1}
    assert session.scalar(select(func.count(ContactSequence.id))) == 1
    for table in (SequencePart, Appointment, Allocation):
        assert session.scalar(select(func.count()).select_from(table)) == TIMES
    assert overlaps(session) == 0
