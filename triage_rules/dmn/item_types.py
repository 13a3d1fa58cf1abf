"""Whether a value is of the type the model says, and what it becomes by DMN's own conversions.

DMN makes null of a value of another type; here it is refused, so that nothing is lost unseen.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, Overflow

from triage_rules.dmn.feel import moments
from triage_rules.dmn.model import Cell, ItemType
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import NUMBERS, Value, kind

_SIMPLE = {
    "string": "string",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "context": "context",
}
_FROM_TEXT: dict[str, Callable[[str], Value]] = {
    "date": moments.read_date,
    "time": moments.read_time,
    "date and time": moments.read_date_and_time,
    "days and time duration": moments.read_duration,
    "years and months duration": moments.read_duration,
}
MOST_DIGITS = 34
MOST_NESTED = 30


class Types:
    """The types of one model. `allows` says whether a value is among the allowed ones of a cell."""

    def __init__(
        self, types: Mapping[str, ItemType], allows: Callable[[Cell, Value], bool | None]
    ) -> None:
        self._types = types
        self._allows = allows

    def conform(self, value: Value, type_ref: str | None, where: str) -> Value:
        """The computed value as one of the type; raises Refused where it is none."""
        return self._as(value, type_ref, where, fact=False, deep=0)

    def fact(self, value: Value, type_ref: str | None, where: str) -> Value:
        """A fact from JSON (lists, dicts, Decimal, str, bool, None) as a value of the type."""
        return self._as(value, type_ref, where, fact=True, deep=0)

    def _as(
        self, value: Value, type_ref: str | None, where: str, *, fact: bool, deep: int
    ) -> Value:
        if deep > 20:
            raise Refused(where, "its type is nested too deep, or in a circle")
        if type_ref in (None, "Any"):
            return untyped(value, where) if fact else value
        assert type_ref is not None
        if type_ref in self._types:
            return self._item(value, self._types[type_ref], where, fact=fact, deep=deep)
        if type_ref not in _SIMPLE:
            raise Refused(where, f"the type {type_ref!r} is not one the model defines or FEEL has")
        return _simple(value, _SIMPLE[type_ref], where, fact=fact)

    def _item(self, value: Value, item: ItemType, where: str, *, fact: bool, deep: int) -> Value:
        if item.outside:
            raise Refused(f"item definition {item.name!r}", item.outside)
        if value is None:
            return None
        if not item.collection:
            return self._single(_alone(value), item, where, fact=fact, deep=deep)
        values = value if isinstance(value, list | tuple) else (value,)
        return tuple(
            self._single(one, item, f"{where}, item {number}", fact=fact, deep=deep)
            for number, one in enumerate(values, 1)
        )

    def _single(self, value: Value, item: ItemType, where: str, *, fact: bool, deep: int) -> Value:
        if value is None:
            return None
        if item.components:
            found = self._structure(value, item, where, fact=fact, deep=deep + 1)
        else:
            found = self._as(value, item.base, where, fact=fact, deep=deep + 1)
        allowed = item.allowed if item.allowed is not None and item.allowed.text else None
        if allowed and found is not None and self._allows(allowed, found) is not True:
            raise Refused(where, f"the value is not among those {item.name!r} allows")
        return found

    def _structure(
        self, value: Value, item: ItemType, where: str, *, fact: bool, deep: int
    ) -> Value:
        if not isinstance(value, dict):
            raise Refused(
                where, f"a context of the type {item.name!r} is needed, not a {said(value)}"
            )
        names = {component.name for component in item.components}
        if not names <= value.keys():
            raise Refused(where, f"it lacks {', '.join(sorted(names - value.keys()))}")
        if fact and not value.keys() <= names:
            unknown = ", ".join(sorted(str(key) for key in value.keys() - names))
            raise Refused(where, f"its type {item.name!r} has no {unknown}")
        made = dict(value)
        for component in item.components:
            inside = f"{where}, {component.name!r}"
            made[component.name] = self._item(
                value[component.name], component, inside, fact=fact, deep=deep
            )
        return made


def _alone(value: Value) -> Value:
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def _simple(value: Value, wanted: str, where: str, *, fact: bool) -> Value:
    value = _alone(value)
    if value is None:
        return None
    if fact and wanted in _FROM_TEXT and isinstance(value, str):
        value = _FROM_TEXT[wanted](value)
        if value is None or kind(value) != wanted:
            raise Refused(where, f"this is no {wanted}")
    elif fact:
        value = untyped(value, where)
    if wanted == "date and time" and isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)  # DMN 1.5, 10.3.2.9.4
    if kind(value) != wanted:
        raise Refused(where, f"a {wanted} is needed, not a {kind(value)}")
    return value


def untyped(value: Value, where: str, deep: int = 0) -> Value:
    """A fact without a declared type: what JSON says it is."""
    if deep > MOST_NESTED:
        raise Refused(where, f"it is nested more than {MOST_NESTED} deep")
    if isinstance(value, list | tuple):
        return tuple(untyped(one, where, deep + 1) for one in value)
    if isinstance(value, dict):
        return {str(key): untyped(one, where, deep + 1) for key, one in value.items()}
    if isinstance(value, Decimal):
        if not _fits(value):
            raise Refused(where, f"the number has more than {MOST_DIGITS} digits, or is none")
    elif value is not None and not isinstance(value, bool | str):
        raise Refused(where, f"a {type(value).__name__} is no fact")
    return value


def _fits(value: Decimal) -> bool:
    try:
        return value.is_finite() and NUMBERS.plus(value) == value
    except Overflow:
        return False


def said(value: Value) -> str:
    """The kind of a value for a refusal, also of one straight from JSON."""
    return "list" if isinstance(value, list) else kind(value)
