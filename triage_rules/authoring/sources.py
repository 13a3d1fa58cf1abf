"""What a clinic's rules may ask about a patient: each as the column it would be.

Questionnaires' scores and answers, measurements, what is known of the patient and the course, and
what an earlier table answered. `followup.facts` finds the facts by the same sources.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from flask_babel import gettext as _

from booking.platform.database import Session
from booking.platform.i18n import language_code
from triage_rules.authoring import words
from triage_rules.authoring.words import Names
from triage_rules.followup.measurements import MEASURES
from triage_rules.questionnaires import queries as questionnaires
from triage_rules.questionnaires.form import Question, Questionnaire, Score
from triage_rules.standards.catalogue import PORT, standards_on
from triage_rules.tables.model import Input
from triage_rules.tables.rule_set import ANSWERS, RuleSet

# How old an answer may be, and a measurement, before it counts as missing: where the author begins.
ANSWER_DAYS = 30
MEASUREMENT_DAYS = 180
NUMERIC = ("integer", "decimal")
LONGEST_LABEL = 100  # characters of a column's name


@dataclass(frozen=True)
class Source:
    """Something that may be asked. group: whose heading it stands under. names: code -> words.

    stages: the tables it may be asked in; none is all.
    """

    group: str
    input: Input
    names: dict[str, str] = field(default_factory=dict)
    stages: frozenset[str] = frozenset()


def sources(session: Session, clinic_id: int) -> list[Source]:
    """Everything a clinic may ask, group by group; names as the reader would call them."""
    found = [*_answered(), *_of_patient()]
    for version in questionnaires.available(session, clinic_id):
        found += _of_questionnaire(version.questionnaire.code, version.form)
    return [*found, *_measured()]


def available(found: Sequence[Source], rules: RuleSet, stage: str) -> list[Source]:
    """What a table may ask that it does not yet; what other tables ask is first, as they ask it."""
    table = rules.table(stage)
    here = {one.source or one.name for one in table.inputs} if table else set()
    elsewhere = {
        one.source: one for each in rules.tables for one in each.inputs if one.source not in here
    }
    left = [
        one
        for one in found
        if one.input.source not in here
        and one.input.source not in elsewhere
        and (not one.stages or stage in one.stages)
    ]
    allowed = {one.input.source: one.stages for one in found}
    shared = [
        Source(_("Spørges der om i en anden tabel"), one)
        for one in elsewhere.values()
        if not allowed.get(one.source) or stage in allowed[one.source]
    ]
    return [*shared, *(replace(one, input=_named(one.input, rules)) for one in left)]


def names_of(session: Session, found: Sequence[Source], rules: RuleSet) -> Names:
    """What the choices of the rules' inputs are called, and the obligations there are, as the
    installation has corrected them."""
    known = {one.input.source: one.names for one in found}
    names = {
        (asked.name, code): text
        for table in rules.tables
        for asked in table.inputs
        for code, text in known.get(asked.source, {}).items()
    }
    names |= {("obligation", code): str(text) for code, text in words.OBLIGATIONS.items()}
    for standard in standards_on(session.now().date(), session.ports.get(PORT)):
        for owed in standard.obligations:
            names["obligation", owed.code] = owed.title(language_code())
    return names


def _named(asked: Input, rules: RuleSet) -> Input:
    """The input by a name that nothing else in the rules has; a long label is cut."""
    taken = {one.name for table in rules.tables for one in table.inputs}
    name, number = asked.name, 2
    while name in taken:
        name, number = f"{asked.name}_{number}", number + 1
    label = asked.label
    if len(label) > LONGEST_LABEL:
        label = f"{label[: LONGEST_LABEL - 1]}…"
    return replace(asked, name=name, label=label)


def _answered() -> Iterator[Source]:
    group = _("Svar fra de tidligere tabeller")
    yield Source(group, ANSWERS["colour"], stages=frozenset({"contact", "obligations"}))
    yield Source(group, ANSWERS["red_flag"], stages=frozenset({"contact", "obligations"}))


def _of_patient() -> Iterator[Source]:
    group = _("Patienten og forløbet")
    age = Input("age", _("Alder"), "number", "år", Decimal(0), Decimal(120), source="age")
    yield Source(group, age)
    for name, label in (
        ("months_since_contact", _("Tid siden sidste kontakt")),
        ("course:months", _("Tid siden forløbet begyndte")),
    ):
        months = Input(
            name.replace(":", "_"),
            label,
            "number",
            "måneder",
            Decimal(0),
            Decimal(600),
            source=name,
        )
        yield Source(group, months)
    for name, label in (
        ("wishes_contact", _("Patienten vil gerne kontaktes")),
        ("digital_exempt", _("Fritaget for Digital Post")),
    ):
        yield Source(group, Input(name, label, "boolean", source=name))


def _of_questionnaire(code: str, form: Questionnaire) -> Iterator[Source]:
    group = form.title.said(language_code())
    for score in form.scores:
        yield Source(group, _score(code, score))
    for question in form.questions():
        if question.kind == "choice":
            yield from _choices(group, code, question)
        elif question.kind in NUMERIC or question.kind == "boolean":
            yield Source(group, _item(code, question))


def _score(code: str, score: Score) -> Input:
    step = Decimal("0.01") if score.way == "mean" else Decimal(1)
    return Input(
        score.name,
        score.words.said(language_code()),
        "number",
        "point",
        score.low,
        score.high,
        step,
        greatest_age_days=ANSWER_DAYS,
        source=f"score:{code}:{score.name}",
    )


def _item(code: str, question: Question) -> Input:
    asked = Input(
        question.link_id,
        question.words.said(language_code()),
        "boolean",
        greatest_age_days=ANSWER_DAYS,
        source=f"item:{code}:{question.link_id}",
    )
    if question.kind == "boolean":
        return asked
    decimals = question.decimals if question.kind == "decimal" else 0
    return replace(
        asked,
        kind="number",
        unit=question.unit,
        low=question.low,
        high=question.high,
        step=Decimal(1).scaleb(-decimals),
    )


def _choices(group: str, code: str, question: Question) -> Iterator[Source]:
    asked = Input(
        question.link_id,
        question.words.said(language_code()),
        "choice",
        choices=tuple(option.code for option in question.options),
        greatest_age_days=ANSWER_DAYS,
        source=f"item:{code}:{question.link_id}",
    )
    said = {option.code: option.words.said(language_code()) for option in question.options}
    yield Source(group, asked, said)


def _measured() -> Iterator[Source]:
    group = _("Målinger")
    for code, measure in MEASURES.items():
        asked = Input(
            code,
            measure.name(language_code()),
            "number",
            measure.unit,
            measure.low,
            measure.high,
            measure.step,
            greatest_age_days=MEASUREMENT_DAYS,
            source=f"measurement:{code}",
        )
        yield Source(group, asked)
