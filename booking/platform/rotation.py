"""Moving everything sealed to the newest key, a batch a transaction.

Sealed columns are known by their names: they end in `_sealed`. A text that someone saves in
the meantime is left alone, since it is sealed with the newest key already. Running it again,
or stopping it halfway, harms nothing.
"""

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, MetaData, Table, func, select, update

from booking.platform.database import Database, Session

BATCH = 500


def sealed_columns(metadata: MetaData) -> list[Column[str]]:
    """Every column that holds sealed texts."""
    return [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_sealed")
    ]


def stale_texts(session: Session, metadata: MetaData) -> int:
    """How many texts are sealed with an older key than the newest."""
    return sum(
        session.scalar(
            select(func.count()).select_from(column.table).where(_stale(session, column))
        )
        or 0
        for column in sealed_columns(metadata)
    )


def rotate(database: Database, metadata: MetaData) -> Iterator[int]:
    """Seal every stale text anew; yields how many after each committed batch.

    Raises KeyError if an old key is not configured any more.
    """
    for column in sealed_columns(metadata):
        after = 0
        while True:
            with database.transaction() as session:
                done, after = _batch(session, column, after)
            if not done:
                break
            yield done


def _batch(session: Session, column: Column[str], after: int) -> tuple[int, int]:
    number = _table(column).c.id
    rows = session.execute(
        select(number, column)
        .where(number > after, _stale(session, column))
        .order_by(number)
        .limit(BATCH)
    ).all()
    for row_id, sealed in rows:
        session.execute(
            update(_table(column))
            .where(number == row_id, column == sealed)
            .values({column.name: session.vault.rotate(sealed)})
        )
    return len(rows), rows[-1][0] if rows else after


def _stale(session: Session, column: Column[str]) -> ColumnElement[bool]:
    return column.is_not(None) & column.not_like(f"{session.vault.newest}:%")


def _table(column: Column[str]) -> Table:
    table = column.table
    assert isinstance(table, Table)
    return table
