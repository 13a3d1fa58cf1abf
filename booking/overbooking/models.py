"""Tables: what is believed of who misses, what a clinic allows, and what was promised."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from booking.platform.database import WithId


class MissingModel(WithId):
    """One training of a clinic's missing model; the newest is in force, and none is changed.

    fitted, evaluation: the numbers of the fitted model and of its test, None where there were too
    few visits. passes: whether it may be used; otherwise the clinic's own rate is, shrunk to the
    usual. cut_on: the first day it was tested on. visits, missed: all that was read.
    """

    __tablename__ = "missing_model"
    __table_args__ = (
        UniqueConstraint("clinic_id", "number"),
        CheckConstraint("rate > 0 AND rate < 1", name="rate"),
        CheckConstraint("0 <= missed AND missed <= visits", name="counts"),
        CheckConstraint("NOT passes OR fitted IS NOT NULL", name="passes"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    number: Mapped[int]
    trained_at: Mapped[datetime]
    trained_by: Mapped[str] = mapped_column(String(200))
    cut_on: Mapped[date | None]
    visits: Mapped[int]
    missed: Mapped[int]
    rate: Mapped[float] = mapped_column(Float)
    caution: Mapped[float] = mapped_column(Float)
    fitted: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    evaluation: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    passes: Mapped[bool] = mapped_column(Boolean)


class OverbookingSetting(WithId):
    """A clinic's limits and weights, as `deciding` has them; stopped_at: nothing more is granted.

    A clinic without one has the usual limits, and overbooking off.
    """

    __tablename__ = "overbooking_setting"
    __table_args__ = (
        CheckConstraint("late BETWEEN 0 AND 1", name="late"),
        CheckConstraint("wait BETWEEN 0 AND 120", name="wait"),
        CheckConstraint("long_wait BETWEEN 0 AND 1", name="long_wait"),
        CheckConstraint("extras BETWEEN 1 AND 5", name="extras"),
        CheckConstraint("waiting > 0 AND idle >= 0 AND overtime >= 0", name="weights"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), unique=True)
    late: Mapped[float] = mapped_column(Float)
    wait: Mapped[float] = mapped_column(Float)
    long_wait: Mapped[float] = mapped_column(Float)
    extras: Mapped[int]
    waiting: Mapped[float] = mapped_column(Float)
    idle: Mapped[float] = mapped_column(Float)
    overtime: Mapped[float] = mapped_column(Float)
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class OverbookingUse(WithId):
    """Overbooking is on for visits of this type with this clinician; off where there is no row."""

    __tablename__ = "overbooking_use"
    __table_args__ = (UniqueConstraint("clinician_id", "visit_type_id"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    clinician_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"))


class SessionPrediction(WithId):
    """What was expected of a session the evening before, and what came of it.

    expected, missing: how many were expected to miss, and cautiously. late: P(more than 15 minutes'
    overtime). overtime, idle, wait, longest_wait: expected minutes, the wait of one who comes and
    of whoever waits longest; long_wait: the share of those who come expected to wait over 30
    minutes. Observed (None until the session is over, or where no times were recorded): missed,
    came; observed_overtime in minutes; waits: of how many the wait is known, observed_wait their
    mean in minutes, long_waits how many of them were over 30.
    """

    __tablename__ = "session_prediction"
    __table_args__ = (
        UniqueConstraint("clinician_id", "clinic_id", "starts_at"),
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("extras <= booked", name="extras"),
        Index("ix_session_prediction_clinic_id", "clinic_id", "starts_at"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    clinician_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kept_at: Mapped[datetime]
    booked: Mapped[int]
    extras: Mapped[int]
    expected: Mapped[float] = mapped_column(Float)
    missing: Mapped[float] = mapped_column(Float)
    late: Mapped[float] = mapped_column(Float)
    overtime: Mapped[float] = mapped_column(Float)
    idle: Mapped[float] = mapped_column(Float)
    wait: Mapped[float] = mapped_column(Float)
    longest_wait: Mapped[float] = mapped_column(Float)
    long_wait: Mapped[float] = mapped_column(Float)
    observed_at: Mapped[datetime | None]
    missed: Mapped[int | None]
    came: Mapped[int | None]
    observed_overtime: Mapped[float | None] = mapped_column(Float)
    waits: Mapped[int | None]
    observed_wait: Mapped[float | None] = mapped_column(Float)
    long_waits: Mapped[int | None]
