"""What each provider's code means, and how long to wait."""

from datetime import timedelta
from random import Random

import pytest

from reminders.delivery.error_classes import (
    FIRST_WAIT_TO_CALL,
    LONGEST_WAIT,
    class_of,
    most_tries,
    says,
    wait,
)

STATED = {
    "never": ["21211", "21614", "30004", "30005", "30006", "30007"],
    "opted_out": ["21610"],
    "later": ["30003", "30008", "30001", "21611"],
    "slow_down": ["20429"],
    "expired": ["30036"],
    "alarm": ["20003", "21612"],
    "absent": ["busy", "no-answer"],
    "released": ["not_called"],
    "other": ["", "99999"],
}


@pytest.mark.parametrize(
    ("kind", "code"), [(kind, code) for kind, codes in STATED.items() for code in codes]
)
def test_each_code_has_its_class(kind: str, code: str) -> None:
    assert class_of(code) == kind


@pytest.mark.parametrize("code", ["connection", "smtp 421"])
def test_some_codes_are_the_providers_own_trouble(code: str) -> None:
    assert says(code) == "trouble"


def test_others_show_that_it_works_or_that_it_was_never_asked() -> None:
    assert (says("21211"), says(""), says("not_called")) == ("works", "works", "nothing")


def test_waits_double_up_to_the_longest_half_of_each_by_chance() -> None:
    rng = Random(7)
    for tries in range(1, 12):
        whole = min(timedelta(minutes=1) * 2 ** (tries - 1), LONGEST_WAIT)
        waits = [wait(tries, rng) for _ in range(200)]
        assert whole / 2 <= min(waits)
        assert max(waits) <= whole
        assert max(waits) - min(waits) > whole / 4  # those who failed together part


def test_whoever_is_not_at_home_is_rung_seldom() -> None:
    assert most_tries("absent") < most_tries("later")
    assert wait(1, Random(7), "absent") >= FIRST_WAIT_TO_CALL / 2
