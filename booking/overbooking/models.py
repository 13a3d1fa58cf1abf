"""Tables: what is believed of who misses."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Float, ForeignKey, String, UniqueConstraint
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
