"""The patient's messages: how they come, in which language, and which are planned and sent."""

from dataclasses import dataclass
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from booking.appointments.models import Appointment
from booking.appointments.queries import coming
from booking.patient_web.frame import acting_for, for_whom, my_people
from booking.people.models import Patient
from booking.people.service import choose_language
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import Choice, Form, read, rejected
from booking.platform.i18n import LANGUAGES
from booking.platform.identity import Actor
from booking.platform.pages import Access, Pages, db, me
from reminders.messages.coming import about_coming, hears_from_a_clinic
from reminders.messages.models import Message
from reminders.patient_web import words
from reminders.policies.steps import CHANNELS, Channel
from reminders.preferences import reach
from reminders.preferences import service as preferences

pages = Pages(
    "patient_messages", __name__, url_prefix="/mine-beskeder", template_folder="templates"
)
MENU_ENTRY = MenuEntry("patient_messages.mine", _l("Beskeder"))
PAGE = "my_messages/show.html"
USUAL = "klinik"


class WishForm(Form):
    """The channel to try first, and the language."""

    channel = Choice(
        (USUAL, *CHANNELS),
        required=True,
        error_messages={"required": cast(str, _l("Vælg, hvordan beskederne skal komme."))},
    )
    language = Choice(LANGUAGES)


class StartForm(Form):
    """On which channel to hear again."""

    channel = Choice(CHANNELS, required=True)


@dataclass(frozen=True)
class AboutTime:
    """A coming time with its messages, by when they are due."""

    appointment: Appointment
    messages: list[Message]


@pages.get("", access=Access.PATIENT)
def mine() -> ResponseReturnValue:
    """One's own messages; where one acts for others too, first whose."""
    people = my_people()
    if len(people) > 1:
        return render_template("my_messages/whose.html", people=people)
    return redirect(url_for(".show", patient_id=people[0].id), 303)


@pages.get("/<int:patient_id>", access=Access.PATIENT)
def show(patient_id: int) -> ResponseReturnValue:
    """How messages come to one person, and which."""
    person = acting_for(patient_id)
    chosen = preferences.of(db(), person.id).channel or USUAL
    values = {"channel": chosen, "language": person.language}
    return render_template(PAGE, **_about(person), values=values, errors={})


@pages.post("/<int:patient_id>", access=Access.PATIENT)
def choose(patient_id: int) -> ResponseReturnValue:
    """Save the wishes; what is planned follows at once."""
    person = acting_for(patient_id)
    try:
        typed = read(WishForm())
        wanted = typed["channel"]
        if wanted != USUAL and wanted not in _usable(person):
            raise InvalidInput({"channel": _("Det kan ikke vælges nu. Vælg en anden måde.")})
    except InvalidInput as error:
        return rejected(PAGE, error, **_about(person))
    preferences.choose(db(), me(), person, "" if wanted == USUAL else wanted)
    language = typed.get("language", person.language)
    if choose_language(db(), me(), person, language) and person.id == me().id:
        cookie["language"] = language
    with force_locale(cookie.get("language", "da")):
        flash(_("Dine valg er gemt."), "success")
    return redirect(url_for(".show", patient_id=person.id), 303)


@pages.post("/<int:patient_id>/start", access=Access.PATIENT)
def start(patient_id: int) -> ResponseReturnValue:
    """Hear again on a channel where the person's number has said STOP."""
    person = acting_for(patient_id)
    if preferences.start_again(db(), me(), person, read(StartForm())["channel"]):
        flash(_("STOP er taget tilbage. Beskederne kommer igen."), "success")
    else:
        flash(_("Der var ikke sagt STOP. Intet er ændret."), "info")
    return redirect(url_for(".show", patient_id=person.id), 303)


def home_card(session: Session, _actor: Actor, person: Patient) -> Markup | None:
    """Below the times: that messages come, and where to choose how; where no clinic sends, none."""
    if not hears_from_a_clinic(session, person.id):
        return None
    channel = preferences.of(session, person.id).preferred
    return Markup(  # noqa: S704  (a template's own escaping)
        render_template(
            "my_messages/card.html",
            person=person,
            name=for_whom(person),
            first=str(words.CHANNELS[channel]) if channel else "",
        )
    )


def _usable(person: Patient) -> frozenset[Channel]:
    return reach.usable(reach.has(person), db().ports["channels"])


def _about(person: Patient) -> dict[str, Any]:
    name, usable, connected = for_whom(person), _usable(person), db().ports["channels"]
    ahead, messages = coming(db(), person.id), about_coming(db(), person.id)
    options = [
        {"value": one, "text": words.CHANNELS[one], "hint": words.sent_to(person, one)}
        for one in CHANNELS
        if one in usable
    ]
    chosen = preferences.of(db(), person.id).preferred
    return {
        "person": person,
        "name": name,
        "options": options,
        "cannot": [
            (words.CHANNELS[one], words.why_not(one, name, connected=one in connected))
            for one in CHANNELS
            if one not in usable
        ],
        "asks_for_address": any(one in connected and one not in usable for one in CHANNELS),
        "lost": words.CHANNELS[chosen] if chosen and chosen not in usable else "",
        "written_in": list(LANGUAGES.items()),
        "other_language": person.language not in LANGUAGES,
        "stopped": [(one, words.CHANNELS[one]) for one in preferences.stopped(db(), person)],
        "times": [
            AboutTime(one, [m for m in messages if m.appointment_id == one.id]) for one in ahead
        ],
        "others": [one for one in messages if one.appointment_id is None],
        "clinics": list({one.clinic_id: one.clinic for one in ahead}.values()),
        "words": words,
    }
