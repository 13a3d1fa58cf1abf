"""What points to a person, and what only looks a little like it."""

import pytest

from booking.imports import personal

ANYWHERE = [
    "150752-2222",
    "A1507522222",
    "set af 150752 2222, kontrol",
    "150752-22A1",
    "150752xyz1",
    "karen@example.org",
    "mail: k.o@sub.example.dk.",
    "+4520301020",
    "+46 70 123 45 67",
    "20 30 10 20",
]
ONLY_IN_TEXTS = ["20301020", "tlf. 2030 1020", "0045 20301020"]
NOWHERE = [
    "",
    "Kontrol 2 af 3",
    "5642903",
    "558997776694438",
    "93779.52927",
    "999999-2222",
    "2016-04-29T18:38:08Z",
    "set 2026-05-02",
    "240516 kontrol",
    "JARDIM DA PENHA",
    "3 @ 4",
]


@pytest.mark.parametrize("text", ANYWHERE)
def test_it_is_told_in_texts_and_keys(text: str) -> None:
    assert personal.in_text(text)
    assert personal.in_key(text)


@pytest.mark.parametrize("text", ONLY_IN_TEXTS)
def test_eight_bare_digits_are_a_phone_number_in_a_text_but_may_be_any_key(text: str) -> None:
    assert personal.in_text(text)
    assert not personal.in_key(text)


@pytest.mark.parametrize("text", NOWHERE)
def test_other_numbers_and_words_are_left_alone(text: str) -> None:
    assert not personal.in_text(text)
    assert not personal.in_key(text)
