"""A session described in a file, so that anyone can check a figure: docs/overbooking.md.

    {"times": [0, 20, 40], "service": {"15": 0.5, "25": 0.5}, "p": [0.9, 0.9, 0.8],
     "planned_end": 60}

times, planned_end: minutes from the session's start. service: minutes -> probability, one for all
or a list with one each. p: probability of coming, one for all or a list. Other fields are let be.
"""

import itertools
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from booking.overbooking.session_risk import LATE_FINISH, LONG_WAIT, Patient, evaluate

LONGEST, MOST = 1440, 200
LONGEST_SERVICE = 480
_TO_ONE = 1e-9

_minute = validate.Range(0, LONGEST, error=f"Must be 0 to {LONGEST} minutes.")


class Unreadable(Exception):
    """The description cannot be used; `fields` has what is wrong, by field."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(said)}" for name, said in fields.items()))
        self.fields = fields


class _Number(fields.Float):
    """A number that is written as one; true, "3" and NaN are not."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> float:
        if not _is_number(value):
            raise ValidationError("Must be a number.")
        return float(value)


class _Service(fields.Field[np.ndarray]):
    """minutes -> probability, as the probabilities of 0, 1, 2 … minutes."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> np.ndarray:
        if not isinstance(value, dict) or not value:
            raise ValidationError("Must give a probability for some numbers of minutes.")
        found = np.zeros(1 + LONGEST_SERVICE)
        for key, given in value.items():
            if not (re.fullmatch("[0-9]{1,3}", key) and int(key) <= LONGEST_SERVICE):
                raise ValidationError({key: [f"Must be 0 to {LONGEST_SERVICE} whole minutes."]})
            found[int(key)] += _probability(given, key)
        if abs(found.sum() - 1.0) > _TO_ONE:
            raise ValidationError(f"The probabilities sum to {found.sum():.12g}, not 1.")
        return np.trim_zeros(found, "b")


class _OneOrEach(fields.Field[Any]):
    """One for all, or a list with one each."""

    def __init__(self, each: fields.Field[Any]) -> None:
        super().__init__(required=True)
        self.each = each

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            return self.each.deserialize(value)
        return fields.List(self.each).deserialize(value)


class Description(Schema):
    """The patients of a session and its planned end."""

    class Meta:
        """What else stands in the file, the answers say, is let be."""

        unknown = EXCLUDE

    times = fields.List(
        fields.Integer(strict=True, validate=_minute),
        required=True,
        validate=validate.Length(max=MOST, error=f"Must be {MOST} patients at most."),
    )
    service = _OneOrEach(_Service())
    p = _OneOrEach(_Number(validate=validate.Range(0, 1, error="Must be 0 to 1.")))
    planned_end = fields.Integer(required=True, strict=True, validate=_minute)

    @post_load
    def session(self, data: dict[str, Any], **_: Any) -> tuple[list[Patient], int]:
        """The patients in order, and the planned end."""
        times = data["times"]
        for rank, (one, following) in enumerate(itertools.pairwise(times)):
            if following < one:
                raise ValidationError({"times": {rank + 1: ["Must not be before the one above."]}})
        each = {}
        for name in ("service", "p"):
            given = data[name]
            each[name] = given if isinstance(given, list) else [given] * len(times)
            if len(each[name]) != len(times):
                raise ValidationError({name: [f"Must be one for all, or {len(times)}."]})
        patients = [
            Patient(at, comes, service)
            for at, comes, service in zip(times, each["p"], each["service"], strict=True)
        ]
        return patients, data["planned_end"]


def read(text: str) -> tuple[list[Patient], int]:
    """The patients of a described session and its planned end. Raises Unreadable."""
    try:
        described = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable({"file": [f"Not JSON: {error}."]}) from None
    try:
        patients, planned_end = Description().load(described)
    except ValidationError as error:
        raise Unreadable(dict(_named(error.messages))) from None
    return patients, planned_end


def answer(patients: list[Patient], planned_end: int) -> dict[str, Any]:
    """What `evaluate` says of a described session, by the names of the file's own field."""
    risk = evaluate(patients, planned_end)
    comes = np.array([one.comes for one in patients])
    return {
        "waits": risk.waits.tolist(),
        f"p_wait_over_{LONG_WAIT}": risk.long_waits.tolist(),
        "sum_wait_of_shown": float(risk.waits @ comes),
        "expected_overtime": risk.overtime,
        f"p_overtime_over_{LATE_FINISH}": risk.late,
        "expected_idle": risk.idle,
    }


def _probability(given: Any, key: str) -> float:
    if not _is_number(given) or not 0 <= given <= 1:
        raise ValidationError({key: ["Must be a probability, 0 to 1."]})
    return float(given)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _named(said: Any, name: str = "") -> Iterator[tuple[str, list[str]]]:
    """(field.of.field, texts) pairs from marshmallow's nested messages."""
    if isinstance(said, dict):
        for key, under in said.items():
            if key == "_schema":
                yield from _named(under, name or "file")
            else:
                yield from _named(under, f"{name}.{key}" if name else str(key))
    else:
        yield name, [str(text) for text in said]
