"""A freed time goes to exactly one waiting patient, however many say yes in the same moment."""

from datetime import timedelta
from threading import Thread

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.platform.database import Session, constraint_of
from booking.platform.identity import SYSTEM, Actor
from booking.platform.web import Rettid
from booking.waitlist import answering, refill, service
from booking.waitlist.models import FreedTime, Offer
from booking.waitlist.service import Wishes
from tests.integration.appointments.conftest import Place
from tests.integration.appointments.racing import NOW
from tests.integration.appointments.test_races import overlaps
from tests.integration.waitlist.conftest import Booked, at
from tests.integration.waitlist.racing import Taker, take
from tests.racing import race

TIMES, TAKERS = 6, 8


def put_to_many(
    session: Session, place: Place, booked: Booked, number: int
) -> tuple[FreedTime, list[Offer]]:
    """A time given up and put to eight patients, each with a time of their own later."""
    given_up = booked(at(1, 8) + timedelta(minutes=30 * number))
    waiting = [
        booked(at(7 + n % 4, 8) + timedelta(minutes=30 * number), doctor=doctor)
        for n, doctor in enumerate((place.doctor,) * 4 + (place.other_doctor,) * 4)
    ]
    appointments.cancel(session, SYSTEM, given_up, "clinic", wants_new=False)
    freed = session.scalars(select(FreedTime).where(FreedTime.appointment_id == given_up.id)).one()
    entries = [service.wish(session, SYSTEM, one, Wishes()) for one in waiting]
    made = [
        Offer(
            freed_time_id=freed.id,
            entry_id=one.id,
            patient_id=one.patient_id,
            starts_at=freed.starts_at,
            ends_at=freed.ends_at,
            clinician_id=freed.clinician_id,
            site_id=freed.site_id,
            form="in_person",
            round=1,
            rank=rank,
            made_at=session.now(),
            expires_at=session.now() + timedelta(hours=24),
        )
        for rank, one in enumerate(entries, 1)
    ]
    session.add_all(made)
    session.commit()
    return freed, made


@pytest.mark.freeze_time(NOW)
def test_one_takes_it_and_the_others_keep_what_they_had(
    session: Session, place: Place, booked: Booked, database_url: str
) -> None:
    """Eight processes, each taking one offer of each time, all in the same order."""
    put = [put_to_many(session, place, booked, number) for number in range(TIMES)]
    had = {one.patient_id: one.entry.appointment for _, made in put for one in made}
    before = {patient: own.starts_at for patient, own in had.items() if own is not None}
    session.commit()
    key = Fernet.generate_key().decode()
    takers = [Taker(database_url, key, [made[n].id for _, made in put]) for n in range(TAKERS)]

    outcomes = race(take, takers)

    assert outcomes == {"done": TIMES, "offer_over": TIMES * (TAKERS - 1)}
    session.expire_all()
    for freed, made in put:
        assert freed.status == "filled"
        assert sorted(one.status for one in made) == ["accepted"] + ["lost"] * (TAKERS - 1)
        for one in made:
            (now,) = session.scalars(
                select(Appointment.starts_at).where(
                    Appointment.patient_id == one.patient_id, Appointment.status == "booked"
                )
            )
            kept = freed.starts_at if one.status == "accepted" else before[one.patient_id]
            assert now == kept
    assert overlaps(session) == 0
    left = select(func.count()).where(FreedTime.cause == "moved", FreedTime.status == "offering")
    assert session.scalar(left) == TIMES


@pytest.mark.freeze_time(NOW)
def test_the_database_itself_refuses_a_second_taker(
    session: Session, place: Place, booked: Booked
) -> None:
    """No code path gets round it."""
    _, made = put_to_many(session, place, booked, 0)
    made[0].status = "accepted"
    session.flush()
    made[1].status = "accepted"
    with pytest.raises(IntegrityError) as refused:
        session.flush()
    assert constraint_of(refused.value) == "uq_offer_freed_time_id"
    session.rollback()


@pytest.mark.freeze_time(NOW)
def test_the_job_does_not_wait_for_whoever_is_answering(
    session: Session, rettid: Rettid, place: Place, booked: Booked
) -> None:
    """It writes down why each was not asked, also those whose entry another holds: were it to wait
    for them while they wait for an offer it has ended, neither would come through."""
    if not session.on_postgresql:
        pytest.skip("on SQLite one writes at a time")
    _, made = put_to_many(session, place, booked, 0)
    appointments.cancel(session, SYSTEM, booked(at(2, 9)), "clinic", wants_new=False)
    session.commit()
    answering.accept(session, Actor("patient", made[0].patient_id, "Prøve"), made[0])

    def job() -> None:
        with rettid.database.transaction() as other:
            refill.run(other)

    asking = Thread(target=job)
    asking.start()
    asking.join(20)
    waited = asking.is_alive()
    session.commit()
    asking.join(30)
    assert not waited
