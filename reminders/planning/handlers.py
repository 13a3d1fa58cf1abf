"""What planning does when something happens to a booking, all in the booking's transaction."""

from sqlalchemy import update

from booking.appointments.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentKept,
    AppointmentLengthened,
    AppointmentMoved,
    AppointmentsImported,
    AttendanceUndone,
    PatientArrived,
)
from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.people.events import PatientNeedsChanged, PatientReachChanged
from booking.platform.database import Session
from reminders.messages.models import Message
from reminders.planning import service, together, unplanned
from reminders.planning.gathering import subject_of
from reminders.planning.queries import coming_of, coming_under, heard_of_neither
from reminders.policies.events import PolicyPublished, SendingStopped
from reminders.policies.queries import sends
from reminders.preferences.events import PreferenceChanged


def on_booked(session: Session, event: AppointmentBooked) -> None:
    """A time was booked, or reserved for the patient to answer.

    In the stead of one that was cancelled: nobody is told any more that there is none.
    """
    if event.instead_of is not None:
        sends(session, event.clinic_id)  # as below
        service.withdraw(session, subject_of(event.instead_of), "superseded")
    service.plan_appointment(
        session, event.appointment_id, "offered" if event.provisional else "booked"
    )


def on_kept(session: Session, event: AppointmentKept) -> None:
    """The patient said yes: what asks them to is not sent any more."""
    theirs = coming_of(session, event.patient_id)
    service.plan_ahead(session, {event.appointment_id} & set(theirs), reason="answered")


def on_moved(session: Session, event: AppointmentMoved) -> None:
    """Nothing more about the old time; the new one is planned as if booked.

    A time that was moved back before anybody was told of the move is as it was: nothing is said.
    """
    sends(session, event.clinic_id)  # locked before any message, as everywhere
    service.withdraw(session, subject_of(event.appointment_id), "moved")
    if event.back and heard_of_neither(session, event.appointment_id):
        service.plan_ahead(session, [event.appointment_id])
    else:
        service.plan_appointment(session, event.appointment_id, "moved")
    together.pass_on(session, event.appointment_id)


def on_lengthened(session: Session, event: AppointmentLengthened) -> None:
    """The same time, made longer: what was said of it, and is to be, still is so."""
    version = session.get_one(Appointment, event.appointment_id).sequence
    session.execute(
        update(Message)
        .where(
            Message.appointment_id == event.appointment_id, Message.subject_version == version - 1
        )
        .values(subject_version=version)
    )


def on_cancelled(session: Session, event: AppointmentCancelled) -> None:
    """Nothing but the notice of it."""
    sends(session, event.clinic_id)  # as above
    service.withdraw(session, subject_of(event.appointment_id), "cancelled")
    service.plan_appointment(session, event.appointment_id, "cancelled")
    together.pass_on(session, event.appointment_id)


def on_imported(session: Session, event: AppointmentsImported) -> None:
    """Nobody has seen what planning them would bring: a person is asked to look."""
    unplanned.put_before_staff(session, session.get_one(Clinic, event.clinic_id))


def on_arrived(session: Session, event: PatientArrived) -> None:
    """Whoever is here needs no reminder."""
    service.withdraw(session, subject_of(event.appointment_id), "arrived")


def on_undone(session: Session, event: AttendanceUndone) -> None:
    """Whoever is not here after all is reminded."""
    if event.was == "arrived":
        theirs = coming_of(session, event.patient_id)
        service.plan_ahead(session, {event.appointment_id} & set(theirs), reason="arrived")


def on_preference_changed(session: Session, event: PreferenceChanged) -> None:
    """What lies ahead goes by the channel the patient wants now."""
    service.plan_ahead(session, coming_of(session, event.patient_id), reason="wishes")


def on_reach_changed(session: Session, event: PatientReachChanged) -> None:
    """What lies ahead goes by what can reach the patient now."""
    service.plan_ahead(session, coming_of(session, event.patient_id), reason="reach")


def on_needs_changed(session: Session, event: PatientNeedsChanged) -> None:
    """Some steps are for those who need an interpreter."""
    if "interpreter" in event.before ^ event.now:
        service.plan_ahead(session, coming_of(session, event.patient_id), reason="conditions")


def on_published(session: Session, event: PolicyPublished) -> None:
    """What lies ahead is planned again by the policy's new version."""
    service.plan_ahead(session, coming_under(session, event.policy_id))


def on_stopped(session: Session, event: SendingStopped) -> None:
    """The clinic sends nothing more: nothing stays planned."""
    session.execute(
        update(Message)
        .where(Message.clinic_id == event.clinic_id, Message.state == "planned")
        .values(state="withdrawn", reason="stopped", state_at=session.now())
    )
    unplanned.settled(session, event.clinic_id)
