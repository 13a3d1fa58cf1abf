"""Strict evaluation against plain reading of the table, and its promise about what is missing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.calendar.soak import examples
from tests.unit.triage_rules.tables.generated import (
    COLOURS,
    holding,
    patients,
    plainly_holds,
    tables,
    values_of,
)
from triage_rules.tables.evaluate import Answer, Compiled, Fact
from triage_rules.tables.model import (
    AnyValue,
    HitPolicy,
    Input,
    Interval,
    Missing,
    Output,
    Row,
    Table,
    Value,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ONE = ("UNIQUE", "FIRST", "PRIORITY", "ANY")
ALL: tuple[HitPolicy, ...] = (*ONE, "COLLECT", "RULE ORDER", "OUTPUT ORDER")  # type: ignore[assignment]


def asked(table: Table, patient: tuple[Value | None, ...]) -> Answer:
    facts = {
        one.name: Fact(value)
        for one, value in zip(table.inputs, patient, strict=True)
        if value is not None
    }
    return Compiled(table)(facts, NOW)


def reference(table: Table, patient: tuple[Value | None, ...]) -> list[Row] | None:
    """What the policy says of the rows that hold; None where it says nothing, or too much."""
    rows = holding(table, patient)
    if table.hit_policy in ("PRIORITY", "OUTPUT ORDER"):
        rows.sort(key=lambda row: COLOURS.index(str(row.outputs[0])))
    if table.hit_policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER"):
        return rows
    if not rows:
        return None
    if table.hit_policy == "UNIQUE" and len(rows) > 1:
        return None
    if table.hit_policy == "ANY" and len({row.outputs for row in rows}) > 1:
        return None
    return rows if table.hit_policy == "ANY" else rows[:1]


@settings(max_examples=examples(300), deadline=None)
@given(tables(ALL), st.data())
def test_with_everything_known_it_answers_as_the_table_reads(
    table: Table, data: st.DataObject
) -> None:
    patient = tuple(
        data.draw(st.sampled_from([v for v in values_of(one) if v is not None]))
        for one in table.inputs
    )
    answer, expected = asked(table, patient), reference(table, patient)
    assert answer.needs_clinician == (expected is None)
    if expected is not None:
        assert [row.id for row in answer.rows] == [row.id for row in expected]


@settings(max_examples=examples(300), deadline=None)
@given(tables(ALL), st.data())
def test_an_answer_stands_whatever_the_missing_facts_turn_out_to_be(
    table: Table, data: st.DataObject
) -> None:
    """Unless the row that decided says *missing* there itself."""
    everyone = [p for p in patients(table) if None in p]
    if not everyone:
        return
    patient = data.draw(st.sampled_from(everyone))
    answer = asked(table, patient)
    if answer.needs_clinician:
        return
    claimed = {
        place
        for row in answer.rows
        for place, cell in enumerate(row.cells)
        if isinstance(cell, Missing)
    }
    fillings = [
        [v for v in values_of(one) if v is not None]
        if value is None and place not in claimed
        else [value]
        for place, (one, value) in enumerate(zip(table.inputs, patient, strict=True))
    ]
    for filled in product(*fillings):
        rows = reference(table, filled)
        assert rows is not None or table.hit_policy in ("UNIQUE", "ANY")
        if rows is None:
            continue  # rows that contradict each other: verified tables have none
        if answer.table.hit_policy in ONE:
            assert rows[0].outputs == answer.rows[0].outputs
        else:
            assert {row.id for row in answer.rows} <= {row.id for row in rows}


@settings(max_examples=examples(200), deadline=None)
@given(tables(ALL), st.data())
def test_the_nearest_missed_rows_are_those_that_fail_in_fewest_columns(
    table: Table, data: st.DataObject
) -> None:
    patient = tuple(data.draw(st.sampled_from(values_of(one))) for one in table.inputs)
    failing = {
        row.id: tuple(
            place
            for place, (cell, value) in enumerate(zip(row.cells, patient, strict=True))
            if not plainly_holds(cell, value)
        )
        for row in table.rows
    }
    missed = asked(table, patient).missed
    assert all(miss.columns == failing[miss.row.id] for miss in missed)
    counts = sorted(len(columns) for columns in failing.values() if columns)
    assert [len(miss.columns) for miss in missed] == counts[:3]


def number(name: str, *, days: int | None = None) -> Input:
    return Input(name, name, "number", low=Decimal(5), high=Decimal(25), greatest_age_days=days)


def act(hit_policy: HitPolicy = "FIRST", *, missing: bool = False) -> Table:
    """Asthma by ACT: 20 and more green, 16 to 19 yellow, 15 and less red (EPR-3, AAFP 2009)."""
    rows = [
        Row("r1", (Interval(None, Decimal(15)),), ("red",)),
        Row("r2", (Interval(Decimal(16), Decimal(19)),), ("yellow",)),
        Row("r3", (Missing(),), ("yellow",)),
        Row("r4", (AnyValue(),), ("green",)),
    ]
    if not missing:
        rows.pop(2)
    colour = Output("colour", "Farve", "choice", choices=COLOURS)
    return Table(
        "activity", "Aktivitet", hit_policy, (number("act", days=30),), (colour,), tuple(rows)
    )


@pytest.mark.parametrize(
    ("fact", "state"),
    [
        (None, "absent"),
        (Fact(None), "absent"),
        (Fact(Decimal(22), NOW - timedelta(days=31)), "stale"),
        (Fact(Decimal(22)), "stale"),
        (Fact(Decimal(22), NOW + timedelta(hours=1)), "stale"),
        (Fact(Decimal(26), NOW), "out_of_range"),
        (Fact("22", NOW), "mistyped"),
        (Fact(True, NOW), "mistyped"),
        (Fact(Decimal("22.5"), NOW), "mistyped"),
        (Fact(Decimal("NaN"), NOW), "mistyped"),
        (Fact(Decimal("sNaN"), NOW), "mistyped"),
        (Fact(Decimal("-Infinity"), NOW), "mistyped"),
    ],
)
def test_what_is_missing_stale_out_of_range_or_mistyped_is_never_green(
    fact: Fact | None, state: str
) -> None:
    facts = {} if fact is None else {"act": fact}
    answer = Compiled(act())(facts, NOW)
    assert answer.read[0].state == state
    assert answer.needs_clinician
    assert answer.unsure == ("act",)
    assert answer.value is None
    covered = Compiled(act(missing=True))(facts, NOW)
    if state in ("absent", "stale"):
        assert covered.value == ("yellow",), "the row that says missing answers for it"
    else:
        assert covered.needs_clinician, "and not for what cannot be true"


def test_a_row_that_decides_first_needs_no_more_facts() -> None:
    flag = Input("item9", "item9", "number", low=Decimal(0), high=Decimal(3))
    colour = Output("colour", "Farve", "choice", choices=COLOURS)
    table = Table(
        "red_flags",
        "Røde flag",
        "FIRST",
        (flag, number("act")),
        (colour,),
        (
            Row("r1", (Interval(Decimal(1), None), AnyValue()), ("red",)),
            Row("r2", (AnyValue(), Interval(Decimal(20), None)), ("green",)),
            Row("r3", (AnyValue(), AnyValue()), ("yellow",)),
        ),
    )
    assert Compiled(table)({"item9": Fact(Decimal(1))}, NOW).value == ("red",)
    unknown = Compiled(table)({"item9": Fact(Decimal(0))}, NOW)
    assert unknown.unsure == ("act",)
    assert Compiled(table)({"act": Fact(Decimal(22))}, NOW).unsure == ("item9",)


def test_the_trace_tells_what_would_have_made_it_different() -> None:
    answer = Compiled(act())({"act": Fact(Decimal(19), NOW)}, NOW)
    assert answer.value == ("yellow",)
    assert [(miss.row.id, miss.columns) for miss in answer.missed] == [("r1", (0,))]


def test_collecting_adds_up_and_is_unsure_where_a_row_might_have_added() -> None:
    table = Table(
        "t",
        "T",
        "COLLECT",
        (number("act"), number("other")),
        (Output("points", "Point", "number"),),
        (
            Row("r1", (Interval(Decimal(10), None), AnyValue()), (Decimal(2),)),
            Row("r2", (Interval(Decimal(20), None), AnyValue()), (Decimal(3),)),
            Row("r3", (AnyValue(), Interval(Decimal(20), None)), (Decimal(4),)),
        ),
        "SUM",
    )
    both = Compiled(table)({"act": Fact(Decimal(22)), "other": Fact(Decimal(5))}, NOW)
    assert (both.aggregate, both.needs_clinician) == (Decimal(5), False)
    one = Compiled(table)({"act": Fact(Decimal(22))}, NOW)
    assert ([row.id for row in one.rows], one.unsure) == (["r1", "r2"], ("other",))
