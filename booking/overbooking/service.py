"""Training what a clinic believes of who misses."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.overbooking import outcomes, records
from booking.overbooking.model_evaluation import lower_bound
from booking.overbooking.models import MissingModel
from booking.overbooking.queries import newest
from booking.overbooking.records import Record, TooFewVisits
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor

# The usual rate, and for how many visits it stands: North Denmark 3.7 %, the South 4.7 %, and some
# departments near 10 % (docs/overbooking.md).
USUAL, STANDS_FOR = 0.05, 20
MONTH = timedelta(days=30)
# A model is tested on the latest of the days, this share of the visits.
TESTED = 0.25


def train(session: Session, by: Actor, clinic: Clinic, since: date | None = None) -> MissingModel:
    """Train on all that has come of the clinic's visits, and test on the latest of them.

    since: the first day tested on; the latest quarter of the visits without it.
    """
    visits = outcomes.of_clinic(session, clinic)
    missed = sum(one.missed for one in visits)
    cut = since or _cut(visits)
    trained = None
    if cut is not None:
        try:
            trained = records.train(visits, cut)
        except TooFewVisits:
            trained = None
    before = newest(session, clinic)
    rate = (missed + STANDS_FOR * USUAL) / (len(visits) + STANDS_FOR)
    made = MissingModel(
        clinic_id=clinic.id,
        number=1 + (before.number if before else 0),
        trained_at=session.now(),
        trained_by=by.name,
        cut_on=cut,
        visits=len(visits),
        missed=missed,
        rate=rate,
        caution=min(1.0, lower_bound(missed, len(visits)) / rate),
        fitted=trained.model.as_data() if trained else None,
        evaluation=trained.evaluation.as_data() if trained else None,
        passes=trained is not None and trained.evaluation.passes,
    )
    session.add(made)
    session.flush()
    audit.record(session, by, "overbooking.trained", clinic_id=clinic.id)
    return made


def train_all(session: Session) -> int:
    """Every clinic that has not been trained for a month; how many."""
    due = [
        clinic
        for clinic in session.scalars(select(Clinic).order_by(Clinic.id))
        if (last := newest(session, clinic)) is None or last.trained_at <= session.now() - MONTH
    ]
    for clinic in due:
        train(session, SYSTEM, clinic)
    return len(due)


def _cut(visits: Sequence[Record]) -> date | None:
    days = sorted(one.day for one in visits)
    return days[int((1 - TESTED) * len(days))] if days else None
