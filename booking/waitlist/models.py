"""Tables: who would like an earlier time, times that came free, and whom they were offered to."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource, Site
from booking.people.models import Patient
from booking.platform.database import WithId

WAITING, OPEN, ACCEPTED = "status = 'waiting'", "status = 'open'", "status = 'accepted'"
LIVE = "status IN ('offering', 'listed')"


class WaitlistEntry(WithId):
    """A wish for an earlier time than `appointment`, or for any on `invitation` that has none.

    forms, weekdays (0 = Monday) and parts ('am', 'pm') are lists with commas. notice_hours: the
    shortest warning that is of use. cause: the patient's wish, or a deadline that presses.
    """

    __tablename__ = "waitlist_entry"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'fulfilled', 'withdrawn', 'ended')", name="status"),
        CheckConstraint("cause IN ('wish', 'deadline')", name="cause"),
        CheckConstraint("notice_hours >= 0", name="notice_hours"),
        CheckConstraint(
            "appointment_id IS NOT NULL OR invitation_id IS NOT NULL", name="about_something"
        ),
        Index("ix_waitlist_entry_clinic_id", "clinic_id", "status"),
        Index("ix_waitlist_entry_patient_id", "patient_id"),
        Index(
            "uq_waitlist_entry_appointment_id",
            "appointment_id",
            unique=True,
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
        Index(
            "uq_waitlist_entry_invitation_id",
            "invitation_id",
            unique=True,
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"))
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"))
    forms: Mapped[str] = mapped_column(String(60))
    clinician_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    earliest_on: Mapped[date]
    latest_on: Mapped[date | None]
    weekdays: Mapped[str] = mapped_column(String(20), default="0,1,2,3,4,5,6")
    parts: Mapped[str] = mapped_column(String(10), default="am,pm")
    notice_hours: Mapped[int] = mapped_column(default=24)
    cause: Mapped[str] = mapped_column(String(10), default="wish")
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    clinic: Mapped[Clinic] = relationship()
    patient: Mapped[Patient] = relationship()
    appointment: Mapped[Appointment | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    visit_type: Mapped[VisitType] = relationship()
    clinician: Mapped[Resource | None] = relationship()
    site: Mapped[Site | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


class FreedTime(WithId):
    """A clinician's time that came free and may be offered on.

    status: offering (someone is asked, or is about to be), filled (a waiting patient has it),
    listed (nobody took it: a hole for the secretary), gone (begun, closed or booked by others).
    round: how many times somebody was asked. appointment: who left it.
    """

    __tablename__ = "freed_time"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("status IN ('offering', 'filled', 'listed', 'gone')", name="status"),
        Index("ix_freed_time_clinic_id", "clinic_id", "status", "starts_at"),
        Index("ix_freed_time_status", "status", "starts_at"),
        Index("ix_freed_time_appointment_id", "appointment_id"),
        Index("ix_freed_time_filled_by_id", "filled_by_id"),
        Index(
            "uq_freed_time_clinician_id",
            "clinician_id",
            "starts_at",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    clinician_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(String(12))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    status: Mapped[str] = mapped_column(String(10), default="offering")
    round: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    filled_by_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    version: Mapped[int] = mapped_column(default=1)

    clinic: Mapped[Clinic] = relationship()
    clinician: Mapped[Resource] = relationship()
    site: Mapped[Site] = relationship()
    offers: Mapped[list["Offer"]] = relationship(
        back_populates="freed_time", order_by="(Offer.round, Offer.rank)"
    )

    __mapper_args__ = {"version_id_col": version}


class Offer(WithId):
    """A freed time put to one waiting patient, until `expires_at`.

    status: open; accepted; declined; expired; lost (another was first); withdrawn (the time went).
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("form IN ('in_person', 'video', 'phone')", name="form"),
        CheckConstraint(
            "status IN ('open', 'accepted', 'declined', 'expired', 'lost', 'withdrawn')",
            name="status",
        ),
        Index("ix_offer_patient_id", "patient_id", "status"),
        Index("ix_offer_status", "status", "expires_at"),
        Index("ix_offer_freed_time_id", "freed_time_id"),
        # A freed time goes to exactly one waiting patient.
        Index(
            "uq_offer_freed_time_id",
            "freed_time_id",
            unique=True,
            sqlite_where=text(ACCEPTED),
            postgresql_where=text(ACCEPTED),
        ),
        Index(
            "uq_offer_entry_id",
            "entry_id",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
    )

    freed_time_id: Mapped[int] = mapped_column(ForeignKey("freed_time.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("waitlist_entry.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    clinician_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    form: Mapped[str] = mapped_column(String(12))
    round: Mapped[int]
    rank: Mapped[int]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10), default="open")
    answered_at: Mapped[datetime | None]

    freed_time: Mapped[FreedTime] = relationship(back_populates="offers")
    entry: Mapped[WaitlistEntry] = relationship()
    patient: Mapped[Patient] = relationship()
    clinician: Mapped[Resource] = relationship()
    site: Mapped[Site] = relationship()


class OfferChoice(WithId):
    """Why an entry was or was not offered a freed time, each time it was asked. Only added to."""

    __tablename__ = "offer_choice"
    __table_args__ = (
        Index("ix_offer_choice_freed_time_id", "freed_time_id", "round"),
        Index("ix_offer_choice_entry_id", "entry_id"),
    )

    freed_time_id: Mapped[int] = mapped_column(ForeignKey("freed_time.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("waitlist_entry.id"))
    round: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
    entry: Mapped[WaitlistEntry] = relationship()
