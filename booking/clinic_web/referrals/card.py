"""A patient's referrals to the clinic, with what is left of the nearest deadline, as a card."""

from flask import render_template
from markupsafe import Markup

from booking.clinic_web.places import PatientHere
from booking.clinic_web.referrals.words import countdown, look
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.web import rettid
from booking.referrals import queries
from booking.referrals.wording import CLOCKS, STATUSES

SHOWN = 5


def card(session: Session, _actor: Actor, here: PatientHere) -> Markup:
    """The card's HTML; a referral is written in from here."""
    found = queries.of_patient(session, here.clinic.id, here.patient.id)[:SHOWN]
    clocks = queries.clocks_of(session, found, rettid().config.instance / "rights.toml")
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "clinic/referrals/card.html",
            clinic=here.clinic,
            patient=here.patient,
            rows=[(one, next((c for c in clocks[one.id] if c.open), None)) for one in found],
            statuses=STATUSES,
            clocks=CLOCKS,
            countdown=countdown,
            look=look,
        )
    )
