"""What every patient page stands in: whose pages one may see, and the frame around them.

One signed-in person has pages of their own and of those they hold a proxy for. Anything that
is nobody's among them is not found.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from zoneinfo import ZoneInfo

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from booking.appointments import queries
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.people.queries import people_of
from booking.platform.database import constraint_of
from booking.platform.error_table import shown
from booking.platform.errors import ChangedMeanwhile, DomainError, NotFound
from booking.platform.i18n import language_code
from booking.platform.localtime import local_date
from booking.platform.pages import db, me
from booking.platform.web import rettid

# A proxy begins and ends on a Danish day, whichever clinic it is used at.
HOME_ZONE = ZoneInfo("Europe/Copenhagen")
MENU = "patient.menu"


def my_people() -> list[Patient]:
    """Oneself first, then those one may act for today; asked once a unit of work."""
    if g.get("people_for") is not db():
        g.people, g.people_for = people_of(db(), me().id, today()), db()
    people: list[Patient] = g.people
    return people


def my_ids() -> set[int]:
    """The numbers of those whose pages one may see."""
    return {person.id for person in my_people()}


def acts_for(patient_id: int) -> bool:
    """True for oneself and those one may act for; for oneself nothing is asked."""
    return patient_id == me().id or patient_id in my_ids()


def acting_for(patient_id: int) -> Patient:
    """The person with this number, if one may act for them; raises NotFound otherwise."""
    for person in my_people():
        if person.id == patient_id:
            return person
    raise NotFound


def my_appointment(appointment_id: int) -> Appointment:
    """An appointment of one's own or of someone one acts for; raises NotFound otherwise."""
    return queries.of_patients(db(), my_ids(), appointment_id)


def my_invitation(invitation_id: int) -> Invitation:
    """An invitation of one's own or of someone one acts for; raises NotFound otherwise."""
    return queries.invitation_of_patients(db(), my_ids(), invitation_id)


def today() -> date:
    """The local day in Denmark."""
    return local_date(db().now(), HOME_ZONE)


def for_whom(patient: Patient) -> str:
    """The name of a person one acts for; '' for oneself."""
    return "" if patient.id == me().id else patient.name


def refused(
    error: DomainError, clinic: Clinic, appointment: Appointment | None = None
) -> ResponseReturnValue:
    """A page that says why not, what still holds, and whom to phone. Nothing is changed."""
    db().rollback()
    text = shown(error.code)
    page = render_template(
        "patient/refused.html",
        code=error.code,
        heading=text.heading,
        text=text.text,
        clinic=clinic,
        appointment=appointment,
        now=db().now(),
    )
    return page, text.status


@contextmanager
def domain_words() -> Iterator[None]:
    """Turn a refused constraint into the domain's error, what was begun undone, for the page."""
    try:
        yield
    except StaleDataError as error:
        db().rollback()
        raise ChangedMeanwhile from error
    except IntegrityError as error:
        db().rollback()
        kind = rettid().constraints.get(constraint_of(error))
        if kind is None:
            raise
        raise kind from error


def frame() -> dict[str, object]:
    """Context of the patient layout: the menu, who is signed in, the way out."""
    actor = g.get("actor")
    help_link = {"href": url_for("patient_about.help_page"), "text": _("Hjælp og kontakt")}
    context: dict[str, object] = {
        "home_href": "/",
        "footer_links": [help_link],
        "lang": language_code(),
    }
    if actor is None or actor.kind != "patient":
        return context
    context["home_href"] = url_for("patient_home.home")
    context["account"] = {"name": actor.name, "sign_out_href": url_for("patient_sign_in.sign_out")}
    context["access_log_href"] = url_for("patient_log.seen")
    entries = (
        ("patient_home.home", _("Mine tider")),
        ("patient_times.bookable", _("Book en tid")),
        ("patient_needs.needs", _("Behov")),
    )
    added = ((one.endpoint, one.text) for one in rettid().parts.menu(MENU, actor))
    context["nav"] = [
        {"href": url_for(endpoint), "text": text, "current": request.endpoint == endpoint}
        for endpoint, text in (*entries, *added)
    ]
    return context
