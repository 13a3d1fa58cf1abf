"""A clinic with a secretary, and time standing still."""

from dataclasses import dataclass

import pytest

from booking.calendar.models import Clinic
from booking.people.models import Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor
from tests import factories


@dataclass
class Desk:
    """Where a secretary works."""

    clinic: Clinic
    secretary: Staff

    @property
    def by(self) -> Actor:
        """The secretary as the one who acts."""
        return actor_of(self.secretary)


@pytest.fixture
def desk(session: Session) -> Desk:
    """A clinic's front desk."""
    clinic = factories.clinic(session)
    return Desk(clinic, factories.staff(session, clinic))
