"""The waitlist's clinic serves as well: people booked with two doctors."""

from tests.integration.appointments.conftest import place
from tests.integration.waitlist.conftest import all_hear, booked

__all__ = ["all_hear", "booked", "place"]
