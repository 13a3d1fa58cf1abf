"""Whether something happens as often lately as before, by an exact test of two shares.

Fisher's exact test (Fisher 1935): given how often it happened in all, the number in the last
weeks is hypergeometric if nothing has changed. Many rows are looked at together, so p-values are
held against Holm's limits (Holm 1979): **if nothing has changed, the chance that one look finds
anything at all is at most FALSE_ALARM**, however many rows there are and however they depend on
each other. What is found must also be big enough to matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Literal

FALSE_ALARM = Fraction(1, 100)
# Fewer decisions than this, lately or before, say nothing.
LEAST = 20
# How many times as often, or as rarely, before it matters.
TIMES = 2

Alarm = Literal["silent", "rarer", "oftener"]


@dataclass(frozen=True)
class Counted:
    """How often something happened: `lately` of `of_lately` decisions, `before` of `of_before`."""

    lately: int
    of_lately: int
    before: int
    of_before: int

    def __post_init__(self) -> None:
        """Nothing happens more often than it is looked for."""
        if not (0 <= self.lately <= self.of_lately and 0 <= self.before <= self.of_before):
            raise ValueError(f"not counts: {self}")

    @property
    def enough(self) -> bool:
        """True if there are decisions enough to compare."""
        return self.of_lately >= LEAST and self.of_before >= LEAST

    @property
    def rate(self) -> Fraction | None:
        """The share lately; None without decisions."""
        return Fraction(self.lately, self.of_lately) if self.of_lately else None

    @property
    def rate_before(self) -> Fraction | None:
        """The share before; None without decisions."""
        return Fraction(self.before, self.of_before) if self.of_before else None


def p_value(counted: Counted) -> Fraction:
    """How likely a difference this great or greater is, either way, if nothing has changed.

    Exact: twice the smaller tail, at most 1.
    """
    drawn, others = counted.of_lately, counted.of_before
    happened = counted.lately + counted.before
    least, most = max(0, happened - others), min(happened, drawn)
    ways = comb(drawn + others, happened)
    seen = comb(drawn, counted.lately) * comb(others, counted.before)
    # The shorter tail is summed and the other is what is left; both include what was seen.
    down = counted.lately - least <= most - counted.lately
    tail = _tail(counted, least if down else most, seen)
    return min(Fraction(2 * min(tail, ways - tail + seen), ways), Fraction(1))


def _tail(counted: Counted, end: int, seen: int) -> int:
    """In how many ways the number lately lies from what was seen to `end`.

    Each step's number of ways follows from the one before it, exactly.
    """
    drawn, spare = counted.of_lately, counted.of_before - counted.before - counted.lately
    happened = counted.lately + counted.before
    ways = total = seen
    if end < counted.lately:
        for n in range(counted.lately, end, -1):
            ways = ways * n * (spare + n) // ((drawn - n + 1) * (happened - n + 1))
            total += ways
    else:
        for n in range(counted.lately, end):
            ways = ways * (drawn - n) * (happened - n) // ((n + 1) * (spare + n + 1))
            total += ways
    return total


def alarms(counts: Sequence[Counted]) -> list[Alarm | None]:
    """What stands out among all that are looked at together, in their order.

    Those with too few decisions are not tested, and do not weaken the test of the others.
    """
    tested = sorted((p_value(one), n) for n, one in enumerate(counts) if one.enough)
    found: list[Alarm | None] = [None] * len(counts)
    for place, (p, n) in enumerate(tested):
        if p > FALSE_ALARM / (len(tested) - place):
            break
        found[n] = _matters(counts[n])
    return found


def _matters(counted: Counted) -> Alarm | None:
    lately, before = counted.rate, counted.rate_before
    assert lately is not None
    assert before is not None
    if lately >= TIMES * before:
        return "oftener"
    if not lately:
        return "silent"
    return "rarer" if TIMES * lately <= before else None
