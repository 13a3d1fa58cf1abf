"""A questionnaire as it is asked: groups and questions, when each is open, what is scored.

Pure. The interchange form is in `fhir`, the reading of typed answers in `answering`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Value = str | int | Decimal | bool | date
Answers = Mapping[str, Value]  # link id -> answer; a choice is answered by its code
Kind = Literal["choice", "integer", "decimal", "boolean", "string", "date"]
Operator = Literal["exists", "=", "!=", ">", "<", ">=", "<="]
Way = Literal["sum", "mean", "max", "count_above"]

NUMERIC: frozenset[Kind] = frozenset({"integer", "decimal"})


@dataclass(frozen=True)
class Words:
    """A text in Danish and, where there is one, English."""

    da: str
    en: str = ""

    def said(self, language: str) -> str:
        """The text in a language, Danish where it is all there is."""
        return self.en if language == "en" and self.en else self.da


@dataclass(frozen=True)
class Option:
    """One choice. figure: what it counts in a score, if anything; system: of its code."""

    code: str
    words: Words
    figure: Decimal | None = None
    system: str = ""


@dataclass(frozen=True)
class Condition:
    """Something that must hold of an earlier answer. answer: True or False for `exists`."""

    question: str
    operator: Operator
    answer: Value


@dataclass(frozen=True)
class Opening:
    """When an item is open: always without conditions, else when any or all of them hold."""

    conditions: tuple[Condition, ...] = ()
    any_of: bool = True


@dataclass(frozen=True)
class Question:
    """One question with one answer. low, high: bounds of a number, both allowed.

    unit: as the patient reads it. decimals: the most a decimal may have. longest: of a text.
    """

    link_id: str
    words: Words
    kind: Kind
    required: bool = False
    options: tuple[Option, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    decimals: int = 3
    longest: int = 1000
    opening: Opening = Opening()

    def option(self, code: str) -> Option | None:
        """The choice with this code."""
        return next((one for one in self.options if one.code == code), None)


@dataclass(frozen=True)
class Group:
    """Questions under one heading; a group may hold groups."""

    link_id: str
    words: Words
    items: tuple["Item", ...]
    opening: Opening = Opening()


Item = Question | Group


@dataclass(frozen=True)
class Score:
    """A declared score over the figures of some questions.

    may_miss: how many of them may be unanswered (never for a sum). above: for `count_above`.
    low, high: the range it can have, for those who read it.
    """

    name: str
    words: Words
    way: Way
    items: tuple[str, ...]
    may_miss: int = 0
    above: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Questionnaire:
    """The whole. url and version are its canonical name; copyright_note says whose text it is."""

    url: str
    version: str
    name: str
    title: Words
    items: tuple[Item, ...]
    description: Words = Words("")
    publisher: str = ""
    copyright_note: Words = Words("")
    scores: tuple[Score, ...] = ()

    def questions(self) -> Iterator[Question]:
        """Every question, in order."""
        return _questions(self.items)

    def question(self, link_id: str) -> Question | None:
        """The question with this link id."""
        return next((one for one in self.questions() if one.link_id == link_id), None)

    def pages(self) -> list[Group]:
        """What is shown a page at a time: each outermost group, and loose questions together."""
        pages: list[Group] = []
        loose: list[Item] = []
        for item in self.items:
            if isinstance(item, Group):
                if loose:
                    pages.append(Group("", self.title, tuple(loose)))
                    loose = []
                pages.append(item)
            else:
                loose.append(item)
        return [*pages, Group("", self.title, tuple(loose))] if loose else pages


def open_questions(items: tuple[Item, ...], answers: Answers) -> set[str]:
    """The link ids of the questions that are open, given answers.

    A question only counts as answered while it is open itself. Conditions look backwards only
    (`fhir` refuses others), so one walk in order settles all.
    """
    found: set[str] = set()
    _walk(items, answers, found)
    return found


def _walk(items: tuple[Item, ...], answers: Answers, found: set[str]) -> None:
    for item in items:
        counted = {name: value for name, value in answers.items() if name in found}
        if not holds(item.opening, counted):
            continue
        if isinstance(item, Group):
            _walk(item.items, answers, found)
        else:
            found.add(item.link_id)


def holds(opening: Opening, answers: Answers) -> bool:
    """True if an item with this opening is open."""
    if not opening.conditions:
        return True
    each = (_holds(condition, answers) for condition in opening.conditions)
    return any(each) if opening.any_of else all(each)


def _holds(condition: Condition, answers: Answers) -> bool:
    """As FHIR R4 has it: without an answer only `!=` and `exists` false hold."""
    given = answers.get(condition.question)
    if condition.operator == "exists":
        return (given is not None) is condition.answer
    if given is None:
        return condition.operator == "!="
    if condition.operator == "=":
        return given == condition.answer
    if condition.operator == "!=":
        return given != condition.answer
    wanted = condition.answer
    if isinstance(given, date) and isinstance(wanted, date):
        return _ordered((given > wanted) - (given < wanted), condition.operator)
    if isinstance(given, int | Decimal) and isinstance(wanted, int | Decimal):
        return _ordered((given > wanted) - (given < wanted), condition.operator)
    return False


def _ordered(sign: int, operator: Operator) -> bool:
    return {">": sign > 0, "<": sign < 0, ">=": sign >= 0, "<=": sign <= 0}[operator]


def _questions(items: tuple[Item, ...]) -> Iterator[Question]:
    for item in items:
        if isinstance(item, Group):
            yield from _questions(item.items)
        else:
            yield item
