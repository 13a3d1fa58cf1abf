"""One referral: its clocks, what was said before, and what happened."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from booking.appointments.invitations.service import live_appointment
from booking.appointments.visit_types.queries import visit_types_of
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic
from booking.calendar.queries import resources_of
from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.referrals.words import countdown, in_office, look
from booking.platform.forms import Form, Id, read
from booking.platform.i18n import language_code, long_day, moment
from booking.platform.pages import Access, Pages, db, looked_at
from booking.platform.web import rettid
from booking.referrals import queries
from booking.referrals.correcting import correctable
from booking.referrals.models import Referral, ReferralEvent
from booking.referrals.sending import how_far
from booking.referrals.service import MILESTONES, may_triage
from booking.referrals.wording import CLOCKS, DELAYS, EVENTS, KINDS, STATUSES, TRACKS, URGENCIES

pages = Pages("staff_referral", __name__, url_prefix="/klinik/<int:clinic_id>/henvisninger")


class TextForm(Form):
    """The standard text to begin from."""

    tekst = Id(load_default=None)


@pages.get("/<int:referral_id>", access=Access.STAFF)
def show(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """The referral's page."""
    clinic, referral = referral_here(clinic_id, referral_id)
    page = page_of(clinic, referral)
    chosen = read(TextForm(), "query")["tekst"]
    values = begun_with(page)
    for text in [*page["missing_texts"], *page["advice_texts"]]:
        if text.id == chosen:
            page["begun"] = "asked" if text.kind == "missing" else "advice"
            values[page["begun"]] = text.body
    return render_template("clinic/referrals/show.html", values=values, errors={}, **page)


def referral_here(clinic_id: int, referral_id: int) -> tuple[Clinic, Referral]:
    """The clinic and its referral, the look at the patient written down."""
    clinic = clinic_here(clinic_id)
    referral = queries.one(db(), clinic_id, referral_id)
    looked_at(referral.patient_id, clinic_id=clinic_id)
    return clinic, referral


def begun_with(page: dict[str, Any]) -> MultiDict[str, Any]:
    """What the fields of the page hold before anything is typed."""
    referral: Referral = page["referral"]
    return MultiDict(
        {
            "day": page["today"].isoformat(),
            "track": referral.track,
            "visit_type": referral.visit_type_id or "",
            "urgency": referral.urgency or "routine",
            "responsible": referral.responsible_id or "",
            "asked": page["lacking"],
            "clock": (page["unexplained"] or [""])[0],
        }
    )


def page_of(clinic: Clinic, referral: Referral) -> dict[str, Any]:
    """What the page shows, but for what was typed."""
    clocks = queries.clocks_of(db(), [referral], rettid().config.instance / "rights.toml")
    invitation, open_clocks = referral.invitation, [one for one in clocks[referral.id] if one.open]
    explained = {one.clock for one in referral.delays}
    criteria = queries.criteria(db(), clinic.id)
    met = {one.criterion_id: one.met for one in referral.checks}
    unexplained = [
        one.code for one in clocks[referral.id] if one.state == "late" and one.code not in explained
    ]
    return {
        "clinic": clinic,
        "referral": referral,
        "patient": referral.patient,
        "today": today(db(), clinic),
        "clocks": clocks[referral.id],
        "nearest": open_clocks[0] if open_clocks else None,
        "letter": how_far(db(), referral),
        "may_triage": may_triage(referral),
        "lacking": _lacking(referral),
        "begun": "",
        "in_office": in_office(clinic.id),
        "late": [
            (one.code, CLOCKS[one.code])
            for one in clocks[referral.id]
            if one.open or one.state == "late"
        ],
        "unexplained": unexplained,
        "countdown": countdown,
        "look": look,
        "names": CLOCKS,
        "kinds": KINDS,
        "statuses": STATUSES,
        "reasons": DELAYS,
        "urgencies": list(URGENCIES.items()),
        "forms": list(FORMS.items()),
        "earlier": queries.earlier(db(), referral),
        "criteria": criteria,
        "met": met,
        "unmet": sum(one.required and not met.get(one.id) for one in criteria),
        "missing_texts": queries.texts(db(), clinic.id, "missing"),
        "advice_texts": queries.texts(db(), clinic.id, "advice"),
        "milestones": [(kind, EVENTS[kind]) for kind in MILESTONES],
        "tracks": list(TRACKS.items()),
        "correctable": [
            (one.id, f"{EVENTS[one.kind]}, {long_day(one.happened_on)}")
            for one in correctable(referral)
        ],
        "appointment": live_appointment(db(), invitation) if invitation else None,
        "visit_types": [
            (one.id, one.title(language_code())) for one in visit_types_of(db(), clinic.id)
        ],
        "clinicians": [(one.id, one.name) for one in resources_of(db(), clinic.id, "clinician")],
        "facts_shown": _facts(referral),
        "history": _history(clinic, referral),
    }


def _lacking(referral: Referral) -> str:
    """What to ask the sender for, by the criteria that were not met."""
    wanted = [
        one.criterion.missing_text
        for one in referral.checks
        if one.criterion.active and not one.met
    ]
    return "\n".join(text for text in wanted if text)


def _facts(referral: Referral) -> list[dict[str, Any]]:
    received = referral.received_at.astimezone(referral.clinic.zone).date()
    return [
        {"term": _("Status"), "detail": STATUSES[referral.status]},
        {"term": _("Modtaget"), "detail": long_day(received)},
        {"term": _("Henvist af"), "detail": referral.sender},
        {"term": _("Henvist for"), "detail": referral.problem},
        {"term": _("Diagnosekode"), "detail": referral.problem_code},
        {"term": _("Spor"), "detail": TRACKS[referral.track]},
        {"term": _("Hast"), "detail": URGENCIES.get(referral.urgency, "")},
        {
            "term": _("Kontakttype"),
            "detail": referral.visit_type.title(language_code()) if referral.visit_type else "",
        },
        {
            "term": _("Ansvarlig behandler"),
            "detail": referral.responsible.name if referral.responsible else "",
        },
    ]


def _history(clinic: Clinic, referral: Referral) -> list[dict[str, str]]:
    noted = {one.id: one for one in referral.events}
    found = [
        (
            one.at,
            str(EVENTS[one.kind]),
            [_what_it_was(one, noted.get(one.undoes_id or 0)), one.by_name, one.words],
        )
        for one in referral.events
    ]
    found += [
        (
            one.at,
            _("Grund til, at fristen ikke holder: %(clock)s", clock=CLOCKS[one.clock]),
            [str(DELAYS[one.reason]), one.by_name, one.words],
        )
        for one in referral.delays
    ]
    return [
        {
            "when": moment(at, clinic.zone),
            "text": text,
            "detail": " · ".join(part for part in parts if part),
            "state": "done",
        }
        for at, text, parts in sorted(found, key=lambda row: row[0])
    ]


def _what_it_was(event: ReferralEvent, undone: ReferralEvent | None) -> str:
    """Its day; of a taking back, what was taken back."""
    if undone is None:
        return long_day(event.happened_on)
    return f"{EVENTS[undone.kind]}, {long_day(undone.happened_on)}"
