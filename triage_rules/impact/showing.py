"""A preview made ready to be shown: pictures, and the rows of the tables beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import format_percent
from flask_babel import gettext as _
from markupsafe import Markup

from triage_rules.authoring.words import label
from triage_rules.followup.facts import inputs_of
from triage_rules.impact import plots, wording
from triage_rules.impact.compare import Pair, Summary
from triage_rules.impact.models import ImpactRun
from triage_rules.impact.plots import Bars, Words


@dataclass(frozen=True)
class Part:
    """A picture and its table. ident: unique on the page; rows: cells as texts and numbers."""

    ident: str
    title: str
    picture: Markup
    columns: Sequence[Mapping[str, object]]
    rows: list[list[object]]


def parts(run: ImpactRun, found: Summary) -> list[Part]:
    """Contacts by week, by form and by profession, and what happens, today against the draft."""
    of_weeks = _of_weeks(found)
    return [
        *([of_weeks] if of_weeks else []),
        _of_codes("form", _("Kontakter efter form"), _("Form"), _named(found.forms, wording.form)),
        _of_codes(
            "profession",
            _("Kontakter efter faggruppe"),
            _("Faggruppe"),
            _named(found.professions, wording.profession),
        ),
        _of_codes(
            "action",
            _("Hvad der skal ske"),
            _("Det næste"),
            _named(found.actions, wording.action),
        ),
    ]


def ages(found: Summary) -> Part:
    """Who would be seen later, by age group and whether they are exempt from digital post."""
    bars, rows = [], []
    for (group, exempt), share in found.groups.items():
        post = _("fritaget for Digital Post") if exempt else _("har Digital Post")
        bars.append(Bars(f"{wording.AGES[group]}, {post}", share.of, share.later))
        rows.append(
            [wording.AGES[group], post, share.of, share.later, percent(share.later, share.of)]
        )
    title = _("Alder og fritagelse")
    words = Words(
        title,
        _described(bars, _("patienter"), _("ses senere")),
        _("Patienter i alt"),
        _("Ses senere end i dag"),
    )
    columns: list[dict[str, object]] = [
        {"text": _("Alder")},
        {"text": _("Digital Post")},
        {"text": _("Patienter"), "numeric": True},
        {"text": _("Ses senere"), "numeric": True},
        {"text": _("Andel"), "numeric": True},
    ]
    return Part("ages", title, plots.rows("ages", words, bars), columns, rows)


def moves(found: Summary) -> list[list[object]]:
    """From what, to what, and how many; the commonest first, those that stay last."""
    ordered = sorted(found.moves.items(), key=lambda one: (one[0][0] == one[0][1], -one[1], one[0]))
    return [
        [wording.outcome(*before), wording.outcome(*after), number]
        for (before, after), number in ordered
    ]


def changes(found: Summary) -> list[list[object]]:
    """What would be different, and for how many; the commonest first."""
    ordered = sorted(found.changes.items(), key=lambda one: (-one[1], one[0]))
    return [[str(wording.CHANGES[change]), number] for change, number in ordered]


def lacking(run: ImpactRun, found: Summary) -> list[list[object]]:
    """The inputs whose absence leaves patients to a clinician, and how many; the commonest
    first."""
    labels = {name: label(asked) for name, asked in inputs_of(run.rules).items()}
    ordered = sorted(found.lacking.items(), key=lambda one: (-one[1], one[0]))
    return [
        [labels.get(name, name), number, percent(number, found.patients)]
        for name, number in ordered
    ]


def percent(part: int, whole: int) -> str:
    """'12 %', 'under 1 %'; '' of nothing."""
    if not whole:
        return ""
    if 0 < 100 * part < whole:
        return _("under 1 %")
    return format_percent(part / whole)


def _of_weeks(found: Summary) -> Part | None:
    if not found.weeks:
        return None
    bars = [
        Bars(wording.week(one.monday), one.contacts.today, one.contacts.draft)
        for one in found.weeks
    ]
    title = _("Kontakter uge for uge")
    today, draft = sum(one.today for one in bars), sum(one.draft for one in bars)
    busiest = max(bars, key=lambda one: one.draft)
    described = _(
        "Fra %(first)s til %(last)s: %(today)s kontakter i dag, %(draft)s med kladden. Flest med "
        "kladden: %(most)s i %(week)s.",
        first=bars[0].label,
        last=bars[-1].label,
        today=today,
        draft=draft,
        most=busiest.draft,
        week=busiest.label,
    )
    rows: list[list[object]] = [
        [
            wording.week(one.monday),
            one.contacts.today,
            one.contacts.draft,
            one.minutes.today,
            one.minutes.draft,
        ]
        for one in found.weeks
        if one.contacts != Pair()
    ]
    columns: list[dict[str, object]] = [
        {"text": _("Uge")},
        *_columns(),
        {"text": _("Minutter i dag"), "numeric": True},
        {"text": _("Minutter med kladden"), "numeric": True},
    ]
    words = Words(title, described, _("I dag"), _("Med kladden"))
    return Part("weeks", title, plots.columns("weeks", words, bars), columns, rows)


def _of_codes(ident: str, title: str, what: str, bars: Sequence[Bars]) -> Part:
    words = Words(
        title, _described(bars, _("i dag"), _("med kladden")), _("I dag"), _("Med kladden")
    )
    rows: list[list[object]] = [[one.label, one.today, one.draft] for one in bars]
    return Part(ident, title, plots.rows(ident, words, bars), [{"text": what}, *_columns()], rows)


def _named(pairs: Mapping[str, Pair], name: Callable[[str], str]) -> list[Bars]:
    return [Bars(name(code), pair.today, pair.draft) for code, pair in pairs.items()]


def _columns() -> list[dict[str, object]]:
    return [
        {"text": _("I dag"), "numeric": True},
        {"text": _("Med kladden"), "numeric": True},
    ]


def _described(bars: Sequence[Bars], today: str, draft: str) -> str:
    return "; ".join(f"{one.label}: {one.today} {today}, {one.draft} {draft}" for one in bars)
