"""What a decision was made from is read as it was written, to the last digit."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from triage_rules.followup import inputs
from triage_rules.followup.inputs import Alarm, Inputs
from triage_rules.tables.evaluate import Fact

VALUES = st.booleans() | st.text() | st.decimals(allow_nan=False, allow_infinity=False)
INSTANTS = st.none() | st.datetimes(
    datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)
)
FACTS = st.dictionaries(st.text(), st.builds(Fact, VALUES, INSTANTS))

ALARMS = st.none() | st.builds(Alarm, st.text(), INSTANTS.filter(bool))


@given(FACTS, st.booleans(), ALARMS, st.booleans())
def test_inputs_are_read_as_they_were_written(
    facts: dict[str, Fact], wish: bool, alarm: Alarm | None, invited: bool
) -> None:
    written = inputs.written(Inputs(facts, wish, alarm, invited))
    assert inputs.read(written) == Inputs(facts, wish, alarm, invited)
    assert inputs.written(inputs.read(written)) == written


def test_inputs_from_before_alarms_were_kept_have_none() -> None:
    assert inputs.read('{"facts": {}, "wish": true}') == Inputs({}, wish=True)


def test_what_is_no_value_stays_none_and_whole_numbers_are_numbers() -> None:
    known = Inputs({"score": Fact(7), "text": Fact("7"), "nothing": Fact(None)}, wish=False)
    again = inputs.read(inputs.written(known)).facts
    assert again["score"].value == Decimal(7)
    assert again["text"].value == "7"
    assert again["nothing"].value is None
