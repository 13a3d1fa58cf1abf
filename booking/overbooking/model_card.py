"""The model card of what a clinic believes of who misses, as text."""

from collections.abc import Sequence
from datetime import date

from booking.overbooking.missing_model import REFUSED, Model
from booking.overbooking.model_evaluation import LEAST_SLOPE, MOST_SLOPE, Evaluation
from booking.overbooking.models import MissingModel

WHY_NOT = {
    "known_only_later": "something was told of a visit that was not known when it was booked",
    "counted_twice": "a visit is counted more than once",
    "too_good": "no honest model is this good: something it was told came later",
    "mean_far_off": "what is predicted is far from what happens: were visits weighted?",
    "slope": f"the calibration slope lies outside {LEAST_SLOPE}-{MOST_SLOPE}",
    "brier": "the Brier score is no better than the base rate's",
}


def card(clinic: str, made: MissingModel, days: Sequence[date]) -> str:
    """What it is told and may not be told, of which days, how it did. days: of all its visits."""
    lines = [f"{clinic}: who may not come"]
    if days:
        lines.append(f"  Visits from {min(days)} to {max(days)}.")
    if made.fitted is not None:
        model = Model.from_data(made.fitted)
        told = [*model.splines, *(name for name, levels in model.levels.items() if levels)]
        lines.append(f"  Is told: {', '.join(_plain(one) for one in told)}, earlier outcomes.")
    for why in dict.fromkeys(REFUSED.values()):
        names = ", ".join(name for name, reason in REFUSED.items() if reason == why)
        lines.append(f"  May not be told what {why}: {names}.")
    return "\n".join([*lines, result(made)])


def result(made: MissingModel) -> str:
    """How it did on the days it was not fitted on, and whether it may be used."""
    lines = [f"  {made.visits} visits, {made.missed} missed; tested from {made.cut_on}"]
    if made.evaluation is None:
        lines.append("  Too few visits to fit a model.")
    else:
        lines += _tested(Evaluation.from_data(made.evaluation))
    if made.passes:
        lines.append("  The model may be used.")
    else:
        lines.append(
            f"  The clinic's own rate is used: {made.rate:.1%}, "
            f"cautiously {made.rate * made.caution:.1%}."
        )
    return "\n".join(lines)


def _tested(found: Evaluation) -> list[str]:
    areas = [
        f"{name} {area:.3f}"
        for name, area in (("AUC", found.auc), ("booked a day or more ahead", found.auc_ahead))
        if area is not None
    ]
    brier = f"Brier {found.brier:.4f} (base rate {found.base_brier:.4f})"
    return [
        f"  Tested on {found.visits} visits, {found.missed} missed",
        f"    {'predicted':>10} {'observed':>10} {'visits':>8}",
        *(
            f"    {one.predicted:>10.1%} {one.observed:>10.1%} {one.visits:>8}"
            for one in found.bins
        ),
        f"  {', '.join(areas)}",
        f"  {brier}, calibration slope {found.slope:.2f}",
        *(f"  Not passed: {WHY_NOT[code]}." for code in found.failings),
    ]


def _plain(name: str) -> str:
    return name.replace("_", " ")
