"""What a decision was made without."""

from datetime import UTC, datetime
from decimal import Decimal

from tests.unit.triage_rules.tables import asthma
from triage_rules.tables.decide import Chain, Decision
from triage_rules.tables.evaluate import Fact
from triage_rules.tables.lacking import lacking

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def decide(**facts: object) -> Decision:
    known = {name: Fact(value, NOW) for name, value in facts.items()}
    return Chain(asthma.rules())(known, NOW)


def test_what_a_table_was_unsure_of_is_named() -> None:
    assert lacking(decide(act=Decimal(22))) == ("breathless_at_rest",)


def test_what_a_row_answers_for_when_it_is_missing_is_missing_all_the_same() -> None:
    assert lacking(decide(breathless_at_rest=False)) == ("act",)


def test_nothing_is_lacking_where_all_is_known() -> None:
    assert lacking(decide(act=Decimal(17), breathless_at_rest=False)) == ()
