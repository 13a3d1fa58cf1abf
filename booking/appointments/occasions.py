"""What a booking is for, and whether the asker may make it: the rules that come before a search.

An occasion is an invitation, a move of a booked time, or a free booking within an open course.
Patients are held to the visit type's mode, its closing period, its move limit and the window;
staff book on a patient's behalf with the same engine but decide those things themselves.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Integer, bindparam, literal, select, union_all

from booking.appointments.errors import (
    HasOneAlready,
    InClosingPeriod,
    ModeNotAllowed,
    MoveLimitReached,
    TooLate,
    WrongState,
)
from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.length import Length, LengthPolicy, LengthQuestion, LengthsPolicy
from booking.appointments.models import Appointment
from booking.appointments.search import Slot, Wish
from booking.appointments.visit_types.models import NeedAddition, VisitType
from booking.people.models import Patient, PatientNeed
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date

STAFF_SEES = timedelta(days=365)


@dataclass(frozen=True)
class Occasion:
    """What may be booked, for whom, in which window of local days, and not before when.

    deadline_on: a later day needs someone's say-so. owner: the name under which one hold lives.
    on_grid: False to put something back where it stood, whether or not that is on the grid.
    """

    patient: Patient
    visit_type: VisitType
    form: str
    length: Length
    first: date
    last: date
    not_before: datetime
    owner: str
    preferred_id: int | None = None
    deadline_on: date | None = None
    invitation: Invitation | None = None
    moving: Appointment | None = None
    course: Course | None = None
    on_grid: bool = True

    def fitted(self, slot: Slot) -> Slot:
        """The slot with the end this patient needs; a meeting's is the meeting's own."""
        if slot.group_session_id is not None:
            return slot
        return replace(slot, end=slot.start + timedelta(minutes=self.length.minutes))

    def wish(
        self,
        first: date | None = None,
        last: date | None = None,
        *,
        clinician_id: int | None = None,
        site_id: int | None = None,
    ) -> Wish:
        """A search inside the occasion's window; first and last narrow it."""
        return Wish(
            self.visit_type,
            self.form,
            self.length.minutes,
            max(self.first, first or self.first),
            min(self.last, last or self.last),
            self.patient.id,
            self.not_before,
            self.moving.id if self.moving else None,
            self.owner,
            clinician_id,
            site_id,
            self.on_grid,
        )


def length_for(
    session: Session, visit_type: VisitType, patient_id: int, invitation_id: int | None = None
) -> Length:
    """How long this patient's contact should be, by the length policy in force."""
    policy: LengthPolicy = session.ports["length"]
    asked = {"patient": patient_id, "visit_type": visit_type.id}
    rows = session.execute(_NEEDS_AND_ADDITIONS, asked).all()
    needs = [need for need, minutes in rows if not minutes]
    additions = {need: minutes for need, minutes in rows if minutes}
    question = LengthQuestion(
        visit_type.id,
        visit_type.base_minutes,
        visit_type.cap_minutes,
        additions,
        frozenset(needs),
        patient_id,
        invitation_id,
    )
    return policy(session, question)


def lengths_for(
    session: Session, asked: Sequence[tuple[VisitType, int, int | None]]
) -> list[Length]:
    """`length_for` each (visit type, patient, invitation), in their order, in a few questions."""
    policies: LengthsPolicy = session.ports["lengths"]
    needs: dict[int, set[str]] = defaultdict(set)
    for patient, need in session.execute(
        select(PatientNeed.patient_id, PatientNeed.need).where(
            PatientNeed.patient_id.in_({patient for _, patient, _ in asked})
        )
    ):
        needs[patient].add(need)
    additions: dict[int, dict[str, int]] = defaultdict(dict)
    for number, need, minutes in session.execute(
        select(NeedAddition.visit_type_id, NeedAddition.need, NeedAddition.minutes).where(
            NeedAddition.visit_type_id.in_({one.id for one, _, _ in asked}),
            NeedAddition.minutes != 0,
        )
    ):
        additions[number][need] = minutes
    return policies(
        session,
        [
            LengthQuestion(
                one.id,
                one.base_minutes,
                one.cap_minutes,
                additions[one.id],
                frozenset(needs[patient]),
                patient,
                invitation,
            )
            for one, patient, invitation in asked
        ],
    )


# Built once, and both in one question: every search and every booking asks it.
_NEEDS_AND_ADDITIONS = union_all(
    select(PatientNeed.need, literal(0, Integer).label("minutes")).where(
        PatientNeed.patient_id == bindparam("patient")
    ),
    select(NeedAddition.need, NeedAddition.minutes).where(
        NeedAddition.visit_type_id == bindparam("visit_type")
    ),
)


def for_invitation(
    session: Session, by: Actor, invitation: Invitation, form: str | None = None
) -> Occasion:
    """Booking on an invitation that has no time yet."""
    visit_type = invitation.visit_type
    if invitation.status not in ("open", "planned"):
        raise WrongState
    if by.kind == "patient":
        if invitation.status == "planned":
            raise WrongState
        if visit_type.mode == "move_cancel":
            raise ModeNotAllowed(phone=invitation.clinic.phone)
    earliest = _earliest(session, by, visit_type)
    return Occasion(
        patient=invitation.patient,
        visit_type=visit_type,
        form=_form(visit_type, form, invitation.form),
        length=length_for(session, visit_type, invitation.patient_id, invitation.id),
        first=_first_day(session, by, visit_type, earliest, invitation.window_from),
        last=_last_day(session, by, visit_type, invitation.window_to),
        not_before=earliest,
        owner=f"invitation:{invitation.id}",
        preferred_id=invitation.clinician_id or invitation.course.responsible_id,
        deadline_on=invitation.deadline_on,
        invitation=invitation,
        course=invitation.course,
    )


def for_move(
    session: Session,
    by: Actor,
    appointment: Appointment,
    form: str | None = None,
    length: Length | None = None,
) -> Occasion:
    """Moving a booked time; raises if this asker may not move it now. length: where known."""
    visit_type, invitation = appointment.visit_type, appointment.invitation
    check_movable(session, by, appointment)
    earliest = _earliest(session, by, visit_type)
    horizon = _horizon(session, visit_type)
    return Occasion(
        patient=appointment.patient,
        visit_type=visit_type,
        form=_form(visit_type, form, appointment.form),
        length=length
        or length_for(session, visit_type, appointment.patient_id, appointment.invitation_id),
        first=_first_day(
            session, by, visit_type, earliest, invitation.window_from if invitation else None
        ),
        last=_last_day(session, by, visit_type, invitation.window_to if invitation else horizon),
        not_before=earliest,
        owner=f"move:{appointment.id}",
        preferred_id=(invitation.clinician_id if invitation else None)
        or (appointment.course.responsible_id if appointment.course else None)
        or appointment.clinician_id,
        deadline_on=invitation.deadline_on if invitation else None,
        invitation=invitation,
        moving=appointment,
        course=appointment.course,
    )


def free(
    session: Session, by: Actor, course: Course, visit_type: VisitType, form: str | None = None
) -> Occasion:
    """Booking without an invitation: patients in an open course, and visit types booked freely."""
    if by.kind == "patient" and visit_type.mode != "free":
        raise ModeNotAllowed(phone=visit_type.clinic.phone)
    if course.clinic_id != visit_type.clinic_id or not visit_type.active:
        raise ModeNotAllowed(phone=visit_type.clinic.phone)
    if by.kind == "patient" and _has_one(session, course.patient_id, visit_type):
        raise HasOneAlready(phone=visit_type.clinic.phone)
    earliest = _earliest(session, by, visit_type)
    if course.ended_on and course.ended_on < local_date(session.now(), course.clinic.zone):
        raise WrongState
    return Occasion(
        patient=course.patient,
        visit_type=visit_type,
        form=_form(visit_type, form, visit_type.form_list[0]),
        length=length_for(session, visit_type, course.patient_id),
        first=_first_day(session, by, visit_type, earliest, None),
        last=_last_day(session, by, visit_type, _horizon(session, visit_type)),
        not_before=earliest,
        owner=f"free:{course.patient_id}:{visit_type.id}",
        preferred_id=course.responsible_id,
        course=course,
    )


def _has_one(session: Session, patient_id: int, visit_type: VisitType) -> bool:
    """A coming time of this kind that the patient booked freely: they may move it, not hoard."""
    asked = {"patient": patient_id, "visit_type": visit_type.id, "now": session.now()}
    return session.scalar(_COMING, asked) is not None


_COMING = (
    select(Appointment.id)
    .where(
        Appointment.patient_id == bindparam("patient"),
        Appointment.visit_type_id == bindparam("visit_type"),
        Appointment.invitation_id.is_(None),
        Appointment.status == "booked",
        Appointment.ends_at > bindparam("now"),
    )
    .limit(1)
)


def check_movable(session: Session, by: Actor, appointment: Appointment) -> None:
    """Raise unless this asker may move this appointment now.

    A provisional time that nobody has answered may be moved by the same rules.
    """
    if appointment.status != "booked":
        raise WrongState
    if by.kind != "patient":
        return
    visit_type, now = appointment.visit_type, session.now()
    if appointment.starts_at <= now:
        raise TooLate(phone=appointment.clinic.phone)
    if closes_at(appointment) <= now:
        raise InClosingPeriod(phone=appointment.clinic.phone)
    if appointment.moves >= visit_type.move_limit:
        raise MoveLimitReached(phone=appointment.clinic.phone)


def stands_there(moving: Appointment | None, slot: Slot, form: str) -> bool:
    """True if what moves has this very place already, in this form and of this length."""
    if moving is None or form != moving.form:
        return False
    if slot.group_session_id is not None or moving.group_session_id is not None:
        return slot.group_session_id == moving.group_session_id
    return slot == Slot(moving.starts_at, moving.ends_at, moving.clinician_id, moving.site_id)


def closes_at(appointment: Appointment) -> datetime:
    """The instant from which the patient must phone to move."""
    return appointment.starts_at - timedelta(hours=appointment.visit_type.closing_hours)


def _earliest(session: Session, by: Actor, visit_type: VisitType) -> datetime:
    """Patients and the system book outside the closing period; staff from now on."""
    closing = 0 if by.kind == "staff" else visit_type.closing_hours
    return session.now() + timedelta(hours=closing)


def _horizon(session: Session, visit_type: VisitType) -> date:
    clinic = visit_type.clinic
    return local_date(session.now(), clinic.zone) + timedelta(weeks=clinic.horizon_weeks)


def _first_day(
    session: Session, by: Actor, visit_type: VisitType, earliest: datetime, window: date | None
) -> date:
    day = local_date(earliest, visit_type.clinic.zone)
    return day if window is None or by.kind == "staff" else max(day, window)


def _last_day(session: Session, by: Actor, visit_type: VisitType, window: date) -> date:
    if by.kind != "staff":
        return window
    return max(window, local_date(session.now(), visit_type.clinic.zone) + STAFF_SEES)


def _form(visit_type: VisitType, asked: str | None, otherwise: str) -> str:
    """The form asked for if the visit type has it; what was meant otherwise."""
    return asked if asked in visit_type.form_list else otherwise
