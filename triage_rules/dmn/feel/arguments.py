"""What a built-in function may be given: its parameters, and arguments of the right type.

A value of another type gives null (DMN 1.5, 10.3.2.13.4): `Nothing` is raised for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Value

LONGEST_STRING = 100_000


class Nothing(Exception):
    """The function's value is null."""


@dataclass(frozen=True)
class Signature:
    """Names of parameters, how many must be given, and what computes the value."""

    parameters: tuple[str, ...]
    needed: int
    gathers: bool  # all arguments are one list, unless one list is given
    run: Callable[..., Value]

    @classmethod
    def of(cls, text: str, run: Callable[..., Value]) -> "Signature":
        """From `string, start position, length?`; `list...` gathers."""
        names = [name.strip() for name in text.split(",")] if text else []
        needed = sum(1 for name in names if not name.endswith("?"))
        gathers = text.endswith("...")
        return cls(tuple(name.rstrip("?.") for name in names), needed, gathers, run)

    def fit(
        self, by_place: tuple[Value, ...], by_name: dict[str, Value] | None
    ) -> tuple[Value, ...] | None:
        """The arguments in the order of the parameters; None where they do not fit."""
        if by_name is not None:
            return self._fit_by_name(by_name)
        if self.gathers:
            if not by_place:
                return None
            alone = len(by_place) == 1 and (by_place[0] is None or isinstance(by_place[0], tuple))
            return by_place if alone else (by_place,)
        return by_place if self.needed <= len(by_place) <= len(self.parameters) else None

    def _fit_by_name(self, given: dict[str, Value]) -> tuple[Value, ...] | None:
        if not set(self.parameters[: self.needed]) <= set(given) <= set(self.parameters):
            return None
        names = self.parameters[: len(given)]
        return tuple(given[name] for name in names) if set(names) == set(given) else None


def alone(value: Value) -> Value:
    """What a list of one holds (10.3.2.9.4); anything else as it is."""
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


def number(value: Value) -> Decimal:
    """A number, or null for the function."""
    value = alone(value)
    if not isinstance(value, Decimal):
        raise Nothing
    return value


def whole(value: Value, what: str) -> int:
    """A whole number of modest size; refused otherwise, null for what is no number."""
    found = number(value)
    if found != found.to_integral_value() or abs(found) > 1_000_000:
        raise Refused("", f"{what} is not a whole number of a size that is read")
    return int(found)


def string(value: Value) -> str:
    """A string, or null for the function."""
    value = alone(value)
    if not isinstance(value, str):
        raise Nothing
    return value


def bounded(text: str) -> str:
    """A string that was made; refused where it is too long."""
    if len(text) > LONGEST_STRING:
        raise Refused("", f"a string has more than {LONGEST_STRING} characters")
    return text


def items(value: Value) -> tuple[Value, ...]:
    """A list; a single value is a list of one, null is refused."""
    if value is None:
        raise Refused("", "null is given for a list")
    return value if isinstance(value, tuple) else (value,)


def context(value: Value) -> dict[str, Value]:
    """A context, or null for the function."""
    value = alone(value)
    if not isinstance(value, dict):
        raise Nothing
    return value
