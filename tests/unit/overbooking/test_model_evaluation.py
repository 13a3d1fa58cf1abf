"""An evaluation is kept and read back, and says every reason why its model may not be used."""

import json
from dataclasses import replace

import pytest

from booking.overbooking import model_card
from booking.overbooking.model_evaluation import Bin, Evaluation

GOOD = Evaluation(
    visits=1000, missed=100, predicted=0.1, auc=0.7, auc_ahead=None, brier=0.08, base_brier=0.09,
    slope=1.0, shift=0.0, bins=(Bin(500, 0.05, 0.06), Bin(500, 0.15, 0.14)),
)  # fmt: skip


@pytest.mark.parametrize("found", [GOOD, replace(GOOD, slope=0.5, noticed=("too_good",))])
def test_what_is_kept_is_read_back(found: Evaluation) -> None:
    assert Evaluation.from_data(json.loads(json.dumps(found.as_data()))) == found


@pytest.mark.parametrize(
    ("changed", "failings"),
    [
        ({}, ()),
        ({"slope": 0.9}, ()),
        ({"slope": 1.1}, ()),
        ({"slope": 0.89}, ("slope",)),
        ({"slope": 1.11}, ("slope",)),
        ({"brier": 0.09}, ("brier",)),
        ({"noticed": ("too_good",)}, ("too_good",)),
        (
            {"slope": 2.0, "brier": 0.1, "noticed": ("counted_twice", "mean_far_off")},
            ("counted_twice", "mean_far_off", "slope", "brier"),
        ),
    ],
)
def test_every_reason_is_told(changed: dict[str, object], failings: tuple[str, ...]) -> None:
    found = replace(GOOD, **changed)  # type: ignore[arg-type]
    assert found.failings == failings
    assert found.passes == (not failings)
    assert found.as_data()["passes"] == found.passes
    assert all(code in model_card.WHY_NOT for code in failings)
