"""Answers as a FHIR R4 QuestionnaireResponse, in and out. Pure."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from triage_rules.questionnaires.answering import Unreadable, answer_of, text_of
from triage_rules.questionnaires.fhir_shapes import (
    Refused,
    dumped,
    listed,
    loaded,
    number,
    only,
    text,
    whole,
)
from triage_rules.questionnaires.form import (
    Answers,
    Group,
    Item,
    Kind,
    Question,
    Questionnaire,
    Value,
)

KEYS: dict[Kind, tuple[str, ...]] = {
    "choice": ("valueCoding",),
    "integer": ("valueInteger",),
    "decimal": ("valueDecimal", "valueInteger"),
    "boolean": ("valueBoolean",),
    "string": ("valueString",),
    "date": ("valueDate",),
}
ABOUT = {
    *("resourceType", "id", "meta", "text", "language", "identifier", "questionnaire"),
    *("status", "subject", "encounter", "authored", "author", "source", "item"),
}


def write(questionnaire: Questionnaire, answers: Answers, authored: datetime) -> str:
    """The answers as a JSON text. authored: when they were given, aware. Names no one."""
    return dumped(
        {
            "resourceType": "QuestionnaireResponse",
            "questionnaire": f"{questionnaire.url}|{questionnaire.version}",
            "status": "completed",
            "authored": authored.isoformat(timespec="seconds"),
            "item": _written(questionnaire.items, answers),
        }
    )


def read(questionnaire: Questionnaire, source: str) -> Answers:
    """The answers a JSON text holds, to this very version; raises Refused, naming the place."""
    data = loaded(source)
    if data.get("resourceType") != "QuestionnaireResponse":
        raise Refused("resourceType", "must be QuestionnaireResponse")
    only(data, ABOUT, "QuestionnaireResponse")
    if data.get("status") not in ("completed", "amended"):
        raise Refused("QuestionnaireResponse.status", "must be completed or amended")
    wanted = f"{questionnaire.url}|{questionnaire.version}"
    if data.get("questionnaire") != wanted:
        raise Refused("QuestionnaireResponse.questionnaire", f"must be {wanted}")
    answers: dict[str, Value] = {}
    _read_items(questionnaire.items, data, "QuestionnaireResponse", answers)
    return answers


def read_value(question: Question, data: dict[str, Any], where: str) -> Value:
    """One answer from its value[x]; raises Refused if it does not fit the question."""
    only(data, {*KEYS[question.kind], "id"}, where)
    keys = [key for key in KEYS[question.kind] if key in data]
    if len(keys) != 1:
        raise Refused(where, f"must have one {KEYS[question.kind][0]}")
    value = _value(question, keys[0], data[keys[0]], where)
    try:
        return answer_of(question, text_of(question, value))
    except Unreadable as error:
        raise Refused(where, error.wrong.replace("_", " ")) from None


def written_value(question: Question, value: Value) -> dict[str, Any]:
    """One answer as its value[x]."""
    if question.kind == "choice":
        option = question.option(str(value))
        assert option is not None
        coding = {"code": option.code, "display": option.words.da}
        return {"valueCoding": {**coding, "system": option.system} if option.system else coding}
    if isinstance(value, date):
        return {"valueDate": value.isoformat()}
    return {KEYS[question.kind][0]: value}


def _value(question: Question, key: str, found: Any, where: str) -> Value:
    where = f"{where}.{key}"
    if question.kind == "choice":
        if not isinstance(found, dict):
            raise Refused(where, "must be a Coding")
        only(found, {"system", "version", "code", "display", "_display", "id"}, where)
        code = text(found, "code", where)
        option = question.option(code)
        if option is None or text(found, "system", where, needed=False) != option.system:
            raise Refused(where, f"{code} is not one of the options")
        return code
    if question.kind == "integer":
        return whole(found, where)
    if question.kind == "decimal":
        exact: Decimal = number(found, where)
        return exact
    if question.kind == "boolean":
        if not isinstance(found, bool):
            raise Refused(where, "must be true or false")
        return found
    return text({"value": found}, "value", where)


def _written(items: tuple[Item, ...], answers: Answers) -> list[dict[str, Any]]:
    written: list[dict[str, Any]] = []
    for item in items:
        if isinstance(item, Group):
            inner = _written(item.items, answers)
            if inner:
                written.append({"linkId": item.link_id, "text": item.words.da, "item": inner})
        elif item.link_id in answers:
            answer = written_value(item, answers[item.link_id])
            written.append({"linkId": item.link_id, "text": item.words.da, "answer": [answer]})
    return written


def _read_items(
    items: tuple[Item, ...], data: dict[str, Any], where: str, answers: dict[str, Value]
) -> None:
    known = {item.link_id: item for item in items}
    for one in listed(data, "item", where):
        link_id = text(one, "linkId", where)
        here = f"item {link_id}"
        item = known.pop(link_id, None)
        if item is None:
            raise Refused(here, "not asked here, or answered twice")
        if isinstance(item, Group):
            only(one, {"linkId", "text", "definition", "id", "item"}, here)
            _read_items(item.items, one, here, answers)
            continue
        only(one, {"linkId", "text", "definition", "id", "answer"}, here)
        given = listed(one, "answer", here)
        if len(given) > 1:
            raise Refused(here, "more than one answer")
        if given:
            answers[link_id] = read_value(item, given[0], here)
