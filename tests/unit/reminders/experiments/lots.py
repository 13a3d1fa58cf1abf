"""Experiments drawn by chance: patients with visits that are much alike, some coming often."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

SELDOM, OFTEN = 0.08, 0.20  # who comes often loses more: the size of a patient says something
LIKE = 0.3  # a patient's visits are much alike
PEOPLE = 180


@dataclass(frozen=True)
class Drawn:
    """One arm in each of many experiments: the last axis is its patients."""

    visits: Numbers
    lost: Numbers
    cost: Numbers


def truth(factor: float) -> float:
    """The share of visits lost in the long run: of four, one comes often."""
    often, seldom = 0.25 * 6, 0.75 * 1.5
    return factor * (seldom * SELDOM + often * OFTEN) / (seldom + often)


def draw(
    rng: np.random.Generator, runs: int, factor: float = 1.0, people: int = PEOPLE, fee: int = 0
) -> Drawn:
    """`factor`: what the arm does to each patient's share of lost visits. fee: mean øre a visit."""
    size = (runs, people)
    often = rng.random(size) < 0.25
    visits = np.where(often, rng.integers(4, 9, size), rng.integers(1, 3, size))
    mean = np.where(often, OFTEN, SELDOM) * factor
    scale = 1 / LIKE - 1
    own = rng.beta(mean * scale, (1 - mean) * scale)
    lost = rng.binomial(visits, own)
    price = rng.integers(fee // 2, fee * 3 // 2 + 1, size)
    asked = visits.astype(np.float64)
    return Drawn(asked, lost.astype(np.float64), price * asked)
