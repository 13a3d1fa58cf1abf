"""The patient's own page: times and invitations, one's own and of those one acts for."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from booking.appointments import queries
from booking.appointments.invitations.models import Invitation
from booking.appointments.length import Length
from booking.appointments.models import Appointment
from booking.appointments.refit import too_short
from booking.patient_web.frame import for_whom, my_people
from booking.patient_web.visit import barred
from booking.people.models import Patient
from booking.platform.pages import Access, Pages, db, me
from booking.platform.web import rettid

pages = Pages("patient_home", __name__)

EARLIER = 5


@dataclass(frozen=True)
class Overview:
    """What one person has. name: '' for oneself. cards, after: what features add for this
    person, above and below the times.

    movable: the numbers of the coming times that may be moved here. needed: the length of each
    coming time that is too short.
    """

    person: Patient
    name: str
    coming: list[Appointment]
    movable: set[int]
    needed: dict[int, Length]
    to_book: list[Invitation]
    planned: list[Invitation]
    earlier: list[Appointment]
    may_book: bool
    cards: list[Markup]
    after: list[Markup]


@pages.get("/mine-tider", access=Access.PATIENT)
def home() -> ResponseReturnValue:
    """Everything that waits, the nearest first, and what was."""
    overviews = [_overview(person) for person in my_people()]
    booked = [one.clinic for person in overviews for one in (*person.coming, *person.earlier)]
    invited = [one.clinic for person in overviews for one in (*person.to_book, *person.planned)]
    clinics = {clinic.id: clinic for clinic in (*booked, *invited)}
    return render_template(
        "patient/home.html", overviews=overviews, clinics=list(clinics.values()), now=db().now()
    )


def _overview(person: Patient) -> Overview:
    session = db()
    without = queries.without_a_time(session, person.id)
    coming = queries.coming(session, person.id)
    return Overview(
        person=person,
        name=for_whom(person),
        coming=coming,
        movable={one.id for one in coming if not barred(one)},
        needed=too_short(session, coming),
        to_book=[one for one in without if one.status == "open"],
        planned=[one for one in without if one.status == "planned"],
        earlier=queries.earlier(session, person.id, EARLIER),
        may_book=bool(queries.freely_bookable(session, person.id)),
        cards=rettid().parts.cards("patient.home", session, me(), person),
        after=rettid().parts.cards("patient.home.after", session, me(), person),
    )
