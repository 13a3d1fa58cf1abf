"""What every staff page stands in: which clinic it is for, and the menu.

A staff address names its clinic: /klinik/<clinic_id>/…; `clinic_here` is the first line of
every such view, and raises NotFound for a clinic that is not the asker's.
"""

from flask import g, request, url_for
from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.platform.errors import NotFound
from booking.platform.i18n import language_code
from booking.platform.identity import Role
from booking.platform.pages import db, me
from booking.platform.web import rettid

OFFICE = frozenset({Role.SECRETARY, Role.LEADER})
MENU = "staff.menu"


def clinic_here(clinic_id: int, *roles: Role) -> Clinic:
    """The clinic of this page, the asker's right to it checked; roles: one of them is needed."""
    me().at(clinic_id, *roles)
    clinic = db().get(Clinic, clinic_id)
    if clinic is None:
        raise NotFound
    stand_at(clinic)
    return clinic


def stand_at(clinic: Clinic) -> None:
    """Let the frame of this page be the clinic's.

    Its number and name are kept by themselves: an error page is made after the session closed.
    """
    g.here = (clinic.id, clinic.name)


def stand_under(endpoint: str) -> None:
    """Let the menu mark another page's entry: this one is seen beside it."""
    g.in_menu = endpoint


def own_clinics() -> list[Clinic]:
    """The clinics of whoever is signed in, by name."""
    wanted = select(Clinic).where(Clinic.id.in_(me().clinics)).order_by(Clinic.name)
    return list(db().scalars(wanted))


def frame() -> dict[str, object]:
    """Context of the staff layout: the clinic, the menu, who is signed in, and the way out."""
    actor, here = g.get("actor"), g.get("here")
    context: dict[str, object] = {
        "audience": "staff",
        "home_href": url_for("staff.home"),
        "lang": language_code(),
    }
    if actor is None or actor.kind != "staff":
        return context
    context["account"] = {"name": actor.name, "sign_out_href": url_for("staff.sign_out")}
    if here is not None:
        clinic_id, context["place"] = here
        context["nav"] = [
            {
                "href": url_for(entry.endpoint, clinic_id=clinic_id),
                "text": entry.text,
                "current": entry.endpoint in (request.endpoint, g.get("in_menu")),
                "seldom": entry.seldom,
            }
            for entry in rettid().parts.menu(MENU, actor)
        ]
    return context
