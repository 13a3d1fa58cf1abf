"""Whether something happens as often lately as before, by an exact test of two shares.

Fisher's exact test (Fisher 1935): given how often it happened in all, the number in the last
weeks is hypergeometric if nothing has changed. Many rows are looked at together, so p-values are
held against Holm's limits (Holm 1979) among those that happen often enough to be told from
chance at all (Tarone 1990): **if nothing has changed, the chance that one look finds anything is
at most FALSE_ALARM**, however many rows there are and however they depend on each other. What is
found must also be big enough to matter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, lgamma
from typing import Literal

FALSE_ALARM = Fraction(1, 50)
# Fewer decisions than this, lately or before, say nothing.
LEAST = 20
# How many times as often, or as rarely, before it matters; and where it came on slowly, so that
# part of it lies in what it is held against.
TIMES, TIMES_SLOWLY = Fraction(2), Fraction(4, 3)
# A share of the chance of what was seen that adds nothing to it.
NEGLIGIBLE = 1e-18

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


def p_value(counted: Counted) -> float:
    """How likely a difference this great or greater is, either way, if nothing has changed.

    Exact but for rounding: twice the smaller tail, at most 1.
    """
    seen = exp(_log_chance(counted, counted.lately))
    tail = seen * sum(_away_from_the_middle(counted))
    return min(2 * min(tail, 1 - tail + seen), 1.0)


def _away_from_the_middle(counted: Counted) -> Iterator[float]:
    """The chance of what was seen and of each number beyond it, as shares of what was seen.

    Each follows from the one before it, and they fall ever faster: what is too small to matter
    is left out.
    """
    drawn, happened = counted.of_lately, counted.lately + counted.before
    spare = counted.of_before - happened
    n, share = counted.lately, 1.0
    below = n * (drawn + counted.of_before) <= drawn * happened
    while share > NEGLIGIBLE:
        yield share
        if below:
            share *= n * (spare + n) / ((drawn - n + 1) * (happened - n + 1))
            n -= 1
        else:
            share *= (drawn - n) * (happened - n) / ((n + 1) * (spare + n + 1))
            n += 1


def _log_chance(counted: Counted, lately: int) -> float:
    """The logarithm of the chance that so many of all that happened did so lately."""
    happened = counted.lately + counted.before
    return (
        _log_ways(counted.of_lately, lately)
        + _log_ways(counted.of_before, happened - lately)
        - _log_ways(counted.of_lately + counted.of_before, happened)
    )


def _log_ways(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)


def stands_out(
    suddenly: Sequence[Counted], slowly: Sequence[Counted]
) -> tuple[list[Alarm | None], list[Alarm | None]]:
    """What stands out in either of two comparisons of the same things, a short and a long one,
    each in its order. Half of FALSE_ALARM is each one's, so that the promise is for both."""
    return (
        alarms(suddenly, FALSE_ALARM / 2),
        alarms(slowly, FALSE_ALARM / 2, TIMES_SLOWLY),
    )


def alarms(
    counts: Sequence[Counted], chance: Fraction = FALSE_ALARM, times: Fraction = TIMES
) -> list[Alarm | None]:
    """What stands out among all that are looked at together, in their order.

    chance: what is promised of false alarms. times: how great a difference matters.
    Those with too few decisions are not tested; neither they nor those that happen too seldom
    weaken the test of the others.
    """
    tested = sorted((p_value(counts[n]), n) for n in _testable(counts, chance))
    found: list[Alarm | None] = [None] * len(counts)
    for place, (p, n) in enumerate(tested):
        if p > chance / (len(tested) - place):
            break
        found[n] = _matters(counts[n], times)
    return found


def _testable(counts: Sequence[Counted], chance: Fraction) -> list[int]:
    """Those that could be told from chance, by how often they happened in all (Tarone 1990).

    The choice looks at no row's share lately, so it leaves the promise as it is.
    """
    least = {n: _least_p(one) for n, one in enumerate(counts) if one.enough}
    for shared_by in range(1, len(least) + 1):
        could = [n for n, p in least.items() if p <= chance / shared_by]
        if len(could) <= shared_by:
            return could
    return []


def _least_p(counted: Counted) -> float:
    """The smallest p-value there could be, had all of it happened lately, or before."""
    happened = counted.lately + counted.before
    ends = (max(0, happened - counted.of_before), min(happened, counted.of_lately))
    return 2 * exp(min(_log_chance(counted, end) for end in ends))


def _matters(counted: Counted, times: Fraction) -> Alarm | None:
    lately, before = counted.rate, counted.rate_before
    assert lately is not None
    assert before is not None
    if lately >= times * before:
        return "oftener"
    if not lately:
        return "silent"
    return "rarer" if times * lately <= before else None
