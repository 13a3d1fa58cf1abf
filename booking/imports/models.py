"""Table: what another system calls a row that was imported from it."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.platform.database import WithId


class ImportKey(WithId):
    """One imported row: where it came from, which row of ours it became, and what it said.

    digest: a keyed hash of the row as it was last imported, so that the same row again changes
    nothing, not even what was corrected here since. row_id: of the table that `kind` names
    ('resource', 'template', 'visit_type', 'patient'); the row may be gone.
    """

    __tablename__ = "import_key"
    __table_args__ = (UniqueConstraint("source", "kind", "source_key"),)

    source: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    source_key: Mapped[str] = mapped_column(String(120))
    row_id: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
