"""What is said of a session asked of one more patient, and of what overbooking refuses."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_decimal, format_percent, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.overbooking.deciding import Decision, Limits
from booking.overbooking.judgement import figures, told
from booking.overbooking.possibilities import Possibility
from booking.platform.error_table import Shown
from booking.platform.i18n import clock_time

Clock = Callable[[int], str]

CANNOT_BE_EXTRA = {
    "group": _l("holdkontakter har pladser af sig selv"),
    "several_clinicians": _l("kontakten kræver flere behandlere"),
    "equipment": _l("kontakten kræver udstyr, der måske er optaget"),
}
REFUSALS = {
    "overbooking_off": Shown(
        409,
        _l("Overbooking er slået fra"),
        _l("Der kan ikke gives en ekstra plads hos denne behandler til denne kontakt."),
    ),
    "overbooking_free": Shown(
        409,
        _l("Der er ledige tider"),
        _l("Book patienten på en ledig tid i stedet for oven i en anden."),
    ),
    "overbooking_limit": Shown(
        409,
        _l("En grænse holder ikke"),
        _l("Der kan ikke være en ekstra på det tidspunkt. Intet er booket."),
    ),
    "overbooking_grant_over": Shown(
        409,
        _l("Pladsen er ikke længere ledig"),
        _l("Den er givet til en anden, taget tilbage, eller tiden er begyndt."),
    ),
}
ACTIONS = {
    "overbooking.granted": _l("Gav plads til en ekstra patient"),
    "overbooking.overridden": _l("Gav plads til en ekstra patient trods en grænse"),
    "overbooking.passed_over": _l(
        "Gav en ekstra plads til en, der ikke var næste: de før kunne ikke"
    ),
    "overbooking.placed": _l("Bookede en ekstra patient oven i planen"),
    "overbooking.revoked": _l("Tog en ekstra plads tilbage"),
    "overbooking.stopped": _l("Stoppede overbooking"),
    "overbooking.resumed": _l("Startede overbooking igen"),
    "overbooking.limits": _l("Ændrede grænserne for overbooking"),
    "overbooking.uses": _l("Ændrede, hos hvem der må overbookes"),
}
# With one more, and without: the session is past a limit already.
PATIENTS = {
    "late": _l("Risiko for over 15 minutters overarbejde: %(value)s (grænse %(allowed)s)."),
    "wait": _l(
        "Patienten kl. %(at)s ville i gennemsnit vente %(value)s min. (grænse %(allowed)s)."
    ),
    "long_wait": _l(
        "Patienten kl. %(at)s ville med %(value)s risiko vente over 30 minutter "
        "(grænse %(allowed)s)."
    ),
}
PATIENTS_NOW = {
    "late": _l(
        "Risikoen for over 15 minutters overarbejde er %(value)s allerede (grænse %(allowed)s)."
    ),
    "wait": _l(
        "Patienten kl. %(at)s venter i gennemsnit %(value)s min. allerede (grænse %(allowed)s)."
    ),
    "long_wait": _l(
        "Patienten kl. %(at)s har allerede %(value)s risiko for at vente over "
        "30 minutter (grænse %(allowed)s)."
    ),
}


def clock_from(start: datetime, zone: ZoneInfo) -> Clock:
    """Minutes from the start of a session, as a time of the day."""
    return lambda minutes: clock_time(start + timedelta(minutes=minutes), zone)


def booked(number: int, expected: float, missing: float) -> str:
    """How many are booked, and how many of them are expected to miss."""
    return _(
        "%(booked)s. %(expected)s ventes at udeblive (forsigtigt regnet %(missing)s).",
        booked=ngettext("%(num)d booket", "%(num)d booket", number),
        expected=_one_decimal(expected),
        missing=_one_decimal(missing),
    )


def possible(one: Possibility, limits: Limits, zone: ZoneInfo) -> list[str]:
    """A session in sentences: who is booked, and the extra or why there is none."""
    session, decision = one.session, one.decision
    said = [booked(len(session.booked), session.expected, session.missing)]
    if session.extras:
        said.append(
            ngettext(
                "%(num)d ekstra er der allerede.", "%(num)d ekstra er der allerede.", session.extras
            )
        )
    if one.obstacle == "free":
        free = ngettext("Der er %(num)d ledig tid", "Der er %(num)d ledige tider", one.free)
        said.append(_("%(free)s. Book først i planen.", free=free))
    elif one.obstacle == "empty":
        said.append(_("Ingen er booket."))
    elif one.obstacle == "over":
        said.append(_("Sessionen er slut."))
    if decision is None:
        return said
    clock = clock_from(session.start, zone)
    if decision.granted:
        return [
            *said,
            _("Én ekstra er mulig kl. %(at)s.", at=clock(decision.granted[0])),
            *_risk(decision, limits),
        ]
    if decision.tried is None:
        return [*said, _("Ingen ekstra."), *why(told(decision.refused), clock, now=True)]
    tried = _("Ingen ekstra. Prøvet kl. %(at)s:", at=clock(decision.tried))
    return [*said, tried, *why(told(decision.refused), clock)]


def _risk(decision: Decision, limits: Limits) -> list[str]:
    before, after = figures(decision.before), figures(decision.after)
    return [before_and_after(before, after, limits.late, limits.wait)]


def before_and_after(
    before: Mapping[str, float], after: Mapping[str, float], late: float, wait: float
) -> str:
    """The two figures that matter most, with their limits."""
    return _(
        "Risiko for over 15 minutters overarbejde %(before)s → %(after)s (grænse %(late)s). "
        "Længste forventede ventetid %(wait)s min. (grænse %(limit)s).",
        before=share(before["late"]),
        after=share(after["late"]),
        late=share(late),
        wait=minutes(after["wait"]),
        limit=minutes(wait),
    )


def why(broken: Iterable[Mapping[str, Any]], clock: Clock, *, now: bool = False) -> list[str]:
    """Each limit that does not hold. now: without an extra already."""
    said = [_broken(one, clock, now=now) for one in broken]
    return said or [_("Ingen starttid passer.")]


def _broken(one: Mapping[str, Any], clock: Clock, *, now: bool) -> str:
    limit, value, allowed = one["limit"], one.get("value", 0.0), one.get("allowed", 0.0)
    at = clock(int(one.get("at") or 0))
    if limit == "missing":
        return _(
            "Forsigtigt regnet ventes kun %(value)s at udeblive, og det skal være "
            "mindst %(allowed)s.",
            value=_one_decimal(min(value, allowed - 0.1)),
            allowed=minutes(allowed),
        )
    if limit == "extras":
        return _("Der må højst være %(allowed)s ekstra i en session.", allowed=minutes(allowed))
    in_words = minutes if limit == "wait" else share
    numbers = {"value": in_words(value), "allowed": in_words(allowed), "at": at}
    if numbers["value"] == numbers["allowed"]:  # over it by less than is shown
        numbers["value"] = _("lidt over %(limit)s", limit=numbers["allowed"])
    if limit in PATIENTS:
        text = (PATIENTS_NOW if now else PATIENTS)[limit]
        return str(text) % numbers
    if limit == "session":
        return _("Sessionen findes ikke længere.")
    return _("Ventetid og overarbejde ville koste mere, end den ekstra patient sparer.")


def share(value: float) -> str:
    """A probability as whole per cent."""
    return str(format_percent(value))


def minutes(value: float) -> str:
    """Whole minutes, or a whole number."""
    return str(format_decimal(value, "0"))


def _one_decimal(value: float) -> str:
    return str(format_decimal(value, "0.0"))
