"""The written form of a rule set: JSON with sorted keys, the same text for the same rules.

Its hash is what a stored decision names, so the form is ours to keep: a text written today must
read the same in ten years. Reading is strict: just the fields there are, of the right kind.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from triage_rules.tables.model import (
    Aggregation,
    AnyValue,
    Cell,
    HitPolicy,
    Input,
    Interval,
    Is,
    Kind,
    Missing,
    OneOf,
    Output,
    Row,
    Table,
    Value,
)
from triage_rules.tables.rule_set import Malformed, RuleSet, SecondLook, check

# Written out in full, so that a short text cannot ask for a long one.
MOST_DIGITS = 30


def content_hash(rules: RuleSet) -> str:
    """SHA-256 of the written form, in hex."""
    return hashlib.sha256(written(rules).encode()).hexdigest()


def written(rules: RuleSet) -> str:
    """The rule set as JSON text, the same for the same rules."""
    return json.dumps(_plain(rules), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> RuleSet:
    """A rule set from its written form; raises Malformed for anything else."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("", str(error)) from error
    rules = _rule_set(plain)
    check(rules)
    return rules


def _plain(value: object) -> object:
    """JSON's own types: numbers as text, so that none is rounded; cells with their kind."""
    if isinstance(value, Decimal):
        return {"number": format(value.normalize(), "f")}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, AnyValue | Missing | Interval | OneOf | Is):
        made = {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
        return {"cell": _CELL_NAMES[type(value)], **made}
    if isinstance(value, Input | Output | Row | Table | SecondLook | RuleSet):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


_CELL_NAMES: dict[type, str] = {
    AnyValue: "any",
    Missing: "missing",
    Interval: "interval",
    OneOf: "one_of",
    Is: "is",
}


def _rule_set(plain: Any) -> RuleSet:
    given = _fields(plain, RuleSet, "")
    looks = [
        _fields(one, SecondLook, f"second_looks/{n}")
        for n, one in enumerate(_list(given, "second_looks"))
    ]
    return RuleSet(
        name=_text(given, "name"),
        label=_text(given, "label"),
        tables=tuple(_table(one) for one in _list(given, "tables")),
        latest_weeks=_whole(given["latest_weeks"], "latest_weeks"),
        second_looks=tuple(
            SecondLook(
                _text(one, "input"),
                _number(one["limit"], "limit"),
                _number(one["within"], "within"),
            )
            for one in looks
        ),
    )


def _table(plain: Any) -> Table:
    given = _fields(plain, Table, "tables")
    name = _text(given, "name")
    return Table(
        name=name,
        label=_text(given, "label"),
        hit_policy=_named(given["hit_policy"], get_args(HitPolicy), name),
        inputs=tuple(_input(one, name) for one in _list(given, "inputs")),
        outputs=tuple(_output(one, name) for one in _list(given, "outputs")),
        rows=tuple(_row(one, name) for one in _list(given, "rows")),
        aggregation=_named(given["aggregation"], (None, *get_args(Aggregation)), name),
    )


def _input(plain: Any, table: str) -> Input:
    given = _fields(plain, Input, table)
    where = f"{table}/{given['name']}"
    age = given["greatest_age_days"]
    step = _number(given["step"], where)
    if step <= 0:
        raise Malformed(where, "the step must be above 0")
    return Input(
        name=_text(given, "name"),
        label=_text(given, "label"),
        kind=_named(given["kind"], get_args(Kind), where),
        unit=_text(given, "unit"),
        low=_maybe_number(given["low"], where),
        high=_maybe_number(given["high"], where),
        step=step,
        choices=_texts(given, "choices"),
        greatest_age_days=None if age is None else _whole(age, where),
        source=_text(given, "source"),
        can_be_missing=_boolean(given["can_be_missing"], where),
    )


def _output(plain: Any, table: str) -> Output:
    given = _fields(plain, Output, table)
    where = f"{table}/{given['name']}"
    return Output(
        name=_text(given, "name"),
        label=_text(given, "label"),
        kind=_named(given["kind"], (*get_args(Kind), "text"), where),
        unit=_text(given, "unit"),
        low=_maybe_number(given["low"], where),
        high=_maybe_number(given["high"], where),
        choices=_texts(given, "choices"),
    )


def _row(plain: Any, table: str) -> Row:
    given = _fields(plain, Row, table)
    where = f"{table}/{given['id']}"
    review_by = given["review_by"]
    try:
        due = None if review_by is None else date.fromisoformat(review_by)
    except (TypeError, ValueError) as error:
        raise Malformed(where, "review_by is no date") from error
    return Row(
        id=_text(given, "id"),
        cells=tuple(_cell(one, where) for one in _list(given, "cells")),
        outputs=tuple(_value(one, where) for one in _list(given, "outputs")),
        told=_text(given, "told"),
        told_en=_text(given, "told_en"),
        evidence=_text(given, "evidence"),
        owner=_text(given, "owner"),
        review_by=due,
    )


def _cell(plain: Any, where: str) -> Cell:
    named = plain.get("cell") if isinstance(plain, dict) else None
    kind = next((kind for kind, name in _CELL_NAMES.items() if name == named), None)
    if kind is None:
        raise Malformed(where, "no such cell")
    given = _fields({k: v for k, v in plain.items() if k != "cell"}, kind, where)
    if kind is Interval:
        return Interval(
            _maybe_number(given["low"], where),
            _maybe_number(given["high"], where),
            _boolean(given["low_closed"], where),
            _boolean(given["high_closed"], where),
        )
    if kind is OneOf:
        return OneOf(frozenset(_texts(given, "choices")))
    if kind is Is:
        return Is(_boolean(given["value"], where))
    return AnyValue() if kind is AnyValue else Missing()


def _value(plain: Any, where: str) -> Value:
    if isinstance(plain, str | bool):
        return plain
    return _number(plain, where)


def _named(plain: Any, names: tuple[Any, ...], where: str) -> Any:
    if plain not in names:
        raise Malformed(where, f"must be one of {names}")
    return plain


def _fields(plain: Any, kind: type, where: str) -> dict[str, Any]:
    """Just the fields of a kind: none missing, none more."""
    names = {f.name for f in fields(kind)}
    if not isinstance(plain, Mapping) or set(plain) != names:
        raise Malformed(where, f"needs just {', '.join(sorted(names))}")
    return dict(plain)


def _list(given: dict[str, Any], name: str) -> list[Any]:
    if not isinstance(given[name], list):
        raise Malformed(name, "must be a list")
    return list(given[name])


def _text(given: dict[str, Any], name: str) -> str:
    text = given[name]
    if not isinstance(text, str):
        raise Malformed(name, "must be a text")
    return text


def _texts(given: dict[str, Any], name: str) -> tuple[str, ...]:
    found = _list(given, name)
    if not all(isinstance(one, str) for one in found):
        raise Malformed(name, "must be texts")
    return tuple(found)


def _number(plain: Any, where: str) -> Decimal:
    """As it is written: a text of the digits, none of them left out by an exponent."""
    try:
        text = plain["number"]
        number = Decimal(text) if isinstance(text, str) else None
    except (TypeError, KeyError, InvalidOperation) as error:
        raise Malformed(where, "must be a number") from error
    if number is None or not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise Malformed(where, "must be a finite number")
    return number


def _maybe_number(plain: Any, where: str) -> Decimal | None:
    return None if plain is None else _number(plain, where)


def _whole(plain: Any, where: str) -> int:
    if isinstance(plain, bool) or not isinstance(plain, int):
        raise Malformed(where, "must be a whole number")
    return plain


def _boolean(plain: Any, where: str) -> bool:
    if not isinstance(plain, bool):
        raise Malformed(where, "must be true or false")
    return plain
