"""Reading a patient's answers over time, as a picture and a table a score."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.i18n import language_code, short_day
from booking.platform.localtime import local_date
from triage_rules.authoring.words import number, unit_name
from triage_rules.followup import charts
from triage_rules.followup.measurements import MEASURES
from triage_rules.followup.models import Measurement
from triage_rules.questionnaires.models import (
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireVersion,
)
from triage_rules.tables.model import Interval
from triage_rules.tables.rule_set import RuleSet

SHOWN = 60


@dataclass(frozen=True)
class Value:
    """One value and when it was true. response_id: None for what was measured."""

    on: date
    text: str
    response_id: int | None = None


@dataclass(frozen=True)
class Series:
    """One score over time: its picture, and its values, the newest first."""

    label: str
    picture: Markup
    values: list[Value]


def answers(session: Session, clinic_id: int, patient_id: int) -> Sequence[QuestionnaireResponse]:
    """The answers that stand, the oldest first, with their scores; the newest sixty."""
    later = aliased(QuestionnaireResponse)
    corrected = select(later.id).where(later.replaces_id == QuestionnaireResponse.id)
    found = session.scalars(
        select(QuestionnaireResponse)
        .join(QuestionnaireResponse.request)
        .where(
            QuestionnaireRequest.clinic_id == clinic_id,
            QuestionnaireRequest.patient_id == patient_id,
            ~corrected.exists(),
        )
        .options(
            contains_eager(QuestionnaireResponse.request)
            .joinedload(QuestionnaireRequest.version)
            .joinedload(QuestionnaireVersion.questionnaire),
            selectinload(QuestionnaireResponse.scores),
        )
        .order_by(QuestionnaireResponse.completed_at.desc(), QuestionnaireResponse.id.desc())
        .limit(SHOWN)
    ).all()
    return found[::-1]


def of_scores(
    responses: Iterable[QuestionnaireResponse], clinic: Clinic, rules: RuleSet | None
) -> list[Series]:
    """A series for each score that has a value, those with most values first."""
    language = language_code()
    found: dict[tuple[str, str], list[tuple[datetime, Decimal, int]]] = {}
    about: dict[tuple[str, str], tuple[str, Decimal | None, Decimal | None]] = {}
    for response in responses:
        version = response.request.version
        for score in version.form.scores:
            value = response.score(score.name)
            if value is None:
                continue
            key = (version.questionnaire.code, score.name)
            about[key] = (score.words.said(language), score.low, score.high)
            found.setdefault(key, []).append((response.completed_at, value, response.id))
    made = []
    for place, (key, values) in enumerate(found.items(), 1):
        label, low, high = about[key]
        limits = limits_of(rules, f"score:{key[0]}:{key[1]}")
        timed = [(local_date(at, clinic.zone), value) for at, value, _id in values]
        made.append(
            Series(
                label,
                picture(f"score-{place}", label, timed, (low, high), limits),
                [
                    Value(on, number(value), response_id)
                    for (on, value), (_at, _value, response_id) in zip(timed, values, strict=True)
                ][::-1],
            )
        )
    return sorted(made, key=lambda one: -len(one.values))


def of_measurements(
    measured: Iterable[Measurement], clinic: Clinic, rules: RuleSet | None
) -> list[Series]:
    """A series for each thing that was measured more than once; what was withdrawn left out."""
    found: dict[str, list[tuple[date, Decimal]]] = {}
    for one in sorted(measured, key=lambda one: one.taken_at):
        if one.withdrawn_at is None and one.code in MEASURES:
            on = local_date(one.taken_at, clinic.zone)
            found.setdefault(one.code, []).append((on, one.value))
    made = []
    for code, values in found.items():
        if len(values) < 2:
            continue
        known = MEASURES[code]
        label = f"{known.name(language_code())} ({unit_name(known.unit)})"
        shown = [value for _on, value in values[-SHOWN:]]
        limits = limits_of(rules, f"measurement:{code}")
        bounds = _around([*shown, *(one.value for one in limits)])
        made.append(
            Series(
                label,
                picture(f"measured-{code}", label, values[-SHOWN:], bounds, limits),
                [Value(on, number(value)) for on, value in values][::-1],
            )
        )
    return made


def _around(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Whole numbers a little below and above all of these; never below nought."""
    low, high = min(values), max(values)
    room = max((high - low) / 5, Decimal(1))
    return Decimal(max(0, math.floor(low - room))), Decimal(math.ceil(high + room))


def limits_of(rules: RuleSet | None, source: str) -> list[charts.Limit]:
    """Where the activity table or a red flag changes its mind about a source, the lowest first.

    Two neighbours are one limit between them: 'to 15' and 'from 16' is '15/16'.
    """
    bounds: set[Decimal] = set()
    step = Decimal(0)
    for stage in ("red_flags", "activity"):
        table = rules.table(stage) if rules is not None else None
        if table is None:
            continue
        for place, asked in enumerate(table.inputs):
            if asked.source != source:
                continue
            step = max(step, asked.step)
            for cell in (row.cells[place] for row in table.rows):
                if isinstance(cell, Interval):
                    bounds |= {one for one in (cell.low, cell.high) if one is not None}
                    bounds -= {one for one in (asked.low, asked.high) if one is not None}
    limits: list[charts.Limit] = []
    waiting = sorted(bounds)
    while waiting:
        low = waiting.pop(0)
        if waiting and waiting[0] - low <= step:
            high = waiting.pop(0)
            limits.append(charts.Limit((low + high) / 2, f"{number(low)}/{number(high)}"))
        else:
            limits.append(charts.Limit(low, number(low)))
    return limits


def picture(
    ident: str,
    label: str,
    values: Sequence[tuple[date, Decimal]],
    bounds: tuple[Decimal | None, Decimal | None],
    limits: Sequence[charts.Limit],
) -> Markup:
    """The line chart of values, the oldest first."""
    shown = [value for _on, value in values]
    low = bounds[0] if bounds[0] is not None else min(shown)
    high = bounds[1] if bounds[1] is not None else max(shown)
    first, last = values[0], values[-1]
    described = _(
        "Antal: %(count)s. Fra %(first)s (%(first_day)s) til %(last)s (%(last_day)s).",
        count=len(values),
        first=number(first[1]),
        first_day=short_year(first[0]),
        last=number(last[1]),
        last_day=short_year(last[0]),
    )
    if limits:
        figures = ", ".join(one.text for one in limits)
        described += " " + _("Reglernes grænser: %(figures)s.", figures=figures)
    words = charts.Words(
        title=_("%(label)s over tid", label=label),
        description=described,
        low=number(low),
        high=number(high),
        first=short_year(first[0]),
        last=short_year(last[0]),
    )
    return charts.line(
        ident,
        words,
        [charts.Point(on, value, number(value)) for on, value in values],
        (low, high),
        limits,
    )


def short_year(day: date) -> str:
    """'24. nov. 2026', for days that may lie years back."""
    return f"{short_day(day).partition(' ')[2]} {day.year}"
