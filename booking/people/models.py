"""Tables: patients, who may act for them, staff and what they are where."""

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from booking.platform.database import Session, WithId


class Patient(WithId):
    """A person. Name and birth date are plain; CPR, phone, e-mail and address are sealed.

    CPR and birth date may be unknown (imported, or a visitor). Raising `epoch` ends every
    session of theirs.
    """

    __tablename__ = "patient"
    __table_args__ = (
        Index("ix_patient_family_name", "family_name", "given_name"),
        Index("ix_patient_birth_date", "birth_date"),
    )

    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    birth_date: Mapped[date | None]
    cpr_sealed: Mapped[str | None] = mapped_column(Text)
    cpr_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    email_sealed: Mapped[str | None] = mapped_column(Text)
    address_sealed: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8), default="da")
    digital_exempt: Mapped[bool] = mapped_column(Boolean, default=False)
    epoch: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    identifiers: Mapped[list["PatientIdentifier"]] = relationship(back_populates="patient")

    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def cpr(self) -> str | None:
        """The CPR number, opened."""
        return self._open(self.cpr_sealed)

    @property
    def phone(self) -> str | None:
        """The phone number in E.164, opened."""
        return self._open(self.phone_sealed)

    @property
    def email(self) -> str | None:
        """The e-mail address, opened."""
        return self._open(self.email_sealed)

    @property
    def address(self) -> str | None:
        """The postal address, several lines, opened."""
        return self._open(self.address_sealed)

    def _open(self, sealed: str | None) -> str | None:
        session = object_session(self)
        if not isinstance(session, Session):
            raise TypeError("a patient's sealed fields open only within a session")
        return session.vault.open(sealed)


class PatientIdentifier(WithId):
    """What another system calls a patient: (system, value) is unique."""

    __tablename__ = "patient_identifier"
    __table_args__ = (UniqueConstraint("system", "value"),)

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    system: Mapped[str] = mapped_column(String(100))
    value: Mapped[str] = mapped_column(String(200))
    patient: Mapped[Patient] = relationship(back_populates="identifiers")


class PatientNeed(WithId):
    """Something about the patient that a contact must allow for, by its code (see `needs`)."""

    __tablename__ = "patient_need"
    __table_args__ = (UniqueConstraint("patient_id", "need"),)

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    need: Mapped[str] = mapped_column(String(30))
    told_by: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime]


class Proxy(WithId):
    """Leave for one person (the holder) to act for another, limited in time.

    A parent's ends by itself when the child turns 15.
    """

    __tablename__ = "proxy"
    __table_args__ = (
        CheckConstraint("kind IN ('parent', 'power_of_attorney')", name="kind"),
        CheckConstraint("holder_id <> patient_id", name="two_people"),
    )

    holder_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    holder: Mapped[Patient] = relationship(foreign_keys=holder_id)
    patient: Mapped[Patient] = relationship(foreign_keys=patient_id)


class BookingCode(WithId):
    """A code from a clinic's letter; with the birth date it lets a patient in.

    Kept as a keyed hash only.
    """

    __tablename__ = "booking_code"

    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Staff(WithId):
    """A member of staff who can sign in. Raising `epoch` ends every session of theirs."""

    __tablename__ = "staff"

    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(100), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    epoch: Mapped[int] = mapped_column(default=0)
    roles: Mapped[list["StaffRole"]] = relationship(
        back_populates="staff", cascade="all, delete-orphan"
    )


class StaffRole(WithId):
    """One role at one clinic. The calendar room, which has clinics, is above."""

    __tablename__ = "staff_role"
    __table_args__ = (
        UniqueConstraint("staff_id", "clinic_id", "role"),
        CheckConstraint("role IN ('secretary', 'clinician', 'leader', 'approver')", name="role"),
    )

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    staff: Mapped[Staff] = relationship(back_populates="roles")


class ClinicPatient(WithId):
    """That a patient belongs to a clinic, and how they came to: staff see no others."""

    __tablename__ = "clinic_patient"
    __table_args__ = (
        UniqueConstraint("clinic_id", "patient_id"),
        Index("ix_clinic_patient_patient_id", "patient_id"),
        CheckConstraint(
            "basis IN ('referral', 'import', 'cpr_lookup', 'registered')", name="basis"
        ),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    basis: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]


class PatientNote(WithId):
    """A clinic's note about a patient. Notes are added, not rewritten."""

    __tablename__ = "patient_note"
    __table_args__ = (Index("ix_patient_note_patient_id", "patient_id", "clinic_id"),)

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
