"""Training what a clinic believes of who misses."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.overbooking import outcomes, records
from booking.overbooking.model_evaluation import lower_bound
from booking.overbooking.models import MissingModel
from booking.overbooking.queries import USUAL, newest
from booking.overbooking.records import Record, TooFewVisits, Trained
from booking.platform import audit
from booking.platform.database import Database, Session
from booking.platform.identity import SYSTEM, Actor

# For how many visits the usual rate stands.
STANDS_FOR = 20
MONTH = timedelta(days=30)
# A model is tested on the latest of the days, this share of the visits.
TESTED = 0.25


@dataclass(frozen=True)
class Learnt:
    """What came of a clinic's visits, the first day tested on, and the model if there is one."""

    visits: int
    missed: int
    cut_on: date | None
    trained: Trained | None


def learn(session: Session, clinic: Clinic, since: date | None = None) -> Learnt:
    """Train on all that has come of the clinic's visits, and test on the latest of them.

    since: the first day tested on; the latest quarter of the visits without it. Takes seconds
    where there are many visits, and writes nothing.
    """
    visits = outcomes.of_clinic(session, clinic)
    cut = since or _cut(visits)
    trained = None
    if cut is not None:
        with suppress(TooFewVisits):
            trained = records.train(visits, cut)
    return Learnt(len(visits), sum(one.missed for one in visits), cut, trained)


def keep(session: Session, by: Actor, clinic: Clinic, learnt: Learnt) -> MissingModel:
    """What was learnt counts from now on."""
    made = as_training(session, by, clinic, learnt)
    session.add(made)
    session.flush()
    audit.record(session, by, "overbooking.trained", clinic_id=clinic.id)
    return made


def as_training(session: Session, by: Actor, clinic: Clinic, learnt: Learnt) -> MissingModel:
    """What would be kept of it, not kept."""
    visits, missed, trained = learnt.visits, learnt.missed, learnt.trained
    before = newest(session, clinic)
    rate = (missed + STANDS_FOR * USUAL) / (visits + STANDS_FOR)
    return MissingModel(
        clinic_id=clinic.id,
        number=1 + (before.number if before else 0),
        trained_at=session.now(),
        trained_by=by.name,
        cut_on=learnt.cut_on,
        visits=visits,
        missed=missed,
        rate=rate,
        caution=min(1.0, lower_bound(missed, visits) / rate),
        fitted=trained.model.as_data() if trained else None,
        evaluation=trained.evaluation.as_data() if trained else None,
        passes=trained is not None and trained.evaluation.passes,
    )


def train_next(database: Database) -> int:
    """The next clinic that has not been trained for a month: a job, 1 or 0.

    What takes time is done while nothing is locked.
    """
    with database.reading() as session:
        clinic = _due(session)
        if clinic is None:
            return 0
        number, learnt = clinic.id, learn(session, clinic)
    with database.transaction() as session:
        keep(session, SYSTEM, session.get_one(Clinic, number), learnt)
    return 1


def _due(session: Session) -> Clinic | None:
    month_ago = session.now() - MONTH
    trained_since = select(MissingModel.clinic_id).where(MissingModel.trained_at > month_ago)
    due = select(Clinic).where(Clinic.id.not_in(trained_since)).order_by(Clinic.id).limit(1)
    return session.scalars(due).one_or_none()


def _cut(visits: Sequence[Record]) -> date | None:
    days = sorted(one.day for one in visits)
    return days[int((1 - TESTED) * len(days))] if days else None
