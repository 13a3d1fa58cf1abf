"""95 % intervals of what was seen: of a share, and of a ratio of totals over sessions. Pure.

Whole sessions are drawn again, with the same seed every time, since what happens to one patient
of a session happens to the next as well: Efron & Tibshirani 1993. Shares of independent things
are Wilson's (1927).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

_Z = 1.959963984540054
_RESAMPLES = 2000
_SEED = 20261123
_ENDS = (0.025, 0.975)


@dataclass(frozen=True)
class Interval:
    """What was seen, and the ends of what it may be."""

    value: float
    low: float
    high: float

    def times(self, number: float) -> "Interval":
        """The same of so many."""
        return Interval(number * self.value, number * self.low, number * self.high)


def wilson(found: int, of: int) -> Interval:
    """The share of `of` (at least 1) independent things that were found."""
    share = found / of
    middle = share + _Z**2 / (2 * of)
    spread = _Z * sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    whole = 1 + _Z**2 / of
    low, high = max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)
    return Interval(share, low if found else 0.0, high if found < of else 1.0)


def over_sessions(tops: Sequence[float], bottoms: Sequence[float]) -> Interval:
    """The total of one figure over that of another (above 0), a pair for every session."""
    table = np.array([tops, bottoms], dtype=float).T
    top, bottom = table.sum(axis=0)
    drawn = drawn_again(table)
    return Interval(float(top / bottom), *ends(drawn[:, 0], drawn[:, 1]))


def drawn_again(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """The column totals of a table with a row for every session, its rows drawn again many times.

    Shape: (times, columns).
    """
    draw = np.random.default_rng(_SEED)
    rows = len(table)
    return np.array(
        [
            np.bincount(draw.integers(rows, size=rows), minlength=rows) @ table
            for _ in range(_RESAMPLES)
        ]
    )


def ends(tops: NDArray[np.float64], bottoms: NDArray[np.float64]) -> tuple[float, float]:
    """The ends of the interval of a ratio drawn again, leaving out draws with nothing below."""
    some = bottoms > 0
    low, high = np.quantile(tops[some] / bottoms[some], _ENDS)
    return float(low), float(high)
