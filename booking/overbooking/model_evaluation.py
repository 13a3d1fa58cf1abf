"""How good a missing model is on visits it was not fitted on, and whether it may be used. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import rankdata

from booking.overbooking.missing_model import Booked, Model

LEAST_SLOPE, MOST_SLOPE = 0.9, 1.1
# One-sided 95 %.
_Z = 1.6448536269514722
# No honest model of missed visits discriminates so well: something it was told came later.
TOO_GOOD = 0.85
# A mean prediction so far off, in log odds, is not drift: the model was fitted on weighted classes.
FAR_OFF = 0.7


@dataclass(frozen=True)
class Bin:
    """Visits of like probability: how many, the mean predicted and the share that was missed."""

    visits: int
    predicted: float
    observed: float


@dataclass(frozen=True)
class Evaluation:
    """Of visits after those fitted on. auc_ahead: of those booked a day or more ahead.

    brier, base_brier: of the model, and of saying the same rate of everybody. slope, shift: of
    the observed log odds on the predicted. noticed: codes of what makes the figures untrue.
    """

    visits: int
    missed: int
    predicted: float
    auc: float | None
    auc_ahead: float | None
    brier: float
    base_brier: float
    slope: float
    shift: float
    bins: tuple[Bin, ...]
    noticed: tuple[str, ...] = ()

    @property
    def failings(self) -> tuple[str, ...]:
        """Why the model may not be used: what was noticed, 'slope', 'brier'."""
        found = list(self.noticed)
        if not LEAST_SLOPE <= self.slope <= MOST_SLOPE:
            found.append("slope")
        if self.brier >= self.base_brier:
            found.append("brier")
        return tuple(found)

    @property
    def passes(self) -> bool:
        """Whether the model may be used."""
        return not self.failings

    def as_data(self) -> dict[str, Any]:
        """The evaluation as JSON can keep it."""
        return {**asdict(self), "passes": self.passes}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The evaluation kept by `as_data`."""
        kept = {name: value for name, value in data.items() if name != "passes"}
        bins = tuple(Bin(**one) for one in data["bins"])
        return cls(**{**kept, "bins": bins, "noticed": tuple(data["noticed"])})


def evaluate(
    visits: Sequence[Booked],
    missed: NDArray[np.bool_],
    probabilities: NDArray[np.float64],
    noticed: Sequence[str] = (),
) -> Evaluation:
    """The figures of these probabilities against what happened."""
    share = float(missed.mean())
    slope, shift = calibration(probabilities, missed)
    ahead = np.array([one.lead >= 1 for one in visits])
    auc = area(probabilities, missed)
    found = list(noticed)
    if auc is not None and auc > TOO_GOOD:
        found.append("too_good")
    if abs(_odds(float(probabilities.mean())) - _odds(share)) > FAR_OFF:
        found.append("mean_far_off")
    return Evaluation(
        len(visits),
        int(missed.sum()),
        float(probabilities.mean()),
        auc,
        area(probabilities[ahead], missed[ahead]),
        float(((probabilities - missed) ** 2).mean()),
        share * (1 - share),
        slope,
        shift,
        _bins(probabilities, missed),
        tuple(found),
    )


def recalibrated(model: Model, visits: Sequence[Booked], missed: NDArray[np.bool_]) -> Model:
    """The model with its log odds put right, and its caution, on visits it was not fitted on."""
    plain = replace(model, slope=1.0, shift=0.0, caution=1.0)
    slope, shift = calibration(plain.missing(visits), missed)
    share = float(missed.mean())
    caution = lower_bound(int(missed.sum()), len(missed)) / share
    return replace(model, slope=slope, shift=shift, caution=caution)


def calibration(
    probabilities: NDArray[np.float64], missed: NDArray[np.bool_]
) -> tuple[float, float]:
    """(slope, shift) of the logistic regression of what happened on the predicted log odds."""
    odds = _odds(probabilities)

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        said = at[0] * odds + at[1]
        wrong = 1.0 / (1.0 + np.exp(-said)) - missed
        value = float((np.logaddexp(0.0, said) - missed * said).mean())
        return value, np.array([(wrong * odds).mean(), wrong.mean()])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="BFGS")
    return float(found.x[0]), float(found.x[1])


def area(probabilities: NDArray[np.float64], missed: NDArray[np.bool_]) -> float | None:
    """The area under the ROC curve: that a missed visit was given more than a kept one."""
    n = int(missed.sum())
    others = len(missed) - n
    if not n or not others:
        return None
    ranks = rankdata(probabilities)[missed].sum()
    return float((ranks - n * (n + 1) / 2) / (n * others))


def lower_bound(missed: int, visits: int) -> float:
    """The one-sided 95 % lower bound of a rate, after Wilson (1927); 0 of nothing."""
    if not visits:
        return 0.0
    rate, z = missed / visits, _Z
    middle = rate + z**2 / (2 * visits)
    spread = z * sqrt(rate * (1 - rate) / visits + z**2 / (4 * visits**2))
    return max(0.0, (middle - spread) / (1 + z**2 / visits))


def _bins(probabilities: NDArray[np.float64], missed: NDArray[np.bool_]) -> tuple[Bin, ...]:
    order = np.argsort(probabilities, kind="stable")
    return tuple(
        Bin(len(part), float(probabilities[part].mean()), float(missed[part].mean()))
        for part in np.array_split(order, min(10, len(order)))
        if len(part)
    )


def _odds(probability: Any) -> Any:
    kept = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))
