"""The clinic that follows patients by need, and a leader who answers for its standards."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from booking.people.models import Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor, Role
from tests import factories as make
from tests.integration.appointments.conftest import place
from tests.integration.triage_rules.followup.conftest import Followed, followed, unpublished
from triage_rules.followup.models import Measurement

__all__ = ["followed", "place", "unpublished"]


@dataclass
class House:
    """Whom the standards concern."""

    here: Followed
    leader: Staff

    @property
    def leads(self) -> Actor:
        """The leader as the one who acts."""
        return actor_of(self.leader)

    def measured(self, session: Session, code: str, days_ago: int) -> Measurement:
        """Something was measured some days before now."""
        at = session.now() - timedelta(days=days_ago)
        plan = self.here.plan
        return make.add(
            session,
            Measurement(
                patient_id=plan.patient_id,
                clinic_id=plan.clinic_id,
                code=code,
                thousandths=int(Decimal(130) * 1000),
                taken_at=at,
                entered_at=at,
                entered_by="Lise Læge",
            ),
        )


@pytest.fixture
def house(session: Session, followed: Followed) -> House:
    """The patient's course began in 2020, and diabetes' standard applies to the pathway."""
    leader = make.staff(session, followed.place.clinic, Role.LEADER, name="Lene Leder")
    followed.place.course.started_on = datetime(2020, 1, 1, tzinfo=UTC).date()
    followed.pathway.standards = ["diabetes"]
    session.commit()
    return House(followed, leader)


def signed_in(app: Flask, username: str) -> FlaskClient:
    """A browser of a member of staff."""
    client = app.test_client()
    client.post("/klinik/log-ind", data={"username": username, "password": make.PASSWORD})
    return client
