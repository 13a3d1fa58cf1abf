"""The clinic at work, as on its daily pages."""

from datetime import timedelta

from booking.appointments.models import Appointment, OverbookingGrant
from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work, doctor, place, secretary, work

__all__ = ["doctor", "place", "secretary", "work"]


def on_top_of(work: Work, first: Appointment) -> Appointment:
    """Another patient beside somebody's time, by a grant for that session; committed."""
    session, place = work.session, work.place
    extra = work.booked(make.patient(session, place.clinic), NINE + timedelta(hours=1))
    grant = make.add(
        session,
        OverbookingGrant(
            resource_id=place.doctor.id,
            clinic_id=place.clinic.id,
            site_id=first.site_id,
            visit_type_id=first.visit_type_id,
            session_start=first.starts_at,
            starts_at=first.starts_at,
            ends_at=first.ends_at,
            lane=1,
            granted_by="Signe",
            granted_at=NINE,
        ),
    )
    taking = next(one for one in extra.allocations if one.resource_id == place.doctor.id)
    taking.lane, taking.grant_id = 1, grant.id
    taking.starts_at, taking.ends_at = first.starts_at, first.ends_at
    extra.starts_at, extra.ends_at = first.starts_at, first.ends_at
    session.commit()
    return extra
