"""Questionnaires as FHIR R4 JSON, in and out. Pure.

Understood: groups and questions of the kinds in `form.Kind`, required, enableWhen with
enableBehavior, ordinal values of choices, units, bounds and decimals of numbers, translations
into English, and scores in an extension of ours. Everything that could change what is asked
or what an answer means is refused by the name of its place; what is only about the document
(narrative, contacts, jurisdiction) is left out.
"""

import re
from typing import Any, cast, get_args

from triage_rules.questionnaires import scoring
from triage_rules.questionnaires.fhir_answers import read_value
from triage_rules.questionnaires.fhir_shapes import (
    DECIMALS,
    DEEPEST,
    HIGHEST,
    LOWEST,
    ORDINAL,
    SCORE,
    TRANSLATION,
    UNIT,
    Refused,
    extensions,
    flag,
    listed,
    loaded,
    number,
    only,
    text,
    whole,
)
from triage_rules.questionnaires.form import (
    NUMERIC,
    Condition,
    Group,
    Item,
    Kind,
    Opening,
    Operator,
    Option,
    Question,
    Questionnaire,
    Score,
    Way,
    Words,
)

ABOUT = {
    *("id", "meta", "text", "contact", "useContext", "jurisdiction", "experimental", "date"),
    *("identifier", "code", "subjectType", "language", "status", "purpose", "implicitRules"),
}
MEANT = {
    *("resourceType", "url", "version", "name", "title", "_title", "description"),
    *("_description", "publisher", "copyright", "_copyright", "item", "extension"),
}
OF_ITEM = {
    *("linkId", "text", "_text", "type", "required", "repeats", "readOnly", "code", "prefix"),
    *("definition", "answerOption", "enableWhen", "enableBehavior", "maxLength", "item"),
    *("extension", "id"),
}
LINK_ID = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,59}")
CODE = re.compile(r"[^\s]{1,60}")
MOST_DECIMALS = 3


def read(source: str) -> Questionnaire:
    """The questionnaire a JSON text holds; raises Refused, naming the place."""
    data = loaded(source)
    if data.get("resourceType") != "Questionnaire":
        raise Refused("resourceType", "must be Questionnaire")
    only(data, ABOUT | MEANT, "Questionnaire")
    if data.get("implicitRules"):
        raise Refused("Questionnaire.implicitRules", "not supported")
    reader = _Reader()
    items = reader.items(data, "Questionnaire", 1)
    if not reader.questions:
        raise Refused("Questionnaire.item", "asks nothing")
    questionnaire = Questionnaire(
        url=text(data, "url", "Questionnaire"),
        version=text(data, "version", "Questionnaire"),
        name=text(data, "name", "Questionnaire"),
        title=_words(data, "title", "Questionnaire"),
        items=items,
        description=_words(data, "description", "Questionnaire", needed=False),
        publisher=text(data, "publisher", "Questionnaire", needed=False),
        copyright_note=_words(data, "copyright", "Questionnaire", needed=False),
        scores=tuple(
            _score(one, f"Questionnaire.extension[{number_}]")
            for number_, one in enumerate(extensions(data, {SCORE}, "Questionnaire"))
        ),
    )
    _check_scores(questionnaire)
    return questionnaire


class _Reader:
    """Reads items in order, so that a condition can only look back at a question before it."""

    def __init__(self) -> None:
        self.questions: dict[str, Question] = {}
        self.link_ids: set[str] = set()

    def items(self, data: dict[str, Any], where: str, depth: int) -> tuple[Item, ...]:
        if depth > DEEPEST:
            raise Refused(where, "nested too deeply")
        found = listed(data, "item", where)
        return tuple(
            self._item(one, f"{where}.item[{place}]", depth) for place, one in enumerate(found)
        )

    def _item(self, data: dict[str, Any], where: str, depth: int) -> Item:
        link_id = text(data, "linkId", where)
        if not LINK_ID.fullmatch(link_id):
            raise Refused(f"{where}.linkId", f"{link_id!r} is not a plain name")
        if link_id in self.link_ids:
            raise Refused(f"{where}.linkId", f"{link_id} stands twice")
        self.link_ids.add(link_id)
        where = f"item {link_id}"
        only(data, OF_ITEM, where)
        for key in ("repeats", "readOnly"):
            if flag(data, key, where):
                raise Refused(f"{where}.{key}", "not supported")
        words, opening = _words(data, "text", where), self._opening(data, where)
        kind = text(data, "type", where)
        if kind == "group":
            for key in ("answerOption", "maxLength", "required"):
                if data.get(key):
                    raise Refused(f"{where}.{key}", "not for a group")
            extensions(data, (), where)
            inner = self.items(data, where, depth + 1)
            if not inner:
                raise Refused(f"{where}.item", "a group with nothing in it")
            return Group(link_id, words, inner, opening)
        if kind not in get_args(Kind):
            raise Refused(f"{where}.type", f"{kind} is not supported")
        if data.get("item"):
            raise Refused(f"{where}.item", "questions under a question are not supported")
        question = _question(data, link_id, words, cast(Kind, kind), opening, where)
        self.questions[link_id] = question
        return question

    def _opening(self, data: dict[str, Any], where: str) -> Opening:
        found = listed(data, "enableWhen", where)
        behaviour = data.get("enableBehavior")
        if behaviour not in (None, "any", "all"):
            raise Refused(f"{where}.enableBehavior", "must be any or all")
        if len(found) > 1 and behaviour is None:
            raise Refused(f"{where}.enableBehavior", "needed where there are several enableWhen")
        conditions = tuple(
            self._condition(one, f"{where}.enableWhen[{place}]") for place, one in enumerate(found)
        )
        return Opening(conditions, behaviour != "all") if conditions else Opening()

    def _condition(self, data: dict[str, Any], where: str) -> Condition:
        about, operator = text(data, "question", where), text(data, "operator", where)
        question = self.questions.get(about)
        if question is None:
            raise Refused(f"{where}.question", f"{about} is not a question before it")
        if operator not in get_args(Operator):
            raise Refused(f"{where}.operator", f"{operator} is not supported")
        answers = [key for key in data if key.startswith("answer")]
        only(data, {"question", "operator", "id", *answers[:1]}, where)
        if not answers:
            raise Refused(where, "no answer to compare with")
        key = answers[0]
        if operator == "exists":
            if key != "answerBoolean" or not isinstance(data[key], bool):
                raise Refused(f"{where}.{key}", "exists wants answerBoolean")
            return Condition(about, "exists", data[key])
        if operator not in ("=", "!=") and question.kind not in (*NUMERIC, "date"):
            raise Refused(f"{where}.operator", f"{operator} has no meaning for {question.kind}")
        value = {f"value{key.removeprefix('answer')}": data[key]}
        return Condition(about, cast(Operator, operator), read_value(question, value, where))


def _question(
    data: dict[str, Any], link_id: str, words: Words, kind: Kind, opening: Opening, where: str
) -> Question:
    numeric = kind in NUMERIC
    found = extensions(data, {UNIT, LOWEST, HIGHEST, DECIMALS} if numeric else (), where)
    given: dict[str, Any] = {str(one["url"]): one for one in found}
    if len(given) != len(found):
        raise Refused(f"{where}.extension", "one stands twice")
    options = _options(data, where)
    if (kind == "choice") != bool(options):
        raise Refused(f"{where}.answerOption", "a choice has options, and only a choice")
    longest = 1000
    if "maxLength" in data:
        longest = whole(data["maxLength"], f"{where}.maxLength")
        if kind != "string" or not 1 <= longest <= 4000:
            raise Refused(f"{where}.maxLength", "only for a string, from 1 to 4000")
    low, high = _bound(given.get(LOWEST), where), _bound(given.get(HIGHEST), where)
    if low is not None and high is not None and low > high:
        raise Refused(f"{where}.extension", "the lowest value is above the highest")
    decimals = MOST_DECIMALS
    if DECIMALS in given:
        decimals = whole(given[DECIMALS].get("valueInteger"), f"{where}.maxDecimalPlaces")
        if kind != "decimal" or not 0 <= decimals <= MOST_DECIMALS:
            raise Refused(f"{where}.maxDecimalPlaces", f"for a decimal, 0 to {MOST_DECIMALS}")
    unit = ""
    if UNIT in given:
        coding = given[UNIT].get("valueCoding")
        if not isinstance(coding, dict):
            raise Refused(f"{where}.unit", "must be a Coding")
        unit = text(coding, "display" if "display" in coding else "code", f"{where}.unit")
    required = flag(data, "required", where)
    return Question(
        *(link_id, words, kind, required, options, low, high, unit, decimals, longest, opening)
    )


def _bound(extension: dict[str, Any] | None, where: str) -> Any:
    if extension is None:
        return None
    key = "valueInteger" if "valueInteger" in extension else "valueDecimal"
    return number(extension.get(key), f"{where}.{key}")


def _options(data: dict[str, Any], where: str) -> tuple[Option, ...]:
    found: list[Option] = []
    for place, one in enumerate(listed(data, "answerOption", where)):
        here = f"{where}.answerOption[{place}]"
        only(one, {"valueCoding", "extension", "id"}, here)
        coding = one.get("valueCoding")
        if not isinstance(coding, dict):
            raise Refused(here, "only valueCoding is supported")
        only(coding, {"system", "version", "code", "display", "_display", "extension"}, here)
        code = text(coding, "code", here)
        if not CODE.fullmatch(code) or any(known.code == code for known in found):
            raise Refused(f"{here}.code", f"{code!r} stands twice or is no code")
        ordinals = [*extensions(one, {ORDINAL}, here), *extensions(coding, {ORDINAL}, here)]
        if len(ordinals) > 1:
            raise Refused(here, "two ordinal values")
        figure = number(ordinals[0].get("valueDecimal"), here) if ordinals else None
        system = text(coding, "system", here, needed=False)
        found.append(Option(code, _words(coding, "display", here), figure, system))
    return tuple(found)


def _words(data: dict[str, Any], key: str, where: str, *, needed: bool = True) -> Words:
    """A Danish text and its English translation, the others left out."""
    danish, english = text(data, key, where, needed=needed), ""
    beside = data.get(f"_{key}", {})
    if not isinstance(beside, dict):
        raise Refused(f"{where}._{key}", "must be an object")
    for one in extensions(beside, {TRANSLATION}, f"{where}._{key}"):
        parts = {part.get("url"): part for part in listed(one, "extension", f"{where}._{key}")}
        language = parts.get("lang", {}).get("valueCode")
        content = parts.get("content", {})
        if isinstance(language, str) and language.split("-")[0] == "en":
            kind = "valueString" if "valueString" in content else "valueMarkdown"
            english = text(content, kind, f"{where}._{key}.translation")
    return Words(danish, english)


def _score(extension: dict[str, Any], where: str) -> Score:
    parts = listed(extension, "extension", where)
    items: list[str] = []
    given: dict[str, Any] = {}
    for part in parts:
        name = part.get("url")
        if name == "item":
            items.append(text(part, "valueString", f"{where}.item"))
        elif name in ("name", "label", "label-en", "way", "mayMiss", "above", "low", "high"):
            given[name] = part
        else:
            raise Refused(f"{where}.{name}", "not part of a score")
    way = text(given.get("way", {}), "valueCode", f"{where}.way")
    if way not in get_args(Way):
        raise Refused(f"{where}.way", f"{way} is not supported")
    label = text(given.get("label", {}), "valueString", f"{where}.label")
    english = text(given.get("label-en", {}), "valueString", f"{where}.label-en", needed=False)
    name = text(given.get("name", {}), "valueCode", f"{where}.name")
    if not LINK_ID.fullmatch(name):
        raise Refused(f"{where}.name", f"{name!r} is not a plain name")
    may_miss = whole(given.get("mayMiss", {}).get("valueInteger", 0), f"{where}.mayMiss")
    above, low, high = (
        number(given[key].get("valueDecimal"), f"{where}.{key}") if key in given else None
        for key in ("above", "low", "high")
    )
    return Score(
        name, Words(label, english), cast(Way, way), tuple(items), may_miss, above, low, high
    )


def _check_scores(questionnaire: Questionnaire) -> None:
    names = [score.name for score in questionnaire.scores]
    if len(set(names)) != len(names):
        raise Refused("Questionnaire.extension", "two scores have one name")
    for score in questionnaire.scores:
        flaw = scoring.flaw(questionnaire, score)
        if flaw:
            raise Refused(f"score {score.name}", flaw)
