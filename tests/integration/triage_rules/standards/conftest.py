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
from tests.integration.triage_rules.followup_pages.conftest import signed_in
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
    lene = make.staff(session, followed.place.clinic, Role.LEADER, name="Lene Leder")
    followed.place.course.started_on = datetime(2020, 1, 1, tzinfo=UTC).date()
    followed.pathway.standards = ["diabetes"]
    session.commit()
    return House(followed, lene)


@pytest.fixture
def leader(app: Flask, house: House) -> FlaskClient:
    """The leader's browser."""
    return signed_in(app, house.leader.username)


@pytest.fixture
def clinician(app: Flask, house: House) -> FlaskClient:
    """The clinician's browser."""
    return signed_in(app, house.here.clinician.username)
