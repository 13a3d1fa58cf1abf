"""Alembic's environment: runs the one migration history on the connection it is given."""

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    compare_type=True,
    render_as_batch=False,
)
with context.begin_transaction():
    context.run_migrations()
