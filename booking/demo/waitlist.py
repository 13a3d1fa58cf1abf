"""Who waits for an earlier time in the demo: a dozen wishes, a time under offer, two holes."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.demo.clinics import RHEUMA
from booking.demo.founding import Demo
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.waitlist import refill, service
from booking.waitlist.models import FreedTime
from booking.waitlist.service import Wishes

WAITING, HOLES = 12, 2
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
    later = _booked(session, talk, (14, 50))
    for number, appointment in enumerate(rng.sample(later, min(WAITING, len(later)))):
        wishes = WISHES[number % len(WISHES)]
        entry = service.wish(session, _patient(appointment), appointment, wishes)
        entry.created_at = session.now() - timedelta(days=rng.randint(1, 25))
    session.flush()
    for visit_type, count in ((talk, 1), (control, HOLES)):
        soon = _booked(session, visit_type, (2, 9))
        for appointment in rng.sample(soon, min(count, len(soon))):
            refill.ask(session, _given_up(session, appointment))


def _given_up(session: Session, appointment: Appointment) -> FreedTime:
    """Its patient is ill; the time that came free."""
    appointments.cancel(session, _patient(appointment), appointment, "ill", wants_new=True)
    return session.scalars(
        select(FreedTime).where(FreedTime.appointment_id == appointment.id)
    ).one()


def _booked(session: Session, visit_type_id: int, days: tuple[int, int]) -> Sequence[Appointment]:
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


def _patient(appointment: Appointment) -> Actor:
    return Actor("patient", appointment.patient_id, appointment.patient.name)
