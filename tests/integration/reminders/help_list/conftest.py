"""A clinic with patients who have a time in a week, each with a telephone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from booking.appointments import occasions
from booking.appointments import service as booking
from booking.appointments.models import Appointment, PastVisit
from booking.appointments.search import Slot
from booking.people.models import Patient
from booking.platform.database import Session
from reminders.help_list import service
from reminders.help_list.service import Today
from tests import factories as make
from tests.integration.appointments.conftest import Place, place

__all__ = ["place"]

# A Monday a week after the tests' Monday.
WEEK_ON = datetime(2026, 11, 30, 7, tzinfo=UTC)


@dataclass
class Ward:
    """The clinic of `place` and the calls its secretary makes."""

    session: Session
    place: Place
    number: int = 0

    def patient(self, **values: Any) -> Patient:
        """A patient with a telephone of their own."""
        self.number += 1
        phone = f"+45203010{self.number:02}"
        vault = self.session.vault
        given = {
            "phone_sealed": vault.seal(phone),
            "phone_hash": vault.fingerprint("phone", phone),
            **values,
        }
        return make.patient(self.session, self.place.clinic, **given)

    def book(
        self, start: datetime, patient: Patient | None = None, *, provisional: bool = True
    ) -> Appointment:
        """Book someone a control, at an instant on the hour or half hour."""
        patient = patient or self.patient()
        course = make.course(self.session, self.place.clinic, patient)
        occasion = occasions.free(self.session, self.place.secretary, course, self.place.control)
        end = start + timedelta(minutes=occasion.length.minutes)
        slot = Slot(start, end, self.place.doctor.id, self.place.site.id)
        made = booking.book(
            self.session, self.place.secretary, occasion, slot, "desk", provisional=provisional
        )
        self.session.commit()
        return made

    def past(self, patient: Patient, outcome: str, times: int = 1, **values: Any) -> None:
        """Visits from before Rettid."""
        for _time in range(times):
            self.number += 1
            given = {
                "clinic_id": self.place.clinic.id,
                "patient_id": patient.id,
                "day": date(2026, 1, 1),
                "outcome": outcome,
                "source": "old",
                "source_key": str(self.number),
                **values,
            }
            self.session.add(PastVisit(**given))
        self.session.commit()

    def today(self, most: int = 10) -> Today:
        """The list as it is now."""
        self.session.expire_all()
        found = service.today(self.session, self.place.clinic, most)
        self.session.commit()
        return found

    def to_call(self, most: int = 10) -> list[int]:
        """The appointments on the list, in its order."""
        return [one.appointment.id for one in self.today(most).to_call]

    def call(self, appointment: Appointment, outcome: str, words: str = "") -> None:
        """The secretary calls, and writes what came of it."""
        try:
            service.record_call(self.session, self.place.secretary, appointment, outcome, words)
        except BaseException:
            self.session.rollback()
            raise
        self.session.commit()


@pytest.fixture
def ward(session: Session, place: Place) -> Ward:
    """It."""
    return Ward(session, place)
