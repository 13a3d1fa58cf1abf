"""The clinic at work, as on its daily pages."""

from tests.integration.clinic_web.day.conftest import doctor, place, secretary, work

__all__ = ["doctor", "place", "secretary", "work"]
