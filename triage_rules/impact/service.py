"""Running a draft over a clinic's own patients. Nothing is changed for anyone."""

import hashlib
from datetime import timedelta

import structlog
from sqlalchemy import JSON, CursorResult, Select, delete, func, insert, literal, select
from sqlalchemy.orm import joinedload

from booking.appointments.invitations.models import Course
from booking.calendar.service import today
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, NotFound
from booking.platform.identity import Actor, Role
from triage_rules.authoring import queries as rule_sets
from triage_rules.authoring.models import RuleSet
from triage_rules.followup import inputs
from triage_rules.followup.gathering import Gathering
from triage_rules.impact import booked, compare
from triage_rules.impact.choosing import Group, courses_of
from triage_rules.impact.compare import Change, Step
from triage_rules.impact.errors import AnswersLackInRules, NobodyToTry
from triage_rules.impact.models import ImpactLine, ImpactRun, kept
from triage_rules.questionnaires.errors import AnswersTampered
from triage_rules.tables.decide import Chain, Decision
from triage_rules.tables.lacking import lacking
from triage_rules.tables.rule_set import RuleSet as Rules
from triage_rules.tables.verify import flaws

log = structlog.get_logger()

MAY_RUN = (Role.CLINICIAN, Role.LEADER)
# Patients looked at in one transaction: by the request that starts it, and by the job.
AT_ONCE, BATCH = 250, 1000
KEPT_FOR = timedelta(days=30)
COLUMNS = ("course_id", "patient_id", "wished", "run_id", "status", "exempt", "changes", "lacking")


def begin(session: Session, by: Actor, rule_set: RuleSet, edition: int, group: Group) -> ImpactRun:
    """Begin a preview of the draft upon a group of patients; one still running gives way to it.

    Raises ChangedMeanwhile where the draft is no longer of that edition, AnswersLackInRules
    where a row has no usable answer, NobodyToTry for an empty group.
    """
    by.at(rule_set.clinic_id, *MAY_RUN)
    draft = rule_set.draft
    if draft is None:
        raise NotFound
    if draft.edition != edition:
        raise ChangedMeanwhile
    _check_answers(draft.rules)
    day = today(session, rule_set.clinic)
    chosen = courses_of(rule_set, group, day)
    if session.execute(chosen.limit(1)).first() is None:
        raise NobodyToTry
    session.execute(
        delete(ImpactRun).where(ImpactRun.rule_set_id == rule_set.id, ImpactRun.status == "running")
    )
    followed_by = group.pathway.rule_set_id if group.pathway else rule_set.id
    version = (
        None if group.kind == "courses" else rule_sets.in_force(session, followed_by, session.now())
    )
    run = ImpactRun(
        rule_set=rule_set,
        edition=draft.edition,
        body=draft.body,
        body_hash=hash_of(draft.body),
        pathway=group.pathway,
        course_title=group.name if group.kind == "courses" else None,
        version=version,
        ran_on=day,
        started_at=session.now(),
        started_by_id=by.id,
        started_by=by.name,
    )
    session.add(run)
    session.flush()
    _take(session, run, chosen)
    audit.record(session, by, "impact.begun", reason=rule_set.label, clinic_id=rule_set.clinic_id)
    return run


def work(session: Session, run: ImpactRun, most: int) -> int:
    """Look at up to so many more of a preview's patients; how many."""
    session.refresh(run, with_for_update={"of": ImpactRun})
    if run.status == "done":
        return 0
    lines = session.scalars(
        select(ImpactLine)
        .where(ImpactLine.run_id == run.id, ImpactLine.status == "waiting")
        .options(joinedload(ImpactLine.course).joinedload(Course.patient))
        .order_by(ImpactLine.id)
        .limit(most)
    ).all()
    if lines:
        _look(session, run, [line.course for line in lines], list(lines))
    run.done += len(lines)
    if run.done >= run.total:
        run.status, run.finished_at = "done", session.now()
    session.flush()
    return len(lines)


def work_on(session: Session) -> int:
    """The job: go on with whatever is running, the oldest first; how many patients."""
    left = BATCH
    running = session.scalars(
        select(ImpactRun)
        .where(ImpactRun.status == "running")
        .order_by(ImpactRun.id)
        # One that is worked on, or thrown away, in this moment can wait.
        .with_for_update(skip_locked=True)
    ).all()
    for run in running:
        left -= work(session, run, left)
        if left <= 0:
            break
    return BATCH - left


def remove_old(session: Session) -> int:
    """The job: throw away previews a month old; how many. Their lines go with them."""
    old = delete(ImpactRun).where(ImpactRun.started_at < session.now() - KEPT_FOR)
    gone = session.execute(old)
    assert isinstance(gone, CursorResult)
    return gone.rowcount


def hash_of(body: str) -> str:
    """SHA-256 (hex) of a written rule set."""
    return hashlib.sha256(body.encode()).hexdigest()


def _check_answers(rules: Rules) -> None:
    for table in rules.tables:
        if any(found.flaw == "bad_output" for found in flaws(table)):
            raise AnswersLackInRules


def _take(session: Session, run: ImpactRun, chosen: Select[int, int, int | None]) -> None:
    """Write a waiting line for each course."""
    lines = chosen.add_columns(
        literal(run.id),
        literal("waiting"),
        literal(value=False),
        literal([], JSON),
        literal([], JSON),
    )
    session.execute(insert(ImpactLine).from_select(list(COLUMNS), lines))
    count = select(func.count()).where(ImpactLine.run_id == run.id)
    run.total = session.scalars(count).one()
    session.flush()


def _look(session: Session, run: ImpactRun, courses: list[Course], lines: list[ImpactLine]) -> None:
    """Decide for each by the draft and by what is followed today."""
    clinic, now, day = run.rule_set.clinic, session.now(), run.ran_on
    rules = run.rules
    draft, current = Chain(rules), run.version.chain if run.version else None
    asking = [rules, current.rules] if current else [rules]
    gathering = Gathering(session, clinic, courses, asking)
    planned = (
        {}
        if current
        else booked.next_contacts(session, clinic, courses, day, booked.kinds(session, run))
    )

    def decided(chain: Chain, line: ImpactLine) -> tuple[Decision, Step]:
        made = inputs.decide(chain, gathering.known(line.course, chain.rules), now)
        return made, compare.step(made, day, chain.rules.latest_weeks, line.wished)

    for line in lines:
        patient = line.course.patient
        line.age, line.exempt = compare.age_on(patient.birth_date, day), patient.digital_exempt
        try:
            made, after = decided(draft, line)
            before_made, before = decided(current, line) if current else (None, None)
        except AnswersTampered:
            log.error("answers are not those given", course=line.course_id)
            line.status = "unreadable"
            continue
        before = before or planned[line.course_id]
        changes: tuple[Change, ...] = compare.changes(before, after)
        if before_made and not changes and compare.otherwise(before_made, made):
            changes = ("other",)
        line.today, line.draft = kept(before), kept(after)
        line.changes, line.lacking = list(changes), list(lacking(made))
        line.status = "done"
