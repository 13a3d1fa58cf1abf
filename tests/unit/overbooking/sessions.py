"""Sessions to reckon on: generated ones, and the realistic one of the literature's size."""

import itertools
from math import erf, log, sqrt

import numpy as np
from hypothesis import strategies as st

from booking.overbooking.session_risk import Distribution, Patient


def service(probabilities: dict[int, float]) -> Distribution:
    """minutes -> probability, as the probabilities of 0, 1, 2 … minutes."""
    found = np.zeros(max(probabilities) + 1)
    for minutes, probability in probabilities.items():
        found[minutes] = probability
    return found


def log_normal(mean: float, deviation: float, longest: int = 120) -> Distribution:
    """On whole minutes, the mass at none moved to one."""
    spread = sqrt(log(1 + (deviation / mean) ** 2))
    middle = log(mean) - spread**2 / 2

    def below(minutes: float) -> float:
        return 0.5 * (1 + erf((log(minutes) - middle) / spread / sqrt(2))) if minutes > 0 else 0.0

    found = np.array([below(k + 0.5) - below(k - 0.5) for k in range(longest + 1)])
    found[1] += found[0]
    found[0] = 0
    shares: Distribution = found / found.sum()
    return shares


def twelve(missing: float, mean: float = 18, deviation: float = 8) -> tuple[Patient, ...]:
    """Twelve patients, one every twenty minutes."""
    how_long = log_normal(mean, deviation)
    return tuple(Patient(at, 1 - missing, how_long) for at in range(0, 240, 20))


_chance = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))


@st.composite
def services(draw: st.DrawFn, most: int = 3, longest: int = 30) -> Distribution:
    minutes = draw(st.lists(st.integers(0, longest), min_size=1, max_size=most, unique=True))
    weights = [draw(st.floats(0.05, 1)) for _ in minutes]
    return service({at: weight / sum(weights) for at, weight in zip(minutes, weights, strict=True)})


@st.composite
def patients(draw: st.DrawFn, most: int = 5, last: int = 60) -> tuple[Patient, ...]:
    """Patients in booked order; ties, gaps, certain and impossible shows among them."""
    times = sorted(draw(st.lists(st.integers(0, last), max_size=most)))
    return tuple(Patient(at, draw(_chance), draw(services())) for at in times)


def every_way(patients: tuple[Patient, ...], planned_end: int) -> dict[str, object]:
    """The same figures by going through every way the session can go."""
    ways = []
    for one in patients:
        choices: list[tuple[int | None, float]] = [(None, 1 - one.comes)]
        choices += [(m, one.comes * p) for m, p in enumerate(one.service.tolist()) if p]
        ways.append(choices)
    waits, longs = np.zeros(len(patients)), np.zeros(len(patients))
    overtime = late = busy = 0.0
    for way in itertools.product(*ways):
        chance = float(np.prod([p for _, p in way]))
        free = 0
        for rank, (one, (minutes, _)) in enumerate(zip(patients, way, strict=True)):
            wait = max(0, free - one.at)
            waits[rank] += chance * wait
            longs[rank] += chance * (wait > 30)
            if minutes is not None:
                free = one.at + wait + minutes
                busy += chance * minutes
            else:
                free = one.at + wait
        over = max(0, free - planned_end)
        overtime += chance * over
        late += chance * (over > 15)
    return {
        "waits": waits,
        "longs": longs,
        "overtime": overtime,
        "late": late,
        "idle": planned_end + overtime - busy,
    }
