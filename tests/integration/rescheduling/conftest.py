"""The waitlist's clinic serves as well: people booked with two doctors."""

from tests.integration.appointments.conftest import place
from tests.integration.waitlist.conftest import booked

__all__ = ["booked", "place"]
