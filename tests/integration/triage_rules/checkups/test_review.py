"""From fixed check-ups in the calendar to proposals, and from proposals to what is booked."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from booking.appointments.invitations import service as invitations
from booking.appointments.models import Appointment
from booking.appointments.service import cancel, keep
from booking.appointments.worklist.queries import open_items
from booking.platform.database import Session
from booking.platform.errors import NotAllowed
from booking.platform.jobs import JobBook
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.checkups.conftest import TODAY, House, answered, kinds
from tests.integration.triage_rules.followup.conftest import (
    GREEN,
    RED,
    TO_THE_CLINIC,
    YELLOW,
    contact,
    rules,
)
from triage_rules.checkups import looking, queries, service
from triage_rules.checkups.errors import NothingToReview, Overtaken, Settled
from triage_rules.checkups.models import CheckupLine
from triage_rules.followup.models import FollowUpDecision, FollowUpPlan, PathwayContact

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

PHONE = contact("contact", "phone", (2, 4, 10), minutes=15)


def test_a_green_patients_visit_is_unneeded_and_nothing_happens_by_itself(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    decided = session.scalar(select(func.count(FollowUpDecision.id)))
    _made, time = house.planned(session, 6)
    assert time is not None
    later, _none = house.planned(session, 20)
    review = house.review(session)
    first, second = house.lines(session, review)
    assert (first.appointment_id, second.invitation_id) == (time.id, later.id)
    assert [(one.proposal, one.status, one.freed) for one in (first, second)] == [
        ("unneeded", "open", 30)
    ] * 2
    assert (first.colour, first.action, ["contact", "c3"] in first.fired) == (
        "green",
        "questionnaire",
        True,
    )
    assert review.status == "ready"
    assert time.status == "booked"
    assert session.scalar(select(func.count(FollowUpDecision.id))) == decided


def test_accepted_the_time_is_free_the_patient_is_followed_and_must_be_told(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    house.here.plan.ask_on = None
    made, time = house.planned(session, 6)
    assert time is not None
    (line,) = house.lines(session, house.review(session))
    assert service.settle(session, house.here.as_clinician, [line], accept=True) == []
    session.commit()
    assert (time.status, made.status) == ("cancelled", "revoked")
    assert (line.status, line.outcome, line.freed) == ("carried_out", "cancelled", 30)
    assert line.by_name == "Lise Læge"
    assert house.here.plan.ask_on == date(2027, 2, 15)
    assert house.here.plan.latest_on == date(2027, 5, 24)
    assert kinds(session, house) == ["checkup_gone"]
    (change,) = session.execute(
        select(Appointment.status).where(Appointment.id == time.id)
    ).scalars()
    assert change == "cancelled"
    with pytest.raises(Settled):
        service.accept_line(session, house.here.as_clinician, line)


def test_only_a_leader_begins_and_only_a_clinician_settles(session: Session, house: House) -> None:
    answered(session, house, GREEN)
    house.planned(session, 6)
    clinic = house.here.place.clinic
    with pytest.raises(NotAllowed):
        service.begin(session, house.here.as_clinician, clinic, [house.here.talk], TODAY, TODAY)
    (line,) = house.lines(session, house.review(session))
    with pytest.raises(NotAllowed):
        service.accept_line(session, house.leads, line)


def test_another_form_keeps_the_time_and_frees_what_is_shorter(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    house.here.publish(session, rules(green=PHONE))
    _made, time = house.planned(session, 6)
    assert time is not None
    start = time.starts_at
    (line,) = house.lines(session, house.review(session))
    assert (line.proposal, line.freed) == ("other_form", 15)
    assert service.settle(session, house.here.as_clinician, [line], accept=True) == []
    session.commit()
    session.refresh(time)
    assert (time.form, time.starts_at, time.status) == ("phone", start, "booked")
    assert (line.outcome, line.freed) == ("changed", 30 - time.minutes)
    assert [one.role for one in time.allocations] == ["clinician"]  # the room is free


def test_an_invitation_without_a_time_gives_way_to_one_in_the_other_form(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    house.here.publish(session, rules(green=contact("contact", "video", (18, 20, 30), minutes=15)))
    made, _none = house.planned(session, 20)
    (line,) = house.lines(session, house.review(session))
    assert line.proposal == "other_form"
    assert service.settle(session, house.here.as_clinician, [line], accept=True) == []
    assert made.status == "revoked"
    (new,) = [
        one
        for one in session.query(type(made)).filter_by(patient_id=made.patient_id)
        if one.status == "planned"
    ]
    assert (new.form, new.window_to) == ("video", TODAY + timedelta(weeks=30))
    assert line.replaced_by == new.id
    assert line.freed == 0  # it will take as long as its visit type does


def test_what_should_be_sooner_is_moved_and_keeps_its_time_until_then(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    house.here.publish(session, rules(green=TO_THE_CLINIC))
    _made, time = house.planned(session, 6)
    assert time is not None
    keep(session, house.here.place.as_patient, time)
    session.commit()
    (line,) = house.lines(session, house.review(session))
    assert (line.appointment_id, line.proposal) == (time.id, "sooner")
    assert service.settle(session, house.here.as_clinician, [line], accept=True) == []
    session.commit()
    session.refresh(time)
    assert (time.status, time.participant) == ("booked", "needs-action")
    assert time.starts_at.date() <= TODAY + timedelta(weeks=2)
    # Before the new time comes, not two weeks before the old one.
    items = open_items(session, house.here.place.clinic.id)
    assert [one.due_on for one in items if one.kind == "checkup_tell"] == [TODAY]


def test_a_contact_the_rules_have_ordered_is_not_doubled_by_a_check_up(
    session: Session, house: House
) -> None:
    house.here.publish(session, rules(red=TO_THE_CLINIC))
    house.here.answer(session, RED)
    session.commit()
    _made, time = house.planned(session, 6)
    assert time is not None
    (line,) = (
        one for one in house.lines(session, house.review(session)) if one.appointment_id == time.id
    )
    assert (line.proposal, line.lacks, line.colour) == ("unsure", "ordered", "red")


def test_where_nothing_is_free_sooner_the_time_stands_and_a_person_looks(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    house.here.publish(session, rules(green=contact("contact", "in_person", (0, 1, 2))))
    made, time = house.planned(session, 6)
    assert time is not None
    start, window = time.starts_at, (made.window_from, made.window_to)
    review = house.review(session)
    for resource in (house.here.place.doctor, house.here.place.other_doctor):
        resource.active = False
    session.commit()
    (line,) = house.lines(session, review)
    assert service.settle(session, house.here.as_clinician, [line], accept=True) == []
    session.commit()
    session.refresh(time)
    assert (time.starts_at, line.outcome, line.freed) == (start, "no_time", 0)
    assert (made.window_from, made.window_to) == window
    assert "checkup_find_time" in kinds(session, house)


def test_where_nothing_is_free_in_another_form_the_time_stands(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    place = house.here.place
    video = make.visit_type(session, place.clinic, name="Video", forms="video", rooms=place.rooms)
    house.here.pathway.contacts.append(PathwayContact(profession="doctor", visit_type=video))
    house.here.publish(session, rules(green=contact("contact", "video", (0, 1, 7), minutes=15)))
    made, time = house.planned(session, 6)
    assert time is not None
    house.here.talk.forms = "in_person"
    session.commit()
    review = house.review(session)
    for resource in (place.doctor, place.other_doctor):
        resource.active = False
    session.commit()
    (line,) = house.lines(session, review)
    assert service.settle(session, house.here.as_clinician, [line], accept=True) == []
    session.commit()
    session.refresh(time)
    assert (time.status, made.status, line.outcome, line.freed) == ("booked", "open", "no_time", 0)
    assert kinds(session, house) == ["checkup_find_time"]


def test_a_standard_demands_the_visit_it_alone_can_meet(session: Session, house: House) -> None:
    answered(session, house, GREEN)
    house.here.pathway.standards = ["asthma"]
    house.here.place.course.started_on = date(2026, 1, 10)
    house.planned(session, 6)
    (line,) = house.lines(session, house.review(session))
    assert (line.proposal, line.demands) == ("demanded", ["asthma_yearly_control"])
    service.settle(session, house.here.as_clinician, [line], accept=True)
    assert (line.status, line.outcome, line.freed) == ("carried_out", "kept", 0)


def test_missing_answers_are_a_clinicians_to_look_at(session: Session, house: House) -> None:
    house.planned(session, 6)
    (line,) = house.lines(session, house.review(session))
    assert (line.proposal, line.action, line.lacks) == ("unsure", "look", "missing")
    assert {one["why"] for one in line.reasons} == {"missing"}


def test_patients_without_answers_stand_apart_from_what_a_clinician_can_settle(
    session: Session, house: House
) -> None:
    answered(session, house, YELLOW)
    house.planned(session, 6)
    patient = make.patient(session, house.here.place.clinic)
    silent = make.course(session, house.here.place.clinic, patient)
    house.planned(session, 6, course=silent)
    session.commit()
    review = house.review(session, pathway=house.here.pathway)
    groups = queries.groups(session, review)
    assert {name: one.open for name, one in groups.items()} == {"unsure": 1, "lacking": 1}
    (look,) = queries.lines(session, review, "unsure", 1)
    (lacking,) = queries.lines(session, review, "lacking", 1)
    assert (look.colour, lacking.patient_id) == ("yellow", patient.id)
    assert queries.progress(session, [review.id])[review.id].open == 1


def test_a_time_changed_meanwhile_is_told_looked_at_anew_and_stays_to_be_settled(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    _made, time = house.planned(session, 6)
    _other, second = house.planned(session, 5)
    assert time is not None
    assert second is not None
    review = house.review(session)
    lines = house.lines(session, review)
    keep(session, house.here.place.as_patient, time)
    session.commit()
    ((refused, why),) = service.settle(session, house.here.as_clinician, lines, accept=True)
    session.commit()
    assert isinstance(why, Overtaken)
    assert (refused.appointment_id, refused.status, time.status) == (time.id, "open", "booked")
    assert second.status == "cancelled"
    assert service.settle(session, house.here.as_clinician, [refused], accept=True) == []
    assert time.status == "cancelled"


def test_a_time_cancelled_meanwhile_is_written_off(session: Session, house: House) -> None:
    answered(session, house, GREEN)
    _made, time = house.planned(session, 6)
    assert time is not None
    review = house.review(session)
    cancel(session, house.here.place.secretary, time, "ill", "desk", wants_new=False)
    session.commit()
    (line,) = house.lines(session, review)
    ((_line, why),) = service.settle(session, house.here.as_clinician, [line], accept=True)
    assert isinstance(why, Overtaken)
    assert (line.status, line.outcome, line.freed) == ("carried_out", "gone", 0)


def test_answers_given_after_the_rules_looked_count_when_it_is_accepted(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    _made, time = house.planned(session, 6)
    assert time is not None
    (line,) = house.lines(session, house.review(session))
    assert line.proposal == "unneeded"
    answered(session, house, YELLOW)
    ((_line, why),) = service.settle(session, house.here.as_clinician, [line], accept=True)
    session.commit()
    assert isinstance(why, Overtaken)
    assert (line.status, line.colour, line.proposal) == ("open", "yellow", "unsure")
    assert time.status == "booked"


def test_a_visit_stands_where_no_questionnaire_would_come_instead(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    house.here.pathway.questionnaire = None
    house.planned(session, 6)
    session.commit()
    (line,) = house.lines(session, house.review(session))
    assert (line.proposal, line.lacks) == ("unsure", "questionnaire")


def test_the_rules_of_one_course_say_nothing_of_another_courses_check_up(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    here = house.here
    other = make.course(
        session, here.place.clinic, here.plan.patient, responsible=here.place.doctor
    )
    house.planned(session, 6, course=other)
    session.commit()
    review = house.review(session)
    assert (review.left_out, house.lines(session, review)) == (1, [])


def test_patients_nobody_follows_are_left_out_or_looked_at_by_chosen_rules(
    session: Session, house: House
) -> None:
    here = house.here
    patient = make.patient(session, here.place.clinic)
    course = make.course(session, here.place.clinic, patient, responsible=here.place.doctor)
    _made, time = house.planned(session, 6, course=course)
    assert time is not None
    session.commit()
    without = house.review(session)
    assert (without.left_out, house.lines(session, without), without.status) == (1, [], "ready")
    (line,) = house.lines(session, house.review(session, pathway=here.pathway))
    assert (line.plan_id, line.proposal) == (None, "unsure")  # no answers yet


def test_a_patient_nobody_followed_is_followed_when_the_visit_goes(
    session: Session, house: House
) -> None:
    here = house.here
    house.here.publish(session, rules(green=contact("questionnaire", "none", (4, 12, 26))))
    answered(session, house, GREEN)
    here.plan.ended_at = session.now()
    house.planned(session, 6)
    session.commit()
    (line,) = house.lines(session, house.review(session, pathway=here.pathway))
    assert (line.plan_id, line.proposal) == (None, "unneeded")
    assert service.settle(session, here.as_clinician, [line], accept=True) == []
    plan = session.get(FollowUpPlan, line.plan_id)
    assert plan is not None
    assert (plan.ended_at, plan.ask_on) == (None, date(2027, 2, 15))


def test_the_rules_own_times_are_no_fixed_checkups(session: Session, house: House) -> None:
    house.here.answer(session, RED)
    session.commit()
    assert session.query(Appointment).count() == 1
    with pytest.raises(NothingToReview):
        house.review(session)


def test_the_job_goes_on_where_the_request_stopped_and_twice_does_nothing_twice(
    session: Session, house: House, rettid: Rettid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "AT_ONCE", 1)
    answered(session, house, GREEN)
    for weeks in (3, 4, 5):
        house.planned(session, weeks)
    clinic = house.here.place.clinic
    review = service.begin(
        session, house.leads, clinic, [house.here.talk], TODAY, TODAY + timedelta(days=365)
    )
    session.commit()
    assert queries.progress(session, [review.id])[review.id].waiting == 2
    session.commit()
    jobs: JobBook = rettid.jobs
    assert jobs.run_now(rettid.database, "checkup_reviews") == 2
    assert jobs.run_now(rettid.database, "checkup_reviews") == 0
    session.expire_all()
    found = session.scalars(select(CheckupLine)).all()
    assert {one.status for one in found} == {"open"}
    assert review.status == "ready"
    assert queries.progress(session, [review.id])[review.id].possible == 90
    looking.again(session, review, found)
    assert review.status == "working"
    assert looking.work(session, review, 10) == 3


def test_a_horizon_job_finds_nothing_for_what_was_taken_back(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    later, _none = house.planned(session, 20)
    (line,) = house.lines(session, house.review(session))
    service.settle(session, house.here.as_clinician, [line], accept=True)
    session.commit()
    assert later.status == "revoked"
    assert invitations.reach_horizon(session) == 0
