"""Keys for the commonest acts: the list of them, its page, and turning them off in a browser.

WCAG 2.1.4: a key without Ctrl or Alt can be pressed by mistake, or by a voice; so all of them
can be turned off, and none works while one is typing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.clinic_web.frame import clinic_here
from booking.platform.forms import Choice, Form, read
from booking.platform.pages import Access, Pages
from booking.platform.web import rettid

pages = Pages("staff_shortcuts", __name__, url_prefix="/klinik/<int:clinic_id>/genveje")
pages.app_context_processor(lambda: _tools() if request.path.startswith("/klinik") else {})

COOKIE = "rettid-keys"
OFF = "off"
# Places: the letters after G, and where they lead; those that are not there are left out.
PLACES: Mapping[str, tuple[str, LazyString]] = {
    "d": ("staff_day.day", _l("Dagen")),
    "k": ("staff_grid.day", _l("Kalender")),
    "m": ("staff_arrivals.arrivals", _l("Ankomster")),
    "a": ("staff_worklist.waiting", _l("Arbejdslisten")),
    "p": ("staff_patients.find", _l("Patienter")),
    "h": ("staff_referrals.listed", _l("Henvisninger")),
    "v": ("staff_waitlist.listed", _l("Venteliste")),
    "o": ("staff_rescheduling.listed", _l("Omlægning")),
}
ACTS: Mapping[str, LazyString] = {
    "/": _l("Find patient"),
    "?": _l("Vis genvejene"),
    "n": _l("Næste dag, uge eller side"),
    "p": _l("Forrige dag, uge eller side"),
    "b": _l("Book tid (på patientens side)"),
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


def shortcuts(clinic_id: int) -> list[Shortcut]:
    """Every key that works at this clinic's pages."""
    acts = [Shortcut(keys, str(text)) for keys, text in ACTS.items()]
    return acts + [
        Shortcut(f"g {letter}", str(text), url_for(endpoint, clinic_id=clinic_id))
        for letter, (endpoint, text) in PLACES.items()
        if endpoint in current_app.view_functions
    ]


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
        "shortcut_list": shortcuts(here[0]),
        "shortcuts_on": _setting() == "on",
        "footer_links": [
            {
                "href": url_for("staff_shortcuts.listed", clinic_id=here[0]),
                "text": _("Tastaturgenveje"),
            }
        ],
    }
