"""Who waits for an earlier time in the demo, one of them somebody no message reaches; and times
that were given up. One is taken by somebody on the list today, one is put to a few now, and
one is a hole nobody could use.
"""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.demo.clinics import RHEUMA
from booking.demo.founding import Demo
from booking.people import service as people
from booking.people.models import Patient
from booking.people.service import Details
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.waitlist import answering, refill, service
from booking.waitlist.models import FreedTime
from booking.waitlist.service import Wishes
from booking.waitlist.stretches import LIVE

WAITING = 12
SECRETARY = "hanne"
WISHES = (
    Wishes(),
    Wishes(parts=("am",)),
    Wishes(weekdays=(0, 1, 2)),
    Wishes(notice_hours=2),
    Wishes(parts=("pm",), notice_hours=72),
    Wishes(weekdays=(3, 4), parts=("am",)),
)


def tell(session: Session, demo: Demo, rng: Random) -> None:
    """Call when the calendar is full and messages can be sent."""
    talk = demo.visits[RHEUMA, "Samtale med sygeplejerske"].id
    control = demo.visits[RHEUMA, "Kontrol hos læge"].id
    later = accepted_times(session, talk, (14, 50))
    for number, appointment in enumerate(rng.sample(later, min(WAITING, len(later)))):
        wishes = WISHES[number % len(WISHES)]
        entry = service.wish(session, as_patient(appointment), appointment, wishes)
        entry.created_at = session.now() - timedelta(days=rng.randint(1, 25))
        if not number:
            entry.created_at = session.now() - timedelta(days=30)
            _out_of_reach(session, demo, appointment.patient)
    session.flush()
    soon = list(accepted_times(session, talk, (2, 9)))
    rng.shuffle(soon)
    _somebody_takes(session, [soon.pop() for _ in range(min(3, len(soon)))])
    if soon:
        refill.ask(session, _given_up(session, soon.pop()))
    for appointment in accepted_times(session, control, (2, 9))[:1]:
        _given_up(session, appointment)
    refill.run(session)


def _out_of_reach(session: Session, demo: Demo, patient: Patient) -> None:
    """Whoever has waited longest has neither telephone, e-mail nor digital post."""
    nowhere = Details(
        patient.given_name,
        patient.family_name,
        cpr=patient.cpr,
        language=patient.language,
        digital_exempt=True,
    )
    by, clinic = actor_of(demo.staff[SECRETARY]), demo.clinics[RHEUMA]
    people.edit_patient(session, by, clinic.id, patient, patient.version, nowhere)


def _somebody_takes(session: Session, given_up: Sequence[Appointment]) -> None:
    """The first of these that was put to anybody is taken; what they leave is offered on."""
    for appointment in given_up:
        freed = _given_up(session, appointment)
        if refill.ask(session, freed):
            offer = freed.offers[-1]
            answering.accept(session, Actor("patient", offer.patient_id, offer.patient.name), offer)
            return


def _given_up(session: Session, appointment: Appointment) -> FreedTime:
    """Its patient is ill; the time that came free, or the hole it has become a part of."""
    appointments.cancel(session, as_patient(appointment), appointment, "ill", wants_new=True)
    wanted = (
        select(FreedTime)
        .where(
            FreedTime.clinician_id == appointment.clinician_id,
            FreedTime.status.in_(LIVE),
            FreedTime.starts_at <= appointment.starts_at,
            FreedTime.ends_at > appointment.starts_at,
        )
        .order_by(FreedTime.id.desc())
    )
    return session.scalars(wanted.limit(1)).one()


def accepted_times(
    session: Session, visit_type_id: int, days: tuple[int, int]
) -> Sequence[Appointment]:
    """Accepted times of this kind between so many days from now."""
    now = session.now()
    return session.scalars(
        select(Appointment)
        .where(
            Appointment.visit_type_id == visit_type_id,
            Appointment.status == "booked",
            Appointment.participant == "accepted",
            Appointment.moves == 0,
            Appointment.starts_at > now + timedelta(days=days[0]),
            Appointment.starts_at < now + timedelta(days=days[1]),
            Appointment.booked_at < now - timedelta(hours=1),
        )
        .order_by(Appointment.id)
    ).all()


def as_patient(appointment: Appointment) -> Actor:
    return Actor("patient", appointment.patient_id, appointment.patient.name)
