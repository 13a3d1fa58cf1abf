"""Whether some patients wait longer than the rest: ratios of mean waits, with intervals. Pure.

Schedules made to cost least made some wait about 30 % longer than others, also where nothing told
them who was who (Samorani et al. 2022). Nothing is said of a group so small that somebody in it
could be known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from booking.overbooking.intervals import Interval, drawn_again, ends

# A group may wait so many times what the rest waits.
MOST = 1.05
# On either side; below, nothing is told.
LEAST_PATIENTS, LEAST_WAITS = 20, 50


@dataclass(frozen=True)
class Wait:
    """One patient's wait in one session. groups: code -> whether they are in it, if known."""

    session: int
    patient: int
    minutes: float
    groups: Mapping[str, bool]


@dataclass(frozen=True)
class Ratio:
    """A group's mean wait over that of the rest. seen: None where it is too small to tell.

    known: whether it is known of anybody.
    """

    code: str
    known: bool
    seen: Interval | None

    @property
    def flagged(self) -> bool:
        """Whether the group waits longer than it may, beyond chance."""
        return self.seen is not None and self.seen.low > MOST

    @property
    def within(self) -> bool:
        """Whether it is beyond doubt that it does not."""
        return self.seen is not None and self.seen.high <= MOST


def ratios(waits: Sequence[Wait], codes: Sequence[str]) -> list[Ratio]:
    """One of each code, over the waits of whom it is known."""
    rows = {session: rank for rank, session in enumerate(sorted({one.session for one in waits}))}
    tables = {code: _table(waits, rows, code) for code in codes if _enough(waits, code)}
    drawn = drawn_again(np.hstack(list(tables.values()))) if tables else None
    found = []
    for code in codes:
        known = any(code in one.groups for one in waits)
        place = list(tables).index(code) if code in tables else None
        seen = None
        if place is not None and drawn is not None:
            seen = _seen(tables[code].sum(axis=0), drawn[:, 4 * place : 4 * place + 4])
        found.append(Ratio(code, known, seen))
    return found


def _enough(waits: Sequence[Wait], code: str) -> bool:
    for side in (True, False):
        theirs = [one for one in waits if one.groups.get(code) is side]
        few = len({one.patient for one in theirs}) < LEAST_PATIENTS or len(theirs) < LEAST_WAITS
        if few or not any(one.minutes for one in theirs):
            return False
    return True


def _table(waits: Sequence[Wait], rows: Mapping[int, int], code: str) -> NDArray[np.float64]:
    """Of each session: minutes and waits of the group, and minutes and waits of the rest."""
    table = np.zeros((len(rows), 4))
    for one in waits:
        if code in one.groups:
            column = 0 if one.groups[code] else 2
            table[rows[one.session], column : column + 2] += one.minutes, 1.0
    return table


def _seen(whole: NDArray[np.float64], drawn: NDArray[np.float64]) -> Interval:
    """The products across: (minutes / waits) / (minutes / waits)."""
    value = whole[0] * whole[3] / (whole[1] * whole[2])
    return Interval(float(value), *ends(drawn[:, 0] * drawn[:, 3], drawn[:, 1] * drawn[:, 2]))
