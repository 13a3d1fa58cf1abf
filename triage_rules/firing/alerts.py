"""Putting rules that no longer fire as they did before whoever answers for them."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.people.models import Staff, StaffRole
from booking.platform.database import Session
from triage_rules.authoring.models import RuleSet
from triage_rules.firing import watching
from triage_rules.firing.watching import Watch, WatchedRow

KIND = "rule_alert"
SEEN_TO_IN = timedelta(days=7)


def put_before_owners(session: Session) -> int:
    """The nightly job: an item for each rule set where something stands out; how many.

    Not again while an item is open, nor for what a person has closed within the last weeks.
    """
    count = 0
    for clinic in session.scalars(select(Clinic)):
        for rule_set, watch in watching.alarming(session, clinic.id):
            what = _what(watch)
            if not what <= _known(session, clinic, rule_set):
                _put(session, clinic, rule_set, watch, sorted(what))
                count += 1
    return count


def _put(
    session: Session, clinic: Clinic, rule_set: RuleSet, watch: Watch, what: Sequence[str]
) -> None:
    item = worklist.add(
        session,
        clinic.id,
        KIND,
        details={"about": rule_set.label, "rule_set": rule_set.id, "what": list(what)},
        due_on=today(session, clinic) + SEEN_TO_IN,
        key=f"{KIND}:{rule_set.id}:{watch.version.id}",
        owner_id=_owner(session, clinic, watch),
    )
    # Where one was open already, it is about more now.
    known = {*map(str, _codes(item)), *what}
    item.details = {**item.details, "what": sorted(known)}
    session.flush()


def _what(watch: Watch) -> set[str]:
    """What stands out, by codes that outlive a version."""
    return {
        f"{one.table.name}/{one.row.id}/{one.alarm or one.drift}"
        if isinstance(one, WatchedRow)
        else f"input/{one.input.name}"
        for one in watch.alarming
    }


def _known(session: Session, clinic: Clinic, rule_set: RuleSet) -> set[str]:
    """What is on the worklist already, or was closed lately."""
    since = session.now() - watching.LATELY
    items = session.scalars(
        select(WorklistItem).where(
            WorklistItem.clinic_id == clinic.id,
            WorklistItem.kind == KIND,
            (WorklistItem.status == "open") | (WorklistItem.done_at > since),
        )
    )
    return {
        str(code)
        for item in items
        if item.details.get("rule_set") == rule_set.id
        for code in _codes(item)
    }


def _codes(item: WorklistItem) -> list[object]:
    found = item.details.get("what")
    return found if isinstance(found, list) else []


def _owner(session: Session, clinic: Clinic, watch: Watch) -> int | None:
    """The one member of staff who answers for all the rows that stand out, by name, if one."""
    names = {one.row.owner for one in watch.alarming if isinstance(one, WatchedRow)}
    if len(names) != 1:
        return None
    found = session.scalars(
        select(Staff.id)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(
            StaffRole.clinic_id == clinic.id,
            Staff.name == names.pop(),
            Staff.active.is_(True),
        )
        .distinct()
    ).all()
    return found[0] if len(found) == 1 else None
