"""A place chosen by a person for one line of a plan."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from booking.appointments.errors import TimeTaken
from booking.appointments.search import Slot
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import day_start, local_date
from booking.rescheduling.models import Rescheduling, ReschedulingLine
from booking.rescheduling.places import Choice, places
from booking.rescheduling.planning import claim_of
from booking.rescheduling.service import check_draft, touch

SHOWN = 40


def choices(
    session: Session,
    by: Actor,
    line: ReschedulingLine,
    on: date | None = None,
    clinician_id: int | None = None,
    form: str | None = None,
) -> list[Choice]:
    """The first places from a local day on, one a start: with the own clinician and in the own
    form where they are free then. Whole days, until there are SHOWN.
    """
    plan = line.rescheduling
    since = day_start(on, plan.clinic.zone) if on else session.now()
    best: dict[datetime, Choice] = {}
    last: date | None = None
    for choice in _open(session, by, plan, line, since):
        if clinician_id not in (None, choice.slot.clinician_id):
            continue
        if form not in (None, choice.form):
            continue
        day = local_date(choice.slot.start, plan.clinic.zone)
        if day != last and len(best) >= SHOWN:
            break
        last = day
        known = best.get(choice.slot.start)
        if known is None or _other(choice) < _other(known):
            best[choice.slot.start] = choice
    return list(best.values())


def choose_place(
    session: Session, by: Actor, line: ReschedulingLine, version: int, slot: Slot, form: str
) -> None:
    """Put a line there, to stay when the plan is made again.

    slot: its end does not matter. Raises ChangedMeanwhile; TimeTaken where the place is not to be
    had.
    """
    plan = line.rescheduling
    check_draft(session, plan, version)
    found = next(
        (
            one
            for one in _open(session, by, plan, line, slot.start)
            if replace(one.slot, end=slot.end) == slot and one.form == form
        ),
        None,
    )
    if found is None:
        raise TimeTaken
    line.starts_at, line.ends_at = found.slot.start, found.slot.end
    line.clinician_id, line.site_id = found.slot.clinician_id, found.slot.site_id
    line.form, line.why = form, list(found.warnings)
    line.rooms = list(found.rooms)
    line.fixed, line.left_out = True, False
    _changed(session, by, plan, line)


def let_go(session: Session, by: Actor, line: ReschedulingLine, version: int) -> None:
    """Let the plan choose again the next time it is made. Raises ChangedMeanwhile."""
    plan = line.rescheduling
    check_draft(session, plan, version)
    line.fixed = False
    _changed(session, by, plan, line)


def _open(
    session: Session, by: Actor, plan: Rescheduling, line: ReschedulingLine, since: datetime
) -> Iterator[Choice]:
    """Places that the plan has not given to others."""
    others = [
        other
        for other in plan.lines
        if other is not line and other.starts_at is not None and not other.left_out
    ]
    leaving = [other.appointment_id for other in others]
    return places(session, by, plan, line, [claim_of(other) for other in others], leaving, since)


def _other(choice: Choice) -> list[bool]:
    """The place of two at one start that changes least for the patient comes first."""
    return [code in choice.warnings for code in ("other_site", "other_clinician", "other_form")]


def _changed(session: Session, by: Actor, plan: Rescheduling, line: ReschedulingLine) -> None:
    touch(session, plan)
    audit.record(
        session,
        by,
        "rescheduling.changed",
        [line.appointment.patient_id],
        clinic_id=plan.clinic_id,
    )
