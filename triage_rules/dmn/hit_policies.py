"""What the rows that hold amount to under each hit policy (DMN 1.5, 8.2.10 and 8.2.11).

Where DMN leaves the answer open, or calls the table wrong, it is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from triage_rules.dmn.feel.lists import furthest, total
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Value, equal


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that holds: its number from 1, and its outputs in the order of the columns."""

    row: int
    outputs: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows that hold, in the order of the table, and what each output ranks by."""

    rows: tuple[Hit, ...]
    # For each output column its values from the highest priority; None where none are declared.
    ranks: tuple[tuple[Value, ...] | None, ...]
    where: str


def settle(
    policy: str, aggregation: str | None, hits: Hits, one: Callable[[Hit], Value]
) -> tuple[Value, tuple[int, ...]]:
    """The table's value and the rows that made it; there is at least one hit.

    `one` makes a row's value of its outputs.
    """
    rows = hits.rows
    if aggregation:
        values = tuple(one(hit) for hit in rows)
        return _AGGREGATE[aggregation](values, hits.where), _numbers(rows)
    match policy:
        case "UNIQUE":
            if len(rows) > 1:
                raise Refused(hits.where, f"{_said(rows)} all hold, and the hit policy is UNIQUE")
            return one(rows[0]), _numbers(rows)
        case "FIRST":
            return one(rows[0]), _numbers(rows[:1])
        case "ANY":
            if not all(_alike(rows[0], hit) for hit in rows):
                why = f"{_said(rows)} all hold with different outputs, and the hit policy is ANY"
                raise Refused(hits.where, why)
            return one(rows[0]), _numbers(rows)
        case "PRIORITY":
            best = _ranked(hits)[0]
            return one(best), (best.row,)
        case "OUTPUT ORDER":
            ranked = _ranked(hits)
            return tuple(one(hit) for hit in ranked), _numbers(ranked)
    return tuple(one(hit) for hit in rows), _numbers(rows)


def nothing(policy: str, aggregation: str | None, where: str) -> Value:
    """The value of a table without default outputs where no row holds."""
    if policy in ("UNIQUE", "FIRST", "ANY", "PRIORITY") or aggregation in ("MIN", "MAX"):
        return None
    if policy == "COLLECT" and aggregation is None:
        return ()
    raise Refused(where, "no row holds, and DMN does not say what several are without one")


def _numbers(rows: Sequence[Hit]) -> tuple[int, ...]:
    return tuple(hit.row for hit in rows)


def _said(rows: Sequence[Hit]) -> str:
    return "rows " + ", ".join(str(hit.row) for hit in rows)


def _alike(one: Hit, other: Hit) -> bool:
    return all(equal(a, b) is True for a, b in zip(one.outputs, other.outputs, strict=True))


def _ranked(hits: Hits) -> list[Hit]:
    """By the outputs' ranks, the first column first; refused where they leave a choice."""
    if all(rank is None for rank in hits.ranks):
        raise Refused(hits.where, "no output lists its values in order of priority")
    by_rank = sorted(hits.rows, key=lambda hit: _rank(hit, hits))
    for one, other in pairwise(by_rank):
        if _rank(one, hits) == _rank(other, hits) and not _alike(one, other):
            why = f"{_said((one, other))} hold with different outputs of the same priority"
            raise Refused(hits.where, why)
    return by_rank


def _rank(hit: Hit, hits: Hits) -> tuple[int, ...]:
    found: list[int] = []
    for value, rank in zip(hit.outputs, hits.ranks, strict=True):
        if rank is None:
            continue
        place = next((n for n, listed in enumerate(rank) if equal(value, listed) is True), None)
        if place is None:
            raise Refused(hits.where, f"row {hit.row}: an output is not among the listed values")
        found.append(place)
    return tuple(found)


def _sum(values: tuple[Value, ...], where: str) -> Value:
    if not all(isinstance(value, Decimal) for value in values):
        raise Refused(where, "an output that is summed is no number")
    return total(values)


def _extreme(values: tuple[Value, ...], where: str, *, least: bool) -> Value:
    if not all(isinstance(value, Decimal) for value in values):
        raise Refused(where, "an output that is compared is no number")
    return furthest(values, least=least)


_AGGREGATE: dict[str, Callable[[tuple[Value, ...], str], Value]] = {
    "SUM": _sum,
    "COUNT": lambda values, where: Decimal(len(values)),
    "MIN": lambda values, where: _extreme(values, where, least=True),
    "MAX": lambda values, where: _extreme(values, where, least=False),
}
