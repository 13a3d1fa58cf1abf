"""Codes of this room in the reader's words: kinds, weekdays, weeks, what became of a wish."""

from datetime import time

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from booking.calendar.models import Clinic
from booking.platform.i18n import language_code

KINDS: dict[str, LazyString] = {
    "clinician": _l("Behandler"),
    "room": _l("Rum"),
    "equipment": _l("Udstyr"),
}

KINDS_PLURAL: dict[str, LazyString] = {
    "clinician": _l("Behandlere"),
    "room": _l("Rum"),
    "equipment": _l("Udstyr"),
}

WEEKDAYS: tuple[LazyString, ...] = (
    _l("Mandag"),
    _l("Tirsdag"),
    _l("Onsdag"),
    _l("Torsdag"),
    _l("Fredag"),
    _l("Lørdag"),
    _l("Søndag"),
)

WEEKS: dict[str, LazyString] = {
    "any": _l("Alle uger"),
    "odd": _l("Ulige uger"),
    "even": _l("Lige uger"),
}

CLOSURE_STATUSES: dict[str, LazyString] = {
    "requested": _l("Afventer svar"),
    "approved": _l("Godkendt"),
    "declined": _l("Afslået"),
}

OWN_CLOSED_DAYS: dict[str, LazyString] = {
    "05-01": _l("1. maj"),
    "06-05": _l("Grundlovsdag, 5. juni"),
    "12-24": _l("Juleaftensdag, 24. december"),
    "12-31": _l("Nytårsaftensdag, 31. december"),
}

# What the log says was done to the calendar.
ACTIONS: dict[str, LazyString] = {
    "clinic.created": _l("Oprettede en klinik"),
    "clinic.changed": _l("Ændrede klinikkens oplysninger"),
    "site.added": _l("Oprettede et sted"),
    "site.changed": _l("Ændrede et sted"),
    "resource.added": _l("Oprettede en behandler, et rum eller udstyr"),
    "resource.changed": _l("Ændrede en behandler, et rum eller udstyr"),
    "resource.shared": _l("Delte en behandler med en klinik"),
    "resource.unshared": _l("Ophævede delingen af en behandler"),
    "template.added": _l("Oprettede et ugeskema"),
    "template.changed": _l("Ændrede et ugeskema"),
    "template.ended": _l("Lod et ugeskema ophøre"),
    "template.removed": _l("Slettede et ugeskema"),
    "closure.added": _l("Oprettede en lukning"),
    "closure.changed": _l("Ændrede en lukning"),
    "closure.removed": _l("Slettede en lukning"),
    "time_off.requested": _l("Ønskede fri"),
    "time_off.withdrawn": _l("Trak et ønske om fri tilbage"),
    "time_off.approved": _l("Godkendte et ønske om fri"),
    "time_off.declined": _l("Afslog et ønske om fri"),
}

# Those of them whose reason in the log is the name of what was changed.
NAMED_IN_LOG = frozenset(
    action for action in ACTIONS if action.startswith(("site.", "resource.", "template."))
)


def phone_hours(clinic: Clinic) -> str:
    """When a clinic answers the telephone, in the reader's language where it has said so."""
    return clinic.hours_text(language_code())


def wall_clock(clock: time) -> str:
    """'9.15' or '9:15', for a time that is not yet on any day."""
    colon = ":" if language_code() == "en" else "."
    return f"{clock.hour}{colon}{clock.minute:02}"
