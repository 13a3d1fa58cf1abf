"""What is said of limits that do not hold."""

import pytest
from flask import Flask

from booking.overbooking.wording import why


def clock(minutes: int) -> str:
    return f"{8 + minutes // 60}.{minutes % 60:02}"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            {"limit": "late", "value": 0.213, "allowed": 0.2},
            "Risiko for over 15 minutters overarbejde: 21 % (grænse 20 %).",
        ),
        (
            {"limit": "late", "value": 0.2001, "allowed": 0.2},
            "Risiko for over 15 minutters overarbejde: lidt over 20 % (grænse 20 %).",
        ),
        (
            {"limit": "wait", "value": 20.3, "allowed": 20.0, "at": 70},
            "Patienten kl. 9.10 ville i gennemsnit vente lidt over 20 min. (grænse 20).",
        ),
        (
            {"limit": "missing", "value": 0.98, "allowed": 1},
            "Forsigtigt regnet ventes kun 0,9 at udeblive, og det skal være mindst 1.",
        ),
        ({"limit": "session"}, "Sessionen findes ikke længere."),
    ],
)
def test_a_limit_is_said_to_be_broken_by_what_is_shown(
    app: Flask, broken: dict[str, object], said: str
) -> None:
    with app.test_request_context():
        assert [text.replace("\xa0", " ") for text in why([broken], clock)] == [said]


def test_without_a_limit_no_start_fits(app: Flask) -> None:
    with app.test_request_context():
        assert why([], clock) == ["Ingen starttid passer."]
