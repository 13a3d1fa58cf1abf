"""What a clinic has set up about messages, and appointments that have none planned yet."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from booking.appointments.visit_types.queries import visit_types_of
from booking.calendar.models import Clinic
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.platform.extension import MenuEntry
from booking.platform.i18n import language_code
from booking.platform.identity import Role
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, me
from booking.platform.phone import readable
from reminders.clinic_web import words
from reminders.clinic_web.frame import MESSAGES
from reminders.planning import unplanned
from reminders.planning.foreseeing import foresee
from reminders.planning.queries import unplanned as without_messages
from reminders.policies import queries
from reminders.policies.models import ReminderPolicy
from reminders.policies.steps import CHANNELS, Policy, from_json

pages = Pages("staff_messages", __name__, url_prefix=MESSAGES, template_folder="templates")
MENU_ENTRIES = (MenuEntry("staff_messages.overview", _l("Beskeder")),)
TABS = (MenuEntry("staff_messages.overview", _l("Oversigt")),)


@dataclass(frozen=True)
class Shown:
    """A policy as the overview has it. name: of its visit type, '' for the one for all.

    counts: None for one that has never counted.
    """

    policy: ReminderPolicy
    name: str
    counts: Policy | None
    draft: bool


@dataclass
class Ahead:
    """What planning would bring: how many appointments have how many messages, and on which days.

    by_day: local day -> how many by each channel that comes first, '' for none that can reach the
    patient. unreached: appointments with a message that cannot. by_wording: how many by its code.
    """

    appointments: int = 0
    messages: int = 0
    without: int = 0
    unreached: int = 0
    by_day: dict[date, Counter[str]] = field(default_factory=dict)
    by_wording: Counter[str] = field(default_factory=Counter)

    @property
    def channels(self) -> list[str]:
        """Those that occur, in their usual order, none at all last."""
        met = {channel for day in self.by_day.values() for channel in day}
        return [one for one in (*CHANNELS, "") if one in met]


@pages.get("", access=Access.STAFF)
def overview(clinic_id: int) -> ResponseReturnValue:
    """Who messages come from, what is sent when, in which words, and what waits to be planned."""
    clinic = clinic_here(clinic_id)
    sender = queries.sender_of(db(), clinic_id)
    shown = [_shown(one) for one in queries.policies_of(db(), clinic_id)]
    shown = [one for one in shown if one.counts or one.draft]
    own = {one.policy.visit_type_id for one in shown}
    return render_template(
        "messages/overview.html",
        clinic=clinic,
        sender=sender,
        number=readable(sender.sender) if sender and sender.may_reply else "",
        policies=shown,
        others=[
            (one.id, one.title(language_code()))
            for one in visit_types_of(db(), clinic_id)
            if one.id not in own
        ],
        wordings=queries.wordings(db(), clinic_id),
        unplanned=len(without_messages(db(), clinic_id)) if sender else 0,
        writes=writes_here(clinic),
        words=words,
    )


@pages.get("/uden-beskeder", access=Access.STAFF)
def unplanned_form(clinic_id: int) -> ResponseReturnValue:
    """What planning the appointments that have no messages would bring. Nothing is written."""
    clinic = clinic_here(clinic_id)
    ahead = _ahead(clinic)
    return render_template(
        "messages/unplanned.html",
        clinic=clinic,
        sends=queries.sender_of(db(), clinic_id) is not None,
        ahead=ahead,
        texts=[
            f"{ahead.by_wording[one.code]} {one.name}"
            for one in queries.named_wordings(db(), clinic_id)
            if ahead.by_wording[one.code]
        ],
        writes=writes_here(clinic),
        words=words,
    )


@pages.post("/uden-beskeder", access=Access.SECRETARY)
def plan_unplanned(clinic_id: int) -> ResponseReturnValue:
    """Plan them."""
    clinic = clinic_here(clinic_id, Role.SECRETARY, Role.LEADER)
    new = unplanned.plan_unplanned(db(), me(), clinic).new
    flash(ngettext("%(num)d besked er planlagt.", "%(num)d beskeder er planlagt.", new), "success")
    return redirect(url_for(".overview", clinic_id=clinic_id), 303)


def writes_here(clinic: Clinic) -> bool:
    """Whether who is signed in may change what the clinic sends."""
    return bool(me().roles.get(clinic.id, frozenset()) & OFFICE)


def name_of(policy: ReminderPolicy) -> str:
    """What a policy is for, as a heading."""
    if policy.visit_type is None:
        return _("Alle kontakttyper uden egne regler")
    return policy.visit_type.title(language_code())


def _shown(policy: ReminderPolicy) -> Shown:
    newest = queries.newest(db(), policy)
    counts = from_json(newest.body) if newest else None
    return Shown(policy, name_of(policy), counts, policy.draft is not None)


def _ahead(clinic: Clinic) -> Ahead:
    ahead = Ahead()
    for one in foresee(db(), without_messages(db(), clinic.id)):
        ahead.appointments += 1
        ahead.messages += len(one.planned)
        ahead.without += not one.planned
        ahead.unreached += any(not message.channels for message in one.planned)
        for message in one.planned:
            day = local_date(message.due_at, clinic.zone)
            channel = message.channels[0] if message.channels else ""
            ahead.by_wording[message.wording] += 1
            ahead.by_day.setdefault(day, Counter())[channel] += 1
    ahead.by_day = dict(sorted(ahead.by_day.items()))
    return ahead
