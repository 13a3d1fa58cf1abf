"""Decision tables: evaluating with a trace, replaying a million patients, and verifying.

- `rule_eval`: a table of 20 rows by 6 inputs, first hit, strictly and with the full trace (inputs
  with their states and times, the rows fired, the nearest missed rows), one patient after another
  on one core, against zen-engine with its trace. Facts are ours as they come from the database:
  Decimals with the instant they were true. The answers are held against each other first.
- `rule_replay`: a million patients on two cores, against zen-engine's fastest way, its batches, on
  two cores as well. The peer is asked about a hundredth of them, and its rate carried over: it
  does the same work for each.
- `rule_verify`: how long the verifier takes for 80 rows by 6 inputs, seconds; no peer (0). Twice:
  for overlapping rows with an *otherwise* under FIRST, and for 80 rows under UNIQUE that part all
  patients between them, where every gap and overlap must be ruled out.

`ratio` = evaluations a second, ours / peer.
"""

import multiprocessing
import random
import statistics
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from benchmarks.measure import Measure, median_seconds
from benchmarks.peers import zen_engine
from triage_rules.tables.evaluate import Compiled, Fact
from triage_rules.tables.model import AnyValue, Cell, Input, Interval, Missing, Output, Row, Table
from triage_rules.tables.verify import flaws

INPUTS, ROWS, PATIENTS, REPLAYED, PEER_SHARE = 6, 20, 5_000, 1_000_000, 100
HIGHEST = 60
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

Patient = list[int]


def rule_table(rows: int = ROWS, *, width: int = 25) -> Table:
    """Overlapping intervals of six scores, the last row for anyone else."""
    chance = random.Random(7)
    inputs = tuple(
        Input(
            f"i{n}", f"i{n}", "number", low=Decimal(0), high=Decimal(HIGHEST), greatest_age_days=30
        )
        for n in range(INPUTS)
    )
    made = []
    for number in range(rows - 1):
        cells: list[Cell] = []
        for _ in range(INPUTS):
            low = chance.randrange(HIGHEST - width)
            wide = Interval(Decimal(low), Decimal(low + width))
            cells.append(wide if chance.random() < 0.7 else AnyValue())
        made.append(Row(f"r{number}", tuple(cells), (f"a{number}",)))
    made.append(Row("otherwise", (AnyValue(),) * INPUTS, ("other",)))
    return Table("t", "t", "FIRST", inputs, (Output("answer", "answer", "text"),), tuple(made))


def patients(count: int, seed: int = 3) -> list[Patient]:
    """Scores drawn alike for both sides."""
    chance = random.Random(seed)
    return [[chance.randrange(HIGHEST + 1) for _ in range(INPUTS)] for _ in range(count)]


def measures() -> list[Measure]:
    """Both sides in turn."""
    return [
        _eval(),
        _replay(),
        _verify("rule_verify", rule_table(80, width=15)),
        _verify("rule_verify_unique", parted()),
    ]


def _eval() -> Measure:
    table, people = rule_table(), patients(PATIENTS)
    facts = [_facts(patient) for patient in people]
    ready = Compiled(table)

    def run() -> list[str]:
        found = []
        for known in facts:
            answer = ready(known, NOW)
            # The whole of the trace, nothing put off.
            assert answer.missed is not None
            found.append(str(answer.rows[0].outputs[0]))
        return found

    theirs = zen_engine.evaluate(zen_engine.Question(INPUTS, _peer_rows(table), people, runs=5))
    _same(run(), theirs.answers)
    seconds = median_seconds(run, 5)
    ours, peer = PATIENTS / seconds, PATIENTS / theirs.seconds
    return Measure("rule_eval", ours, peer, ours / peer, "evaluations/s")


def _replay() -> Measure:
    table = rule_table()
    share = patients(REPLAYED // PEER_SHARE)
    question = zen_engine.Question(
        INPUTS, _peer_rows(table), share, runs=3, batch=1_000, processes=2
    )
    theirs = zen_engine.evaluate(question)
    _same([str(one) for one in _answers(share)], theirs.answers)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        half = REPLAYED // 2
        rounds = [max(pool.map(_replayed, [(half, 1), (half, 2)], chunksize=1)) for _ in range(3)]
    ours = REPLAYED / statistics.median(rounds)
    peer = len(share) / theirs.seconds
    return Measure("rule_replay", ours, peer, ours / peer, "evaluations/s")


def _verify(name: str, table: Table) -> Measure:
    if flaws(table):
        raise AssertionError("the table to verify is not sound")
    seconds = median_seconds(lambda: flaws(table), 5)
    return Measure(name, seconds, 0.0, 0.0, "s")


def parted(rows: int = 80) -> Table:
    """Everyone, cut in two again and again at some score, each part a row."""
    chance = random.Random(5)
    table = rule_table(2)
    whole: list[Cell] = [Interval(Decimal(0), Decimal(HIGHEST))] * INPUTS
    parts = [whole]
    while len(parts) < rows - INPUTS:
        part = parts.pop(0)
        place = chance.randrange(INPUTS)
        cell = part[place]
        assert isinstance(cell, Interval)
        assert cell.low is not None
        assert cell.high is not None
        if cell.high - cell.low < 2:
            parts.append(part)
            continue
        cut = cell.low + (cell.high - cell.low) // 2
        parts.append([*part[:place], Interval(cell.low, cut), *part[place + 1 :]])
        parts.append([*part[:place], Interval(cut + 1, cell.high), *part[place + 1 :]])
    known = Interval(Decimal(0), Decimal(HIGHEST))
    # What is missing, by the first input that is.
    parts += [
        [*[known] * place, Missing(), *[AnyValue()] * (INPUTS - place - 1)]
        for place in range(INPUTS)
    ]
    made = tuple(Row(f"r{n}", tuple(part), (f"a{n}",)) for n, part in enumerate(parts))
    return replace(table, hit_policy="UNIQUE", rows=made)


def _replayed(part: tuple[int, int]) -> float:
    """One process's share: made first, then timed."""
    count, seed = part
    ready, facts = Compiled(rule_table()), [_facts(patient) for patient in patients(count, seed)]
    began = time.perf_counter()
    for known in facts:
        ready(known, NOW)
    return time.perf_counter() - began


def _answers(people: Iterable[Patient]) -> list[object]:
    ready = Compiled(rule_table())
    return [ready(_facts(patient), NOW).rows[0].outputs[0] for patient in people]


def _facts(patient: Patient) -> dict[str, Fact]:
    return {f"i{n}": Fact(Decimal(value), NOW) for n, value in enumerate(patient)}


def _peer_rows(table: Table) -> list[tuple[list[str], str]]:
    return [([_peer_cell(cell) for cell in row.cells], str(row.outputs[0])) for row in table.rows]


def _peer_cell(cell: Cell) -> str:
    return f"[{cell.low}..{cell.high}]" if isinstance(cell, Interval) else ""


def _same(ours: list[str], theirs: list[str]) -> None:
    if ours != theirs:
        raise AssertionError("the two sides answer differently")
