"""Experiments in the reader's words: states, outcomes, what a step sends, how two models differ."""

from collections.abc import Mapping

from flask_babel import LazyString, format_decimal, format_percent, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.platform.i18n import language_code, long_day
from reminders.clinic_web import words
from reminders.effects.endings import LeftOut
from reminders.experiments.analysis import Comparison, CostPerSaved, Interval, Outcome, Verdict
from reminders.experiments.models import Experiment, ExperimentArm
from reminders.experiments.observed import Pair, Rate, Reason
from reminders.experiments.service import last_day
from reminders.policies.models import ReminderPolicy
from reminders.policies.steps import Channel, Policy, Step

STATES: dict[str, tuple[LazyString, str]] = {
    "draft": (_l("Kladde"), "neutral"),
    "running": (_l("I gang"), "info"),
    "ended": (_l("Slut"), "success"),
    "stopped": (_l("Stoppet før tid"), "warning"),
}

OUTCOMES: dict[Outcome, LazyString] = {
    "lost": _l("Tabte tider"),
    "did_not_come": _l("Udeblev"),
    "cancelled_late": _l("Afbud for sent"),
    "cancelled_in_time": _l("Afbud i god tid"),
    "refilled": _l("Afbud i god tid, og en anden fik tiden"),
}

ORDERS: tuple[tuple[Channel, ...], ...] = (
    ("sms",),
    ("sms", "voice"),
    ("sms", "email"),
    ("voice",),
    ("voice", "sms"),
    ("email",),
    ("email", "sms"),
    ("sms", "letter"),
    ("letter",),
    ("digital_post",),
    ("digital_post", "sms"),
)

LEFT_OUT: dict[LeftOut, LazyString] = {
    "after_end": _l("Tiden ligger efter forsøgets slutdag"),
    "by_clinic": _l("Klinikken aflyste eller flyttede"),
    "not_marked": _l("Det er ikke registreret, om patienten kom"),
    "ahead": _l("Tiden er ikke nået endnu"),
    "in_error": _l("Oprettet ved en fejl"),
}

FLAWS: dict[str, LazyString] = {
    "too_many": _l("Et forsøg kan højst have fem modeller."),
    "amount_range": _l("En påmindelse ligger for langt fra besøget eller for tæt på."),
    "clock_missing": _l("Skriv et klokkeslæt for hver påmindelse, der sendes dage før."),
    "wording_missing": _l("En tekst findes ikke mere. Vælg en anden."),
    "time_named": _l("Teksten nævner dag eller klokkeslæt, og et spørgeskema har ingen tid."),
    "letter_never": _l("Et brev kan ikke nå frem så tæt på besøget."),
    "no_step": _l("Modellen skal sende mindst én besked."),
}

REASONS: dict[Reason, LazyString] = {
    "not_randomised": _l(
        "Ingen har trukket lod om, hvem der fik en påmindelse. De, der fik en, er andre mennesker "
        "med andre tider end de, der ikke gjorde, og det kan forklare hele forskellen."
    ),
    "only_sent_when_booked_ahead": _l(
        "Påmindelser sendes især til tider, der er booket i god tid. Jo længere der går fra "
        "booking til besøg, jo flere udebliver, uanset påmindelser."
    ),
    "reversal": _l(
        "Tallene vender: Samlet peger de den ene vej, og blandt besøg, der er booket lige lang tid "
        "før, peger de den anden."
    ),
    "everybody_reminded": _l("Alle fik en påmindelse, så der er ingen at sammenligne med."),
    "nobody_reminded": _l("Ingen har fået en påmindelse endnu."),
}


def name(arm: ExperimentArm) -> str:
    """What an arm is called; the first has no name of its own."""
    return arm.name or _("Som nu")


def about(policy: ReminderPolicy) -> str:
    """Which visits a policy is about."""
    return policy.visit_type.name if policy.visit_type else _("Alle kontakttyper uden egne regler")


def ends(experiment: Experiment) -> str:
    """The last day, and how it ended."""
    return long_day(last_day(experiment))


def order(channels: tuple[Channel, ...]) -> str:
    """'SMS, så opkald'."""
    told = words.by(channels)
    return told[:1].upper() + told[1:]


def step(one: Step, wordings: Mapping[str, str]) -> str:
    """A reminder in a line."""
    line = _(
        "%(when)s: %(channels)s, »%(wording)s«",
        when=words.when(one.when),
        channels=order(one.channels),
        wording=wordings.get(one.wording, one.wording),
    )
    whom = words.whom(one.conditions)
    return f"{line} · {whom}" if whom else line


def when(one: Step) -> str:
    """When a reminder goes, and for whom."""
    whom = words.whom(one.conditions)
    return f"{words.when(one.when)} · {whom}" if whom else words.when(one.when)


def reminders(policy: Policy) -> list[Step]:
    """A policy's reminders, the earliest first."""
    found = [one for one in policy.steps if one.kind == "reminder"]
    return sorted(found, key=_hours, reverse=True)


def differs(policy: Policy, usual: Policy, wordings: Mapping[str, str]) -> list[str]:
    """In what a model departs from the usual one, in lines."""
    theirs = {one.key: one for one in usual.steps}
    own = {one.key: one for one in policy.steps}
    lines = [
        _("Uden: %(step)s", step=step(one, wordings))
        for one in reminders(usual)
        if one.key not in own
    ]
    for one in reminders(policy):
        known = theirs.get(one.key)
        if known is None:
            lines.append(_("Desuden: %(step)s", step=step(one, wordings)))
        elif known != one:
            lines.append(
                _(
                    "I stedet for »%(usual)s«: %(step)s",
                    usual=words.when(known.when),
                    step=step(one, wordings),
                )
            )
    return lines


def points(share: float) -> str:
    """A difference of shares in hundredths: '−3,2', '+0,4', '0,0'."""
    text = str(format_decimal(round(100 * abs(share), 1), format="0.0"))
    if not round(100 * share, 1):
        return text
    return ("−" if share < 0 else "+") + text


def share(value: float) -> str:
    """'5,2 %', '5.2%'; the two never part at the end of a line."""
    return str(format_percent(value, format="0.0%" if language_code() == "en" else "0.0\u00a0%"))


def between(interval: Interval) -> str:
    """'5,2 % (3,1–8,0)' of a share."""
    low, high = (format_decimal(100 * end, format="0.0") for end in (interval.low, interval.high))
    return f"{share(interval.value)} ({low}–{high})"


def apart(interval: Interval) -> str:
    """'−3,2 (−5,0 til −1,4)' of a difference."""
    return _(
        "%(value)s (%(low)s til %(high)s)",
        value=points(interval.value),
        low=points(interval.low),
        high=points(interval.high),
    )


def kroner(ore: float) -> str:
    """'35,00 kr.'."""
    sign = "−" if round(ore) < 0 else ""
    return sign + _(
        "%(amount)s kr.", amount=format_decimal(abs(round(ore)) / 100, format="#,##0.00")
    )


def per_saved(found: CostPerSaved) -> str:
    """What a visit saved costs, or why it is not said."""
    if found.unpriced == "more_lost":
        return _("Ingen er sparet")
    if found.cost is None:
        return _("Kan ikke siges: Det er ikke vist, at der spares nogen")
    return _(
        "%(value)s (%(low)s til %(high)s)",
        value=kroner(found.cost.value),
        low=kroner(found.cost.low),
        high=kroner(found.cost.high),
    )


def verdict(found: Comparison, called: str) -> str:
    """What may be said of an arm, in a sentence. called: its name."""
    said: dict[Verdict, str] = {
        "fewer_lost": _("Med »%(name)s« gik færre tider tabt end som nu.", name=called),
        "more_lost": _("Med »%(name)s« gik flere tider tabt end som nu.", name=called),
        "not_settled": _(
            "Forsøget har ikke vist, om »%(name)s« er bedre eller dårligere end som nu. Det er "
            "ikke det samme som, at der ingen forskel er.",
            name=called,
        ),
        "not_to_be_trusted": _(
            "Intet kan siges om »%(name)s«: Fordelingen af patienter er skæv.", name=called
        ),
    }
    return said[found.verdict]


def of(rate: Rate) -> str:
    """'27,6 % (9.784 af 35.482)'; '–' of nothing."""
    if rate.share is None:
        return "–"
    return _(
        "%(share)s (%(missed)s af %(visits)s)",
        share=share(rate.share),
        missed=format_decimal(rate.missed),
        visits=format_decimal(rate.visits),
    )


def ahead(pair: Pair) -> str:
    """How far ahead: 'Samme dag', '1–2 dage før', '56 dage før eller mere'."""
    if pair.to_days is None:
        if pair.from_days == 0:
            return _("Alle besøg")
        return ngettext("%(num)s dag før eller mere", "%(num)s dage før eller mere", pair.from_days)
    if pair.to_days == 0:
        return _("Samme dag")
    return _("%(first)s–%(last)s dage før", first=pair.from_days, last=pair.to_days)


def _hours(one: Step) -> float:
    if one.when.on == "hours_before":
        return one.when.amount
    clock = one.when.at
    return 24 * one.when.amount - (clock.hour if clock else 0)
