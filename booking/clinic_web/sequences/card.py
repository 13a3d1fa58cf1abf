"""A patient's times that belong together, as a card on their page at the clinic."""

from flask import render_template
from markupsafe import Markup

from booking.clinic_web.places import PatientHere
from booking.clinic_web.sequences import words
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.sequences import queries

SHOWN = 5


def card(session: Session, _actor: Actor, here: PatientHere) -> Markup:
    """The card's HTML; asking for several times begins here."""
    sequences = queries.of_patient(session, here.clinic.id, here.patient.id)
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "clinic/sequences/card.html",
            clinic=here.clinic,
            patient=here.patient,
            sequences=[
                {
                    "sequence": one,
                    "kind": words.KINDS[one.kind],
                    "says": words.rule_in_words(one),
                    "booked": len(queries.still_booked(one)),
                    "parts": len(one.parts),
                }
                for one in sequences[:SHOWN]
            ],
        )
    )
