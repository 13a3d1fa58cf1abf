"""Questionnaires and answers as FHIR JSON: what is read is written equal, the rest is refused."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from triage_rules.questionnaires import fhir, fhir_answers, fhir_writing
from triage_rules.questionnaires.fhir_shapes import Refused
from triage_rules.questionnaires.form import Answers, Question, Words
from triage_rules.questionnaires.shipped import CODES, source

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
SINCE = fhir.read(source("siden-sidst"))
GIVEN: Answers = {
    "siden-tilstand": "worse",
    "siden-dage": 3,
    "siden-nyt": True,
    "siden-nyt-hvad": "En hævet hånd",
    "siden-oenske": "phone",
    "siden-vaegt": Decimal("72.5"),
    "siden-maalt": date(2026, 11, 20),
}


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    """The shipped short questionnaire, changed in one place."""
    data: dict[str, Any] = json.loads(source("siden-sidst"))
    change(data)
    return json.dumps(data)


def first(data: dict[str, Any]) -> dict[str, Any]:
    """Its first question: a choice."""
    found: dict[str, Any] = data["item"][0]["item"][0]
    return found


@pytest.mark.parametrize("code", CODES)
def test_what_is_shipped_is_read_and_written_equal(code: str) -> None:
    form = fhir.read(source(code))
    assert fhir.read(fhir_writing.write(form)) == form
    assert fhir_writing.write(fhir.read(fhir_writing.write(form))) == fhir_writing.write(form)
    for question in form.questions():
        assert question.words.da
        assert question.words.en
        assert all(option.words.en for option in question.options)


def test_phq_9_is_whole() -> None:
    form = fhir.read(source("phq9"))
    assert [one.link_id for one in form.questions()] == [f"phq9-{n}" for n in range(1, 11)]
    nine = list(form.questions())[:9]
    for question in nine:
        assert question.required
        assert [(one.code, one.figure) for one in question.options] == [
            (str(n), Decimal(n)) for n in range(4)
        ]
    assert nine[8].words == Words(
        "Tanker om, at det ville være bedre, hvis du var død, eller om at skade dig selv på en "
        "eller anden måde",
        "Thoughts that you would be better off dead or of hurting yourself in some way",
    )
    for note in (form.copyright_note.da, form.copyright_note.en):
        assert "J Gen Intern Med 2001;16:606-613" in note
    assert "Må frit gengives" in form.copyright_note.da
    assert "No permission required to reproduce" in form.copyright_note.en


def test_answers_are_written_and_read_equal() -> None:
    written = fhir_answers.write(SINCE, GIVEN, AT)
    assert fhir_answers.read(SINCE, written) == GIVEN
    assert json.loads(written)["questionnaire"] == "urn:rettid:questionnaire:siden-sidst|1"
    assert json.loads(written)["authored"] == "2026-11-23T08:00:00+00:00"


def test_a_number_keeps_its_bounds_unit_and_decimals() -> None:
    weight = SINCE.question("siden-vaegt")
    assert isinstance(weight, Question)
    assert (weight.low, weight.high) == (Decimal(20), Decimal(400))
    assert (weight.unit, weight.decimals) == ("kg", 1)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda d: d.update(resourceType="Patient"), "resourceType"),
        (lambda d: d.update(derivedFrom=["x"]), "Questionnaire.derivedFrom"),
        (lambda d: d.update(modifierExtension=[{}]), "Questionnaire.modifierExtension"),
        (lambda d: d.pop("title"), "Questionnaire.title"),
        (lambda d: d.update(item=[]), "Questionnaire.item"),
        (lambda d: first(d).update(type="quantity"), "item siden-tilstand.type"),
        (lambda d: first(d).update(type="open-choice"), "item siden-tilstand.type"),
        (lambda d: first(d).update(repeats=True), "item siden-tilstand.repeats"),
        (lambda d: first(d).update(initial=[{}]), "item siden-tilstand.initial"),
        (
            lambda d: first(d).update(answerValueSet="http://x"),
            "item siden-tilstand.answerValueSet",
        ),
        (lambda d: first(d).update(extension=[{"url": "x"}]), "item siden-tilstand.extension"),
        (lambda d: first(d).update(item=[{"linkId": "a"}]), "item siden-tilstand.item"),
        (
            lambda d: d["item"][0]["item"][1].update(linkId="siden-tilstand"),
            "item siden-hvordan.item[1].linkId",
        ),
        (
            lambda d: first(d).update(
                enableWhen=[{"question": "siden-nyt", "operator": "=", "answerBoolean": True}]
            ),
            "item siden-tilstand.enableWhen[0].question",
        ),
        (
            lambda d: d["item"][0]["item"][3]["enableWhen"][0].update(operator=">"),
            "item siden-nyt-hvad.enableWhen[0].operator",
        ),
        (
            lambda d: d["extension"][0]["extension"].append({"url": "item", "valueString": "no"}),
            "score siden-dage-i-alt",
        ),
    ],
)
def test_what_is_not_understood_is_refused_by_its_place(
    change: Callable[[dict[str, Any]], object], where: str
) -> None:
    with pytest.raises(Refused) as refused:
        fhir.read(changed(change))
    assert refused.value.where == where


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        fhir.read(text)


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        ({"linkId": "unknown", "answer": []}, "item unknown"),
        (
            {"linkId": "siden-dage", "answer": [{"valueInteger": 8}]},
            "item siden-dage",
        ),
        (
            {"linkId": "siden-dage", "answer": [{"valueInteger": True}]},
            "item siden-dage.valueInteger",
        ),
        (
            {"linkId": "siden-dage", "answer": [{"valueString": "3"}]},
            "item siden-dage.valueString",
        ),
        (
            {"linkId": "siden-tilstand", "answer": [{"valueCoding": {"code": "x"}}]},
            "item siden-tilstand.valueCoding",
        ),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(answer: dict[str, Any], where: str) -> None:
    data = json.loads(fhir_answers.write(SINCE, {}, AT))
    data["item"] = [{"linkId": "siden-hvordan", "item": [answer]}]
    with pytest.raises(Refused) as refused:
        fhir_answers.read(SINCE, json.dumps(data))
    assert refused.value.where == where


def test_answers_to_another_version_are_refused() -> None:
    data = json.loads(fhir_answers.write(SINCE, GIVEN, AT))
    data["questionnaire"] = "urn:rettid:questionnaire:siden-sidst|2"
    with pytest.raises(Refused):
        fhir_answers.read(SINCE, json.dumps(data))
