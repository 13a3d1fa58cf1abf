"""Tables: booked contacts and the time they take. The database guards them (see `guard`)."""

from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource, Site
from booking.people.models import Patient
from booking.platform.database import WithId

STATUSES = (
    "booked", "arrived", "checked-in", "fulfilled", "cancelled", "noshow", "entered-in-error",
)  # fmt: skip
ACTIVE = ("booked", "arrived", "checked-in")
# Whoever is or was to come: neither cancelled nor a mistake.
STOOD = (*ACTIVE, "fulfilled", "noshow")


class Appointment(WithId):
    """A booked contact of one patient. Its times are the patient's; buffers lie in its allocations.

    participant: the patient's answer, 'needs-action' for a provisional time. uid and sequence
    are those of its calendar file. moves: how often the patient moved it. minutes_reason: how
    the length was found, as (label code, minutes) pairs. A group's participants have no
    allocations of their own: the group session has one set.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint(
            "participant IN ('needs-action', 'accepted', 'declined')", name="participant"
        ),
        CheckConstraint("form IN ('in_person', 'video', 'phone')", name="form"),
        UniqueConstraint("source", "source_key"),
        # By the end: a patient with a long past is asked only about what is to come.
        Index("ix_appointment_patient_id", "patient_id", "ends_at"),
        Index("ix_appointment_clinic_id", "clinic_id", "starts_at"),
        Index("ix_appointment_clinician_id", "clinician_id", "starts_at"),
        # One live time per invitation: a second one would be a time nobody watches.
        Index(
            "uq_appointment_invitation_id",
            "invitation_id",
            unique=True,
            sqlite_where=text(f"status IN {ACTIVE}"),
            postgresql_where=text(f"status IN {ACTIVE}"),
        ),
    )

    uid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    sequence: Mapped[int] = mapped_column(default=0)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"))
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"))
    clinician_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    group_session_id: Mapped[int | None] = mapped_column(ForeignKey("group_session.id"), index=True)
    form: Mapped[str] = mapped_column(String(12))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    minutes_reason: Mapped[list[list[object]]] = mapped_column(JSON, default=list)
    status: Mapped[str] = mapped_column(String(20), default="booked")
    participant: Mapped[str] = mapped_column(String(12), default="needs-action")
    moves: Mapped[int] = mapped_column(default=0)
    arrived_at: Mapped[datetime | None]
    called_in_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    booked_at: Mapped[datetime]
    source: Mapped[str | None] = mapped_column(String(60))
    source_key: Mapped[str | None] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(default=1)

    clinic: Mapped[Clinic] = relationship()
    site: Mapped[Site] = relationship()
    patient: Mapped[Patient] = relationship()
    course: Mapped[Course | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    visit_type: Mapped[VisitType] = relationship()
    clinician: Mapped[Resource] = relationship()
    allocations: Mapped[list["Allocation"]] = relationship(
        back_populates="appointment", order_by="Allocation.id"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def minutes(self) -> int:
        """The patient's length in minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def active(self) -> bool:
        """True while it takes time: booked, arrived or called in."""
        return self.status in ACTIVE


class GroupSession(WithId):
    """One meeting of several patients; it takes its resources once, and has room for `capacity`."""

    __tablename__ = "group_session"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("capacity >= 1", name="capacity"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"))
    clinician_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    form: Mapped[str] = mapped_column(String(12))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    cancelled_at: Mapped[datetime | None]
    visit_type: Mapped[VisitType] = relationship()
    site: Mapped[Site] = relationship()
    clinician: Mapped[Resource] = relationship()


class Hold(WithId):
    """A time kept for minutes while someone confirms.

    owner: what may hold only one time at once ('invitation:7', 'move:12', 'free:3:2',
    'staff:4'). resources: [[resource id, role], …], what the booking will take; for a move the
    hold's allocations leave out what is already the mover's.
    """

    __tablename__ = "hold"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="order"),)

    token: Mapped[str] = mapped_column(String(40), unique=True)
    owner: Mapped[str] = mapped_column(String(60), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"))
    clinician_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    moving_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    group_session_id: Mapped[int | None] = mapped_column(ForeignKey("group_session.id"), index=True)
    form: Mapped[str] = mapped_column(String(12))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    minutes_reason: Mapped[list[list[object]]] = mapped_column(JSON, default=list)
    resources: Mapped[list[list[object]]] = mapped_column(JSON, default=list)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    extended: Mapped[int] = mapped_column(default=0)

    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic] = relationship()
    site: Mapped[Site] = relationship()
    visit_type: Mapped[VisitType] = relationship()
    clinician: Mapped[Resource] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    moving: Mapped[Appointment | None] = relationship()


class OverbookingGrant(WithId):
    """Leave for one extra patient in one session: names the session, and the lane it opens.

    starts_at, ends_at: where the extra is to sit. snapshot: the figures it was granted on.
    overridden: against a limit, with a reason. judged_at: when the session was last looked at
    again, None when it has changed since; holds, judgement: what was found then.
    """

    __tablename__ = "overbooking_grant"
    __table_args__ = (
        CheckConstraint("lane > 0", name="lane"),
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("session_start <= starts_at", name="inside"),
        CheckConstraint("NOT overridden OR reason <> ''", name="reason"),
        UniqueConstraint("id", "resource_id", "lane"),
        Index("ix_overbooking_grant_clinic_id", "clinic_id", "session_start"),
        Index(
            "uq_overbooking_grant_resource_id",
            "resource_id",
            "session_start",
            "lane",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"))
    session_start: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    lane: Mapped[int]
    granted_by: Mapped[str] = mapped_column(String(200))
    granted_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(300), default="")
    overridden: Mapped[bool] = mapped_column(Boolean, default=False)
    snapshot: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    judged_at: Mapped[datetime | None]
    holds: Mapped[bool] = mapped_column(Boolean, default=True)
    judgement: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    clinic: Mapped[Clinic] = relationship()
    clinician: Mapped[Resource] = relationship()
    site: Mapped[Site] = relationship()
    visit_type: Mapped[VisitType] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def minutes(self) -> int:
        """The planned length of the extra's visit."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class Allocation(WithId):
    """One resource taken for one stretch of time, in one lane: the row the guard guards.

    Lane 0 is the plan; a lane above it needs a grant for the same resource and lane.
    `active` follows the owner's status (a trigger keeps it so).
    """

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("lane >= 0", name="lane"),
        CheckConstraint("lane = 0 OR grant_id IS NOT NULL", name="lane_needs_grant"),
        CheckConstraint(
            "CASE WHEN appointment_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN hold_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN group_session_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_owner",
        ),
        ForeignKeyConstraint(
            ["grant_id", "resource_id", "lane"],
            ["overbooking_grant.id", "overbooking_grant.resource_id", "overbooking_grant.lane"],
            name="fk_allocation_grant",
        ),
        Index("ix_allocation_resource_id", "resource_id", "ends_at"),
        Index(
            "uq_allocation_grant_id",
            "grant_id",
            unique=True,
            sqlite_where=text("active"),
            postgresql_where=text("active"),
        ),
    )

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    lane: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    role: Mapped[str] = mapped_column(String(100), default="clinician")
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    hold_id: Mapped[int | None] = mapped_column(
        ForeignKey("hold.id", ondelete="CASCADE"), index=True
    )
    group_session_id: Mapped[int | None] = mapped_column(ForeignKey("group_session.id"), index=True)
    grant_id: Mapped[int | None]
    appointment: Mapped[Appointment | None] = relationship(back_populates="allocations")
    resource: Mapped[Resource] = relationship()


class AppointmentChange(WithId):
    """What was done to an appointment: who, when, by which channel and why, as a code.

    before: where a moved one stood and how the patient had answered, so that it can be undone.
    """

    __tablename__ = "appointment_change"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(20))
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(250))
    channel: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    from_start: Mapped[datetime | None]
    to_start: Mapped[datetime | None]
    before: Mapped[dict[str, object] | None] = mapped_column(JSON)


class PastVisit(WithId):
    """Imported history: a day or instant and what happened. It never takes time."""

    __tablename__ = "past_visit"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        CheckConstraint(
            "outcome IN ('fulfilled', 'noshow', 'cancelled', 'unknown')", name="outcome"
        ),
        Index("ix_past_visit_patient_id", "patient_id", "day"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    day: Mapped[date]
    at: Mapped[datetime | None]
    booked_on: Mapped[date | None]
    booked_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(12))
    label: Mapped[str] = mapped_column(String(200), default="")
    facts: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    source: Mapped[str] = mapped_column(String(60))
    source_key: Mapped[str] = mapped_column(String(120))
