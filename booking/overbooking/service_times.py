"""How long visits of one kind take, from how long such visits took. Pure.

The planned length stands for so many visits (`WEIGHT`) spread as consultations usually are; each
recorded visit then counts for one, a little smeared so that no single minute stands out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

# The usual spread of a consultation, as a share of its mean (mean 18, deviation 8: docs).
SPREAD = 0.44
# A plan of 20 minutes is meant to hold most visits: those of the literature's take 18 on average.
SHARE_OF_PLAN = 0.9
WEIGHT = 20.0
SHORTEST, LONGEST = 1, 480
_SMEAR = 0.1

Distribution = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ServiceTime:
    """distribution: probability of 0, 1, 2 … minutes. visits: how many it was learnt from.

    median: of the recorded visits, None where there are none.
    """

    distribution: Distribution
    visits: int
    median: float | None


def learnt(planned: int, recorded: Sequence[float]) -> ServiceTime:
    """planned: minutes. recorded: what visits of the kind took; absurd ones are left out."""
    taken = np.array([one for one in recorded if SHORTEST <= one <= LONGEST])
    total = WEIGHT * _planned(planned)
    if len(taken):
        minutes = np.arange(LONGEST + 1)
        width = 1.0 + _SMEAR * taken[:, None]
        near = np.exp(-0.5 * ((minutes - taken[:, None]) / width) ** 2)
        near[:, 0] = 0.0
        total = total + (near / near.sum(axis=1, keepdims=True)).sum(axis=0)
    distribution = _short(total / total.sum())
    return ServiceTime(distribution, len(taken), float(np.median(taken)) if len(taken) else None)


@lru_cache(maxsize=64)
def _planned(minutes: int) -> Distribution:
    """Log-normal, its mean a little under the plan."""
    mean = SHARE_OF_PLAN * minutes
    deviation = sqrt(log(1 + SPREAD**2))
    middle = log(mean) - deviation**2 / 2
    at = np.arange(1, LONGEST + 1)
    density = np.exp(-(((np.log(at) - middle) / deviation) ** 2) / 2) / at
    return np.concatenate([[0.0], density / density.sum()])


def _short(distribution: Distribution) -> Distribution:
    """Without a tail that no answer can be told by: convolution takes as long as it is."""
    beyond = np.cumsum(distribution[::-1])[::-1]
    kept = distribution[: int((beyond > 1e-12).sum())]
    found: Distribution = kept / kept.sum()
    return found
