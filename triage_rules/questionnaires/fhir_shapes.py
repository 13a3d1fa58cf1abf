"""What the readers of FHIR JSON share: refusals by place, checked look-ups, our addresses. Pure."""

import json
from collections.abc import Collection
from decimal import Decimal
from typing import Any

TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
LOWEST = "http://hl7.org/fhir/StructureDefinition/minValue"
HIGHEST = "http://hl7.org/fhir/StructureDefinition/maxValue"
DECIMALS = "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces"
SCORE = "urn:rettid:score"  # ours: FHIR has no way to declare a score without an expression
DEEPEST = 8
LONGEST = 512 * 1024


class Refused(Exception):
    """JSON outside what is understood. where: the element's path; why: in plain English."""

    def __init__(self, where: str, why: str) -> None:
        """Keep both."""
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


def loaded(text: str) -> dict[str, Any]:
    """A JSON object, numbers with a point as exact decimals; raises Refused."""
    if len(text) > LONGEST:
        raise Refused("resource", f"longer than {LONGEST} characters")
    try:
        found = json.loads(
            text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as error:
        raise Refused("resource", "not JSON") from error
    if not isinstance(found, dict):
        raise Refused("resource", "not an object")
    return found


def dumped(resource: dict[str, Any]) -> str:
    """JSON that says the same the same way each time, decimals written as they are."""
    return json.dumps(_plain(resource), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def only(data: dict[str, Any], known: Collection[str], where: str) -> None:
    """Raise Refused for the first key that is not known."""
    for key in data:
        if key not in known:
            raise Refused(f"{where}.{key}", "not supported")


def text(data: dict[str, Any], key: str, where: str, *, needed: bool = True) -> str:
    """A non-empty text; '' where it is absent and not needed."""
    found = data.get(key)
    if found is None and not needed:
        return ""
    if not isinstance(found, str) or not found.strip():
        raise Refused(f"{where}.{key}", "must be a text")
    return found


def listed(data: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    """A list of objects, empty where it is absent."""
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Refused(f"{where}.{key}", "must be a list of objects")
    return found


def flag(data: dict[str, Any], key: str, where: str) -> bool:
    """True or False, False where it is absent."""
    found = data.get(key, False)
    if not isinstance(found, bool):
        raise Refused(f"{where}.{key}", "must be true or false")
    return found


def whole(found: Any, where: str) -> int:
    """A whole number that is no truth value."""
    if isinstance(found, bool) or not isinstance(found, int):
        raise Refused(where, "must be a whole number")
    return found


def number(found: Any, where: str) -> Decimal:
    """An exact number."""
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise Refused(where, "must be a number")
    return Decimal(found)


def extensions(data: dict[str, Any], known: Collection[str], where: str) -> list[dict[str, Any]]:
    """The extensions of an element, all of them known."""
    found = listed(data, "extension", where)
    for one in found:
        if one.get("url") not in known:
            raise Refused(f"{where}.extension", f"{one.get('url')} is not supported")
    return found


def _plain(value: Any) -> Any:
    """Decimals as JSON numbers: whole ones as integers, others by their shortest exact float."""
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")
