"""What a contact must allow for, told by the patient; and what it does to the coming times."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import queries
from booking.appointments.refit import too_short
from booking.patient_web.frame import acting_for, for_whom, my_people
from booking.patient_web.schemas import NeedsForm
from booking.patient_web.visit import barred
from booking.people.models import Patient
from booking.people.needs import NEEDS
from booking.people.queries import needs_of
from booking.people.service import set_needs
from booking.platform.errors import InvalidInput
from booking.platform.forms import read, rejected
from booking.platform.pages import Access, Pages, db, me

pages = Pages("patient_needs", __name__, url_prefix="/behov")

PAGE = "patient/needs.html"


@pages.get("", access=Access.PATIENT)
def needs() -> ResponseReturnValue:
    """One's own needs; where one acts for others too, first whose."""
    people = my_people()
    if len(people) > 1:
        return render_template("patient/whose_needs.html", people=people)
    return redirect(url_for("patient_needs.needs_of_one", patient_id=people[0].id), 303)


@pages.get("/<int:patient_id>", access=Access.PATIENT)
def needs_of_one(patient_id: int) -> ResponseReturnValue:
    """The needs that are known, and the lengths they give."""
    person = acting_for(patient_id)
    values = {"needs": sorted(needs_of(db(), person.id))}
    return render_template(PAGE, **_about(person), values=values, errors={})


@pages.post("/<int:patient_id>", access=Access.PATIENT)
def save(patient_id: int) -> ResponseReturnValue:
    """Save them; coming times are lengthened where they stand if there is room."""
    person = acting_for(patient_id)
    try:
        typed = read(NeedsForm())
    except InvalidInput as error:
        return rejected(PAGE, error, **_about(person))
    if set_needs(db(), me(), person, typed["needs"]):
        flash(_("Tak. Behovene er gemt, og tidens længde er regnet ud igen."), "success")
    else:
        flash(_("Behovene er, som de var."), "info")
    return redirect(url_for("patient_needs.needs_of_one", patient_id=person.id), 303)


def _about(person: Patient) -> dict[str, object]:
    ahead = [
        one
        for one in queries.coming(db(), person.id)
        if one.status == "booked" and one.starts_at > db().now()
    ]
    options = [{"value": need.code, "text": need.name, "hint": need.explanation} for need in NEEDS]
    clinics = {one.clinic_id: one.clinic for one in ahead}
    return {
        "person": person,
        "name": for_whom(person),
        "ahead": ahead,
        "movable": {one.id for one in ahead if not barred(one)},
        "needed": too_short(db(), ahead),
        "options": options,
        "clinics": list(clinics.values()),
    }
