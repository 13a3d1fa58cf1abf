"""The missing model on the real history: honest figures, and the known leaks noticed.

Trained before 25 May 2016 and tested from then on, with nothing known only later. The figures are
the data's own, and no model fitted on it is kept.
"""

import csv
import io
import os
import zipfile
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from booking.overbooking.records import Record, Trained, known_when_booked, train, train_on
from booking.platform.config import ROOT

DIRECTORY = Path(os.environ.get("RETTID_REFERENCE_DIR", ROOT.parent / "shared"))
FILE = DIRECTORY / "data" / "noshow-vitoria-2016.csv.zip"
CUT = date(2016, 5, 25)

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not FILE.exists(), reason=f"no {FILE.name} in RETTID_REFERENCE_DIR"),
]


@cache
def history() -> tuple[Record, ...]:
    """The rows an importer takes: not those booked after the visit, nor one of age -1."""
    found = []
    with zipfile.ZipFile(FILE) as archive, archive.open(archive.namelist()[0]) as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8")):
            day, booked = (
                date.fromisoformat(row[name][:10]) for name in ("AppointmentDay", "ScheduledDay")
            )
            if booked <= day and row["Age"] != "-1":
                found.append(
                    Record(
                        row["AppointmentID"],
                        int(float(row["PatientId"])),
                        booked,
                        day,
                        row["No-show"] == "Yes",
                        float(row["Age"]),
                    )
                )
    return tuple(found)


@cache
def trained() -> Trained:
    return train(history(), CUT)


def test_the_figures_are_honest_and_the_gate_opens() -> None:
    found = trained().evaluation
    assert found.visits == 39_152
    assert found.noticed == ()
    assert found.auc is not None
    assert found.auc_ahead is not None
    assert 0.72 <= found.auc < 0.74
    # Most of that is bookings for the same day.
    assert 0.57 < found.auc_ahead < 0.62
    assert 0.9 <= found.slope <= 1.1
    assert found.brier < 0.14 < 0.15 < found.base_brier
    assert found.passes


def test_the_lower_bound_lies_below_what_happened() -> None:
    visits = known_when_booked(history())
    later = [one for one, record in zip(visits, history(), strict=True) if record.day >= CUT]
    missed = np.mean([one.missed for one in history() if one.day >= CUT])
    assert trained().model.cautious(later).mean() < trained().model.missing(later).mean()
    assert missed == pytest.approx(0.186, abs=0.001)


def some() -> list[Record]:
    """A quarter of the patients: enough for a leak to show."""
    return [one for one in history() if one.patient % 4 == 0]


def test_a_mean_over_the_whole_file_is_noticed() -> None:
    records = some()
    every: dict[int, tuple[int, int]] = {}
    for one in records:
        seen, missed = every.get(one.patient, (0, 0))
        every[one.patient] = (seen + 1, missed + one.missed)
    leaked = [
        replace(visit, earlier=every[one.patient][0], missed=every[one.patient][1])
        for visit, one in zip(known_when_booked(records), records, strict=True)
    ]
    found = train_on(records, leaked, CUT).evaluation
    assert found.auc is not None
    assert found.auc > 0.8
    assert "known_only_later" in found.noticed
    assert not found.passes


def test_oversampling_before_the_split_is_noticed() -> None:
    draw = np.random.default_rng(1)
    records = some()
    missed = [one for one in records if one.missed]
    copies = [missed[rank] for rank in draw.integers(len(missed), size=10_000)]
    found = train([*records, *copies], CUT).evaluation
    assert "counted_twice" in found.noticed
    assert not found.passes
