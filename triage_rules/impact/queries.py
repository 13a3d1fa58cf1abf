"""Reading previews."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.errors import NotFound
from triage_rules.impact.compare import Line
from triage_rules.impact.models import ImpactLine, ImpactRun, line
from triage_rules.impact.service import hash_of

RECENT = 10


def recent(session: Session, rule_set_id: int) -> Sequence[ImpactRun]:
    """A rule set's previews, the newest first, at most ten."""
    return session.scalars(
        select(ImpactRun)
        .where(ImpactRun.rule_set_id == rule_set_id)
        .options(joinedload(ImpactRun.pathway))
        .order_by(ImpactRun.started_at.desc(), ImpactRun.id.desc())
        .limit(RECENT)
    ).all()


def run_here(session: Session, rule_set_id: int, run_id: int) -> ImpactRun:
    """A preview of a rule set; raises NotFound for any other."""
    run = session.get(ImpactRun, run_id, options=[joinedload(ImpactRun.version)])
    if run is None or run.rule_set_id != rule_set_id:
        raise NotFound
    return run


def lines_of(session: Session, run: ImpactRun) -> list[Line]:
    """Every patient that has been looked at."""
    rows = session.scalars(
        select(ImpactLine)
        .where(ImpactLine.run_id == run.id, ImpactLine.status == "done")
        .order_by(ImpactLine.id)
    )
    return [line(row) for row in rows]


def unreadable(session: Session, run: ImpactRun) -> int:
    """How many could not be decided on, since their sealed answers are not those given."""
    counted = select(func.count()).where(
        ImpactLine.run_id == run.id, ImpactLine.status == "unreadable"
    )
    return session.scalars(counted).one()


def patients(session: Session, ids: Iterable[int]) -> dict[int, Patient]:
    """Patients by their number."""
    found = session.scalars(select(Patient).where(Patient.id.in_(set(ids))))
    return {one.id: one for one in found}


def is_stale(run: ImpactRun) -> bool:
    """True once the draft says something else than what was tried."""
    draft = run.rule_set.draft
    return draft is not None and hash_of(draft.body) != run.body_hash


def is_gone(run: ImpactRun) -> bool:
    """True once nothing is being written: the draft was published, or thrown away."""
    return run.rule_set.draft is None
