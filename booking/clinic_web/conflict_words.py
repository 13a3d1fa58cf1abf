"""What stands in the way of a time, in words for staff: one line each, and what would help."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.conflicts import Conflict
from booking.appointments.wording import FORMS
from booking.platform.error_table import shown
from booking.platform.i18n import language_code, long_day, time_span

_PLAIN: dict[str, LazyString] = {
    "same_time": _l("Tiden ligger der allerede."),
    "past": _l("Tidspunktet er passeret."),
    "invitation_ended": _l("Indkaldelsen er afsluttet eller trukket tilbage."),
    "invitation_has_time": _l("Indkaldelsen har allerede en tid."),
    "does_not_fit": _l("Holdet findes ikke længere på det tidspunkt."),
    "group_called_off": _l("Holdet er aflyst."),
    "group_full": _l("Holdet er fuldt."),
    "group_form": _l("Holdet mødes i en anden form."),
    "in_group_already": _l("Patienten har allerede en plads på holdet."),
    "group_place": _l("En plads på et hold kan kun flyttes til et andet hold."),
}

_WHY: dict[str, LazyString] = {
    "hours": _l("ikke åbent"),
    "closed": _l("lukket"),
    "taken": _l("optaget"),
}


def in_words(conflict: Conflict, zone: ZoneInfo) -> str:
    """One line: what is in the way. Times are the clinic's."""
    write = _WRITERS.get(conflict.code)
    if write is not None:
        return write(conflict.data, zone)
    plain = _PLAIN.get(conflict.code)
    return str(plain if plain is not None else shown(conflict.code).heading)


def _outside_hours(data: Any, zone: ZoneInfo) -> str:
    if not data.get("hours"):
        if "clinician" not in data:
            return _("Holdet ligger uden for åbningstiden.")
        return _("%(who)s arbejder ikke her den dag.", who=data["clinician"])
    hours = ", ".join(time_span(start, end, zone) for start, end in data["hours"])
    return _(
        "Uden for åbningstiden: %(who)s arbejder her kl. %(hours)s.",
        who=data["clinician"],
        hours=hours,
    )


def _wrong_site(data: Any, zone: ZoneInfo) -> str:
    return _("%(who)s er på %(site)s på det tidspunkt.", who=data["clinician"], site=data["site"])


def _closure(data: Any, zone: ZoneInfo) -> str:
    closed = {
        "clinic": _("Klinikken er lukket"),
        "site": _("Stedet er lukket"),
        "clinician": _("Behandleren er væk"),
    }[data["of"]]
    why = f" ({data['reason']})" if data["reason"] else ""
    return f"{closed} {_period(data['starts_at'], data['ends_at'], zone)}{why}."


def _holiday(data: Any, zone: ZoneInfo) -> str:
    return _("Klinikken er lukket: %(name)s.", name=data["name"])


def _clinician_taken(data: Any, zone: ZoneInfo) -> str:
    span = time_span(data["starts_at"], data["ends_at"], zone)
    text = {
        "appointment": _("%(who)s har en anden tid kl. %(span)s."),
        "group": _("%(who)s har et hold kl. %(span)s."),
        "hold": _("%(who)s: tiden kl. %(span)s holdes lige nu til en anden."),
        "elsewhere": _("%(who)s er optaget et andet sted kl. %(span)s."),
    }[data["by"]]
    return text % {"who": data["clinician"], "span": span}


def _no_resource(data: Any, zone: ZoneInfo) -> str:
    if not data["options"]:
        return _("Intet i brug kan være %(label)s.", label=data["label"])
    each = ", ".join(f"{name}: {_WHY[why]}" for name, why in data["options"])
    return _("Ikke ledig: %(label)s (%(each)s).", label=data["label"], each=each)


def _patient_busy(data: Any, zone: ZoneInfo) -> str:
    if not data.get("starts_at"):
        return _("Patienten er optaget på det tidspunkt.")
    span = time_span(data["starts_at"], data["ends_at"], zone)
    return _("Patienten har en anden tid her kl. %(span)s.", span=span)


def _short_notice(data: Any, zone: ZoneInfo) -> str:
    return _(
        "Der er mindre end %(hours)s timer til: patienten kan ikke selv ændre tiden.",
        hours=data["hours"],
    )


def _window(data: Any, zone: ZoneInfo) -> str:
    return _(
        "Uden for indkaldelsens periode, %(first)s til %(last)s.",
        first=_day(data["first"]),
        last=_day(data["last"]),
    )


def _too_far(data: Any, zone: ZoneInfo) -> str:
    return _("Der kan tidligst bookes %(first)s og senest %(last)s.",
             first=long_day(data["first"]), last=long_day(data["last"]))  # fmt: skip


def _deadline(data: Any, zone: ZoneInfo) -> str:
    return _("Efter fristen %(deadline)s: vælg en begrundelse.", deadline=_day(data["deadline"]))


def _off_grid(data: Any, zone: ZoneInfo) -> str:
    return _("Tider af den slags begynder hvert %(minutes)s. minut.", minutes=data["minutes"])


def _not_able(data: Any, zone: ZoneInfo) -> str:
    return _("%(who)s har ikke den slags kontakter.", who=data["clinician"])


def _form(data: Any, zone: ZoneInfo) -> str:
    form = FORMS[data["form"]]
    return _("Kontakten tilbydes ikke i formen %(form)s.", form=str(form).lower())


def _too_few(data: Any, zone: ZoneInfo) -> str:
    return _(
        "Der skal %(needs)s behandlere mere til, og %(free)s er ledige.",
        needs=data["needs"],
        free=data["free"],
    )


def _too_short(data: Any, zone: ZoneInfo) -> str:
    return _(
        "Der er plads til %(room_for)s minutter, men patienten har brug for %(needs)s.",
        room_for=data["room_for"],
        needs=data["needs"],
    )


def _other_length(data: Any, zone: ZoneInfo) -> str:
    return _(
        "Tiden bliver %(minutes)s minutter; den er %(was)s nu.",
        minutes=data["minutes"],
        was=data["was"],
    )


_WRITERS: dict[str, Callable[[Any, ZoneInfo], str]] = {
    "outside_hours": _outside_hours,
    "wrong_site": _wrong_site,
    "closure": _closure,
    "holiday": _holiday,
    "clinician_taken": _clinician_taken,
    "no_resource": _no_resource,
    "patient_busy": _patient_busy,
    "short_notice": _short_notice,
    "window": _window,
    "too_far": _too_far,
    "deadline": _deadline,
    "off_grid": _off_grid,
    "clinician_not_able": _not_able,
    "form_not_offered": _form,
    "too_few_clinicians": _too_few,
    "too_short": _too_short,
    "other_length": _other_length,
}


def _day(day: date) -> str:
    """'24. november': no abbreviation, since it may end a sentence."""
    english = language_code() == "en"
    return format_date(day, "d MMMM" if english else "d. MMMM", locale="en_GB" if english else "da")


def _period(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Clock times within a day; days where it is longer."""
    days = [_day(one.astimezone(zone).date()) for one in (start, end)]
    if days[0] == days[1]:
        return _("kl. %(span)s", span=time_span(start, end, zone))
    return _("%(first)s til %(last)s", first=days[0], last=days[1])
