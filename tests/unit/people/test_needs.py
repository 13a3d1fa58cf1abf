"""The fixed list of needs."""

from flask import Flask
from flask_babel import Babel

from booking.people import needs


def test_the_codes_are_what_the_database_holds() -> None:
    assert needs.CODES == (
        "interpreter",
        "walking_aid",
        "hearing",
        "companion",
        "first_visit",
        "several_problems",
    )


def test_they_are_shown_in_their_order_and_unknown_ones_left_out() -> None:
    found = needs.named(["several_problems", "jetpack", "interpreter"])
    assert [need.code for need in found] == ["interpreter", "several_problems"]


def test_each_has_a_name_and_a_sentence_in_danish() -> None:
    app = Flask(__name__)
    Babel(app, default_locale="da")
    with app.test_request_context():
        names = [str(need.name) for need in needs.NEEDS]
        assert names[0] == "Tolk"
        assert len(set(names)) == len(names)
        assert all(str(need.explanation).endswith(".") for need in needs.NEEDS)
