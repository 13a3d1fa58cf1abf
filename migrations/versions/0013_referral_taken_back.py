"""An event of a referral that was noted by mistake is taken back by another that names it."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batch mode: on SQLite that copies the table, and loses what guards its history.
    op.execute(
        "ALTER TABLE referral_event ADD COLUMN undoes_id INTEGER"
        " CONSTRAINT fk_referral_event_undoes_id REFERENCES referral_event (id)"
    )
    op.create_index("uq_referral_event_undoes_id", "referral_event", ["undoes_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_referral_event_undoes_id", "referral_event")
    op.drop_column("referral_event", "undoes_id")
