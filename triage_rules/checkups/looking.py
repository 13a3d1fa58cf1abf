"""The rules' word on planned check-ups, line by line. Nothing is decided and nothing happens.

The published rules in force are run over the same facts as a decision's; only what they say is
kept, with the rows that fired.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache

import structlog
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.models import Appointment
from booking.calendar.service import today
from booking.platform.database import Session
from triage_rules.authoring import queries as rule_sets
from triage_rules.authoring.models import RuleVersion
from triage_rules.checkups.errors import Settled
from triage_rules.checkups.models import MISSING, CheckupLine, CheckupReview
from triage_rules.checkups.proposals import ACTED, Checkup, Proposal, propose, without_contact
from triage_rules.followup.contacts import standing
from triage_rules.followup.deciding import run
from triage_rules.followup.gathering import Gathering
from triage_rules.followup.models import FollowUpPlan, Pathway
from triage_rules.followup.queries import running
from triage_rules.followup.windows import window
from triage_rules.questionnaires.errors import AnswersTampered
from triage_rules.standards.obligations import Standing
from triage_rules.standards.queries import owed_in
from triage_rules.tables.decide import Decision
from triage_rules.tables.lacking import lacking

log = structlog.get_logger()
UNSURE = Proposal("unsure")
# Beside the rules' own reasons: what a standard asks for without a contact, or has long asked for.
OWED, OVERDUE = "owed", "overdue"
# Lines looked at in one transaction: by the request that begins a review, and by the job.
AT_ONCE, BATCH = 250, 500
READ = (
    joinedload(CheckupLine.appointment).joinedload(Appointment.course).joinedload(Course.patient),
    joinedload(CheckupLine.invitation).options(
        joinedload(Invitation.visit_type),
        joinedload(Invitation.course).joinedload(Course.patient),
    ),
    joinedload(CheckupLine.plan).options(
        joinedload(FollowUpPlan.course).joinedload(Course.patient),
        joinedload(FollowUpPlan.pathway),
    ),
)


@dataclass(frozen=True)
class _Seen:
    """A line whose check-up stands, and by which rules its patient is looked at."""

    line: CheckupLine
    checkup: Checkup
    course: Course
    pathway: Pathway
    version: RuleVersion


def work_on(session: Session) -> int:
    """The job: go on with the reviews that are not through, the oldest first; how many lines."""
    done = 0
    working = session.scalars(
        select(CheckupReview).where(CheckupReview.status == "working").order_by(CheckupReview.id)
    ).all()
    for review in working:
        done += work(session, review, BATCH - done)
        if done >= BATCH:
            break
    return done


def work(session: Session, review: CheckupReview, most: int) -> int:
    """Look at up to so many more of a review's lines; how many."""
    lines = session.scalars(
        select(CheckupLine)
        .where(CheckupLine.review_id == review.id, CheckupLine.status == "waiting")
        .options(*READ)
        .order_by(CheckupLine.id)
        .limit(most)
        .with_for_update(of=CheckupLine, skip_locked=True)
    ).all()
    if lines:
        look(session, review, lines)
    waiting = select(CheckupLine.id).where(
        CheckupLine.review_id == review.id, CheckupLine.status == "waiting"
    )
    if review.status == "working" and session.scalar(waiting.limit(1)) is None:
        review.status = "ready"
    session.flush()
    return len(lines)


def look(session: Session, review: CheckupReview, lines: Sequence[CheckupLine]) -> None:
    """Run the rules over the patients of a review's lines, and write what they make of each
    check-up. What is known of them all is read at once.

    A check-up that is gone meanwhile is written off.
    """
    session.flush()
    with session.no_autoflush:  # a line is written once, when all is said of it
        _look(session, review, lines)
    session.flush()


def _look(session: Session, review: CheckupReview, lines: Sequence[CheckupLine]) -> None:
    day = today(session, review.clinic)

    @cache
    def in_force(rule_set_id: int) -> RuleVersion | None:
        return rule_sets.in_force(session, rule_set_id, session.now())

    seen: list[_Seen] = []
    for line in lines:
        line.looked_at = session.now()
        checkup = planned(line)
        if checkup is None:
            line.status, line.outcome, line.proposal = "carried_out", "gone", "keep"
            line.at, line.by_id, line.by_name, line.freed = session.now(), None, "", 0
            continue
        line.on, line.minutes = checkup.on, checkup.minutes
        line.seen_version = version_of(line)
        line.rule_version, line.lacks, line.contact = None, "", None
        line.colour = line.action = ""
        line.fired, line.reasons, line.demands = [], [], []
        _conclude(line, UNSURE)
        found = _rules_for(session, line, in_force)
        if found is not None:
            seen.append(_Seen(line, checkup, *found))
    if not seen:
        return
    asking = {one.version.id: one.version.rules for one in seen}
    courses = list({one.course.id: one.course for one in seen}.values())
    gathering = Gathering(session, review.clinic, courses, list(asking.values()))
    owed = owed_in(
        session, review.clinic, [(one.course, one.pathway.standards) for one in seen], day
    )
    for one, owing in zip(seen, owed, strict=True):
        _conclude(one.line, _proposal(session, one, gathering, owing, day))


def _conclude(line: CheckupLine, found: Proposal) -> None:
    line.proposal, line.freed, line.demands = found.kind, found.freed, list(found.demands)
    line.status = "open"


def planned(line: CheckupLine) -> Checkup | None:
    """The check-up as it stands now; None if it was held, cancelled or taken back."""
    appointment, invitation = line.appointment, line.invitation
    if appointment is not None:
        if appointment.status != "booked":
            return None
        on = appointment.starts_at.astimezone(line.review.clinic.zone).date()
        return Checkup(on, appointment.form, appointment.minutes)
    assert invitation is not None
    if invitation.status not in ("planned", "open"):
        return None
    return Checkup(invitation.window_to, invitation.form, invitation.visit_type.base_minutes)


def version_of(line: CheckupLine) -> int:
    """The version of the row the line is about."""
    row = line.appointment or line.invitation
    assert row is not None
    return row.version


def course_of(session: Session, line: CheckupLine) -> Course | None:
    """The course a check-up belongs to: its own, its plan's, or the patient's latest open one."""
    if line.plan is not None:
        return line.plan.course
    booked = line.appointment or line.invitation
    assert booked is not None
    if booked.course is not None and booked.course.ended_on is None:
        return booked.course
    return session.scalars(
        select(Course)
        .where(
            Course.patient_id == line.patient_id,
            Course.clinic_id == line.review.clinic_id,
            Course.ended_on.is_(None),
        )
        .order_by(Course.started_on.desc(), Course.id.desc())
        .limit(1)
    ).one_or_none()


def pathway_of(line: CheckupLine) -> Pathway | None:
    """By which pathway a line's patient is looked at."""
    return line.plan.pathway if line.plan is not None else line.review.pathway


def _rules_for(
    session: Session, line: CheckupLine, in_force: Callable[[int], RuleVersion | None]
) -> tuple[Course, Pathway, RuleVersion] | None:
    """By which rules a line's patient is looked at, in which course; None, with what is lacking
    on the line, where there are none."""
    course = course_of(session, line)
    if course is None:
        line.lacks = "course"
        return None
    if line.plan is None or line.plan.ended_at is not None:
        line.plan = running(session, course.id)
    pathway = pathway_of(line)
    version = in_force(pathway.rule_set_id) if pathway else None
    if pathway is None or version is None:
        line.lacks = "rules"
        return None
    line.rule_version = version
    return course, pathway, version


def _proposal(
    session: Session, one: _Seen, gathering: Gathering, owed: Sequence[Standing], day: date
) -> Proposal:
    line = one.line
    try:
        known = gathering.known(one.course, one.version.rules)
    except AnswersTampered:
        log.error("answers tampered", review=line.review_id)
        line.lacks = "answers"
        return UNSURE
    made = run(one.version, known, session)
    _write(line, made)
    if made.action == "look" and lacking(made) and not _speaks(made):
        line.lacks = MISSING  # with answers the rules may well say something else
        return UNSURE
    found = propose(one.checkup, made, owed, day)
    if found.kind == "unneeded" and one.pathway.questionnaire_id is None:
        line.lacks = "questionnaire"  # nothing would be sent in the visit's stead
        return UNSURE
    if found.kind in ("sooner", "other_form") and _ordered(session, line):
        line.lacks = "ordered"  # one contact is what the rules asked for, and it is there
        return UNSURE
    if found.kind in ACTED and made.contact is not None:
        until = max(one.checkup.on, window(made.contact, day).latest_on)
        owing = without_contact(owed, until)
        late = {each.obligation.code for each in owed if each.state == "overdue"}
        line.reasons = [
            *line.reasons,
            *({"why": OVERDUE if code in late else OWED, "input": code} for code in owing),
        ]
    return found


def _speaks(made: Decision) -> bool:
    """True where more than the want of something is a reason for a clinician to look."""
    return any(one.why not in ("missing", "yellow") for one in made.reasons)


def _ordered(session: Session, line: CheckupLine) -> bool:
    """True where the patient's plan has ordered a contact of its own, other than this one."""
    ordered = standing(session, line.plan) if line.plan is not None else None
    if ordered is None:
        return False
    own = line.appointment.invitation_id if line.appointment is not None else line.invitation_id
    return ordered.id != own


def _write(line: CheckupLine, made: Decision) -> None:
    line.colour, line.action = made.colour, made.action
    line.contact = asdict(made.contact) if made.contact is not None else None
    line.fired = [[table, row.id] for table, row in made.fired]
    line.reasons = [{k: str(v) for k, v in asdict(one).items()} for one in made.reasons]


def again(session: Session, review: CheckupReview, lines: Sequence[CheckupLine]) -> int:
    """Let the rules look once more at lines nobody has settled; how many. Raises Settled for a
    review that is closed."""
    if review.status == "closed":
        raise Settled
    waiting = [line for line in lines if line.status == "open"]
    for line in waiting:
        line.status = "waiting"
    if waiting and review.status == "ready":
        review.status = "working"
    session.flush()
    return len(waiting)
