"""A questionnaire written as FHIR R4 JSON: what `fhir.read` reads back as equal. Pure."""

from decimal import Decimal
from typing import Any

from triage_rules.questionnaires.fhir_answers import written_value
from triage_rules.questionnaires.fhir_shapes import (
    DECIMALS,
    HIGHEST,
    LOWEST,
    ORDINAL,
    SCORE,
    TRANSLATION,
    UNIT,
    dumped,
)
from triage_rules.questionnaires.form import (
    Condition,
    Group,
    Item,
    Opening,
    Option,
    Question,
    Questionnaire,
    Score,
    Words,
)

ANY_NUMBER_OF_DECIMALS = 3


def write(questionnaire: Questionnaire) -> str:
    """The questionnaire as a JSON text, the same text each time."""
    data: dict[str, Any] = {
        "resourceType": "Questionnaire",
        "url": questionnaire.url,
        "version": questionnaire.version,
        "name": questionnaire.name,
        "status": "active",
        "language": "da",
        "subjectType": ["Patient"],
        "item": [_item(questionnaire, item) for item in questionnaire.items],
        **_words("title", questionnaire.title),
        **_words("description", questionnaire.description),
        **_words("copyright", questionnaire.copyright_note),
    }
    if questionnaire.publisher:
        data["publisher"] = questionnaire.publisher
    if questionnaire.scores:
        data["extension"] = [_score(score) for score in questionnaire.scores]
    return dumped(data)


def _item(whole: Questionnaire, item: Item) -> dict[str, Any]:
    data = {"linkId": item.link_id, **_words("text", item.words), **_opening(whole, item.opening)}
    if isinstance(item, Group):
        return {**data, "type": "group", "item": [_item(whole, one) for one in item.items]}
    data["type"] = item.kind
    if item.required:
        data["required"] = True
    if item.options:
        data["answerOption"] = [_option(option) for option in item.options]
    if item.kind == "string":
        data["maxLength"] = item.longest
    added = list(_of_number(item))
    if added:
        data["extension"] = added
    return data


def _of_number(question: Question) -> list[dict[str, Any]]:
    added: list[dict[str, Any]] = []
    if question.unit:
        added.append({"url": UNIT, "valueCoding": {"display": question.unit}})
    key = "valueInteger" if question.kind == "integer" else "valueDecimal"
    for url, bound in ((LOWEST, question.low), (HIGHEST, question.high)):
        if bound is not None:
            added.append({"url": url, key: bound})
    if question.kind == "decimal" and question.decimals != ANY_NUMBER_OF_DECIMALS:
        added.append({"url": DECIMALS, "valueInteger": question.decimals})
    return added


def _option(option: Option) -> dict[str, Any]:
    coding: dict[str, Any] = {"code": option.code, **_words("display", option.words)}
    if option.system:
        coding["system"] = option.system
    if option.figure is None:
        return {"valueCoding": coding}
    return {
        "extension": [{"url": ORDINAL, "valueDecimal": option.figure}],
        "valueCoding": coding,
    }


def _opening(whole: Questionnaire, opening: Opening) -> dict[str, Any]:
    if not opening.conditions:
        return {}
    written = [_condition(whole, condition) for condition in opening.conditions]
    return {"enableWhen": written, "enableBehavior": "any" if opening.any_of else "all"}


def _condition(whole: Questionnaire, condition: Condition) -> dict[str, Any]:
    data: dict[str, Any] = {"question": condition.question, "operator": condition.operator}
    if condition.operator == "exists":
        return {**data, "answerBoolean": condition.answer}
    question = whole.question(condition.question)
    assert question is not None
    ((key, value),) = written_value(question, condition.answer).items()
    if isinstance(value, dict):
        value = {name: part for name, part in value.items() if name != "display"}
    return {**data, f"answer{key.removeprefix('value')}": value}


def _words(key: str, words: Words) -> dict[str, Any]:
    data: dict[str, Any] = {key: words.da} if words.da else {}
    if words.en:
        parts = [
            {"url": "lang", "valueCode": "en"},
            {"url": "content", "valueString": words.en},
        ]
        data[f"_{key}"] = {"extension": [{"url": TRANSLATION, "extension": parts}]}
    return data


def _score(score: Score) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"url": "name", "valueCode": score.name},
        {"url": "label", "valueString": score.words.da},
        {"url": "way", "valueCode": score.way},
        *({"url": "item", "valueString": item} for item in score.items),
    ]
    if score.words.en:
        parts.append({"url": "label-en", "valueString": score.words.en})
    if score.may_miss:
        parts.append({"url": "mayMiss", "valueInteger": score.may_miss})
    bounds: list[tuple[str, Decimal | None]] = [
        ("above", score.above),
        ("low", score.low),
        ("high", score.high),
    ]
    parts += [{"url": key, "valueDecimal": value} for key, value in bounds if value is not None]
    return {"url": SCORE, "extension": parts}
