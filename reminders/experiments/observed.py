"""What can be read from reminders that were not drawn by lot: rates, and no effect.

Who is reminded has been chosen by something (by when they booked, by having a mobile telephone),
and that same thing moves whether they come. So the rates are shown, also by how far ahead the visit
was booked, with the reasons why none of their differences is an effect: only an experiment gives
one. Taking away the one reason that can be seen (Mantel and Haenszel, Journal of the National
Cancer Institute 22, 1959) may even turn the figures round (Simpson, Journal of the Royal
Statistical Society B 13, 1951): it shows how little they mean, not that the turned ones are right.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc

Reason = Literal[
    "not_randomised", "nobody_reminded", "everybody_reminded", "only_sent_when_booked_ahead",
    "reversal",
]  # fmt: skip

BANDS = (0, 1, 3, 7, 14, 28, 56)
UNLIKE = 0.001


@dataclass(frozen=True)
class Seen:
    """One visit. lead_days: whole days from booking it to it."""

    reminded: bool
    lead_days: int
    missed: bool


@dataclass(frozen=True)
class Rate:
    """How many of how many were missed."""

    missed: int
    visits: int

    @property
    def share(self) -> float | None:
        """Missed visits among all, 0 to 1; None where there were none."""
        return self.missed / self.visits if self.visits else None


@dataclass(frozen=True)
class Pair:
    """The reminded and the others, among visits booked `from_days` to `to_days` ahead.

    Both ends are included; to_days None = or more.
    """

    from_days: int
    to_days: int | None
    reminded: Rate
    others: Rate


@dataclass(frozen=True)
class Observed:
    """The rates as they are, and why they are no effect: there is none here to be read.

    whole: all visits. ahead: those booked at least as far ahead as the reminded ones; None where
    nobody was reminded. bands: every visit by how far ahead it was booked. reasons: at least one.
    """

    whole: Pair
    ahead: Pair | None
    bands: tuple[Pair, ...]
    reasons: tuple[Reason, ...]


def observed_effect(visits: Iterable[Seen]) -> Observed:
    """Count, and say what cannot be concluded. lead_days below 0 count as 0."""
    table: dict[int, list[int]] = {}
    for one in visits:
        cell = table.setdefault(max(0, one.lead_days), [0, 0, 0, 0])
        cell[0 if one.reminded else 2] += one.missed
        cell[1 if one.reminded else 3] += 1
    whole = _pair(table, 0, None)
    ends: list[int | None] = [start - 1 for start in BANDS[1:]]
    bands = tuple(_pair(table, start, end) for start, end in zip(BANDS, [*ends, None], strict=True))
    first = min((days for days, cell in table.items() if cell[1]), default=None)
    ahead = None if first is None else _pair(table, first, None)
    days = [_pair(table, day, day) for day in sorted(table)]
    return Observed(whole, ahead, bands, tuple(_reasons(whole, bands, days)))


def _pair(table: dict[int, list[int]], start: int, end: int | None) -> Pair:
    cells = [cell for days, cell in table.items() if days >= start and (end is None or days <= end)]
    reminded, all_reminded, others, all_others = (
        sum(cell[at] for cell in cells) for at in range(4)
    )
    return Pair(start, end, Rate(reminded, all_reminded), Rate(others, all_others))


def _reasons(whole: Pair, bands: tuple[Pair, ...], days: list[Pair]) -> Iterable[Reason]:
    yield "not_randomised"
    if not whole.reminded.visits:
        yield "nobody_reminded"
        return
    if not whole.others.visits:
        yield "everybody_reminded"
        return
    if _reminded_by_lead_time(bands):
        yield "only_sent_when_booked_ahead"
    if _raw(whole) * _within(days) < 0:
        yield "reversal"


def _reminded_by_lead_time(bands: tuple[Pair, ...]) -> bool:
    """True where the share that is reminded differs between the bands beyond chance."""
    sizes = np.array([(one.reminded.visits, one.others.visits) for one in bands], dtype=float)
    sizes = sizes[sizes.sum(1) > 0]
    expected = np.outer(sizes.sum(1), sizes.sum(0)) / sizes.sum()
    square = ((sizes - expected) ** 2 / expected).sum()
    return len(sizes) > 1 and bool(chdtrc(len(sizes) - 1, square) < UNLIKE)


def _raw(whole: Pair) -> float:
    return whole.reminded.missed / whole.reminded.visits - whole.others.missed / whole.others.visits


def _within(days: list[Pair]) -> float:
    """Which way it points among visits booked equally far ahead; 0 where none can be compared.

    The numerator of Mantel and Haenszel's difference, of which only the sign is of use here.
    """
    return sum(
        (one.reminded.missed * one.others.visits - one.others.missed * one.reminded.visits)
        / (one.reminded.visits + one.others.visits)
        for one in days
    )
