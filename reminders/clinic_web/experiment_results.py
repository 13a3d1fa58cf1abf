"""An experiment made ready to be shown: its models, the rows of its tables, the picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup

from reminders.clinic_web import experiment_words as words
from reminders.effects import picture
from reminders.effects.queries import Found
from reminders.experiments.analysis import OUTCOMES, Result
from reminders.experiments.models import Experiment, ExperimentArm
from reminders.experiments.observed import Observed
from reminders.policies.steps import from_json


@dataclass(frozen=True)
class Model:
    """An arm as it is read. lines: what it sends, for the first; else how it differs from it."""

    arm: ExperimentArm
    name: str
    lines: list[str]


@dataclass(frozen=True)
class Shown:
    """What is told when the end has come. picture: None where nothing can be compared."""

    verdicts: list[str]
    title: str
    shares: list[list[object]]
    differences: list[list[object]]
    costs: list[list[object]]
    picture: Markup | None


def state(experiment: Experiment, now: datetime) -> str:
    """The state it is in, also before the job has noticed that its day has come."""
    if experiment.state == "running" and experiment.ends_at <= now:
        return "ended"
    return experiment.state


def models(experiment: Experiment, wordings: Mapping[str, str]) -> list[Model]:
    """The arms in order."""
    usual = from_json(experiment.arms[0].policy_version.body)
    shown = []
    for arm in experiment.arms:
        policy = from_json(arm.policy_version.body)
        lines = (
            [words.step(one, wordings) for one in words.reminders(policy)]
            if arm.number == 0
            else words.differs(policy, usual, wordings)
        )
        shown.append(Model(arm, words.name(arm), lines))
    return shown


def sizes(experiment: Experiment, found: Result) -> list[list[object]]:
    """Each arm's patients and visits, and the patients the lot would give it."""
    return [
        [words.name(arm), size.patients, round(size.expected), size.visits]
        for arm, size in zip(experiment.arms, found.sizes, strict=True)
    ]


def together(found: Result) -> list[list[object]]:
    """What became of the visits in all arms at once."""
    visits = sum(size.visits for size in found.sizes)
    return [
        [words.OUTCOMES[outcome], found.together[outcome], _part(found.together[outcome], visits)]
        for outcome in OUTCOMES
    ]


def left_out(found: Found) -> list[list[object]]:
    """Why appointments are not counted, and how many."""
    return [
        [text, found.left_out[code]]
        for code, text in words.LEFT_OUT.items()
        if found.left_out.get(code)
    ]


def shown(experiment: Experiment, found: Result) -> Shown | None:
    """The result, where it may be told."""
    if not found.called:
        return None
    names = [words.name(arm) for arm in experiment.arms]
    alone = len(found.comparisons) == 1
    rows = []
    differences: list[list[object]] = []
    for one in found.comparisons:
        for outcome, apart in one.differences.items():
            differences.append([names[one.arm], words.OUTCOMES[outcome], words.apart(apart)])
            # Of several models the picture shows only what decides: a row for each.
            if alone or outcome == "lost":
                rows.append(
                    picture.Row(
                        str(words.OUTCOMES[outcome]) if alone else names[one.arm],
                        100 * apart.value,
                        100 * apart.low,
                        100 * apart.high,
                        words.points(apart.value),
                        main=outcome == "lost",
                    )
                )
    return Shown(
        verdicts=[words.verdict(one, names[one.arm]) for one in found.comparisons],
        shares=[
            [
                words.OUTCOMES[outcome],
                *(
                    words.between(arm.shares[outcome]) if outcome in arm.shares else "–"
                    for arm in found.shares
                ),
            ]
            for outcome in OUTCOMES
        ],
        differences=differences,
        costs=[
            [names[place], words.kroner(arm.cost), _per_saved(found, place)]
            for place, arm in enumerate(found.shares)
        ],
        title=_title(alone=alone),
        picture=_picture(_title(alone=alone), rows) if rows else None,
    )


def bands(observed: Observed) -> list[list[object]]:
    """The rates with and without a reminder, by how far ahead the visit was booked."""
    pairs = [observed.whole, *([observed.ahead] if observed.ahead else [])]
    return [
        [words.ahead(pair), words.of(pair.reminded), words.of(pair.others)]
        for pair in [*pairs, *observed.bands]
    ]


def _per_saved(found: Result, place: int) -> str:
    for one in found.comparisons:
        if one.arm == place:
            return words.per_saved(one.per_saved)
    return "–"


def _part(count: int, whole: int) -> str:
    return words.share(count / whole) if whole else "–"


def _title(*, alone: bool) -> str:
    if alone:
        return _("Forskel fra »Som nu«, i procentpoint")
    return _("Tabte tider: forskel fra »Som nu«, i procentpoint")


def _picture(title: str, rows: list[picture.Row]) -> Markup:
    described = "; ".join(f"{row.label}: {row.text}" for row in rows)
    return picture.intervals(
        "difference",
        picture.Words(
            title,
            described,
            _("færre end som nu"),
            _("flere end som nu"),
        ),
        rows,
    )
