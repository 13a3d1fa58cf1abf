"""The rooms of a proposed place, and whom the patient was to see; each clinic's own period of re-referral and number asked at once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rescheduling_line") as lines:
        lines.add_column(sa.Column("rooms", sa.JSON(), nullable=False, server_default="[]"))
        lines.add_column(sa.Column("from_clinician_id", sa.Integer(), nullable=True))
        lines.create_foreign_key(
            "fk_rescheduling_line_from_clinician_id_resource",
            "resource",
            ["from_clinician_id"],
            ["id"],
        )
    for column, default in (("re_referral_months", "24"), ("offers_at_once", "3")):
        op.add_column(
            "clinic", sa.Column(column, sa.Integer(), nullable=False, server_default=default)
        )


def downgrade() -> None:
    for column in ("offers_at_once", "re_referral_months"):
        op.drop_column("clinic", column)
    with op.batch_alter_table("rescheduling_line") as lines:
        lines.drop_constraint("fk_rescheduling_line_from_clinician_id_resource", type_="foreignkey")
        lines.drop_column("from_clinician_id")
        lines.drop_column("rooms")
