"""Facts from JSON and answers to JSON, numbers exact in both directions."""

import json
from datetime import date, time, timedelta
from decimal import Decimal
from typing import NoReturn

from triage_rules.dmn.feel.moments import written
from triage_rules.dmn.feel.texts import LONGEST_NUMERAL, written_number
from triage_rules.dmn.refused import Refused, at
from triage_rules.dmn.values import NUMBERS, Months, Value

MOST_BYTES = 1_000_000
WHERE = "the facts"


def read_facts(text: bytes) -> dict[str, object]:
    """A JSON object of names and values, its numbers as Decimal; raises Refused."""
    if len(text) > MOST_BYTES:
        raise Refused(WHERE, f"there are more than {MOST_BYTES} bytes")
    try:
        found = json.loads(
            text.decode("utf-8-sig"),
            parse_int=Decimal,
            parse_float=Decimal,
            parse_constant=_no_number,
            object_pairs_hook=_without_repeats,
        )
    except UnicodeDecodeError:
        raise Refused(WHERE, "they are not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Refused(WHERE, f"they are no JSON: {error}") from None
    except ArithmeticError:
        raise Refused(WHERE, "a number is too large") from None
    except RecursionError:
        raise Refused(WHERE, "they are nested too deep") from None
    if not isinstance(found, dict):
        raise Refused(WHERE, "they are not a JSON object of names and values")
    return found


def _no_number(text: str) -> NoReturn:
    raise Refused(WHERE, f"{text} is no number")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused(WHERE, "a name is there twice")
    return found


def to_json(value: Value, indent: int | None = None) -> str:
    """JSON text of a value of strings, numbers, lists and contexts; dates become strings."""
    with at("the answer"):
        return _json(value, indent, 0)


def _json(value: Value, indent: int | None, level: int) -> str:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, date | time | timedelta | Months):
        return json.dumps(written(value))
    if isinstance(value, dict):
        parts = [
            f"{json.dumps(key, ensure_ascii=False)}: {_json(inner, indent, level + 1)}"
            for key, inner in value.items()
        ]
        return _bracketed("{", parts, "}", indent, level)
    if isinstance(value, tuple | list):
        return _bracketed("[", [_json(v, indent, level + 1) for v in value], "]", indent, level)
    raise Refused("", "a range or function is not written as JSON")


def _number(value: Decimal) -> str:
    """Plain digits, or with an exponent where there would be very many."""
    if value and abs(value.adjusted()) > LONGEST_NUMERAL:
        return str(NUMBERS.plus(value).normalize(NUMBERS))
    return written_number(value)


def _bracketed(opening: str, parts: list[str], closing: str, indent: int | None, level: int) -> str:
    if indent is None or not parts:
        return opening + ", ".join(parts) + closing
    pad = "\n" + " " * (indent * (level + 1))
    end = "\n" + " " * (indent * level)
    return opening + pad + f",{pad}".join(parts) + end + closing
