"""Which of a clinic's sessions could carry one more patient, where, and why others could not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from booking.appointments.search import Found, Wish, find
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.overbooking import queries, sessions
from booking.overbooking.deciding import Decision, Limits, cost, decide, put_in
from booking.overbooking.session_risk import Distribution
from booking.overbooking.sessions import ClinicSession, ServiceTimes
from booking.overbooking.settings import Policy
from booking.platform.database import Session


@dataclass(frozen=True)
class Possibility:
    """A session asked of one more patient.

    obstacle: why it was not asked: 'over', 'empty' (nobody is booked), or 'free' (it has `free`
    starts left in the plan); '' where there is a decision. gain: weighted minutes it saves.
    """

    session: ClinicSession
    obstacle: str = ""
    free: int = 0
    decision: Decision | None = None
    gain: float = 0.0

    @property
    def start(self) -> datetime | None:
        """When the extra would begin; None where there is none."""
        granted = self.decision.granted if self.decision else ()
        return self.session.start + timedelta(minutes=granted[0]) if granted else None


def look(
    session: Session, clinic: Clinic, policy: Policy, visit_type: VisitType, first: date, last: date
) -> list[Possibility]:
    """Each session of local days first to last whose clinician it is on for, by start."""
    model = queries.believed(session, clinic)
    found = sessions.read(session, clinic, first, last, model)
    how_long = ServiceTimes(session, clinic).of(visit_type.id, visit_type.base_minutes)
    free = free_starts(session, visit_type, first, last)
    return [
        ask(one, visit_type, how_long.distribution, policy.limits, session.now(), free)
        for one in found
        if policy.on(one.clinician_id, visit_type.id)
    ]


def ask(
    one: ClinicSession,
    visit_type: VisitType,
    how_long: Distribution,
    limits: Limits,
    now: datetime,
    free: Found,
) -> Possibility:
    """One session asked of one more visit of this type, of its usual length."""
    left = free_in(one, free)
    obstacle = "over" if one.end <= now else "empty" if not one.booked else "free" if left else ""
    if obstacle:
        return Possibility(one, obstacle, left)
    question = one.question(visit_type, visit_type.base_minutes, now)
    extra = one.one_more(how_long)
    decision = decide(question, extra, one_at_most(limits, one))
    saved = 0.0
    for at in decision.granted:
        then = put_in(one.patients, extra, at)
        saved = cost(decision.before, one.patients, limits.weights)
        saved -= cost(decision.after, then, limits.weights)
    return Possibility(one, decision=decision, gain=saved)


def best(possible: Iterable[Possibility]) -> Possibility | None:
    """The one that saves most; None where no session can carry an extra."""
    able = [one for one in possible if one.start is not None]
    return max(able, key=lambda one: (one.gain, -one.session.start.timestamp()), default=None)


def one_at_most(limits: Limits, one: ClinicSession) -> Limits:
    """The limits, for no more than one extra besides those the session has."""
    return replace(limits, extras=min(limits.extras, one.extras + 1))


def free_starts(session: Session, visit_type: VisitType, first: date, last: date) -> Found:
    """Every free start in the plan for a visit of this type, whoever it is for."""
    forms: Sequence[str] = visit_type.form_list
    wish = Wish(visit_type, forms[0], visit_type.base_minutes, first, last, 0, session.now())
    return find(session, wish)


def free_in(one: ClinicSession, free: Found) -> int:
    """How many of them lie in a session."""
    mask = free.masks.get((one.clinician_id, one.site_id), 0)
    first, after = free.timeline.span(one.start, one.end, "inwards")
    return ((mask >> first) & ((1 << max(0, after - first)) - 1)).bit_count()
