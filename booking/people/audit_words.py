"""The log in words: who did what, why and when. No code is ever shown as it stands.

A room adds its own: acts with `WORDS.update(…)`, coded reasons with `REASONS.update(…)`, and with
`NAMED.update(…)` the acts whose reason is the name of what they were done to.
"""

from zoneinfo import ZoneInfo

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from booking.people.audit_days import Like
from booking.people.reasons import CPR_LOOKUP
from booking.people.roles import ROLE_NAMES
from booking.platform.audit import AuditEntry
from booking.platform.i18n import clock_time, short_day
from booking.platform.localtime import local_date

WORDS: dict[str, LazyString] = {
    "look": _("Så oplysninger"),
    "sign_in": _("Loggede ind"),
    "patient.registered": _("Oprettede patienten"),
    "patient.edited": _("Rettede oplysninger"),
    "patient.entered_by_cpr": _("Hentede patienten til klinikken med CPR-nummer"),
    "patient.cpr_unknown": _("Søgte på et CPR-nummer, som ingen har"),
    "patient.cpr_known": _("Skrev patientens CPR-nummer og fik at vide, at det er kendt"),
    "patient.holder_by_cpr": _("Fandt en fuldmagtshaver med CPR-nummer"),
    "patient.note_added": _("Skrev et notat"),
    "patient.needs_set": _("Ændrede behov"),
    "patient.language_chosen": _("Valgte sprog"),
    "patient.code_issued": _("Lavede en bookingkode"),
    "proxy.added": _("Gav en fuldmagt"),
    "proxy.ended": _("Afsluttede en fuldmagt"),
    "staff.added": _("Oprettede en medarbejder"),
    "staff.password_set": _("Gav en ny adgangskode"),
    "staff.deactivated": _("Lukkede en medarbejders adgang"),
    "staff.reactivated": _("Åbnede en medarbejders adgang igen"),
    "staff.role_given": _("Gav en rolle"),
    "staff.role_taken": _("Fjernede en rolle"),
}

REASONS: dict[str, LazyString] = {
    **CPR_LOOKUP,
    "parent": _("Forælder"),
    "power_of_attorney": _("Fuldmagt"),
}


NAMED = {"staff.added", "staff.password_set", "staff.deactivated", "staff.reactivated"}
OF_ROLES = {"staff.role_given", "staff.role_taken"}  # their reason is 'user name: role'

OTHER_ACT = _("En anden handling")
OTHER_REASON = _("En anden grund")


def action_text(action: str) -> str:
    """What was done."""
    return str(WORDS.get(action, OTHER_ACT))


def reason_text(action: str, reason: str) -> str:
    """Why, or to what, something was done; '' where nothing is said."""
    if not reason or action in NAMED:
        return reason
    if action in OF_ROLES:
        username, _colon, role = reason.partition(": ")
        return f"{username}: {ROLE_NAMES.get(role, OTHER_REASON)}"
    return str(REASONS.get(reason, OTHER_REASON))


def what_text(like: Like) -> str:
    """'Aflyste en tid (Syg)', 'Så oplysninger, 4 gange'."""
    text = action_text(like.entry.action)
    reason = reason_text(like.entry.action, like.entry.reason)
    if reason:
        text = f"{text} ({reason})"
    if like.count > 1:
        return gettext("%(what)s, %(count)s gange", what=text, count=like.count)
    return text


def who_text(entry: AuditEntry) -> str:
    """The name of whoever did it."""
    return gettext("Systemet selv") if entry.actor_kind == "system" else entry.actor_name


def when_text(like: Like, zone: ZoneInfo) -> str:
    """'man. 23. nov. 2026 kl. 9.12', with the first and the last time where there are several."""
    day = local_date(like.first, zone)
    first, last = clock_time(like.first, zone), clock_time(like.entry.at, zone)
    return gettext(
        "%(day)s %(year)s kl. %(clock)s",
        day=short_day(day),
        year=day.year,
        clock=first if first == last else f"{first}–{last}",
    )
