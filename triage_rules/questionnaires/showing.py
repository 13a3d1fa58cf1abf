"""Questions as form fields and answers as text, in the reader's language."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _

from triage_rules.questionnaires.answering import NO, YES, Wrong, on_page, text_of
from triage_rules.questionnaires.form import Answers, Group, Item, Question, Questionnaire, Value

PREFIX = "q-"


@dataclass(frozen=True)
class Field:
    """A question as the templates want it. name: of its form field; conditional: may be closed."""

    name: str
    text: str
    kind: str
    options: list[tuple[str, str]]
    optional: bool
    hint: str
    longest: int
    conditional: bool


@dataclass(frozen=True)
class Heading:
    """A heading between questions; level counts from 2."""

    text: str
    level: int


@dataclass(frozen=True)
class Line:
    """A question and its answer in words, for whoever reads them over."""

    question: str
    answer: str


def fields(
    items: tuple[Item, ...],
    language: str,
    opened: Collection[str] | None = None,
    *,
    level: int = 2,
    conditional: bool = False,
) -> list[Field | Heading]:
    """Questions in order, those of `opened` only where it is given, under their groups."""
    found: list[Field | Heading] = []
    for item in items:
        held = conditional or bool(item.opening.conditions)
        if isinstance(item, Group):
            inner = fields(item.items, language, opened, level=level + 1, conditional=held)
            if inner:
                found += [Heading(item.words.said(language), level), *inner]
        elif opened is None or item.link_id in opened:
            found.append(_field(item, language, conditional=held))
    return found


def place_of(link_id: str) -> str:
    """Where on its page a question stands: the id of its field."""
    return f"field-{PREFIX}{link_id}"


def posted(link_ids: Collection[str]) -> dict[str, str]:
    """What was sent in a form for these questions."""
    return {link_id: request.form.get(PREFIX + link_id, "").strip() for link_id in link_ids}


def as_values(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by the names of the form's fields."""
    return {PREFIX + link_id: text for link_id, text in typed.items()}


def typed_answers(form: Questionnaire, answers: Answers) -> dict[str, str]:
    """Answers as they would be typed."""
    return {
        question.link_id: text_of(question, answers[question.link_id])
        for question in form.questions()
        if question.link_id in answers
    }


def messages(form: Questionnaire, problems: Mapping[str, Wrong]) -> dict[str, str]:
    """What is wrong, by the names of the form's fields, in words that say what to do."""
    return {
        PREFIX + question.link_id: _message(question, problems[question.link_id])
        for question in form.questions()
        if question.link_id in problems
    }


def lines(
    page: Group, answers: Answers, opened: Collection[str], form: Questionnaire, language: str
) -> list[Line]:
    """A page's open questions with their answers in words."""
    found = []
    for link_id in on_page(page.items):
        question = form.question(link_id)
        if question is not None and link_id in opened:
            value = answers.get(link_id)
            answer = _("Ikke besvaret") if value is None else in_words(question, value, language)
            found.append(Line(question.words.said(language), answer))
    return found


def in_words(question: Question, value: Value, language: str) -> str:
    """One answer as text."""
    option = question.option(str(value)) if question.kind == "choice" else None
    if option is not None:
        return option.words.said(language)
    if question.kind == "boolean":
        return _("Ja") if value else _("Nej")
    text = text_of(question, value)
    if language == "en" and question.kind == "decimal":
        text = text.replace(",", ".")
    return f"{text} {question.unit}".strip()


def _field(question: Question, language: str, *, conditional: bool) -> Field:
    options = [(one.code, one.words.said(language)) for one in question.options]
    if question.kind == "boolean":
        options = [(YES, _("Ja")), (NO, _("Nej"))]
    return Field(
        name=PREFIX + question.link_id,
        text=question.words.said(language),
        kind=question.kind,
        options=options,
        optional=not question.required,
        hint=_hint(question),
        longest=question.longest,
        conditional=conditional,
    )


def _hint(question: Question) -> str:
    if question.kind not in ("integer", "decimal"):
        return ""
    bounds = _bounds(question)
    if bounds is None:
        return question.unit
    if question.unit:
        return _("Fra %(low)s til %(high)s %(unit)s.", unit=question.unit, **bounds)
    return _("Fra %(low)s til %(high)s.", **bounds)


def _bounds(question: Question) -> dict[str, Any] | None:
    if question.low is None or question.high is None:
        return None
    return {"low": text_of(question, question.low), "high": text_of(question, question.high)}


def _message(question: Question, wrong: Wrong) -> str:
    choice = question.kind in ("choice", "boolean")
    bounds = _bounds(question)
    if wrong == "out_of_range" and bounds:
        return _("Skriv et tal fra %(low)s til %(high)s.", **bounds)
    if wrong == "too_many_decimals":
        return _("Skriv højst %(count)s tal efter kommaet.", count=question.decimals)
    if wrong == "too_long":
        return _("Skriv højst %(count)s tegn.", count=question.longest)
    texts: dict[Wrong, str] = {
        "unanswered": _("Vælg et svar.") if choice else _("Skriv et svar."),
        "not_an_option": _("Vælg en af mulighederne."),
        "not_a_whole_number": _("Skriv et helt tal."),
        "not_a_number": _("Skriv et tal, for eksempel 72,5."),
        "out_of_range": _("Tallet er uden for det, der kan bruges."),
        "not_a_date": _("Skriv en dato som 24-11-2026."),
    }
    return texts[wrong]


def figure(value: Decimal | None, language: str) -> str:
    """A score as it is read; a dash where it is missing."""
    if value is None:
        return "–"
    text = format(value.normalize(), "f")
    return text if language == "en" else text.replace(".", ",")
