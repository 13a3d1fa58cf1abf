"""Whether a value is of the type the model says, and what it becomes by DMN's own conversions.

DMN makes null of a computed value of another type (10.3.2.9.4). A fact of another type is refused,
so that what a caller got wrong is never taken for unknown.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, Overflow

from triage_rules.dmn.feel import moments
from triage_rules.dmn.model import Cell, FunctionType, ItemType
from triage_rules.dmn.refused import Refused, at
from triage_rules.dmn.values import NUMBERS, Function, Value, kind

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
# What may be meant as a date, a time, both or a duration; a string says nothing of it itself.
_MAY_BE_MORE = re.compile(
    r"-?\d{4,9}-\d\d-\d\d(T.*)?|\d\d:\d\d:\d\d.*"
    r"|-?P(?=[\dT])(\d+[YMD])*(T(?=\d)(\d+[HM])*(\d+(\.\d+)?S)?)?",
    re.ASCII | re.DOTALL,
)
MOST_DIGITS = 34
MOST_NESTED = 30


class Unfit(Refused):
    """The value is not of the type."""


class Types:
    """The types of one model. `allows` says whether a value is among the allowed ones of a cell."""

    def __init__(
        self, types: Mapping[str, ItemType], allows: Callable[[Cell, Value], bool | None]
    ) -> None:
        self._types = types
        self._allows = allows

    def conform(self, value: Value, type_ref: str | None, where: str) -> Value:
        """The computed value as one of the type; null where it is none, as DMN has it."""
        try:
            return self.fit(value, type_ref, where)
        except Unfit:
            return None

    def fit(self, value: Value, type_ref: str | None, where: str) -> Value:
        """The computed value as one of the type; raises Unfit where it is none."""
        if isinstance(value, Function):
            return self.typed(value, type_ref, where)
        return self._as(value, type_ref, where, fact=False, deep=0)

    def typed(self, function: Function, type_ref: str | None, where: str) -> Function:
        """The function as one of the type; where the type is of no function, it is its value's."""
        if type_ref in (None, "Any"):
            return function
        item = self._types.get(type_ref) if type_ref else None
        wanted = item.function if item is not None else None
        if wanted is None:
            return TypedFunction(function, FunctionType((), type_ref), self, where, older=True)
        return TypedFunction(function, wanted, self, where)

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
        if item.function is not None and isinstance(value, Function):
            return TypedFunction(value, item.function, self, where)
        if item.function is not None:
            needed = "function"
            raise Unfit(where, f"a {needed} is needed, not a {said(value)}")
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
            found = self._as(value, self._base(item), where, fact=fact, deep=deep + 1)
        allowed = item.allowed if item.allowed is not None and item.allowed.text else None
        if allowed and found is not None and self._allows(allowed, found) is not True:
            raise Unfit(where, f"the value is not among those {item.name!r} allows")
        return found

    def _base(self, item: ItemType) -> str | None:
        """The type below it; one whose values it narrows itself gives way to that one's own."""
        for _ in range(MOST_NESTED):
            below = self._types.get(item.base) if item.base else None
            if item.allowed is None or not item.allowed.text or below is None:
                break
            if below.components or below.collection or below.function or below.outside:
                break
            item = ItemType(item.name, below.base, (), collection=False, allowed=item.allowed)
        return item.base

    def _structure(
        self, value: Value, item: ItemType, where: str, *, fact: bool, deep: int
    ) -> Value:
        if not isinstance(value, dict):
            raise Unfit(
                where, f"a context of the type {item.name!r} is needed, not a {said(value)}"
            )
        names = {component.name for component in item.components}
        if not names <= value.keys():
            raise Unfit(where, f"it lacks {', '.join(sorted(names - value.keys()))}")
        if fact and not value.keys() <= names:
            unknown = ", ".join(sorted(str(key) for key in value.keys() - names))
            raise Unfit(where, f"its type {item.name!r} has no {unknown}")
        made = dict(value)
        for component in item.components:
            inside = f"{where}, {component.name!r}"
            made[component.name] = self._item(
                value[component.name], component, inside, fact=fact, deep=deep
            )
        return made


class TypedFunction(Function):
    """A function whose arguments and value are of the types that its own type says."""

    def __init__(
        self,
        inner: Function,
        wanted: FunctionType,
        types: Types,
        where: str,
        *,
        older: bool = False,
    ) -> None:
        self._inner = inner
        self._wanted = wanted
        self._types = types
        self._where = where
        self._older = older

    def call(self, by_place: tuple[Value, ...], by_name: dict[str, Value] | None) -> Value:
        refs = self._wanted.parameters
        if by_name is not None:
            kinds = dict(refs)
            by_name = {name: self._as(v, kinds.get(name)) for name, v in by_name.items()}
        elif len(refs) == len(by_place):
            by_place = tuple(self._as(v, ref) for v, (_, ref) in zip(by_place, refs, strict=True))
        value = self._inner.call(by_place, by_name)
        if self._older:  # DMN 1.5 does not say that such a type is of the function's value
            return self._types.fit(value, self._wanted.result, self._where)
        return self._as(value, self._wanted.result)

    def _as(self, value: Value, type_ref: str | None) -> Value:
        return self._types.conform(value, type_ref, self._where)


def _alone(value: Value) -> Value:
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def _simple(value: Value, wanted: str, where: str, *, fact: bool) -> Value:
    value = _alone(value)
    if value is None:
        return None
    if fact and wanted in _FROM_TEXT and isinstance(value, str):
        with at(where):
            value = _FROM_TEXT[wanted](value)
        if value is None or kind(value) != wanted:
            raise Unfit(where, f"this is no {wanted}")
    elif fact and not isinstance(value, str):
        value = untyped(value, where)
    if wanted == "date and time" and isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)  # DMN 1.5, 10.3.2.9.4
    if kind(value) != wanted:
        raise Unfit(where, f"a {wanted} is needed, not a {kind(value)}")
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
    elif isinstance(value, str) and _MAY_BE_MORE.fullmatch(value):
        why = "it has no declared type, and may be a string or a date, a time or a duration"
        raise Refused(where, why)
    return value


def _fits(value: Decimal) -> bool:
    try:
        return value.is_finite() and NUMBERS.plus(value) == value
    except Overflow:
        return False


def said(value: Value) -> str:
    """The kind of a value for a refusal, also of one straight from JSON."""
    return "list" if isinstance(value, list) else kind(value)
