"""Fitting a missing model: logistic regression with splines. The only module that knows sklearn."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import SplineTransformer

from booking.overbooking.missing_model import (
    LEVELS,
    Booked,
    Model,
    Spline,
    earlier,
    level_of,
    numbers,
)
from booking.overbooking.records import TooFewVisits

FEWEST = 500
KNOTS = 6
# Fewer visits than this say too little of a level for a number of its own.
FEWEST_OF_A_LEVEL = 50


def fit(visits: Sequence[Booked], missed: NDArray[np.bool_]) -> Model:
    """Fit a model to visits whose outcome is known. Raises TooFewVisits.

    Nothing is weighted by class: that would make every probability too high.
    """
    if len(visits) < FEWEST or not missed.any() or missed.all():
        raise TooFewVisits
    base = float(missed.mean())
    design = _Design()
    for name, values in numbers(visits).items():
        design.add_number(name, values)
    said = [level_of(one) for one in visits]
    for name in LEVELS:
        design.add_levels(name, [one[name] for one in said])
    design.add_column("history", "", earlier(visits, base))
    fitted = LogisticRegression(C=1.0, max_iter=2000).fit(np.hstack(design.columns), missed)
    return design.model(fitted.coef_[0].tolist(), float(fitted.intercept_[0]), base)


class _Design:
    """The columns a model is fitted on, and what each coefficient is of."""

    def __init__(self) -> None:
        self.columns: list[NDArray[np.float64]] = []
        self._of: list[tuple[str, str]] = []
        self._knots: dict[str, tuple[float, ...]] = {}

    def add_number(self, name: str, values: NDArray[np.float64]) -> None:
        """A spline where the number is known, and a column for where it is not."""
        known = np.isfinite(values)
        if len(np.unique(values[known])) < KNOTS:
            return
        curve = SplineTransformer(n_knots=KNOTS, knots="quantile", extrapolation="constant")
        curve.fit(values[known, None])
        spread = np.zeros((len(values), curve.n_features_out_))
        spread[known] = curve.transform(values[known, None])
        self.columns.append(spread)
        self._of += [("spline", name)] * spread.shape[1]
        self._knots[name] = tuple(curve.bsplines_[0].t.tolist())
        if not known.all():
            self.add_column("unknown", name, ~known)

    def add_levels(self, name: str, levels: Sequence[str]) -> None:
        """A column for each common level but the commonest."""
        common = [level for level, n in Counter(levels).most_common() if n >= FEWEST_OF_A_LEVEL]
        for level in common[1:]:
            self.add_column(f"level {name}", level, np.array([one == level for one in levels]))

    def add_column(self, kind: str, name: str, values: NDArray[np.generic]) -> None:
        """One column."""
        self.columns.append(values.astype(np.float64)[:, None])
        self._of.append((kind, name))

    def model(self, coefficients: Sequence[float], intercept: float, base: float) -> Model:
        """The fitted numbers, each where it belongs."""
        by: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for (kind, name), value in zip(self._of, coefficients, strict=True):
            by[kind][name].append(value)
        splines = {
            name: Spline(knots, tuple(by["spline"][name]), sum(by["unknown"][name]))
            for name, knots in self._knots.items()
        }
        levels = {
            name: {level: value for level, (value,) in by[f"level {name}"].items()}
            for name in LEVELS
        }
        return Model(intercept, base, by["history"][""][0], splines, levels)
