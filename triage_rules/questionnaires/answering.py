"""Reading what was typed into a questionnaire: answers, and what is wrong. Pure.

What was typed is text by link id, as a form or a draft has it; nothing is corrected silently.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from triage_rules.questionnaires.form import (
    Answers,
    Item,
    Question,
    Questionnaire,
    Value,
    open_questions,
)

Wrong = Literal[
    "unanswered",
    "not_an_option",
    "not_a_whole_number",
    "not_a_number",
    "too_many_decimals",
    "out_of_range",
    "too_long",
    "not_a_date",
]

YES, NO = "ja", "nej"
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,9}([.,]\d{1,9})?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[-./ ]+(\d{1,2})[-./ ]+(\d{4})", re.ASCII)


class Unreadable(Exception):
    """A typed answer that cannot be used; `wrong` says why."""

    def __init__(self, wrong: Wrong) -> None:
        """Keep why."""
        super().__init__(wrong)
        self.wrong = wrong


@dataclass(frozen=True)
class Read:
    """answers: those that can be used. problems: link id -> what is wrong, in order of asking."""

    answers: Answers
    problems: Mapping[str, Wrong]


def read_typed(questionnaire: Questionnaire, typed: Mapping[str, str]) -> Read:
    """All answers of a questionnaire; what is typed at questions that are not open is left out."""
    answers: dict[str, Value] = {}
    unreadable: dict[str, Wrong] = {}
    for question in questionnaire.questions():
        text = typed.get(question.link_id, "").strip()
        if text:
            try:
                answers[question.link_id] = answer_of(question, text)
            except Unreadable as error:
                unreadable[question.link_id] = error.wrong
    return _checked(questionnaire, answers, unreadable)


def lacking(questionnaire: Questionnaire, answers: Answers) -> Mapping[str, Wrong]:
    """What is wrong with ready answers: required ones that lack, and any that do not fit."""
    problems: dict[str, Wrong] = {}
    fitting: dict[str, Value] = {}
    for link_id, value in answers.items():
        question = questionnaire.question(link_id)
        try:
            if question is None:
                raise Unreadable("not_an_option")
            fitting[link_id] = answer_of(question, text_of(question, value))
        except Unreadable as error:
            problems[link_id] = error.wrong
    return _checked(questionnaire, fitting, problems).problems


def kept(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """The answers to questions that are open; others are not handed in."""
    opened = open_questions(questionnaire.items, answers)
    return {link_id: value for link_id, value in answers.items() if link_id in opened}


def on_page(items: tuple[Item, ...]) -> list[str]:
    """The link ids of a page's questions, in order."""
    return [
        link_id
        for item in items
        for link_id in ([item.link_id] if isinstance(item, Question) else on_page(item.items))
    ]


def answer_of(question: Question, text: str) -> Value:
    """The answer a text stands for; raises Unreadable."""
    if question.kind == "choice":
        if question.option(text) is None:
            raise Unreadable("not_an_option")
        return text
    if question.kind == "boolean":
        if text not in (YES, NO):
            raise Unreadable("not_an_option")
        return text == YES
    if question.kind == "string":
        if len(text) > question.longest:
            raise Unreadable("too_long")
        return text
    if question.kind == "date":
        return _date(text)
    return _number(question, text)


def text_of(question: Question, value: Value) -> str:
    """An answer as it would be typed."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    return str(value)


def _checked(
    questionnaire: Questionnaire, answers: dict[str, Value], unreadable: dict[str, Wrong]
) -> Read:
    opened = open_questions(questionnaire.items, answers)
    problems: dict[str, Wrong] = {
        link_id: wrong
        for link_id, wrong in unreadable.items()
        if questionnaire.question(link_id) is None
    }
    for question in questionnaire.questions():
        link_id = question.link_id
        if link_id not in opened:
            continue
        if link_id in unreadable:
            problems[link_id] = unreadable[link_id]
        elif question.required and link_id not in answers:
            problems[link_id] = "unanswered"
    return Read(kept(questionnaire, answers), problems)


def _number(question: Question, text: str) -> int | Decimal:
    value: int | Decimal
    if question.kind == "integer":
        if not _WHOLE.fullmatch(text):
            raise Unreadable("not_a_whole_number")
        value = int(text)
    else:
        if not _DECIMAL.fullmatch(text):
            raise Unreadable("not_a_number")
        value = Decimal(text.replace(",", "."))
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > question.decimals:
            raise Unreadable("too_many_decimals")
    too_low = question.low is not None and value < question.low
    if too_low or (question.high is not None and value > question.high):
        raise Unreadable("out_of_range")
    return value


def _date(text: str) -> date:
    found = _DAY.fullmatch(text)
    try:
        if found:
            day, month, year = (int(part) for part in found.groups())
            value = date(year, month, day)
        else:
            value = date.fromisoformat(text)
    except ValueError:
        raise Unreadable("not_a_date") from None
    if not 1900 <= value.year <= 2200:
        raise Unreadable("not_a_date")
    return value
