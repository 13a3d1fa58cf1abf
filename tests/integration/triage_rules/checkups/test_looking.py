"""The rules look at many check-ups at once: the same questions, however many there are."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.checkups.conftest import TODAY, House
from tests.integration.triage_rules.followup.conftest import GREEN, YELLOW, phq9
from tests.integration.triage_rules.followup.test_gathering import counted
from triage_rules.checkups import looking, service
from triage_rules.checkups.models import CheckupLine, CheckupReview
from triage_rules.followup.models import FollowUpPlan
from triage_rules.questionnaires import service as asking

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def followed(session: Session, house: House, total: int | None) -> None:
    """One more patient, followed and with a check-up planned, and with answers or none."""
    here = house.here
    patient = make.patient(session, here.place.clinic)
    course = make.course(session, here.place.clinic, patient)
    days = {"started_on": TODAY, "latest_on": TODAY + timedelta(weeks=52)}
    plan = FollowUpPlan(
        course=course, patient=patient, clinic=here.place.clinic, pathway=here.pathway, **days
    )
    make.add(session, plan)
    if total is not None:
        request = asking.ask(session, SYSTEM, patient, course, here.questionnaire, TODAY)
        asking.submit(session, make.as_patient(patient), request, phq9(total))
    first = TODAY + timedelta(weeks=20)
    make.invitation(session, course, here.talk, first, first, status="planned")


def begun(session: Session, house: House, patients: int) -> CheckupReview:
    """A review of so many more patients' check-ups, none of them looked at."""
    for number in range(patients):
        followed(session, house, (GREEN, YELLOW, None)[number % 3])
    session.commit()
    last = TODAY + timedelta(days=365)
    review = service.begin(
        session, house.leads, house.here.place.clinic, [house.here.talk], TODAY, last
    )
    session.commit()
    return review


def questions(rettid: Rettid) -> int:
    """How many questions it costs to look at all that waits."""
    with counted(rettid.database.engine) as asked:
        rettid.jobs.run_now(rettid.database, "checkup_reviews")
    return sum(one.lstrip().startswith("SELECT") for one in asked)


def test_ten_times_as_many_cost_no_more_questions_and_are_told_the_same(
    session: Session, house: House, rettid: Rettid, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.here.pathway.standards = ["diabetes"]
    monkeypatch.setattr(looking, "AT_ONCE", 0)
    begun(session, house, 3)
    few = questions(rettid)
    review = begun(session, house, 30)
    assert questions(rettid) == few
    said = session.scalars(select(CheckupLine).where(CheckupLine.review_id == review.id)).all()
    together = [(one.id, one.proposal, one.lacks, one.reasons, one.freed) for one in said]
    assert {proposal for _id, proposal, *_ in together} == {"unneeded", "unsure"}
    for line in said:
        looking.look(session, line.review, [line])
    assert [(one.id, one.proposal, one.lacks, one.reasons, one.freed) for one in said] == together
