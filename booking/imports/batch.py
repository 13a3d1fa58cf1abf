"""A batch of checked rows on its way in: one transaction, its counts and its refusals."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from sqlalchemy.exc import IntegrityError

from booking.calendar.models import Clinic
from booking.imports.mapping import Mapping
from booking.platform import audit
from booking.platform.database import Session, constraint_of
from booking.platform.error_table import shown
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.identity import SYSTEM

Outcome = Literal["new", "unchanged", "changed"]
T = TypeVar("T")

REASONS = {
    "not_found": _("Noget, rækken nævner, findes ikke i klinikken."),
    "already_exists": _("CPR-nummeret er en anden patients."),
    "changed_meanwhile": _("En anden ændrede det samme imens. Kør importen igen."),
    "allocation_no_overlap": _("Behandleren eller rummet er optaget på det tidspunkt."),
    "appointment_patient_no_overlap": _("Patienten har allerede en tid på det tidspunkt."),
    "patient_identifier": _("Patienten er kommet ind ad en anden vej imens. Kør importen igen."),
}
REFUSED_BY_THE_DATABASE = _("Databasen afviser rækken.")


@dataclass(frozen=True)
class Reading:
    """What the checking of rows goes by: the mapping, and the clinic's zone."""

    mapping: Mapping
    zone: ZoneInfo


@dataclass(frozen=True)
class Checked:
    """A row whose cells are right one by one. key: the other system's, fit to be kept and shown."""

    number: int
    key: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Refusal:
    """One thing wrong with a row. key and reason say nothing that points to a person."""

    number: int
    key: str
    field: str
    reason: str


class Refused(Exception):
    """This row cannot be loaded."""

    def __init__(self, field: str, reason: object) -> None:
        """field: ours, '' for the row as a whole; reason: text for whoever mends the file."""
        super().__init__(field)
        self.field, self.reason = field, str(reason)


@dataclass
class Batch:
    """The rows to load into one clinic in one transaction, and what became of them."""

    session: Session
    clinic: Clinic
    mapping: Mapping
    rows: Sequence[Checked]
    counts: Counter[Outcome] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, row: Checked, field: str, reason: object) -> None:
        """Leave a row out."""
        self.refusals.append(Refusal(row.number, row.key, field, str(reason)))

    def each(self, act: Callable[[Checked], Outcome], rows: Sequence[Checked]) -> None:
        """Load rows one by one; what goes wrong with one is undone and refused."""
        for row in rows:
            try:
                with self.session.begin_nested():
                    outcome = act(row)
            except Refused as error:
                self.refuse(row, error.field, error.reason)
            except InvalidInput as error:
                for name, text in error.fields.items():
                    self.refuse(row, name.removesuffix("_id").removeprefix("_form"), text)
            except DomainError as error:
                self.refuse(row, "", REASONS.get(error.code, shown(error.code).heading))
            except IntegrityError as error:
                self.refuse(row, "", _reason(error))
            else:
                self.counts[outcome] += 1

    def together(
        self,
        rows: Sequence[T],
        write: Callable[[Sequence[T]], list[int]],
        row_of: Callable[[T], Checked],
    ) -> list[int]:
        """Write new rows at once, or in ever smaller halves where the database refuses one.

        A row is refused exactly when it cannot stand beside those before it. Returns the ids
        that `write` gave.
        """
        if not rows:
            return []
        try:
            with self.session.begin_nested():
                written = write(rows)
        except IntegrityError as error:
            if len(rows) == 1:
                self.refuse(row_of(rows[0]), "", _reason(error))
                return []
            middle = len(rows) // 2
            return [
                *self.together(rows[:middle], write, row_of),
                *self.together(rows[middle:], write, row_of),
            ]
        self.counts["new"] += len(rows)
        return written

    def audit(self, what: str, patients: Sequence[int]) -> None:
        """One entry in the log for the batch, naming every patient it touched."""
        if patients:
            audit.record(
                self.session,
                SYSTEM,
                f"import.{what}",
                patients,
                place="import",
                reason=self.mapping.source,
                clinic_id=self.clinic.id,
            )


def _reason(error: IntegrityError) -> object:
    """The text for what a constraint refused; never the database's own, which quotes the row."""
    name = constraint_of(error)
    for known, text in REASONS.items():
        if known in name:
            return text
    return REFUSED_BY_THE_DATABASE
