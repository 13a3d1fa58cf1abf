"""Tables: kinds of contact, what each needs, and what a patient's needs add to its length."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.calendar.models import Clinic, Resource
from booking.platform.database import Base, WithId

visit_type_clinician = Table(
    "visit_type_clinician",
    Base.metadata,
    Column("visit_type_id", Integer, ForeignKey("visit_type.id"), primary_key=True),
    Column("resource_id", Integer, ForeignKey("resource.id"), primary_key=True),
)

requirement_option = Table(
    "requirement_option",
    Base.metadata,
    Column("requirement_id", Integer, ForeignKey("requirement.id"), primary_key=True),
    Column("resource_id", Integer, ForeignKey("resource.id"), primary_key=True),
)


class VisitType(WithId):
    """A kind of contact at one clinic.

    Lengths and buffers are minutes. forms: comma-separated of in_person, video, phone.
    mode: 'free' (the patient books any free time), 'web' and 'code' (inside an invitation),
    'move_cancel' (the clinic books, the patient only moves and cancels). closing_hours: how
    long before the start the patient can no longer book or move. move_limit: how many times
    a patient may move one appointment. group_capacity: 1 for a contact with one patient.
    clinicians: those who may have it; none named means everyone of the profession.
    """

    __tablename__ = "visit_type"
    __table_args__ = (
        UniqueConstraint("clinic_id", "name"),
        CheckConstraint("mode IN ('free', 'web', 'code', 'move_cancel')", name="mode"),
        CheckConstraint("base_minutes > 0 AND cap_minutes >= base_minutes", name="lengths"),
        CheckConstraint("buffer_before >= 0 AND buffer_after >= 0", name="buffers"),
        CheckConstraint("grid_minutes > 0 AND grid_minutes % 5 = 0", name="grid"),
        CheckConstraint("group_capacity >= 1 AND clinicians_needed >= 1", name="counts"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    forms: Mapped[str] = mapped_column(String(60), default="in_person")
    base_minutes: Mapped[int]
    cap_minutes: Mapped[int]
    grid_minutes: Mapped[int] = mapped_column(default=15)
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    mode: Mapped[str] = mapped_column(String(12), default="code")
    closing_hours: Mapped[int] = mapped_column(default=24)
    move_limit: Mapped[int] = mapped_column(default=3)
    profession: Mapped[str] = mapped_column(String(30), default="")
    clinicians_needed: Mapped[int] = mapped_column(default=1)
    group_capacity: Mapped[int] = mapped_column(default=1)
    preparation: Mapped[str] = mapped_column(Text, default="")
    preparation_en: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(default=1)

    clinic: Mapped[Clinic] = relationship(lazy="joined", innerjoin=True)
    need_additions: Mapped[list["NeedAddition"]] = relationship(
        cascade="all, delete-orphan", order_by="NeedAddition.need"
    )
    requirements: Mapped[list["Requirement"]] = relationship(
        cascade="all, delete-orphan", order_by="Requirement.id"
    )
    clinicians: Mapped[list[Resource]] = relationship(secondary=visit_type_clinician)

    __mapper_args__ = {"version_id_col": version}

    @property
    def form_list(self) -> list[str]:
        """The forms of contact, in the clinic's order."""
        return [form for form in self.forms.split(",") if form]

    def title(self, language: str) -> str:
        """The name in a language, Danish where there is no other."""
        return self.name_en if language == "en" and self.name_en else self.name

    def preparation_text(self, language: str) -> str:
        """What to prepare, in a language, Danish where there is no other."""
        return self.preparation_en if language == "en" and self.preparation_en else self.preparation


class NeedAddition(WithId):
    """How many minutes one need adds to one visit type, once."""

    __tablename__ = "need_addition"
    __table_args__ = (
        UniqueConstraint("visit_type_id", "need"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"))
    need: Mapped[str] = mapped_column(String(30))
    minutes: Mapped[int]


class Requirement(WithId):
    """A resource the contact needs beside its clinician: any one of the options.

    Only for meetings in person unless `every_form`.
    """

    __tablename__ = "requirement"

    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"), index=True)
    label: Mapped[str] = mapped_column(String(100))
    every_form: Mapped[bool] = mapped_column(Boolean, default=False)
    options: Mapped[list[Resource]] = relationship(
        secondary=requirement_option, order_by=Resource.id
    )
