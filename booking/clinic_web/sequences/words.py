"""What staff read about contacts that belong together, in words."""

from zoneinfo import ZoneInfo

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.search import Slot
from booking.platform.i18n import clock_time, long_day, short_day
from booking.platform.localtime import local_date
from booking.sequences.asked import Combined, from_json
from booking.sequences.models import ContactSequence
from booking.sequences.planning import Rule

KINDS: dict[str, LazyString] = {
    "repeating": _l("Gentagne tider"),
    "combined": _l("Flere kontakter på én dag"),
}
UNITS: dict[str, LazyString] = {
    "day": _l("dag"),
    "week": _l("uge"),
    "month": _l("måned"),
}
WEEKDAYS: dict[int, LazyString] = {
    0: _l("mandag"), 1: _l("tirsdag"), 2: _l("onsdag"), 3: _l("torsdag"),
    4: _l("fredag"), 5: _l("lørdag"), 6: _l("søndag"),
}  # fmt: skip
WHYS: dict[str, LazyString] = {
    "closed": _l("Ingen behandler den dag, og den næste dag er en anden af dagene: falder bort"),
    "full": _l("Ingen ledige tider de dage"),
    "not_then": _l("Ingen ledig tid omkring klokkeslættet"),
    "too_far": _l("Mere end et år frem: kan ikke bookes endnu"),
    "not_together": _l("Har ledige tider, men ikke i rækkefølge med de andre på én dag"),
}
TROUBLES: dict[str, LazyString] = {
    "overlaps": _l("Begynder, før den forrige er slut"),
    "too_soon": _l("Der er for kort tid siden den forrige"),
    "too_late": _l("Der er for lang tid siden den forrige"),
}
STATUSES: dict[str, tuple[LazyString, str, str]] = {
    "booked": (_l("Booket"), "neutral", "check"),
    "skipped": (_l("Sprunget over"), "info", "arrow-forward"),
    "cancelled": (_l("Aflyst"), "warning", "close"),
}


def rule_in_words(sequence: ContactSequence) -> str:
    """'Hver 2. uge: tirsdag, torsdag, omkring kl. 9.00'."""
    asked = from_json(sequence.kind, sequence.rule)
    if isinstance(asked, Combined):
        return _("I rækkefølge på samme dag")
    return repeating_in_words(asked.rule)


def repeating_in_words(rule: Rule) -> str:
    """What a rule says, but for where it ends."""
    every = rule.every
    texts = {
        "day": _("Hver dag") if every == 1 else _("Hver %(number)s. dag", number=every),
        "week": _("Hver uge") if every == 1 else _("Hver %(number)s. uge", number=every),
        "month": _("Hver måned") if every == 1 else _("Hver %(number)s. måned", number=every),
    }
    days = ", ".join(str(WEEKDAYS[one]) for one in sorted(rule.weekdays))
    often = f"{texts[rule.unit]}: {days}" if days and rule.unit == "week" else texts[rule.unit]
    clock = f"{rule.clock.hour}.{rule.clock.minute:02}"
    return _("%(often)s, omkring kl. %(clock)s", often=often, clock=clock)


def slot_in_words(slot: Slot, zone: ZoneInfo, name: str, *, whole: bool = False) -> str:
    """'tir. 24. nov. kl. 9.00, Lone Østergaard'; whole: the day written out."""
    day = local_date(slot.start, zone)
    return _(
        "%(day)s kl. %(clock)s, %(name)s",
        day=long_day(day) if whole else short_day(day),
        clock=clock_time(slot.start, zone),
        name=name,
    )
