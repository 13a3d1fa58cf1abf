"""Visits that are over, and what was known of each when it was booked. Pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from booking.overbooking import model_evaluation
from booking.overbooking.missing_model import Booked, Model
from booking.overbooking.model_evaluation import Evaluation

# Of the days before the cut, this share at the end only recalibrates what was fitted before it.
RECALIBRATES = 0.25


class TooFewVisits(Exception):
    """There are not enough visits, or not enough missed, to fit anything."""


@dataclass(frozen=True)
class Record:
    """One visit that was kept or missed. key: the same visit has the same, wherever it is read."""

    key: str
    patient: int
    booked_on: date
    day: date
    missed: bool
    age: float | None = None
    hour: float | None = None
    visit_type: str = ""
    form: str = ""
    reminders: int = 0


@dataclass(frozen=True)
class Trained:
    """A model, recalibrated, and its figures on the days from the cut on."""

    model: Model
    evaluation: Evaluation
    fitted_on: int


def known_when_booked(records: Sequence[Record]) -> list[Booked]:
    """What was known of each when it was booked: of the patient's visits, those over by then."""
    theirs: dict[int, list[tuple[date, bool]]] = defaultdict(list)
    for one in records:
        theirs[one.patient].append((one.day, one.missed))
    days, missed = {}, {}
    for patient, visits in theirs.items():
        visits.sort()
        days[patient] = [day for day, _ in visits]
        missed[patient] = list(accumulate((was for _, was in visits), initial=0))
    found = []
    for one in records:
        over = bisect_left(days[one.patient], one.booked_on)
        found.append(
            Booked(
                (one.day - one.booked_on).days,
                one.age,
                one.hour,
                one.visit_type,
                one.form,
                one.reminders,
                over,
                missed[one.patient][over],
            )
        )
    return found


def train(records: Sequence[Record], cut: date) -> Trained:
    """Fit on the days before the cut, and tell how it does from then on. Raises TooFewVisits."""
    visits = known_when_booked(records)
    return train_on(records, visits, cut)


def train_on(records: Sequence[Record], visits: Sequence[Booked], cut: date) -> Trained:
    """As `train`, told what was known of each; what cannot have been known is noticed."""
    # Only whoever trains waits for scikit-learn.
    from booking.overbooking import training

    before = sorted(one.day for one in records if one.day < cut)
    if not before:
        raise TooFewVisits
    turn = before[int((1 - RECALIBRATES) * len(before))]
    early, late, after = (
        [rank for rank, one in enumerate(records) if first <= one.day < end]
        for first, end in ((date.min, turn), (turn, cut), (cut, date.max))
    )
    missed = np.array([one.missed for one in records], dtype=bool)
    for part in (late, after):
        if not missed[part].any() or missed[part].all():
            raise TooFewVisits

    def of(part: Sequence[int]) -> tuple[list[Booked], NDArray[np.bool_]]:
        return [visits[rank] for rank in part], missed[part]

    model = model_evaluation.recalibrated(training.fit(*of(early)), *of(late))
    later, came = of(after)
    found = model_evaluation.evaluate(later, came, model.missing(later), leaks(records, visits))
    return Trained(model, found, len(early))


def leaks(records: Sequence[Record], visits: Sequence[Booked]) -> list[str]:
    """Codes of what makes an evaluation untrue: outcomes known too early, visits counted twice."""
    found = []
    once = {one.key: one for one in records}
    honest = dict(zip(once, known_when_booked(list(once.values())), strict=True))
    if any(
        (said.lead, said.earlier, said.missed) != (true.lead, true.earlier, true.missed)
        for said, true in zip(visits, (honest[one.key] for one in records), strict=True)
    ):
        found.append("known_only_later")
    if len(once) < len(records):
        found.append("counted_twice")
    return found
