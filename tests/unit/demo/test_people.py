"""The demo's people: nobody real, nobody twice."""

from datetime import date
from random import Random

import pytest

from booking.demo.people import Person, Town
from booking.people import cpr
from booking.platform.phone import e164

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def crowd() -> list[Person]:
    return list(Town(Random(7), TODAY).people(2500))


def test_cpr_numbers_stand_on_the_birth_date_and_fail_the_check(crowd: list[Person]) -> None:
    for person in crowd:
        assert cpr.normalise(person.cpr) == person.cpr
        assert cpr.birth_date(person.cpr) == person.birth_date <= TODAY
        assert cpr.fails_modulus_11(person.cpr)


def test_nobody_has_anothers_number(crowd: list[Person]) -> None:
    assert len({person.cpr for person in crowd}) == len(crowd)
    assert len({person.phone for person in crowd}) == len(crowd)


def test_phones_can_be_typed_again_and_mail_goes_nowhere(crowd: list[Person]) -> None:
    for person in crowd:
        assert e164(person.phone) == person.phone
        assert person.email is None or person.email.endswith("@example.org")
        assert person.email is None or person.email.isascii()


def test_children_and_the_very_old_get_the_right_century() -> None:
    town = Town(Random(1), TODAY)
    ages = (0.2, 9.4, 26.9, 27.5, 60, 99.9)
    for person in [town.person(age) for age in ages for _again in range(20)]:
        assert cpr.birth_date(person.cpr) == person.birth_date


def test_the_town_is_of_many_kinds(crowd: list[Person]) -> None:
    assert any(person.digital_exempt for person in crowd)
    assert {person.language for person in crowd} >= {"da", "ar", "uk", "pl", "en"}
    assert {need for person in crowd for need in person.needs} >= {"interpreter", "walking_aid"}


def test_the_same_seed_makes_the_same_people() -> None:
    first, second = (list(Town(Random(3), TODAY).people(50)) for _time in range(2))
    assert first == second
