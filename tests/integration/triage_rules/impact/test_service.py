"""Trying a draft on the clinic's patients: who changes, against what, and nothing is changed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment
from booking.appointments.visit_types.models import VisitType
from booking.appointments.worklist.models import WorklistItem
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, NotAllowed, NotFound
from booking.platform.identity import SYSTEM, Role
from booking.platform.localtime import day_start
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import (
    ASKED_LATER,
    GREEN,
    RED,
    YELLOW,
    Followed,
    contact,
    phq9,
    rules,
)
from tests.integration.triage_rules.impact.conftest import EVERYONE, draft, preview
from triage_rules.authoring.models import RuleSet
from triage_rules.followup.models import FollowUpDecision, FollowUpPlan
from triage_rules.impact import choosing, compare, queries, service
from triage_rules.impact.choosing import Group
from triage_rules.impact.compare import NOTHING, Line, Step
from triage_rules.impact.errors import AnswersLackInRules, NobodyToTry
from triage_rules.impact.models import ImpactLine, ImpactRun
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.models import QuestionnaireResponse
from triage_rules.tables import written

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TODAY = date(2026, 11, 23)
# Whoever is green is seen a little later, and no longer by anyone when yellow.
LATER = rules(
    red=contact("contact", "video", (0, 3, 4), "soon", 30, "nurse"),
    yellow=contact("questionnaire", "none", (1, 2, 4), minutes=0, profession=""),
)


def after(weeks: int) -> date:
    return TODAY + timedelta(weeks=weeks)


def another(session: Session, here: Followed, total: int | None, **values: object) -> FollowUpPlan:
    """Another patient who is followed, with answers unless they gave none."""
    patient = make.patient(session, here.place.clinic, **values)
    course = make.course(session, here.place.clinic, patient)
    plan = make.add(
        session,
        FollowUpPlan(
            course=course,
            patient=patient,
            clinic=here.place.clinic,
            pathway=here.pathway,
            started_on=TODAY,
            latest_on=after(52),
        ),
    )
    if total is not None:
        request = asking.ask(session, SYSTEM, patient, course, here.questionnaire, after(2))
        asking.submit(session, make.as_patient(patient), request, phq9(total))
    return plan


def lines(session: Session, run: ImpactRun) -> dict[int, Line]:
    return {one.patient_id: one for one in queries.lines_of(session, run)}


def test_each_patient_is_compared_with_what_the_version_in_force_says(
    session: Session, followed: Followed
) -> None:
    red = another(session, followed, RED, birth_date=date(1950, 1, 1), digital_exempt=True)
    yellow = another(session, followed, YELLOW, birth_date=date(2000, 11, 24))
    green = another(session, followed, GREEN)
    draft(session, followed, LATER)
    run = preview(session, followed)
    found = lines(session, run)
    assert (run.total, run.done, run.status) == (4, 4, "done")
    one = found[red.patient_id]
    assert one.today == Step("contact", "red", after(1), after(2), "in_person", "doctor", 45)
    assert one.draft == Step("contact", "red", after(3), after(4), "video", "nurse", 30)
    assert one.changes == ("when", "form", "profession", "minutes")
    assert (one.age, one.exempt) == (76, True)
    one = found[yellow.patient_id]
    assert (one.today.action, one.draft.action, one.age) == ("look", "questionnaire", 25)
    assert found[green.patient_id].changes == ()
    assert found[followed.plan.patient_id].lacking == ("phq9_9", "phq9")
    summary = compare.summary(queries.lines_of(session, run), run.ran_on)
    assert [later.weeks for later in summary.later] == [None, 2]
    assert (summary.changed, summary.undecided) == (3, 1)


def test_nothing_is_changed_for_anyone(session: Session, followed: Followed) -> None:
    another(session, followed, RED)
    session.commit()

    def everything() -> list[int]:
        tables = (FollowUpDecision, WorklistItem, Appointment, QuestionnaireResponse)
        return [session.scalars(select(func.count(one.id))).one() for one in tables]

    before = everything()
    draft(session, followed, LATER)
    preview(session, followed)
    assert everything() == before


def test_the_interval_a_clinician_has_set_counts_within_the_drafts_bounds(
    session: Session, followed: Followed
) -> None:
    plan = another(session, followed, GREEN)
    plan.interval_weeks = 20
    draft(session, followed, rules(green=contact("questionnaire", "none", (4, 8, 16), minutes=0)))
    found = lines(session, preview(session, followed))[plan.patient_id]
    assert (found.today.on, found.draft.on) == (after(20), after(16))


def test_a_patient_who_has_asked_to_be_contacted_is_whatever_the_draft_says(
    session: Session, followed: Followed
) -> None:
    plan = another(session, followed, GREEN)
    asking.wish_contact(session, make.as_patient(plan.patient), plan.patient, plan.clinic)
    draft(session, followed, LATER)
    found = lines(session, preview(session, followed))[plan.patient_id]
    assert (found.today.action, found.draft.action) == ("look", "look")


def booked(
    session: Session, here: Followed, course: Course, weeks: int, kind: VisitType | None = None
) -> Appointment:
    start = day_start(after(weeks), here.place.clinic.zone) + timedelta(hours=9)
    return make.add(
        session,
        Appointment(
            clinic_id=here.place.clinic.id,
            site=here.place.site,
            patient=course.patient,
            course=course,
            visit_type=kind or here.talk,
            clinician=here.place.doctor,
            form="in_person",
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            booked_at=session.now(),
        ),
    )


def test_where_no_rules_are_in_force_today_is_the_calendar(
    session: Session, unpublished: Followed
) -> None:
    here = unpublished
    clinic = here.place.clinic
    courses = [
        make.course(session, clinic, make.patient(session, clinic), title="Depression")
        for _one in range(4)
    ]
    make.course(session, clinic, make.patient(session, clinic), title="Astma")
    make.course(session, clinic, courses[0].patient, title="Depression", ended_on=date(2026, 1, 1))
    booked(session, here, courses[0], 30)
    booked(session, here, courses[0], 26)
    make.invitation(session, courses[1], here.talk, after(13), after(15), status="planned")
    make.invitation(session, courses[2], here.talk, TODAY - timedelta(days=9), after(2))
    draft(session, here, LATER)
    groups = {one.name: one for one in choosing.groups(session, here.rule_set, TODAY)}
    assert {name: one.patients for name, one in groups.items()} == {
        "Depression": 4, "Astma": 1, "Leddegigt": 1,
    }  # fmt: skip
    run = preview(session, here, groups["Depression"])
    found = lines(session, run)
    today = {one.patient_id: found[one.patient_id].today for one in courses}
    days = [today[one.patient_id].on for one in courses]
    assert days == [after(26), after(13), TODAY, None]
    assert today[courses[0].patient_id] == Step(
        "contact", "", after(26), after(26), "in_person", "doctor", 30
    )
    assert today[courses[3].patient_id] == NOTHING
    assert run.version is None


def test_a_scan_or_a_school_is_not_the_contact_that_the_rules_replace(
    session: Session, unpublished: Followed
) -> None:
    here = unpublished
    clinic = here.place.clinic
    scan = make.visit_type(session, clinic, name="Knogleskanning")
    school = make.visit_type(session, clinic, name="Skole", group_capacity=8)
    scanned, invited = (
        make.course(session, clinic, make.patient(session, clinic), title="Depression")
        for _one in range(2)
    )
    booked(session, here, scanned, 4, scan)
    booked(session, here, scanned, 26)
    for kind in (scan, school):
        make.invitation(session, invited, kind, after(2), after(3), status="planned")
    draft(session, here, LATER)

    def days() -> list[date | None]:
        found = lines(session, preview(session, here, Group("courses", 2, "Depression")))
        return [found[one.patient_id].today.on for one in (scanned, invited)]

    assert days() == [after(26), None]
    # Rules that no pathway has yet stand for no kind of contact: all but a school count.
    here.pathway.rule_set = other_rules(session, here)
    session.flush()
    assert days() == [after(4), after(2)]


def test_another_pathways_patients_are_compared_with_that_pathways_rules(
    session: Session, followed: Followed
) -> None:
    plan = another(session, followed, RED)
    other = replace(followed, rule_set=other_rules(session, followed))
    draft(session, other, LATER)
    (group, *_) = choosing.groups(session, other.rule_set, TODAY)
    assert (group.kind, group.name, group.patients) == ("pathway", "Depression", 2)
    run = preview(session, other, group)
    assert run.version is not None
    assert run.version.rule_set_id == followed.rule_set.id
    assert lines(session, run)[plan.patient_id].changes


def other_rules(session: Session, here: Followed) -> RuleSet:
    return make.add(
        session,
        RuleSet(
            clinic=here.place.clinic,
            code="anden",
            label="Anden",
            created_at=session.now(),
            created_by="Lise",
        ),
    )


def test_a_preview_is_worked_on_in_parts_and_working_twice_does_nothing_twice(
    session: Session, rettid: Rettid, followed: Followed
) -> None:
    for _one in range(5):
        another(session, followed, GREEN)
    found = draft(session, followed, LATER)
    run = service.begin(session, followed.as_clinician, followed.rule_set, found.edition, EVERYONE)
    assert service.work(session, run, 4) == 4
    assert (run.status, run.done, run.total) == ("running", 4, 6)
    session.commit()
    assert rettid.jobs.run_now(rettid.database, "impact_previews") == 2
    assert rettid.jobs.run_now(rettid.database, "impact_previews") == 0
    session.refresh(run)
    assert (run.status, run.done, run.finished_at) == ("done", 6, session.now())
    assert service.work(session, run, 4) == 0


def test_beginning_anew_ends_one_that_still_runs(session: Session, followed: Followed) -> None:
    edition = draft(session, followed, LATER).edition
    begun = service.begin(session, followed.as_clinician, followed.rule_set, edition, EVERYONE)
    begun.started_by = "den første"
    session.flush()
    service.begin(session, followed.as_clinician, followed.rule_set, edition, EVERYONE)
    session.expire_all()
    assert session.scalars(select(ImpactRun.started_by)).all() == [followed.clinician.name]
    assert session.scalars(select(func.count(ImpactLine.id))).one() == 1


def test_a_preview_is_thrown_away_after_a_month(
    session: Session, rettid: Rettid, followed: Followed
) -> None:
    draft(session, followed, LATER)
    old, new = preview(session, followed), preview(session, followed)
    old.started_at = session.now() - timedelta(days=31)
    session.commit()
    assert rettid.jobs.run_now(rettid.database, "impact_previews_old") == 1
    session.expire_all()
    assert session.scalars(select(ImpactRun.id)).all() == [new.id]
    assert set(session.scalars(select(ImpactLine.run_id))) == {new.id}


def test_a_preview_tells_when_the_draft_has_moved_on(session: Session, followed: Followed) -> None:
    found = draft(session, followed, LATER)
    run = preview(session, followed)
    assert not queries.is_stale(run)
    found.body = written.written(rules(green=ASKED_LATER, label="Ny"))
    session.flush()
    assert queries.is_stale(run)


def test_an_edition_someone_else_has_saved_over_is_not_tried(
    session: Session, followed: Followed
) -> None:
    edition = draft(session, followed, LATER).edition
    with pytest.raises(ChangedMeanwhile):
        service.begin(session, followed.as_clinician, followed.rule_set, edition + 1, EVERYONE)


def test_rows_without_an_answer_and_empty_groups_are_refused(
    session: Session, followed: Followed
) -> None:
    unfinished = contact("contact", "", (0, 1, 2))
    found = draft(session, followed, rules(red=unfinished))
    by = followed.as_clinician
    with pytest.raises(AnswersLackInRules):
        service.begin(session, by, followed.rule_set, found.edition, EVERYONE)
    found.body = written.written(LATER)
    session.flush()
    with pytest.raises(NobodyToTry):
        service.begin(
            session, by, followed.rule_set, found.edition, Group("courses", 1, "Findes ikke")
        )


def test_only_those_who_write_or_lead_try_a_draft(session: Session, followed: Followed) -> None:
    edition = draft(session, followed, LATER).edition
    clinic = followed.place.clinic
    leader = actor_of(make.staff(session, clinic, Role.LEADER))
    service.begin(session, leader, followed.rule_set, edition, EVERYONE)
    with pytest.raises(NotAllowed):
        service.begin(session, followed.place.secretary, followed.rule_set, edition, EVERYONE)
    stranger = actor_of(make.staff(session, make.clinic(session), Role.CLINICIAN))
    with pytest.raises(NotFound):
        service.begin(session, stranger, followed.rule_set, edition, EVERYONE)


def test_answers_that_were_tampered_with_are_left_out_and_told_of(
    session: Session, followed: Followed
) -> None:
    plan = another(session, followed, GREEN)
    response = session.scalars(
        select(QuestionnaireResponse).order_by(QuestionnaireResponse.id.desc()).limit(1)
    ).one()
    other = session.vault.seal('{"resourceType": "QuestionnaireResponse"}')
    assert other
    response.answers_sealed = other
    session.flush()
    draft(session, followed, LATER)
    run = preview(session, followed)
    assert queries.unreadable(session, run) == 1
    assert plan.patient_id not in lines(session, run)
    assert (run.done, run.status) == (2, "done")
