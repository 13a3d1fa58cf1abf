"""Policies in the reader's words: when a step is due, by which channels, and whom it is for."""

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.visit_types.forms import form_name
from booking.calendar.wording import wall_clock
from reminders.policies.steps import Channel, Conditions, Occasion, Policy, Step, When

CHANNELS: dict[Channel, LazyString] = {
    "sms": _l("SMS"),
    "voice": _l("opkald"),
    "email": _l("e-mail"),
    "letter": _l("brev"),
    "digital_post": _l("Digital Post"),
}

OCCASIONS: dict[Occasion, LazyString] = {
    "booked": _l("Når tiden er booket"),
    "offered": _l("Når klinikken har reserveret en tid"),
    "moved": _l("Når tiden er flyttet"),
    "cancelled": _l("Når tiden er aflyst"),
    "questionnaire": _l("Når et skema skal besvares"),
    "offer": _l("Når en ledig tid tilbydes"),
}

KINDS: dict[str, LazyString] = {
    "booked": _l("Ny tid"),
    "offered": _l("Reserveret tid"),
    "moved": _l("Flyttet tid"),
    "cancelled": _l("Aflyst tid"),
    "reminder": _l("Påmindelse"),
    "questionnaire": _l("Spørgeskema"),
    "offer": _l("Ledig tid"),
    "offer_lost": _l("Ledig tid, der er væk"),
}


def when(what: When) -> str:
    """'3 dage før kl. 10.00', '24 timer før', 'Når tiden er booket'."""
    if what.on == "hours_before":
        return ngettext("%(num)d time før", "%(num)d timer før", what.amount)
    if what.on == "days_before":
        clock = wall_clock(what.at) if what.at else ""
        if not what.amount:
            return _("Samme dag kl. %(clock)s", clock=clock)
        return ngettext(
            "%(num)d dag før kl. %(clock)s",
            "%(num)d dage før kl. %(clock)s",
            what.amount,
            clock=clock,
        )
    return str(OCCASIONS[what.on])


def by(channels: tuple[Channel, ...]) -> str:
    """'SMS, så opkald, så brev'."""
    if not channels:
        return _("Ingen kanal")
    return _(", så ").join(str(CHANNELS[one]) for one in channels)


def whom(asked: Conditions) -> str:
    """'kun fremmøde · kun med tolk'; '' where it is for everyone."""
    said = []
    if asked.forms:
        forms = sorted(form_name(form).lower() for form in asked.forms)
        said.append(_("kun %(forms)s", forms=_(" og ").join(forms)))
    said += _lead(asked.lead_days_from, asked.lead_days_to)
    if asked.interpreter is not None:
        said.append(_("kun med tolk") if asked.interpreter else _("kun uden tolk"))
    if asked.extra_help is not None:
        said.append(
            _("kun dem, der får ekstra hjælp")
            if asked.extra_help
            else _("kun dem, der ikke får ekstra hjælp")
        )
    if asked.answered == "no":
        said.append(_("kun hvis patienten ikke har sagt ja"))
    elif asked.answered == "yes":
        said.append(_("kun hvis patienten har sagt ja"))
    return " · ".join(said)


LANGUAGES: dict[str, LazyString] = {"da": _l("dansk"), "en": _l("engelsk")}


def language_name(code: str) -> str:
    """A language as it stands in a sentence: 'dansk'; its code where it has no name here."""
    return str(LANGUAGES.get(code, code))


def channel(code: str) -> str:
    """A channel as a heading: 'Opkald'; '' is none that can reach the patient."""
    if not code:
        return _("Ingen kanal")
    known = {str(one): str(name) for one, name in CHANNELS.items()}
    name = known.get(code, code)
    return name[:1].upper() + name[1:]


def step_line(step: Step) -> str:
    """A step in one line: when, by what, whom."""
    parts = [when(step.when), by(step.channels), whom(step.conditions)]
    return " · ".join(part for part in parts if part)


def quiet(policy: Policy) -> str:
    """When nothing is sent; '' where there is no such time."""
    if policy.quiet_from == policy.quiet_to:
        return ""
    return _(
        "kl. %(first)s–%(last)s",
        first=wall_clock(policy.quiet_from),
        last=wall_clock(policy.quiet_to),
    )


def _lead(first: int | None, last: int | None) -> list[str]:
    if first is not None and last is not None:
        return [_("booket %(first)s–%(last)s dage før", first=first, last=last)]
    if first is not None:
        return [ngettext("booket mindst %(num)d dag før", "booket mindst %(num)d dage før", first)]
    if last is not None:
        return [ngettext("booket højst %(num)d dag før", "booket højst %(num)d dage før", last)]
    return []
