"""A new booking code on its way from the form that made it to the page that shows it once.

It travels in the cookie of whoever made it, sealed, since a signed cookie can be read; never in
an address. The page takes it out, so that loading it again neither shows nor makes a code.
"""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from flask import redirect, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from booking.clinic_web.places import PatientHere
from booking.people import codes
from booking.people.models import Patient
from booking.platform.pages import db, me

KEPT = "new_code"
LASTS = timedelta(minutes=2)


@dataclass(frozen=True)
class NewCode:
    """A code and the page it is shown on. person_id: whose it is (the patient's or a holder's).

    replaced: the clinic's earlier codes stopped working. at: when it was made, in seconds.
    """

    code: str
    person_id: int
    replaced: bool
    clinic_id: int
    patient_id: int
    staff_id: int
    at: float


def show_once(
    here: PatientHere, person: Patient, code: str, *, replaced: bool
) -> ResponseReturnValue:
    """Keep the code, and on to the page that shows it."""
    clinic_id, patient_id, at = here.clinic.id, here.patient.id, db().now().timestamp()
    made = NewCode(code, person.id, replaced, clinic_id, patient_id, me().id, at)
    cookie[KEPT] = db().vault.seal(json.dumps(asdict(made)))
    return redirect(url_for("staff_patients.code", clinic_id=clinic_id, patient_id=patient_id), 303)


def taken(here: PatientHere) -> NewCode | None:
    """The code made a moment ago for this page, which nobody gets here again.

    None for one that no longer works, too: of two made at once, the other may have replaced it.
    """
    try:
        kept = db().vault.open(cookie.pop(KEPT, None))
    except KeyError:  # sealed with a key that has since been left out
        return None
    if kept is None:
        return None
    made = NewCode(**json.loads(kept))
    this_page = (made.clinic_id, made.patient_id) == (here.clinic.id, here.patient.id)
    fresh = db().now().timestamp() - made.at <= LASTS.total_seconds()
    mine = made.staff_id == me().id
    return made if this_page and fresh and mine and codes.works(db(), made.code) else None
