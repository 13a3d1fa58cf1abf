"""Scores as they are declared with a questionnaire, worked out with a trace. Pure.

A score that lacks more answers than it may is missing: nothing is filled in. With fewer
lacking, a mean, a highest or a count is of the questions that were answered; a sum may never
lack any, since an unanswered question would count as nought.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from triage_rules.questionnaires.form import (
    NUMERIC,
    Answers,
    Questionnaire,
    Score,
    open_questions,
)

STEP_OF_MEAN = Decimal("0.01")


@dataclass(frozen=True)
class Scored:
    """A score's value, or None where it is missing.

    figures: (link id, what it counted; None if it was not answered), in the declared order.
    """

    name: str
    value: Decimal | None
    figures: tuple[tuple[str, Decimal | None], ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The questions that were not answered."""
        return tuple(link_id for link_id, figure in self.figures if figure is None)


def flaw(questionnaire: Questionnaire, score: Score) -> str:
    """What is wrong with how a score is declared; '' when nothing is."""
    if not score.items:
        return "it counts no questions"
    if len(set(score.items)) != len(score.items):
        return "it counts a question twice"
    if not 0 <= score.may_miss < len(score.items):
        return "it may lack all it counts"
    if score.way == "sum" and score.may_miss:
        return "a sum may not lack answers"
    if (score.way == "count_above") != (score.above is not None):
        return "a limit belongs to count_above, and only there"
    for link_id in score.items:
        question = questionnaire.question(link_id)
        if question is None:
            return f"it counts {link_id}, which is no question"
        if question.kind == "choice":
            if any(option.figure is None for option in question.options):
                return f"a choice of {link_id} has no figure"
        elif question.kind not in NUMERIC:
            return f"{link_id} is not a number"
    return ""


def scores(questionnaire: Questionnaire, answers: Answers) -> tuple[Scored, ...]:
    """Every declared score; answers to questions that are not open do not count."""
    opened = open_questions(questionnaire.items, answers)
    return tuple(_scored(questionnaire, score, answers, opened) for score in questionnaire.scores)


def _scored(
    questionnaire: Questionnaire, score: Score, answers: Answers, opened: set[str]
) -> Scored:
    figures = tuple(
        (link_id, _figure(questionnaire, link_id, answers) if link_id in opened else None)
        for link_id in score.items
    )
    given = [figure for _, figure in figures if figure is not None]
    if len(figures) - len(given) > score.may_miss:
        return Scored(score.name, None, figures)
    return Scored(score.name, _value(score, given), figures)


def _value(score: Score, given: list[Decimal]) -> Decimal:
    if score.way == "max":
        return max(given)
    if score.way == "count_above":
        assert score.above is not None
        return Decimal(sum(figure > score.above for figure in given))
    total = sum(given, Decimal(0))
    if score.way == "sum":
        return total
    return (total / len(given)).quantize(STEP_OF_MEAN, ROUND_HALF_UP)


def _figure(questionnaire: Questionnaire, link_id: str, answers: Answers) -> Decimal | None:
    question, answer = questionnaire.question(link_id), answers.get(link_id)
    if question is None or answer is None:
        return None
    if question.kind == "choice":
        option = question.option(str(answer))
        return option.figure if option else None
    return Decimal(answer) if isinstance(answer, int | Decimal) else None
