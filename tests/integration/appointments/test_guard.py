"""The database itself refuses what must never be, whoever asks: these go round the code."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from booking.appointments.models import (
    Allocation,
    Appointment,
    GroupSession,
    Hold,
    OverbookingGrant,
)
from booking.people.models import Patient
from booking.platform.database import Session, constraint_of
from tests import factories as make
from tests.integration.appointments.conftest import Place

NINE = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)


def appointment(
    session: Session, place: Place, patient: Patient, start: datetime, **values: object
) -> Appointment:
    return make.add(
        session,
        Appointment(
            **{
                "clinic": place.clinic,
                "site": place.site,
                "patient": patient,
                "visit_type": place.control,
                "clinician": place.doctor,
                "form": "in_person",
                "starts_at": start,
                "ends_at": start + HALF,
                "booked_at": start - timedelta(days=7),
                **values,
            }
        ),
    )


def take(session: Session, owner: Appointment, start: datetime, **values: object) -> Allocation:
    return make.add(
        session,
        Allocation(
            **{
                "resource_id": owner.clinician_id,
                "appointment_id": owner.id,
                "starts_at": start,
                "ends_at": start + HALF,
                **values,
            }
        ),
    )


@pytest.fixture
def booked(session: Session, place: Place) -> Appointment:
    made = appointment(session, place, place.patient, NINE)
    take(session, made, NINE)
    session.commit()
    return made


@pytest.fixture
def second(session: Session, place: Place) -> Appointment:
    """Another patient's appointment, an hour later."""
    other = make.patient(session, place.clinic)
    made = appointment(session, place, other, NINE + 2 * HALF)
    take(session, made, NINE + 2 * HALF)
    session.commit()
    return made


def row(owner: Appointment, start: datetime, end: datetime, **values: object) -> dict[str, object]:
    return {
        "resource_id": owner.clinician_id,
        "lane": 0,
        "starts_at": start,
        "ends_at": end,
        "active": True,
        "role": "clinician",
        "appointment_id": owner.id,
        **values,
    }


@pytest.mark.parametrize(
    ("from_minutes", "to_minutes"), [(-15, 5), (0, 30), (10, 20), (25, 60), (-30, 60)]
)
def test_an_overlapping_insert_is_refused(
    session: Session, booked: Appointment, second: Appointment, from_minutes: int, to_minutes: int
) -> None:
    start, end = NINE + timedelta(minutes=from_minutes), NINE + timedelta(minutes=to_minutes)
    with pytest.raises(IntegrityError) as refused:
        session.execute(insert(Allocation).values(row(second, start, end)))
    assert constraint_of(refused.value) == "allocation_no_overlap"


@pytest.mark.parametrize(("from_minutes", "to_minutes"), [(-30, 0), (30, 60)])
def test_a_touching_insert_is_not(
    session: Session, booked: Appointment, second: Appointment, from_minutes: int, to_minutes: int
) -> None:
    start, end = NINE + timedelta(minutes=from_minutes), NINE + timedelta(minutes=to_minutes)
    session.execute(insert(Allocation).values(row(second, start, end)))


def test_an_update_onto_a_taken_time_is_refused(
    session: Session, booked: Appointment, second: Appointment
) -> None:
    with pytest.raises(IntegrityError) as refused:
        session.execute(
            update(Allocation)
            .where(Allocation.appointment_id == second.id)
            .values(starts_at=NINE + HALF / 2, ends_at=NINE + 3 * HALF)
        )
    assert constraint_of(refused.value) == "allocation_no_overlap"


def test_hand_written_sql_is_refused_too(
    session: Session, booked: Appointment, second: Appointment
) -> None:
    statement = text(
        "INSERT INTO allocation (resource_id, lane, starts_at, ends_at, active, role,"
        " appointment_id) VALUES (:r, 0, '2026-12-01 08:10:00', '2026-12-01 08:20:00', true,"
        " 'clinician', :a)"
    )
    if session.on_postgresql:
        session.execute(text("SET LOCAL TIME ZONE 'UTC'"))
    with pytest.raises(IntegrityError):
        session.execute(statement, {"r": booked.clinician_id, "a": second.id})


@pytest.mark.parametrize(
    "written", ["2026-12-01T08:{}:00+00:00", "2026-12-01 09:{}:00+01:00", "2026-12-01 08:{}:00Z"]
)
def test_an_instant_written_another_way_cannot_slip_past_the_comparison(
    session: Session, booked: Appointment, second: Appointment, written: str
) -> None:
    statement = text(
        "INSERT INTO allocation (resource_id, lane, starts_at, ends_at, active, role,"
        f" appointment_id) VALUES (:r, 0, '{written.format(10)}', '{written.format(20)}',"
        " true, 'clinician', :a)"
    )
    with pytest.raises(IntegrityError):
        session.execute(statement, {"r": booked.clinician_id, "a": second.id})


def test_an_empty_or_reversed_stretch_is_refused(session: Session, booked: Appointment) -> None:
    for end in (NINE + HALF, NINE):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(Allocation).values(row(booked, NINE + HALF, end)))


def test_reactivating_onto_a_taken_time_is_refused(
    session: Session, place: Place, booked: Appointment, second: Appointment
) -> None:
    session.execute(
        update(Appointment).where(Appointment.id == booked.id).values(status="cancelled")
    )
    session.execute(insert(Allocation).values(row(second, NINE, NINE + HALF)))
    with pytest.raises(IntegrityError) as refused:
        session.execute(
            update(Appointment).where(Appointment.id == booked.id).values(status="booked")
        )
    assert constraint_of(refused.value) == "allocation_no_overlap"


def test_a_patient_is_never_in_two_places(
    session: Session, place: Place, booked: Appointment
) -> None:
    with pytest.raises(IntegrityError) as refused:
        appointment(session, place, place.patient, NINE + HALF / 2, clinician=place.other_doctor)
    assert constraint_of(refused.value) == "appointment_patient_no_overlap"


def test_a_patients_appointment_cannot_be_moved_onto_another(
    session: Session, place: Place, booked: Appointment
) -> None:
    later = appointment(
        session, place, place.patient, NINE + 4 * HALF, clinician=place.other_doctor
    )
    with pytest.raises(IntegrityError) as refused:
        session.execute(
            update(Appointment).where(Appointment.id == later.id).values(starts_at=NINE)
        )
    assert constraint_of(refused.value) == "appointment_patient_no_overlap"


def test_a_lane_above_the_plan_needs_a_grant_for_that_resource_and_lane(
    session: Session, place: Place, booked: Appointment, second: Appointment
) -> None:
    grant = make.add(
        session,
        OverbookingGrant(
            resource_id=place.doctor.id,
            clinic_id=place.clinic.id,
            site_id=place.site.id,
            visit_type_id=place.control.id,
            session_start=NINE,
            starts_at=NINE,
            ends_at=NINE + HALF,
            lane=1,
            granted_by="Lone Leder",
            granted_at=NINE,
        ),
    )
    extra = row(second, NINE, NINE + HALF, lane=1)
    for wrong in (
        {},
        {"grant_id": grant.id, "lane": 2},
        {"grant_id": grant.id, "resource_id": place.other_doctor.id},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(Allocation).values({**extra, **wrong}))
    session.execute(insert(Allocation).values({**extra, "grant_id": grant.id}))
    again = row(booked, NINE + 8 * HALF, NINE + 9 * HALF, lane=1, grant_id=grant.id)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Allocation).values(again))


def test_a_group_never_has_more_than_its_capacity_counting_holds(
    session: Session, place: Place
) -> None:
    group = make.add(
        session,
        GroupSession(
            clinic_id=place.clinic.id,
            site=place.site,
            visit_type=place.control,
            clinician=place.doctor,
            form="in_person",
            starts_at=NINE,
            ends_at=NINE + HALF,
            capacity=2,
        ),
    )

    def join() -> Appointment:
        someone = make.patient(session)
        return appointment(session, place, someone, NINE, group_session_id=group.id)

    def held(number: int) -> Hold:
        return make.add(
            session,
            Hold(
                token=f"t{number}",
                owner=f"o{number}",
                patient=make.patient(session),
                clinic=place.clinic,
                site=place.site,
                visit_type=place.control,
                clinician=place.doctor,
                group_session_id=group.id,
                form="in_person",
                starts_at=NINE,
                ends_at=NINE + HALF,
                expires_at=NINE,
            ),
        )

    first = join()
    held(1)
    for one_too_many in (join, lambda: held(2)):
        with pytest.raises(IntegrityError) as refused, session.begin_nested():
            one_too_many()
        assert constraint_of(refused.value) == "group_session_capacity"
    first.status = "cancelled"
    session.flush()
    join()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            update(Appointment).where(Appointment.id == first.id).values(status="booked")
        )
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(GroupSession).where(GroupSession.id == group.id).values(capacity=1))


def test_one_live_time_per_invitation(session: Session, place: Place) -> None:
    first, last = NINE.date(), NINE.date()
    invitation = make.invitation(session, place.course, place.control, first, last)
    appointment(session, place, place.patient, NINE, invitation=invitation)
    with pytest.raises(IntegrityError) as refused:
        appointment(session, place, place.patient, NINE + 4 * HALF, invitation=invitation)
    assert constraint_of(refused.value) == "uq_appointment_invitation_id"
