"""Keys for the commonest acts: the list of them, its page, and turning them off in a browser.

WCAG 2.1.4: a key without Ctrl or Alt can be pressed by mistake, or by a voice; so all of them
can be turned off, and none works while one is typing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.clinic_web.frame import MENU, clinic_here
from booking.platform.forms import Choice, Form, read
from booking.platform.identity import Actor
from booking.platform.pages import Access, Pages
from booking.platform.web import rettid

pages = Pages("staff_shortcuts", __name__, url_prefix="/klinik/<int:clinic_id>/genveje")
pages.app_context_processor(lambda: _tools() if request.path.startswith("/klinik") else {})

COOKIE = "rettid-keys"
OFF = "off"
# The letters after G, and which entry of the menu each leads to, by its room's blueprint.
IN_MENU: Mapping[str, str] = {
    "d": "staff_day",
    "k": "staff_grid",
    "a": "staff_worklist",
    "p": "staff_patients",
    "h": "staff_referrals",
    "v": "staff_waitlist",
    "o": "staff_rescheduling",
}
ACTS: Mapping[str, LazyString] = {
    "/": _l("Find patient"),
    "?": _l("Vis genvejene"),
    "i": _l("Gå til sidens indhold, forbi menuen"),
    "n": _l("Næste dag, uge eller side"),
    "p": _l("Forrige dag, uge eller side"),
    "b": _l("Book tid (på patientens side)"),
    "v": _l("Skift mellem dag og uge (i kalenderen)"),
    "+": _l("Næste behandler eller rum (i ugen)"),
    "-": _l("Forrige behandler eller rum (i ugen)"),
}


@dataclass(frozen=True)
class Shortcut:
    """Keys pressed one after the other ('g d'), what they do, and the address they lead to."""

    keys: str
    text: str
    href: str = ""

    @property
    def each(self) -> list[str]:
        """The keys as they are shown."""
        return [key.upper() for key in self.keys.split()]


class SettingForm(Form):
    """Whether single keys work in this browser."""

    keys = Choice(("on", OFF), required=True)


@pages.get("", access=Access.STAFF)
def listed(clinic_id: int) -> ResponseReturnValue:
    """All keys, and whether they work here."""
    clinic_here(clinic_id)
    return render_template("clinic/shortcuts.html", values={"keys": _setting()}, errors={})


@pages.post("", access=Access.STAFF)
def set_keys(clinic_id: int) -> ResponseReturnValue:
    """Turn the keys on or off; the browser remembers, whoever signs in."""
    clinic_here(clinic_id)
    setting = read(SettingForm())["keys"]
    flash(
        _("Genvejene er slået til.") if setting == "on" else _("Genvejene er slået fra."), "success"
    )
    answer = redirect(url_for(".listed", clinic_id=clinic_id), 303)
    answer.set_cookie(
        COOKIE,
        setting,
        max_age=timedelta(days=365),
        httponly=True,
        samesite="Lax",
        secure=rettid().config.secure_cookies,
        path="/klinik",
    )
    return answer


def shortcuts(actor: Actor, clinic_id: int) -> list[Shortcut]:
    """Every key that works at this clinic's pages; a place only for whoever has it in the menu."""
    acts = [Shortcut(keys, str(text)) for keys, text in ACTS.items()]
    entries = {one.endpoint.partition(".")[0]: one for one in rettid().parts.menu(MENU, actor)}
    places = [
        Shortcut(f"g {letter}", str(entries[room].text), _to(entries[room].endpoint, clinic_id))
        for letter, room in IN_MENU.items()
        if room in entries
    ]
    arrivals = Shortcut("g m", _("Ankomster"), _to("staff_arrivals.arrivals", clinic_id))
    week = Shortcut(
        "g u", _("Ugen for én behandler eller ét rum"), _to("staff_week.week", clinic_id)
    )
    return [*acts, *places, week, arrivals]


def _to(endpoint: str, clinic_id: int) -> str:
    return url_for(endpoint, clinic_id=clinic_id)


def _setting() -> str:
    return OFF if request.cookies.get(COOKIE) == OFF else "on"


def _tools() -> dict[str, object]:
    """Context of the search box and the list of keys, where the page is a clinic's."""
    actor, here = g.get("actor"), g.get("here")
    if actor is None or actor.kind != "staff" or here is None:
        return {}
    return {
        "staff_tools": "clinic/finder/box.html",
        "finder_clinic": here[0],
        "shortcut_list": shortcuts(actor, here[0]),
        "shortcuts_on": _setting() == "on",
        "footer_links": [
            {
                "href": url_for("staff_shortcuts.listed", clinic_id=here[0]),
                "text": _("Tastaturgenveje"),
            }
        ],
    }
