"""The rooms of a proposed place; each clinic's own period of re-referral and number asked at once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "rescheduling_line", sa.Column("rooms", sa.JSON(), nullable=False, server_default="[]")
    )
    for column, default in (("re_referral_months", "24"), ("offers_at_once", "3")):
        op.add_column(
            "clinic", sa.Column(column, sa.Integer(), nullable=False, server_default=default)
        )


def downgrade() -> None:
    for column in ("offers_at_once", "re_referral_months"):
        op.drop_column("clinic", column)
    op.drop_column("rescheduling_line", "rooms")
