"""The policy a clinic begins with."""

import json

from reminders.policies.checking import check
from reminders.policies.standard import STANDARD
from reminders.policies.steps import OCCASIONS, as_json, from_json

WORDINGS = {"booked", "offered", "moved", "cancelled", "questionnaire", "reminder", "reminder_last"}


def test_nothing_is_wrong_with_it() -> None:
    assert check(STANDARD, WORDINGS) == []


def test_it_uses_every_wording_it_comes_with() -> None:
    assert {step.wording for step in STANDARD.steps} == WORDINGS


def test_it_tells_of_everything_that_happens_but_the_offer_of_a_freed_time() -> None:
    told = {step.when.on for step in STANDARD.steps}
    assert told >= set(OCCASIONS) - {"offer"}


def test_it_is_the_same_when_read_back() -> None:
    assert from_json(json.loads(json.dumps(as_json(STANDARD)))) == STANDARD
