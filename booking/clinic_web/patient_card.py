"""A patient's appointments, invitations and courses at this clinic, as a card on their page.

Other clinics' times show only as taken.
"""

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select

from booking.appointments import queries
from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.models import Appointment
from booking.appointments.wording import FORMS
from booking.clinic_web import words
from booking.clinic_web.places import PatientHere
from booking.platform.database import Session
from booking.platform.identity import Actor

EARLIER = 10


def card(session: Session, _actor: Actor, here: PatientHere) -> Markup:
    """The card's HTML; there is always something to do from it."""
    clinic, patient = here.clinic, here.patient
    coming = queries.coming(session, patient.id)
    waiting = {one.id for one in queries.without_a_time(session, patient.id)}
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "clinic/appointments/card.html",
            clinic=clinic,
            patient=patient,
            coming=[one for one in coming if one.clinic_id == clinic.id],
            elsewhere=[one for one in coming if one.clinic_id != clinic.id],
            invitations=_invitations(session, clinic.id, patient.id),
            waiting=waiting,
            courses=_courses(session, clinic.id, patient.id),
            earlier=_earlier(session, clinic.id, patient.id),
            forms=FORMS,
            standing=words.standing,
            may_confirm=words.may_confirm,
            now=session.now(),
            invitation_statuses=words.INVITATION_STATUSES,
        )
    )


def _invitations(session: Session, clinic_id: int, patient_id: int) -> list[Invitation]:
    return list(
        session.scalars(
            select(Invitation)
            .where(
                Invitation.patient_id == patient_id,
                Invitation.clinic_id == clinic_id,
                Invitation.status.in_(("open", "planned")),
            )
            .order_by(Invitation.window_from, Invitation.id)
        )
    )


def _courses(session: Session, clinic_id: int, patient_id: int) -> list[Course]:
    """Open ones first, the latest first."""
    return list(
        session.scalars(
            select(Course)
            .where(Course.patient_id == patient_id, Course.clinic_id == clinic_id)
            .order_by(Course.ended_on.is_not(None), Course.started_on.desc(), Course.id.desc())
        )
    )


def _earlier(session: Session, clinic_id: int, patient_id: int) -> list[Appointment]:
    earlier = queries.earlier(session, patient_id, 5 * EARLIER)
    return [one for one in earlier if one.clinic_id == clinic_id][:EARLIER]
