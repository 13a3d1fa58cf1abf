"""The pictures that commands write to files, with their words. Pure.

English for the developers' pages, Danish for the clinicians' guide.
"""

from collections.abc import Sequence

from markupsafe import Markup

from booking.overbooking import pictures, shocks
from booking.overbooking.deciding import Limits, Session, decide, put_in
from booking.overbooking.intervals import wilson
from booking.overbooking.model_evaluation import Bin
from booking.overbooking.pictures import Course, Point, Promise, Words, YearRow
from booking.overbooking.service_times import learnt
from booking.overbooking.session_risk import Patient
from booking.overbooking.simulation import Row

# The example of the guide: twelve patients of twenty minutes, of whom a tenth stays away.
MINUTES, MISSING, LENGTH, STEP = 20, 0.10, 240, 5


def of_model(bins: Sequence[Bin]) -> Markup:
    """Predicted against observed, for each tenth of the visits a model was tested on."""
    words = Words(
        "Calibration",
        "For each tenth of the visits tested on, the share that was missed, with its 95 % "
        "interval, against what was predicted: "
        + "; ".join(f"{one.predicted:.1%} predicted, {one.observed:.1%} missed" for one in bins)
        + ".",
        ("predicted, mean of the tenth", "missed, share of the tenth", "as predicted"),
    )
    points = [
        Point(one.predicted, wilson(round(one.observed * one.visits), one.visits)) for one in bins
    ]
    return pictures.calibration("calibration", words, points, "{:.0%}".format, alone=True)


def of_year(rows: Sequence[Row]) -> Markup:
    """A year's risk of a late finish and mean wait, as promised and as delivered."""
    sessions = len(rows[0].figures.worked)
    shown, last = [], None
    for row in rows:
        found = row.figures
        panels = (
            Promise(found.late[0], wilson(found.late_seen, sessions)),
            Promise(found.waiting[0], found.waited),
        )
        name = f"{row.missing:.0%} missed, {row.strategy}"
        shown.append(YearRow(name, row.missing != last, panels))
        last = row.missing
    words = Words(
        "A year, promised and delivered",
        f"{sessions} half days at clinics where 4, 10, 15 and 20 % are missed, without "
        "overbooking, with careful overbooking and with always one extra: the probability of "
        "finishing over 15 minutes late and the mean wait. The figures are in the table.",
        (
            "promised",
            "delivered, with 95 % interval",
            "P(over 15 min late)",
            "Mean wait, minutes",
        ),
    )
    figures = ("{:.0%}".format, "{:.1f}".format)
    return pictures.year("year", words, shown, figures, alone=True)


def example() -> tuple[Session, Patient]:
    """The guide's session, and an extra patient like those booked."""
    how_long = learnt(MINUTES, ()).distribution
    booked = tuple(Patient(at, 1 - MISSING, how_long) for at in range(0, LENGTH, MINUTES))
    starts = tuple(range(0, LENGTH - MINUTES + 1, STEP))
    return Session(booked, LENGTH, starts, MISSING * len(booked)), booked[0]


def of_starts() -> Markup:
    """What one extra does to the example, wherever it is put, against the usual limits."""
    session, extra = example()
    limits = Limits()
    before = shocks.evaluate(session.patients, LENGTH, session.shocks)
    risks = [
        (at, shocks.evaluate(put_in(session.patients, extra, at), LENGTH, session.shocks))
        for at in session.starts
    ]
    (granted,) = decide(session, extra, limits).granted
    words = Words(
        "Hvor en ekstra patient kan sidde",
        f"Tolv patienter a {MINUTES} minutter fra 8.00 til 12.00, hvor hver tiende udebliver. Tre "
        "kurver over, hvornår den ekstra møder: risikoen for over 15 minutters overarbejde, den "
        "længste forventede ventetid og den største risiko for at vente over en halv time. Alle "
        "tre stiger hen ad formiddagen. Kun i begyndelsen holder alle tre grænser; "
        f"billigst er {_hour(granted)}.",
        ("grænsen", "uden ekstra", "den ekstra møder kl."),
    )
    shown = [
        Course(
            "Over 15 min. overarbejde",
            [(at, risk.late) for at, risk in risks],
            before.late,
            limits.late,
            _percent,
        ),
        Course(
            "Længste ventetid, minutter",
            [(at, float(risk.waits.max())) for at, risk in risks],
            float(before.waits.max()),
            limits.wait,
            "{:.0f}".format,
        ),
        Course(
            "Venter over 30 min.",
            [(at, float(risk.long_waits.max())) for at, risk in risks],
            float(before.long_waits.max()),
            limits.long_wait,
            _percent,
        ),
    ]
    return pictures.courses("starts", words, shown, _hour, alone=True)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _hour(minute: int) -> str:
    return f"{8 + minute // 60}.{minute % 60:02d}"
