"""Reminders without a lot: rates, and never an effect."""

import csv
import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from booking.platform.config import ROOT
from reminders.experiments.observed import Observed, Pair, Rate, Reason, Seen, observed_effect

DIRECTORY = Path(os.environ.get("RETTID_REFERENCE_DIR", ROOT.parent / "shared"))
FILE = DIRECTORY / "data" / "noshow-vitoria-2016.csv.zip"


def some(reminded: bool, lead_days: int, missed: int, visits: int) -> list[Seen]:
    return [Seen(reminded, lead_days, number < missed) for number in range(visits)]


def percent(pair: Pair) -> tuple[float, float]:
    assert pair.reminded.share is not None
    assert pair.others.share is not None
    return round(100 * pair.reminded.share, 1), round(100 * pair.others.share, 1)


def real_history() -> Iterator[Seen]:
    """The rows an importer takes: not those booked after the visit, nor one of age -1."""
    with zipfile.ZipFile(FILE) as archive, archive.open(archive.namelist()[0]) as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8")):
            day, booked = (
                date.fromisoformat(row[name][:10]) for name in ("AppointmentDay", "ScheduledDay")
            )
            if booked <= day and row["Age"] != "-1":
                yield Seen(row["SMS_received"] == "1", (day - booked).days, row["No-show"] == "Yes")


@pytest.mark.reference
@pytest.mark.skipif(not FILE.exists(), reason=f"no {FILE.name} in RETTID_REFERENCE_DIR")
def test_the_real_history_points_both_ways_and_is_not_called_an_effect() -> None:
    found = observed_effect(real_history())
    assert found.whole.reminded.visits + found.whole.others.visits == 110_521
    assert percent(found.whole) == (27.6, 16.7)
    assert found.ahead is not None
    assert found.ahead.from_days == 3
    assert percent(found.ahead) == (27.6, 32.7)
    assert found.reasons == ("not_randomised", "only_sent_when_booked_ahead", "reversal")
    assert [band.reminded.visits for band in found.bands[:2]] == [0, 0]


def test_there_is_no_effect_to_be_read_whatever_the_figures() -> None:
    assert not [field for field in fields(Observed) if "effect" in field.name]
    found = observed_effect(some(True, 10, 1, 1000) + some(False, 10, 900, 1000))
    assert found.reasons == ("not_randomised",)


def test_rates_are_shown_by_how_far_ahead_the_visit_was_booked() -> None:
    found = observed_effect(
        some(False, 0, 1, 20) + some(False, 5, 6, 10) + some(True, 5, 4, 10) + some(True, 60, 3, 9)
    )
    assert found.whole == Pair(0, None, Rate(7, 19), Rate(7, 30))
    assert found.ahead == Pair(5, None, Rate(7, 19), Rate(6, 10))
    assert [(band.from_days, band.to_days) for band in found.bands] == [
        (0, 0), (1, 2), (3, 6), (7, 13), (14, 27), (28, 55), (56, None),
    ]  # fmt: skip
    assert found.bands[2] == Pair(3, 6, Rate(4, 10), Rate(6, 10))
    assert found.bands[6].others.share is None


@pytest.mark.parametrize(
    ("seen", "reasons"),
    [
        ([], ("not_randomised", "nobody_reminded")),
        (some(False, 3, 1, 9), ("not_randomised", "nobody_reminded")),
        (some(True, 3, 1, 9), ("not_randomised", "everybody_reminded")),
        (
            some(True, 9, 30, 100) + some(False, 9, 40, 100) + some(False, 0, 5, 500),
            ("not_randomised", "only_sent_when_booked_ahead", "reversal"),
        ),
        (
            some(True, 9, 50, 100) + some(False, 9, 40, 100) + some(False, 0, 5, 500),
            ("not_randomised", "only_sent_when_booked_ahead"),
        ),
        ([*some(True, -4, 1, 50), *some(False, -1, 2, 50)], ("not_randomised",)),
    ],
)
def test_the_reasons_are_those_that_hold(seen: list[Seen], reasons: tuple[Reason, ...]) -> None:
    assert observed_effect(seen).reasons == reasons


def test_a_clinic_that_reminds_by_the_toss_of_a_coin_is_not_accused_of_choosing() -> None:
    rng = np.random.default_rng(1)
    chosen = 0
    for _ in range(200):
        columns = zip(rng.random(400) < 0.5, rng.integers(0, 60, 400), strict=True)
        found = observed_effect(Seen(bool(sent), int(days), False) for sent, days in columns)
        chosen += "only_sent_when_booked_ahead" in found.reasons
    assert chosen <= 3
