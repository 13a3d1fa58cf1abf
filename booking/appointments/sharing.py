"""Taking a shared clinician off a clinic again, once nothing there depends on them."""

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from booking.appointments.consequences import taking
from booking.appointments.guard import lock
from booking.appointments.visit_types.models import VisitType, visit_type_clinician
from booking.calendar import service as calendar
from booking.calendar.models import Clinic, Resource
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.identity import Actor, Role


def stop_sharing(session: Session, by: Actor, resource: Resource, clinic: Clinic) -> None:
    """Let a clinic no longer book a clinician; their hours there end.

    The actor must be in the office of that clinic. Raises InvalidInput while the clinician has
    times there to come, is named by one of its visit types, or works nowhere else.
    """
    by.at(clinic.id, Role.SECRETARY, Role.LEADER)
    lock(session, [resource.id])
    coming = taking(session, clinic, session.now(), None, [resource.id])
    if coming:
        text = ngettext(
            "Der er %(num)d kommende tid i %(clinic)s. Flyt eller aflys den først.",
            "Der er %(num)d kommende tider i %(clinic)s. Flyt eller aflys dem først.",
            len(coming),
            clinic=clinic.name,
        )
        raise InvalidInput({"_form": text})
    names = session.scalars(
        select(VisitType.name)
        .join(visit_type_clinician, visit_type_clinician.c.visit_type_id == VisitType.id)
        .where(visit_type_clinician.c.resource_id == resource.id, VisitType.clinic_id == clinic.id)
        .order_by(VisitType.name)
    ).all()
    if names:
        text = _(
            "Tag først behandleren af kontakttyperne i %(clinic)s: %(names)s.",
            clinic=clinic.name,
            names=", ".join(names),
        )
        raise InvalidInput({"_form": text})
    calendar.stop_sharing(session, by, resource, clinic)
