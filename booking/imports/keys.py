"""Knowing an imported row again: by the source's key, and by what it said last time."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select

from booking.imports import personal
from booking.imports.batch import Batch, Checked, Outcome
from booking.imports.models import ImportKey
from booking.platform.database import Session
from booking.platform.vault import Vault


def concealed(vault: Vault, key: str) -> str:
    """A key fit to lie open: a keyed hash if something in it points to a person, else itself."""
    return vault.fingerprint("source key", key) if personal.in_key(key) else key


def digest(session: Session, values: dict[str, Any]) -> str:
    """What a row says, as a keyed hash: a plain one could be guessed back to a CPR number."""
    said = json.dumps(values, default=str, sort_keys=True, ensure_ascii=False)
    return session.vault.fingerprint("import", said)


def known(batch: Batch, kind: str) -> dict[str, ImportKey]:
    """The keys of this batch that were imported before, as this kind."""
    rows = batch.session.scalars(
        select(ImportKey).where(
            ImportKey.source == batch.mapping.source,
            ImportKey.kind == kind,
            ImportKey.source_key.in_([row.key for row in batch.rows]),
        )
    )
    return {row.source_key: row for row in rows}


def row_ids(session: Session, source: str, kind: str, among: Iterable[int]) -> dict[str, int]:
    """Key -> id of everything of this kind imported from a source that is among these ids."""
    rows = session.execute(
        select(ImportKey.source_key, ImportKey.row_id).where(
            ImportKey.source == source,
            ImportKey.kind == kind,
            ImportKey.row_id.in_(sorted(among)),
        )
    )
    return dict(rows.all())


def load_by_key(
    batch: Batch,
    kind: str,
    create: Callable[[Checked], int],
    change: Callable[[Checked, int], int],
) -> None:
    """Create what is new, change what says something else than last time, leave the rest.

    create and change answer the id of the row it became.
    """
    held = known(batch, kind)

    def act(row: Checked) -> Outcome:
        says, key = digest(batch.session, row.values), held.get(row.key)
        if key is None:
            add(batch, kind, row.key, create(row), says)
            return "new"
        if key.digest == says:
            return "unchanged"
        key.row_id, key.digest = change(row, key.row_id), says
        batch.session.flush()
        return "changed"

    batch.each(act, batch.rows)


def add(batch: Batch, kind: str, key: str, row_id: int, says: str) -> None:
    """Remember what a row of the source became."""
    batch.session.add(
        ImportKey(
            source=batch.mapping.source, kind=kind, source_key=key, row_id=row_id, digest=says
        )
    )
    batch.session.flush()
