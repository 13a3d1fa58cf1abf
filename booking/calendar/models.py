"""Tables: clinics and sites, what can be booked (resources), and when they are open."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.platform.database import Base, WithId


class Clinic(WithId):
    """The unit that owns calendars, policies and staff: the tenant.

    horizon_weeks: how far ahead times are reserved. optional_closures: comma-separated MM-DD
    days that are closed here beside the public holidays (say '12-24,12-31'). re_referral_months:
    for how long an earlier referral for the same problem is shown beside a new one.
    offers_at_once: how many are offered the same freed time in one round.
    """

    __tablename__ = "clinic"

    name: Mapped[str] = mapped_column(String(200), unique=True)
    specialty: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(30))
    phone_hours: Mapped[str] = mapped_column(String(100), default="")
    phone_hours_en: Mapped[str] = mapped_column(String(100), default="", server_default="")
    zone_name: Mapped[str] = mapped_column(String(60), default="Europe/Copenhagen")
    horizon_weeks: Mapped[int] = mapped_column(default=8)
    optional_closures: Mapped[str] = mapped_column(String(300), default="")
    re_referral_months: Mapped[int] = mapped_column(default=24, server_default="24")
    offers_at_once: Mapped[int] = mapped_column(default=3, server_default="3")
    version: Mapped[int] = mapped_column(default=1)
    sites: Mapped[list["Site"]] = relationship(back_populates="clinic", order_by="Site.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.zone_name)

    def hours_text(self, language: str) -> str:
        """When the telephone is answered, in a language, Danish where there is no other."""
        return self.phone_hours_en if language == "en" and self.phone_hours_en else self.phone_hours


class Site(WithId):
    """An address where a clinic works."""

    __tablename__ = "site"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    directions: Mapped[str] = mapped_column(Text, default="")
    directions_en: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(default=1)
    clinic: Mapped[Clinic] = relationship(back_populates="sites")

    __mapper_args__ = {"version_id_col": version}


resource_clinic = Table(
    "resource_clinic",
    Base.metadata,
    Column("resource_id", Integer, ForeignKey("resource.id"), primary_key=True),
    Column("clinic_id", Integer, ForeignKey("clinic.id"), primary_key=True, index=True),
)


class Resource(WithId):
    """A clinician, a room or a piece of equipment: something whose time is booked.

    A room belongs to a site; a clinician's site follows from each week template. video_url:
    a clinician's video room.
    """

    __tablename__ = "resource"
    __table_args__ = (CheckConstraint("kind IN ('clinician', 'room', 'equipment')", name="kind"),)

    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    profession: Mapped[str] = mapped_column(String(30), default="")
    title: Mapped[str] = mapped_column(String(100), default="")
    title_en: Mapped[str] = mapped_column(String(100), default="", server_default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), unique=True)
    video_url: Mapped[str] = mapped_column(String(300), default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(default=1)
    clinics: Mapped[list[Clinic]] = relationship(secondary=resource_clinic)
    site: Mapped[Site | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def title_text(self, language: str) -> str:
        """The title in a language, Danish where there is no other; '' where there is none."""
        return self.title_en if language == "en" and self.title_en else self.title


class WeekTemplate(WithId):
    """Repeating opening of one resource at one clinic: local wall-clock times.

    weekday: 0 Monday … 6 Sunday. weeks: any, odd or even ISO weeks.
    """

    __tablename__ = "week_template"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("weeks IN ('any', 'odd', 'even')", name="weeks"),
        CheckConstraint("start_time < end_time", name="order"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="validity"),
        Index("ix_week_template_resource_id", "resource_id"),
    )

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    weekday: Mapped[int]
    weeks: Mapped[str] = mapped_column(String(4), default="any")
    start_time: Mapped[time]
    end_time: Mapped[time]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    resource: Mapped[Resource] = relationship()
    site: Mapped[Site] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Closure(WithId):
    """Time taken out: of a whole clinic, of one site, or of one resource.

    A clinician's wish for time off is a closure that waits (`requested`); only approved ones
    close anything.
    """

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("status IN ('requested', 'approved', 'declined')", name="status"),
        Index("ix_closure_clinic_id", "clinic_id", "ends_at"),
        Index("ix_closure_resource_id", "resource_id", "ends_at"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(10), default="approved")
    version: Mapped[int] = mapped_column(default=1)
    resource: Mapped[Resource | None] = relationship()
    site: Mapped[Site | None] = relationship()
    clinic: Mapped[Clinic] = relationship()

    __mapper_args__ = {"version_id_col": version}
