"""A clinic with fixed-interval check-ups in its calendar, and a leader who has them reviewed."""

from datetime import date, timedelta

import pytest

from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.invitations.service import Order
from booking.appointments.models import Appointment
from booking.appointments.worklist.queries import open_items
from booking.calendar.service import today
from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.appointments.conftest import place
from tests.integration.triage_rules.followup.conftest import Followed, followed, unpublished
from tests.integration.triage_rules.standards import conftest as standards
from tests.integration.triage_rules.standards.conftest import clinician, leader
from triage_rules.checkups import looking, service
from triage_rules.checkups.models import CheckupLine, CheckupReview

__all__ = ["clinician", "followed", "leader", "place", "unpublished"]
TODAY = date(2026, 11, 23)


class House(standards.House):
    """The clinic, its leader, and what stands in the calendar."""

    def planned(
        self, session: Session, weeks: int, form: str = "in_person", course: Course | None = None
    ) -> tuple[Invitation, Appointment | None]:
        """A check-up ordered for some week from today, with its time where that is near enough."""
        first = today(session, self.here.place.clinic) + timedelta(weeks=weeks)
        order = Order(self.here.talk, form, first, first + timedelta(days=4))
        made = invitations.order(
            session, self.here.place.secretary, course or self.here.place.course, order
        )
        return made, invitations.live_appointment(session, made)

    def review(self, session: Session, **values: object) -> CheckupReview:
        """Everything in the coming year, looked at."""
        given = {"first": TODAY, "last": TODAY + timedelta(days=365), **values}
        review = service.begin(
            session,
            self.leads,
            self.here.place.clinic,
            [self.here.talk],
            **given,  # type: ignore[arg-type]
        )
        while looking.work(session, review, looking.BATCH):
            pass
        session.commit()
        return review

    def lines(self, session: Session, review: CheckupReview) -> list[CheckupLine]:
        """The review's lines in the calendar's order."""
        return (
            session.query(CheckupLine).filter_by(review_id=review.id).order_by(CheckupLine.on).all()
        )


@pytest.fixture
def house(session: Session, followed: Followed) -> House:
    """Committed, so that other connections see it."""
    lene = make.staff(session, followed.place.clinic, Role.LEADER, name="Lene Leder")
    session.commit()
    return House(followed, lene)


def kinds(session: Session, house: House) -> list[str]:
    """What waits for a person."""
    return sorted(item.kind for item in open_items(session, house.here.place.clinic.id))


def answered(session: Session, house: House, total: int) -> None:
    """The patient's answers, as they stood before anything was booked by the rules."""
    house.here.answer(session, total)
    session.commit()
