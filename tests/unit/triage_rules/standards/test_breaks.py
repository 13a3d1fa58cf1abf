"""A rule set that can leave patients without a way to meet a standard is found, row by row.

The property: where nothing is found, no patient that the rules follow for years ever goes longer
than the standard's period, however their answers fall.
"""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.triage_rules.tables import asthma
from tests.unit.triage_rules.tables.asthma import ANY, COLOUR, OUTPUTS, contact, row, upto
from triage_rules.standards.breaks import ANSWER_DAYS, Break, breaks, named_in
from triage_rules.standards.obligations import FORMS, Obligation, Way, shortest
from triage_rules.tables.decide import Chain
from triage_rules.tables.evaluate import Fact
from triage_rules.tables.model import Input, Interval, Missing, OneOf, Row, Table
from triage_rules.tables.rule_set import COLOURS, RuleSet

MONTHS = Input(
    "months",
    "Måneder siden kontakt",
    "number",
    "måneder",
    Decimal(0),
    Decimal(60),
    source="months_since_contact",
)
HBA1C = Input(
    "hba1c",
    "HbA1c",
    "number",
    "mmol/mol",
    Decimal(20),
    Decimal(140),
    greatest_age_days=200,
    source="measurement:hba1c",
)
GREEN, NOT_GREEN = OneOf(frozenset({"green"})), OneOf(frozenset({"red", "yellow"}))


def owed(*ways: str, months: int = 12) -> Obligation:
    kinds = [Way(*way.split(":")) for way in ways]
    return Obligation("yearly", "Kontrol", "Control", months, frozenset(kinds))


def rules(*rows: Row, inputs: tuple[Input, ...] = (COLOUR,), **changes: object) -> RuleSet:
    made = asthma.rules(second_looks=())
    table = Table("contact", "Kontakt", "FIRST", inputs, OUTPUTS["contact"], rows)
    values = {**made.__dict__, "tables": (*made.tables[:2], table), **changes}
    return RuleSet(**values)


def asks(weeks: int) -> tuple[object, ...]:
    return contact("questionnaire", "none", 1, weeks, weeks, "routine")


def sees(form: str, weeks: int) -> tuple[object, ...]:
    return contact("contact", form, 0, weeks, weeks, "routine")


def told(found: list[Break]) -> list[tuple[str, str]]:
    return [(one.row, one.why) for one in found]


VISIT, ANY_CONTACT = owed("contact:in_person"), owed(*(f"contact:{form}" for form in FORMS))
MEASURED = owed("measurement:hba1c")


def test_a_phone_call_for_ever_is_no_visit() -> None:
    found = breaks(asthma.rules(), [VISIT])
    assert told(found) == [("c2", "no_way"), ("c3", "no_way")]
    assert breaks(asthma.rules(), [ANY_CONTACT]) == []


def test_a_questionnaire_for_ever_is_neither_visit_nor_measurement() -> None:
    made = rules(row("c1", (NOT_GREEN,), sees("in_person", 6)), row("c2", (ANY,), asks(13)))
    assert told(breaks(made, [VISIT, MEASURED])) == [("c2", "no_way"), ("c2", "no_way")]
    assert breaks(made, [owed("questionnaire:act")], ["act"]) == []


def test_a_visit_within_the_period_meets_it_and_a_later_one_does_not() -> None:
    assert breaks(rules(row("c1", (ANY,), sees("in_person", 52))), [VISIT]) == []
    late = rules(row("c1", (ANY,), sees("in_person", 53)), latest_weeks=104)
    assert told(breaks(late, [VISIT])) == [("c1", "too_late")]
    held_in = rules(row("c1", (ANY,), sees("in_person", 60)), latest_weeks=52)
    assert breaks(held_in, [VISIT]) == []


def test_a_clinician_who_looks_decides_for_themselves() -> None:
    look = contact("look", "none", 0, 1, 2, "soon")
    assert breaks(rules(row("c1", (ANY,), look)), [VISIT, MEASURED]) == []


def test_asking_for_the_time_since_the_last_contact_keeps_the_visit() -> None:
    made = rules(
        row("c1", (ANY, Interval(Decimal(9), None)), sees("in_person", 4)),
        row("c2", (NOT_GREEN, ANY), sees("in_person", 4)),
        row("c3", (ANY, ANY), asks(4)),
        inputs=(COLOUR, MONTHS),
    )
    assert breaks(made, [VISIT]) == []
    slow = rules(
        row("c1", (ANY, Interval(Decimal(9), None)), sees("in_person", 4)),
        row("c3", (ANY, ANY), asks(12)),
        inputs=(COLOUR, MONTHS),
    )
    assert told(breaks(slow, [VISIT])) == [("c3", "too_late_in_all")]


def test_a_phone_call_makes_the_time_since_the_last_contact_worthless_for_a_visit() -> None:
    made = rules(
        row("c1", (ANY, Interval(Decimal(9), None)), sees("in_person", 4)),
        row("c2", (NOT_GREEN, ANY), sees("phone", 4)),
        row("c3", (ANY, ANY), asks(4)),
        inputs=(COLOUR, MONTHS),
    )
    assert told(breaks(made, [VISIT])) == [("c2", "no_way"), ("c3", "no_way")]
    assert breaks(made, [ANY_CONTACT]) == []


def test_rules_that_cannot_be_sure_without_a_measurement_keep_it() -> None:
    green = row("c1", (GREEN, upto(53)), asks(12))
    made = rules(green, row("c2", (ANY, ANY), sees("phone", 6)), inputs=(COLOUR, HBA1C))
    assert breaks(made, [MEASURED]) == []
    claimed = rules(
        row("c1", (GREEN, Missing()), asks(12)),
        row("c2", (ANY, ANY), sees("phone", 6)),
        inputs=(COLOUR, HBA1C),
    )
    assert told(breaks(claimed, [MEASURED])) == [("c1", "no_way")]


def test_a_colour_that_takes_a_measurement_keeps_it_too() -> None:
    activity = Table(
        "activity",
        "Aktivitet",
        "UNIQUE",
        (HBA1C,),
        OUTPUTS["activity"],
        (
            row("a1", (upto(53),), ("green",)),
            row("a2", (Interval(Decimal(54), None),), ("red",)),
            row("a3", (Missing(),), ("yellow",)),
        ),
    )
    made = rules(row("c1", (GREEN,), asks(13)), row("c2", (ANY,), sees("video", 2)))
    with_it = RuleSet(**{**made.__dict__, "tables": (made.tables[0], activity, made.tables[2])})
    assert breaks(with_it, [MEASURED]) == []
    assert told(breaks(with_it, [VISIT])) == [("c1", "no_way"), ("c2", "no_way")]


def test_a_measurement_asked_for_in_every_decision_needs_no_contact() -> None:
    made = rules(row("c1", (ANY,), asks(26)))
    always = Table(
        "obligations", "Pligter", "RULE ORDER", (), OUTPUTS["obligations"], (row("o1", (), ("x",)),)
    )
    named = RuleSet(**{**made.__dict__, "tables": (*made.tables, always)})
    measured = Obligation("x", "X", "X", 12, MEASURED.ways)
    assert named_in(named) == {"x"}
    assert told(breaks(made, [measured])) == [("c1", "no_way")]
    assert breaks(named, [measured]) == []
    assert told(breaks(named, [Obligation("x", "X", "X", 12, VISIT.ways)])) == [("c1", "no_way")]


@st.composite
def generated(draw: st.DrawFn) -> RuleSet:
    """Contact rows by colour, months and a measurement; an activity table that may need it."""
    outputs = st.one_of(
        st.builds(asks, st.sampled_from((4, 8, 13, 26, 40))),
        st.builds(sees, st.sampled_from(FORMS), st.sampled_from((1, 4, 12, 26, 52, 56))),
        st.just(contact("look", "none", 0, 1, 2, "soon")),
    )
    colour = st.just(ANY) | st.builds(
        OneOf, st.frozensets(st.sampled_from(COLOURS), min_size=1, max_size=2)
    )
    bound = st.integers(0, 14).map(Decimal)
    months = st.just(ANY) | st.builds(Interval, bound) | st.builds(Interval, st.none(), bound)
    value = st.one_of(
        st.just(ANY), st.just(Missing()), st.just(upto(53)), st.just(Interval(Decimal(54)))
    )
    rows = [
        row(f"c{n}", (draw(colour), draw(months), draw(value)), draw(outputs))
        for n in range(draw(st.integers(0, 4)))
    ]
    rows.append(row("last", (ANY, ANY, ANY), draw(outputs)))
    made = rules(
        *rows, inputs=(COLOUR, MONTHS, HBA1C), latest_weeks=draw(st.sampled_from((26, 52, 104)))
    )
    if draw(st.booleans()):
        return made
    needs_it = Table(
        "activity",
        "Aktivitet",
        "UNIQUE",
        (HBA1C,),
        OUTPUTS["activity"],
        (
            row("a1", (upto(53),), ("green",)),
            row("a2", (Interval(Decimal(54), None),), ("yellow",)),
            row("a3", (Missing(),), (draw(st.sampled_from(("red", "yellow"))),)),
        ),
    )
    return RuleSet(**{**made.__dict__, "tables": (made.tables[0], needs_it, made.tables[2])})


def longest_without(made: RuleSet, obligation: Obligation, seed: int) -> int:
    """The most days one patient went, whatever they answered, until a clinician looked."""
    chain, chance = Chain(made), random.Random(seed)
    start = day = met = seen = date(2026, 1, 31)
    measured = start
    most = 0
    for _ in range(30):
        now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        facts = {
            "act": Fact(Decimal(chance.choice((8, 17, 24))), now),
            "breathless_at_rest": Fact(chance.random() < 0.1, now),
            "months": Fact(Decimal(whole_months(seen, day)), now),
            "hba1c": Fact(
                Decimal(chance.choice((40, 70))),
                datetime(measured.year, measured.month, measured.day, 12, tzinfo=UTC),
            ),
        }
        decision = chain(facts, now)
        if decision.action == "look":
            return most
        assert decision.contact is not None
        ordered = decision.contact
        days = 7 * ordered.latest_weeks
        if decision.action == "questionnaire":
            days = min(days + ANSWER_DAYS, 7 * made.latest_weeks)
        day += timedelta(days=max(days, 1))
        most = max(most, (day - met).days)
        if decision.action == "contact":
            seen = measured = day
            if Way("contact", ordered.form) in obligation.ways or not obligation.needs_contact:
                met = day
    return most


def whole_months(first: date, last: date) -> int:
    months = (last.year - first.year) * 12 + last.month - first.month
    full = last.day >= first.day or (last + timedelta(days=1)).day == 1
    return months if full else months - 1


@given(generated(), st.sampled_from((VISIT, ANY_CONTACT, MEASURED)), st.integers(0, 10_000))
def test_where_nothing_is_found_no_patient_is_left_longer_than_the_period(
    made: RuleSet, obligation: Obligation, seed: int
) -> None:
    if not breaks(made, [obligation]):
        for turn in range(5):
            left = longest_without(made, obligation, seed + turn)
            assert left <= shortest(obligation.months).days


def test_a_row_that_never_decides_breaks_nothing() -> None:
    made = rules(row("c1", (ANY,), sees("in_person", 26)), row("c2", (ANY,), asks(26)))
    assert breaks(made, [VISIT]) == []
