"""What the demo remembers beside its database: the booking codes, and the day it was made."""

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from booking.demo.stories import SYSTEM
from booking.people.models import Patient, PatientIdentifier
from booking.platform.config import Config
from booking.platform.database import Session


def own_file(config: Config) -> Path | None:
    """The demo's own SQLite file; None where DATABASE_URL names another database."""
    path = config.instance / "demo.sqlite3"
    return path if config.database_url == f"sqlite:///{path}" else None


def begin_afresh(config: Config) -> bool:
    """Remove the demo's own database file; False, and nothing is touched, where it is another's.

    Connections must be closed first.
    """
    path = own_file(config)
    if path is None:
        return False
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return True


def keep_codes(config: Config, codes: dict[str, str]) -> None:
    """Write the stories' booking codes down: the database has only their hashes."""
    path = _codes_path(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(codes, indent=1), encoding="utf-8")


def codes(config: Config) -> dict[str, str]:
    """story -> booking code as printed; empty where none were kept."""
    path = _codes_path(config)
    if not path.exists():
        return {}
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def made_at(session: Session) -> datetime | None:
    """When the demo was put into this database; None if it was not."""
    return session.scalar(
        select(Patient.created_at)
        .join(PatientIdentifier)
        .where(PatientIdentifier.system == SYSTEM)
        .order_by(Patient.id)
        .limit(1)
    )


def _codes_path(config: Config) -> Path:
    return config.instance / "demo-codes.json"
