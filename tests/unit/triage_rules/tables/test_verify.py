"""What the verifier finds, against counting every patient there could be."""

from decimal import Decimal
from itertools import combinations

from hypothesis import given, settings

from tests.unit.calendar.soak import examples
from tests.unit.triage_rules.tables.generated import (
    COLOURS,
    holding,
    patients,
    plainly_holds,
    tables,
)
from triage_rules.tables.model import (
    AnyValue,
    HitPolicy,
    Input,
    Interval,
    Missing,
    OneOf,
    Output,
    Row,
    Table,
    Value,
)
from triage_rules.tables.verify import Finding, flaws, merges

COLOUR = Output("colour", "Farve", "choice", choices=COLOURS)
ONE: tuple[HitPolicy, ...] = ("UNIQUE", "FIRST", "PRIORITY", "ANY")


def of(found: list[Finding], flaw: str) -> list[Finding]:
    return [one for one in found if one.flaw == flaw]


def inside(finding: Finding, patient: tuple[Value | None, ...]) -> bool:
    return all(
        any(plainly_holds(cell, value) for cell in cells)
        for cells, value in zip(finding.cells, patient, strict=True)
    )


@settings(max_examples=examples(400), deadline=None)
@given(tables(ONE))
def test_gaps_are_just_the_patients_that_no_row_holds_for(table: Table) -> None:
    uncovered = {p for p in patients(table) if not holding(table, p)}
    gaps = of(flaws(table), "gap")
    assert bool(gaps) == bool(uncovered)
    if len(gaps) < 20:
        assert {p for p in patients(table) if any(inside(gap, p) for gap in gaps)} == uncovered
    assert all(gap.patient in uncovered for gap in gaps)


@settings(max_examples=examples(400), deadline=None)
@given(tables(("UNIQUE", "ANY")))
def test_overlaps_are_just_the_pairs_that_hold_together(table: Table) -> None:
    together = set()
    for patient in patients(table):
        for one, other in combinations(holding(table, patient), 2):
            if table.hit_policy == "UNIQUE" or one.outputs != other.outputs:
                together.add((one.id, other.id))
    overlaps = of(flaws(table), "overlap")
    assert {finding.rows for finding in overlaps} == together
    for finding in overlaps:
        assert set(finding.rows) <= {row.id for row in holding(table, finding.patient)}


@settings(max_examples=examples(400), deadline=None)
@given(tables(("FIRST", "PRIORITY")))
def test_dead_rows_are_just_those_that_never_decide(table: Table) -> None:
    decide: set[str] = set()
    for patient in patients(table):
        rows = holding(table, patient)
        if table.hit_policy == "PRIORITY":
            rows.sort(key=lambda row: COLOURS.index(str(row.outputs[0])))
        decide.update(row.id for row in rows[:1])
    dead = {finding.rows[0] for finding in of(flaws(table), "dead")}
    assert dead == {row.id for row in table.rows} - decide


@settings(max_examples=examples(300), deadline=None)
@given(tables(ONE))
def test_rows_that_hold_for_nobody_are_named(table: Table) -> None:
    somebody = {row.id for patient in patients(table) for row in holding(table, patient)}
    empty = {finding.rows[0] for finding in of(flaws(table), "empty")}
    assert empty == {row.id for row in table.rows} - somebody


@settings(max_examples=examples(400), deadline=None)
@given(tables(("UNIQUE", "ANY", "PRIORITY", "COLLECT")))
def test_a_merged_row_holds_just_where_the_two_did(table: Table) -> None:
    rows = {row.id: row for row in table.rows}
    for merge in merges(table):
        one, other = (rows[name] for name in merge.rows)
        cells = list(one.cells)
        cells[merge.column] = merge.cell
        for patient in patients(table):
            either = any(
                all(plainly_holds(c, v) for c, v in zip(row.cells, patient, strict=True))
                for row in (one, other)
            )
            merged = all(plainly_holds(c, v) for c, v in zip(cells, patient, strict=True))
            assert merged == either


def act(*rows: tuple[object, str], hit_policy: HitPolicy = "UNIQUE") -> Table:
    score = Input("act", "ACT", "number", low=Decimal(5), high=Decimal(25))
    made = tuple(Row(f"r{n}", (cell,), (colour,)) for n, (cell, colour) in enumerate(rows))  # type: ignore[arg-type]
    return Table("activity", "Aktivitet", hit_policy, (score,), (COLOUR,), made)


def between(low: int | None, high: int | None) -> Interval:
    return Interval(None if low is None else Decimal(low), None if high is None else Decimal(high))


def test_a_hole_between_two_scores_and_what_is_missing_are_shown_by_a_patient() -> None:
    found = flaws(
        act((between(None, 15), "red"), (between(17, 19), "yellow"), (between(20, None), "green"))
    )
    [gap] = found
    assert (gap.flaw, gap.patient) == ("gap", (Decimal(16),))
    assert gap.cells == ((Interval(Decimal(15), Decimal(17), False, False), Missing()),)


def test_a_sound_table_has_no_flaws() -> None:
    sound = act(
        (between(None, 15), "red"),
        (between(16, 19), "yellow"),
        (between(20, None), "green"),
        (Missing(), "yellow"),
    )
    assert flaws(sound) == []
    first = act((between(None, 15), "red"), (AnyValue(), "green"), hit_policy="FIRST")
    assert flaws(first) == []


def test_first_needs_an_otherwise_and_outputs_must_be_allowed() -> None:
    last = act((Missing(), "red"), (between(None, None), "blue"), hit_policy="FIRST")
    assert {one.flaw for one in flaws(last)} == {"no_otherwise", "bad_output"}


def test_the_same_row_twice_is_told_of_where_both_would_run() -> None:
    twice = act((AnyValue(), "red"), (AnyValue(), "red"), hit_policy="RULE ORDER")
    assert [(one.flaw, one.rows) for one in flaws(twice)] == [("duplicate", ("r0", "r1"))]
    two_answers = act((AnyValue(), "red"), (AnyValue(), "green"), hit_policy="RULE ORDER")
    assert flaws(two_answers) == []


def test_eighty_rows_by_six_columns_are_verified() -> None:
    """A tangle that a point-by-point count could not get through: 26 ** 6 patients."""
    inputs = tuple(
        Input(f"i{n}", f"i{n}", "number", low=Decimal(0), high=Decimal(100)) for n in range(6)
    )
    rows = [
        Row(
            f"r{n}",
            tuple(
                Interval(Decimal(n * (k + 3) % 80), Decimal(n * (k + 3) % 80 + 15 + k))
                for k in range(6)
            ),
            ("red",),
        )
        for n in range(79)
    ]
    rows.append(Row("r79", (AnyValue(),) * 6, ("green",)))
    table = Table("t", "T", "FIRST", inputs, (COLOUR,), tuple(rows))
    assert flaws(table) == []
    planted = Row("dead", rows[40].cells, ("yellow",))
    spoilt = Table("t", "T", "FIRST", inputs, (COLOUR,), (*rows[:60], planted, *rows[60:]))
    assert [(one.flaw, one.rows) for one in flaws(spoilt)] == [("dead", ("dead",))]


def test_a_choice_left_out_is_a_gap() -> None:
    wish = Input(
        "wish", "Ønske", "choice", choices=("video", "phone", "none"), can_be_missing=False
    )
    row = Row("r0", (OneOf(frozenset({"video", "none"})),), ("red",))
    [gap] = flaws(Table("t", "T", "UNIQUE", (wish,), (COLOUR,), (row,)))
    assert (gap.flaw, gap.cells, gap.patient) == (
        "gap",
        ((OneOf(frozenset({"phone"})),),),
        ("phone",),
    )
