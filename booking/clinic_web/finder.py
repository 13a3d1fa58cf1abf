"""The search box in the frame of every staff page: it answers while one types.

What is typed may be a CPR number, so it is posted and never part of an address. Names that are
shown are logged once: a list that only grows shorter as one types on is not another look.
Without scripts the box is a form that leads to the patients' own search page.
"""

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking.appointments.outlook import Outlook, outlooks
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.referrals.pressing import Mark, marks
from booking.people import queries
from booking.people.models import Patient
from booking.people.schemas import SearchForm
from booking.platform import audit
from booking.platform.errors import InvalidInput
from booking.platform.forms import read
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_finder", __name__, url_prefix="/klinik/<int:clinic_id>/soeg")

MOST = 8
SHORTEST = 2


@dataclass(frozen=True)
class Row:
    """One patient found: what lies ahead, what presses, and where each of its choices leads."""

    patient: Patient
    outlook: Outlook
    mark: Mark | None
    href: str
    book_href: str
    move_href: str


@pages.post("", access=Access.STAFF)
def look(clinic_id: int) -> ResponseReturnValue:
    """The rows under the box, as a piece of a page; none for less than two characters."""
    clinic = clinic_here(clinic_id)
    try:
        text = read(SearchForm())["text"]
    except InvalidInput:
        text = ""
    found = queries.find(db(), clinic_id, text) if len(text) >= SHORTEST else []
    shown = found[:MOST]
    _note(clinic_id, {patient.id for patient in shown})
    ahead = outlooks(db(), clinic_id, [patient.id for patient in shown])
    pressing = marks(db(), clinic_id, [patient.id for patient in shown])
    return render_template(
        "clinic/finder/found.html",
        clinic=clinic,
        rows=[
            _row(clinic_id, patient, ahead[patient.id], pressing.get(patient.id))
            for patient in shown
        ],
        more=len(found) - len(shown),
        at_least=len(found) == queries.MOST,
        asked=len(text) >= SHORTEST,
    )


def _row(clinic_id: int, patient: Patient, outlook: Outlook, mark: Mark | None) -> Row:
    following, person = outlook.following, patient.id
    page = url_for("staff_patients.show", clinic_id=clinic_id, patient_id=person)
    book = url_for("staff_booking.what", clinic_id=clinic_id, patient_id=person)
    if outlook.waiting:
        invitation = outlook.waiting[0].id
        book = url_for(
            "staff_booking.invitation_times", clinic_id=clinic_id, invitation_id=invitation
        )
    move = ""
    if following is not None and following.status == "booked":
        move = url_for("staff_booking.move_times", clinic_id=clinic_id, appointment_id=following.id)
    return Row(patient, outlook, mark, page, book, move)


def _note(clinic_id: int, patients: set[int]) -> None:
    place = request.endpoint or ""
    if not audit.already_seen(db(), me(), place, patients, clinic_id, among_more=True):
        looked_at(*patients, clinic_id=clinic_id)
