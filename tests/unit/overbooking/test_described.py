"""A session described in a file: what cannot be is refused, with the field named."""

import json

import pytest

from booking.overbooking.described import Unreadable, answer, read

GOOD = {"times": [0, 10], "service": {"10": 0.5, "20": 0.5}, "p": [0.9, 0.8], "planned_end": 30}


def test_one_for_all_is_the_same_as_one_each() -> None:
    each = {**GOOD, "service": [GOOD["service"]] * 2, "p": [0.9, 0.9]}
    assert answer(*read(json.dumps(each))) == answer(*read(json.dumps({**GOOD, "p": 0.9})))


def test_a_session_without_patients_can_be_described() -> None:
    empty = {"times": [], "service": {"10": 1}, "p": [], "planned_end": 30}
    assert answer(*read(json.dumps(empty)))["expected_idle"] == 30


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"p": [0.9, 1.2]}, "p.1"),
        ({"p": [0.9, -0.1]}, "p.1"),
        ({"p": [0.9, True]}, "p.1"),
        ({"p": [0.9, "0.8"]}, "p.1"),
        ({"p": [0.9]}, "p"),
        ({"p": None}, "p"),
        ({"times": [10, 0]}, "times.1"),
        ({"times": [0, -5]}, "times.1"),
        ({"times": [0, 10.5]}, "times.1"),
        ({"times": [0, 100_000]}, "times.1"),
        ({"times": "0, 10"}, "times"),
        ({"service": {"10": 0.5, "20": 0.4}}, "service"),
        ({"service": {"10": 1.5, "20": -0.5}}, "service.10"),
        ({"service": {"10": "1"}}, "service.10"),
        ({"service": {"-10": 1}}, "service.-10"),
        ({"service": {"10.5": 1}}, "service.10.5"),
        ({"service": {"9999": 1}}, "service.9999"),
        ({"p": [0.9, 10**400]}, "p.1"),
        ({"service": {}}, "service"),
        ({"service": [{"10": 1}]}, "service"),
        ({"service": [{"10": 1}, {"10": 0.9}]}, "service.1"),
        ({"planned_end": -1}, "planned_end"),
        ({"planned_end": "30"}, "planned_end"),
        ({"planned_end": 99_999}, "planned_end"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(json.dumps({**GOOD, **wrong}))
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("name", GOOD)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(json.dumps({key: value for key, value in GOOD.items() if key != name}))
    assert list(refused.value.fields) == [name]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"p": NaN}', "9" * 5000, "[" * 100_000, f'{{"p": 1{"0" * 400}}}']
)
def test_what_is_no_description_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)
