"""What stands in the way of a place, in words that name the thing, the time and the reason."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from booking.appointments.conflicts import Conflict
from booking.platform.error_table import shown
from booking.platform.i18n import long_day, time_span

Words = Callable[[Mapping[str, Any], ZoneInfo], str]


def in_words(conflict: Conflict, zone: ZoneInfo) -> str:
    """One conflict as a sentence."""
    words = _WORDS.get(conflict.code)
    if words is not None:
        return words(conflict.data, zone)
    text = shown(conflict.code)
    return f"{text.heading}. {text.text}"


def _span(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    start, end = data.get("starts_at"), data.get("ends_at")
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return ""
    return time_span(start, end, zone)


def _day(value: object) -> str:
    return long_day(value) if isinstance(value, date) else ""


def _taken(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    values = {"name": data["clinician"], "span": _span(data, zone)}
    if data["by"] == "elsewhere":
        return _("%(name)s er optaget i en anden klinik %(span)s.", **values)
    if data["by"] == "group":
        return _("%(name)s har et hold %(span)s.", **values)
    if data["by"] == "hold":
        return _("En anden er ved at booke hos %(name)s %(span)s.", **values)
    return _("%(name)s har en anden patient %(span)s.", **values)


def _closure(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    what = {
        "clinic": _("Klinikken er lukket"),
        "site": _("Stedet er lukket"),
        "clinician": _("Behandleren er væk"),
    }[data["of"]]
    reason = f": {data['reason']}" if data["reason"] else ""
    return f"{what} {_span(data, zone)}{reason}."


def _no_resource(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    why = {"hours": _("ikke åben"), "closed": _("lukket"), "taken": _("optaget")}
    each = ", ".join(f"{name} ({why[reason]})" for name, reason in data["options"])
    if not each:
        return _("Der er ingen mulighed for %(label)s.", label=data["label"])
    return _("%(label)s: ingen ledige. %(each)s.", label=data["label"], each=each)


def _busy(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    span = _span(data, zone)
    if not span:
        return _("Patienten har en tid i en anden klinik samtidig.")
    return _("Patienten har en anden tid her %(span)s.", span=span)


_WORDS: dict[str, Words] = {
    "same_time": lambda _d, _z: _("Tiden står der allerede."),
    "past": lambda _d, _z: _("Tidspunktet er passeret."),
    "too_far": lambda d, _z: _("Der kan kun bookes til og med %(day)s.", day=_day(d["last"])),
    "short_notice": lambda d, _z: _(
        "Der er under %(hours)s timer til: sig det til patienten i telefonen.", hours=d["hours"]
    ),
    "invitation_ended": lambda _d, _z: _("Invitationen er afsluttet eller trukket tilbage."),
    "invitation_has_time": lambda _d, _z: _("Invitationen har allerede en tid."),
    "window": lambda d, _z: _(
        "Dagen ligger uden for perioden %(first)s til %(last)s.",
        first=_day(d["first"]),
        last=_day(d["last"]),
    ),
    "deadline": lambda d, _z: _("Dagen ligger efter fristen %(day)s.", day=_day(d["deadline"])),
    "group_place": lambda _d, _z: _("Det er en plads på et hold."),
    "other_length": lambda d, _z: _(
        "Tiden bliver %(minutes)s minutter; den var %(was)s.", minutes=d["minutes"], was=d["was"]
    ),
    "too_short": lambda d, _z: _(
        "Patienten har brug for %(needs)s minutter, og der er kun plads til %(room)s.",
        needs=d["needs"],
        room=d["room_for"],
    ),
    "off_grid": lambda d, _z: _(
        "Den slags tider kan kun begynde hvert %(minutes)s. minut.", minutes=d["minutes"]
    ),
    "clinician_not_able": lambda d, _z: _(
        "%(name)s har ikke den slags kontakter.", name=d["clinician"]
    ),
    "holiday": lambda d, _z: _("Klinikken er lukket: %(name)s.", name=d["name"]),
    "closure": _closure,
    "clinician_taken": _taken,
    "wrong_site": lambda d, _z: _(
        "%(name)s arbejder på %(site)s på det tidspunkt.", name=d["clinician"], site=d["site"]
    ),
    "outside_hours": lambda d, _z: _(
        "Det ligger uden for %(name)s' arbejdstid.", name=d["clinician"]
    ),
    "too_few_clinicians": lambda d, _z: _(
        "Der skal flere behandlere til: %(needs)s mere, og %(free)s er ledig.",
        needs=d["needs"],
        free=d["free"],
    ),
    "no_resource": _no_resource,
    "patient_busy": _busy,
    "form_not_offered": lambda _d, _z: _("Kontakttypen har ikke den form."),
}
