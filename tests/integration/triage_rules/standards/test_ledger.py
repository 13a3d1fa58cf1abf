"""The ledger: what meets an obligation, who owes it, and how many questions a clinic costs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, insert

from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment, PastVisit
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.standards.conftest import House
from triage_rules.followup import service as following
from triage_rules.followup.models import FollowUpPlan, Measurement
from triage_rules.standards import queries
from triage_rules.standards.tally import tally

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def states(session: Session, house: House) -> dict[str, str]:
    """How the patient's obligations stand, by code."""
    return {
        one.standing.obligation.code: one.standing.state
        for one in queries.ledger(session, house.here.place.clinic)
    }


def test_a_measurement_counts_until_its_time_is_gone(session: Session, house: House) -> None:
    house.measured(session, "systolic", 10)
    house.measured(session, "albuminuria", 700)
    house.measured(session, "eye_exam", 800)
    assert states(session, house) == {
        "diabetes_bp_yearly": "met",
        "diabetes_albuminuria_2y": "due",
        "diabetes_eyes_2y": "overdue",
        "diabetes_feet_2y": "overdue",
    }


def test_a_withdrawn_or_coming_measurement_does_not_count(session: Session, house: House) -> None:
    house.measured(session, "systolic", 10).withdrawn_at = session.now()
    house.measured(session, "foot_exam", -3)
    session.flush()
    found = states(session, house)
    assert (found["diabetes_bp_yearly"], found["diabetes_feet_2y"]) == ("overdue", "overdue")


def appointment(session: Session, house: House, form: str, status: str, day: int) -> None:
    here = house.here
    start = datetime(2026, 11, day, 9, tzinfo=UTC)
    make.add(
        session,
        Appointment(
            clinic=here.place.clinic,
            site=here.place.site,
            patient=here.plan.patient,
            course=here.place.course,
            visit_type=here.talk,
            clinician=here.place.doctor,
            form=form,
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            status=status,
            booked_at=session.now(),
        ),
    )


def test_a_control_at_the_hospital_takes_a_visit_that_took_place(
    session: Session, house: House
) -> None:
    house.here.pathway.standards = ["asthma"]
    appointment(session, house, "phone", "fulfilled", 3)
    appointment(session, house, "in_person", "noshow", 4)
    assert states(session, house) == {"asthma_yearly_control": "overdue"}
    appointment(session, house, "in_person", "fulfilled", 5)
    assert states(session, house) == {"asthma_yearly_control": "met"}


@pytest.mark.parametrize(
    ("outcome", "facts", "state"),
    [
        ("fulfilled", {}, "met"),
        ("fulfilled", {"form": "in_person", "age": 40}, "met"),
        ("fulfilled", {"form": "phone"}, "overdue"),
        ("noshow", {}, "overdue"),
    ],
)
def test_a_visit_before_rettid_counts_if_it_took_place_in_such_a_form(
    session: Session, house: House, outcome: str, facts: dict[str, object], state: str
) -> None:
    house.here.pathway.standards = ["asthma"]
    make.add(
        session,
        PastVisit(
            clinic_id=house.here.place.clinic.id,
            patient_id=house.here.plan.patient_id,
            day=date(2026, 5, 1),
            outcome=outcome,
            facts=facts,
            source="test",
            source_key="1",
        ),
    )
    assert states(session, house) == {"asthma_yearly_control": state}


def test_those_nobody_follows_are_counted_apart(session: Session, house: House) -> None:
    clinic = house.here.place.clinic
    assert queries.not_followed(session, clinic) == 0
    patient = make.patient(session, clinic)
    for ended_on in (None, None, date(2026, 11, 22)):
        make.course(session, clinic, patient, ended_on=ended_on)
    make.course(session, clinic, make.patient(session, clinic), ended_on=date(2026, 11, 22))
    make.course(session, clinic, house.here.plan.patient)
    elsewhere = make.clinic(session)
    make.course(session, elsewhere, make.patient(session, elsewhere))
    assert queries.not_followed(session, clinic) == 1


def test_nobody_owes_a_standard_that_applies_to_no_pathway_or_after_the_plan_ended(
    session: Session, house: House
) -> None:
    house.here.pathway.standards = []
    session.flush()
    assert states(session, house) == {}
    house.here.pathway.standards = ["diabetes"]
    following.end_plan(session, house.here.as_clinician, house.here.plan)
    assert states(session, house) == {}


def test_what_another_clinic_measured_is_not_seen_here(session: Session, house: House) -> None:
    other = make.clinic(session)
    house.measured(session, "systolic", 10).clinic_id = other.id
    session.flush()
    assert states(session, house)["diabetes_bp_yearly"] == "overdue"
    assert queries.ledger(session, other) == []


def test_two_thousand_patients_cost_as_many_questions_as_one(
    session: Session, house: House, rettid: Rettid
) -> None:
    here, plan = house.here, house.here.plan
    session.execute(
        insert(Patient),
        [
            {
                "id": 10_000 + n,
                "given_name": "Karen",
                "family_name": f"Prøve{n}",
                "created_at": session.now(),
            }
            for n in range(1, 2001)
        ],
    )
    session.execute(
        insert(Course),
        [
            {
                "id": 10_000 + n,
                "patient_id": 10_000 + n,
                "clinic_id": plan.clinic_id,
                "started_on": date(2020, 1, 1),
                "title": "Diabetes",
            }
            for n in range(1, 2001)
        ],
    )
    session.execute(
        insert(FollowUpPlan),
        [
            {
                "course_id": 10_000 + n,
                "patient_id": 10_000 + n,
                "clinic_id": plan.clinic_id,
                "pathway_id": here.pathway.id,
                "started_on": date(2026, 1, 1),
                "latest_on": date(2027, 1, 1),
            }
            for n in range(1, 2001)
        ],
    )
    session.execute(
        insert(Measurement),
        [
            {
                "patient_id": 10_000 + n,
                "clinic_id": plan.clinic_id,
                "code": "systolic",
                "thousandths": 130_000,
                "taken_at": session.now() - timedelta(days=n),
                "entered_at": session.now(),
                "entered_by": "Lise Læge",
            }
            for n in range(1, 2001)
        ],
    )
    session.commit()
    asked: list[str] = []
    event.listen(
        rettid.database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: asked.append(statement),
    )
    owed = queries.ledger(session, here.place.clinic)
    assert len(owed) == 2001 * 4
    assert len(asked) <= 6
    (bp,) = {o.standing.obligation for o in owed if o.standing.obligation.months == 12}
    summed = tally(bp, (one.standing for one in owed))
    assert (summed.counted, summed.fulfilled) == (2001, 365)
    assert (summed.share, summed.enough) == (18, False)
