"""How likely a booked visit is to be missed, from what is known when it is booked. Pure.

A model is numbers, kept as data: cubic splines of what is counted, a number for each level of what
is not, and the patient's earlier outcomes shrunk to the base rate. It serves a session's total
only; no single probability is shown to anybody or decides anything about that patient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log, log1p
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

# So many visits' worth of the base rate is put to a patient's earlier ones before they count.
SHRINKAGE = 5.0
LEVELS = ("same_day", "visit_type", "form", "reminders")

# What a model may never be told, and why: none with such a feature can be made or read.
REFUSED: Mapping[str, str] = {
    name: why
    for why, names in {
        "says who somebody is, not whether they can come": (
            "sex", "gender", "ethnicity", "origin", "citizenship", "religion", "language",
            "interpreter",
        ),
        "stands in for income or origin": (
            "address", "postcode", "neighbourhood", "neighborhood", "municipality", "deprivation",
            "scholarship", "welfare", "income", "education",
        ),
        "is about health, and must not cost anybody a place": (
            "diagnosis", "disability", "handicap", "handcap", "diabetes", "hypertension",
            "hipertension", "alcoholism", "needs",
        ),
        "names one person": ("name", "cpr", "phone", "email"),
    }.items()
    for name in names
}  # fmt: skip


class MustNotBeUsed(Exception):
    """A feature that a model may not be told; `name` and `why`."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


@dataclass(frozen=True)
class Booked:
    """What is known of a visit when it is booked.

    lead: days from booking to visit. age: years, hour: local hour of the visit with its fraction,
    None where unknown. earlier, missed: the patient's earlier visits whose outcome was known by
    then. reminders: how many the clinic's policy had for it then; 3 stands for more.
    visit_type: '#12', the clinic's own by its id, or an imported label that none of them is called.
    """

    lead: int
    age: float | None = None
    hour: float | None = None
    visit_type: str = ""
    form: str = ""
    reminders: int = 0
    earlier: int = 0
    missed: int = 0


@dataclass(frozen=True)
class Spline:
    """A cubic B-spline, level beyond its ends; unknown: its value where the number is unknown."""

    knots: tuple[float, ...]
    coefficients: tuple[float, ...]
    unknown: float

    def at(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The spline at these values; NaN for unknown."""
        curve = BSpline(np.array(self.knots), np.array(self.coefficients), 3)
        low, high = self.knots[3], self.knots[-4]
        known = np.isfinite(values)
        inside = np.clip(np.where(known, values, low), low, high)
        return np.where(known, curve(inside), self.unknown)


@dataclass(frozen=True)
class Model:
    """log odds of missing = intercept + splines + levels + history * shrunken log odds.

    slope, shift: the recalibration of the log odds. base: the rate earlier outcomes shrink to.
    caution: what a probability is multiplied by for the lower bound.
    """

    intercept: float
    base: float
    history: float
    splines: Mapping[str, Spline]
    levels: Mapping[str, Mapping[str, float]]
    slope: float = 1.0
    shift: float = 0.0
    caution: float = 1.0

    def __post_init__(self) -> None:
        """Raise MustNotBeUsed for one that was told what it may not be, fitted or read."""
        for name in (*self.splines, *self.levels):
            if name.lower() in REFUSED:
                raise MustNotBeUsed(name, REFUSED[name.lower()])

    def missing(self, visits: Sequence[Booked]) -> NDArray[np.float64]:
        """The probability of each being missed."""
        odds = np.full(len(visits), self.intercept)
        columns = numbers(visits)
        for name, spline in self.splines.items():
            odds += spline.at(columns[name])
        odds += self.history * earlier(visits, self.base)
        for rank, visit in enumerate(visits):
            said = level_of(visit)
            odds[rank] += sum(by.get(said[name], 0.0) for name, by in self.levels.items())
        return 1.0 / (1.0 + np.exp(-(self.shift + self.slope * odds)))

    def cautious(self, visits: Sequence[Booked]) -> NDArray[np.float64]:
        """The lower bound of each: what a decision to overbook counts on."""
        return self.missing(visits) * self.caution

    def as_data(self) -> dict[str, Any]:
        """The model as JSON can keep it."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The model kept by `as_data`."""
        splines = {
            name: Spline(tuple(one["knots"]), tuple(one["coefficients"]), one["unknown"])
            for name, one in data["splines"].items()
        }
        return cls(**{**data, "splines": splines})


def numbers(visits: Sequence[Booked]) -> dict[str, NDArray[np.float64]]:
    """What is counted, by name; the lead as log(1 + days), NaN for unknown."""
    unknown = float("nan")
    return {
        "lead": np.array([log1p(one.lead) for one in visits]),
        "age": np.array([unknown if one.age is None else one.age for one in visits], float),
        "hour": np.array([unknown if one.hour is None else one.hour for one in visits], float),
    }


def level_of(visit: Booked) -> dict[str, str]:
    """What is not counted, by name."""
    return {
        "same_day": "yes" if visit.lead == 0 else "no",
        "visit_type": visit.visit_type,
        "form": visit.form,
        "reminders": str(min(visit.reminders, 3)),
    }


def earlier(visits: Sequence[Booked], base: float) -> NDArray[np.float64]:
    """The log odds of each patient's earlier rate of missing, shrunk to the base; 0 at the base."""
    missed = np.array([one.missed for one in visits], float)
    seen = np.array([one.earlier for one in visits], float)
    rate = (missed + SHRINKAGE * base) / (seen + SHRINKAGE)
    odds: NDArray[np.float64] = np.log(rate / (1 - rate)) - log(base / (1 - base))
    return odds


def flat(rate: float, caution: float = 1.0) -> Model:
    """A model that says the same of everybody: a clinic's own smoothed rate."""
    return Model(log(rate / (1 - rate)), rate, 0.0, {}, {}, caution=caution)
