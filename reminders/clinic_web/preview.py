"""What a patient would get: for a visit that is made up, or one that is booked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from booking.appointments.queries import at_clinic, coming
from booking.appointments.visit_types.forms import FORMS
from booking.appointments.visit_types.queries import visit_type_of, visit_types_of
from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.places import PatientHere
from booking.clinic_web.refusals import in_words
from booking.platform.database import Session
from booking.platform.errors import InvalidInput, NonexistentLocalTime, NotFound
from booking.platform.forms import Choice, Choices, Day, Form, Id, WallClock, Yes, read
from booking.platform.i18n import language_code
from booking.platform.identity import Actor
from booking.platform.localtime import to_local, to_utc
from booking.platform.pages import Access, Pages, db, looked_at
from reminders.clinic_web import saying, words
from reminders.clinic_web.frame import MESSAGES
from reminders.clinic_web.overview import name_of
from reminders.messages.models import Message
from reminders.messages.queries import planned_about
from reminders.planning.foreseeing import foresee
from reminders.planning.planner import About, Planned, plan
from reminders.policies import queries, service
from reminders.policies.models import MessageSender, ReminderPolicy, ReminderWordingVersion
from reminders.policies.steps import CHANNELS, Occasion, Policy, from_json
from reminders.preferences.reach import Has, usable
from reminders.texts.languages import FIRST, WRITTEN
from reminders.texts.wordings import Texts

pages = Pages("staff_message_preview", __name__, url_prefix=f"{MESSAGES}/hvad-faar-patienten")
PAGE = "messages/preview.html"
HAPPENED: tuple[Occasion, ...] = ("booked", "offered", "moved", "cancelled")
REACHED = {
    "phone": _l("Telefon"),
    "email": _l("E-mail"),
    "address": _l("Adresse"),
    "digital_post": _l("Digital Post"),
}


class MadeUpForm(Form):
    """A visit that is made up, and what is known of the patient."""

    visit_type = Id(required=True)
    form = Choice(FORMS, required=True)
    happened = Choice(HAPPENED, required=True)
    booked_on = Day(required=True)
    booked_at = WallClock(required=True)
    starts_on = Day(required=True)
    starts_at = WallClock(required=True)
    interpreter = Yes()
    extra_help = Yes()
    answered = Yes()
    channel = Choice(CHANNELS, load_default="")
    language = Choice(WRITTEN, load_default=FIRST)
    reached = Choices(REACHED)


class WhichForm(Form):
    """A booked appointment, and the policy whose draft is asked about; none of either."""

    tid = Id(load_default=None)
    regler = Id(load_default=None)


@dataclass(frozen=True)
class Sent:
    """One message as it is shown. texts: (channel, what it says), in the order they are tried."""

    due_at: datetime
    kind: str
    texts: list[tuple[str, saying.Said]]


@pages.get("", access=Access.STAFF)
def show(clinic_id: int) -> ResponseReturnValue:
    """The messages, in the words they would have."""
    clinic = clinic_here(clinic_id)
    sender = queries.sender_of(db(), clinic_id)
    if sender is None:
        raise NotFound
    which = read(WhichForm(), "query")
    policy = queries.policy_of(db(), clinic_id, which["regler"]) if which["regler"] else None
    draft = policy if policy is not None and policy.draft is not None else None
    page = {
        "clinic": clinic,
        "draft": draft,
        "draft_name": name_of(draft) if draft else "",
        "words": words,
    }
    if which["tid"]:
        return _of_appointment(clinic, sender, which["tid"], draft, page)
    return _made_up(clinic, sender, draft, page)


def card(session: Session, _actor: Actor, here: PatientHere) -> Markup | None:
    """On a patient's page: the way to what they get about each coming time."""
    if queries.sender_of(session, here.clinic.id) is None:
        return None
    times = [one for one in coming(session, here.patient.id) if one.clinic_id == here.clinic.id]
    if not times:
        return None
    return Markup(  # noqa: S704  (a template escapes)
        render_template("messages/patient_card.html", clinic=here.clinic, coming=times)
    )


def _of_appointment(
    clinic: Clinic,
    sender: MessageSender,
    appointment_id: int,
    draft: ReminderPolicy | None,
    page: dict[str, Any],
) -> ResponseReturnValue:
    """What is planned about a booked time; or, asked about a draft, what it would plan ahead."""
    appointment = at_clinic(db(), clinic.id, appointment_id)
    looked_at(appointment.patient_id, clinic_id=clinic.id)
    language = appointment.patient.language
    if draft is None:
        planned = planned_about(db(), appointment.id)
        sent = [_planned(clinic, sender, one, language) for one in planned]
    else:
        trial = service.draft_of(db(), draft)
        (foreseen,) = foresee(db(), [appointment.id], trial=trial)
        starts_at = appointment.starts_at
        sent = _sent(clinic, sender, foreseen.planned, language, starts_at)
    return render_template(PAGE, appointment=appointment, sent=sent, **page)


def _made_up(
    clinic: Clinic, sender: MessageSender, draft: ReminderPolicy | None, page: dict[str, Any]
) -> ResponseReturnValue:
    """What a visit that is made up brings; as it is asked for, or the clinic's first visit type."""
    page |= _choices(clinic)
    asked = "visit_type" in request.args
    values = request.args if asked else _first(clinic, page["visit_types"])
    if not page["visit_types"]:
        return render_template(PAGE, values=values, errors={}, sent=None, **page)
    try:
        typed = read(MadeUpForm(), "query") if asked else MadeUpForm().load(values)
        sent = _imagined(clinic, sender, draft, typed)
    except InvalidInput as error:
        return render_template(PAGE, values=values, errors=error.fields, sent=None, **page), 422
    return render_template(PAGE, values=values, errors={}, sent=sent, **page)


def _imagined(
    clinic: Clinic, sender: MessageSender, draft: ReminderPolicy | None, typed: dict[str, Any]
) -> list[Sent]:
    """The messages about a visit that is made up."""
    visit_type = visit_type_of(db(), clinic.id, typed["visit_type"])
    booked = _instant(clinic, typed, "booked")
    starts = _instant(clinic, typed, "starts")
    if starts <= booked:
        raise InvalidInput({"starts_on": _("Tiden ligger, før den bliver booket.")})
    about = About(
        "appointment",
        starts,
        booked,
        clinic.zone,
        typed["form"],
        interpreter=typed["interpreter"],
        extra_help=typed["extra_help"],
        answered=typed["answered"],
    )
    has = Has(*(one in typed["reached"] for one in REACHED))
    planned = plan(
        about,
        _policy(clinic, visit_type.id, draft),
        booked,
        typed["happened"],
        preferred=typed["channel"] or None,
        usable=usable(has, db().ports["channels"]),
    )
    return _sent(clinic, sender, planned, typed["language"], starts)


def _policy(clinic: Clinic, visit_type_id: int, draft: ReminderPolicy | None) -> Policy:
    """The draft that is asked about where it is for the visit type, else what counts for it."""
    counts = queries.in_force(db(), clinic.id, visit_type_id)
    if draft is not None and (
        draft.visit_type_id == visit_type_id
        or (draft.visit_type_id is None and counts and counts.policy_id == draft.id)
    ):
        return service.draft_of(db(), draft)
    return from_json(counts.body) if counts else Policy(())


def _sent(
    clinic: Clinic,
    sender: MessageSender,
    planned: Iterable[Planned],
    language: str,
    starts_at: datetime,
) -> list[Sent]:
    """Planned messages in the wordings' newest versions."""
    newest = queries.wordings(db(), clinic.id)
    sent = []
    for one in planned:
        texts = db().get_one(ReminderWordingVersion, newest[one.wording]).texts
        said = _texts(clinic, sender, texts, one.wording, one.channels, language, starts_at)
        sent.append(Sent(one.due_at, one.kind, said))
    return sent


def _planned(clinic: Clinic, sender: MessageSender, message: Message, language: str) -> Sent:
    """A message that is planned, in the version it keeps."""
    version, at = message.wording_version, message.about_at or message.due_at
    code = version.wording.code
    said = _texts(clinic, sender, version.texts, code, message.channels, language, at)
    return Sent(message.due_at, message.kind, said)


def _texts(
    clinic: Clinic,
    sender: MessageSender,
    texts: Texts,
    code: str,
    channels: Iterable[str],
    language: str,
    at: datetime,
) -> list[tuple[str, saying.Said]]:
    return [
        (one, saying.said(db(), clinic, sender, texts, code, one, language, at)) for one in channels
    ]


def _instant(clinic: Clinic, typed: dict[str, Any], name: str) -> datetime:
    local = datetime.combine(typed[f"{name}_on"], typed[f"{name}_at"])
    try:
        return to_utc(local, clinic.zone, fold=0)
    except NonexistentLocalTime as error:
        raise InvalidInput({f"{name}_at": in_words(error)}) from error


def _first(clinic: Clinic, visit_types: list[tuple[int, str]]) -> dict[str, Any]:
    """What stands in the form at first: booked now, for two weeks from now."""
    now = to_local(db().now(), clinic.zone)
    starts = to_local(saying.example_start(db().now(), clinic.zone), clinic.zone)
    return {
        "visit_type": visit_types[0][0] if visit_types else "",
        "form": "in_person",
        "happened": "booked",
        "booked_on": now.date().isoformat(),
        "booked_at": f"{now:%H:%M}",
        "starts_on": starts.date().isoformat(),
        "starts_at": f"{starts:%H:%M}",
        "language": FIRST,
        "channel": "",
        "reached": ["phone", "address"],
    }


def _choices(clinic: Clinic) -> dict[str, Any]:
    return {
        "visit_types": [
            (one.id, one.title(language_code())) for one in visit_types_of(db(), clinic.id)
        ],
        "form_options": list(FORMS.items()),
        "happened_options": [(one, words.OCCASIONS[one]) for one in HAPPENED],
        "channel_options": [(one, words.channel(one)) for one in CHANNELS],
        "language_options": [(one, words.language_name(one).capitalize()) for one in WRITTEN],
        "reached_options": list(REACHED.items()),
    }
