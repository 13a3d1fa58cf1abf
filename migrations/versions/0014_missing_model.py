"""What a clinic believes of who misses: every training with its figures, which stand."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "missing_model",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trained_by", sa.String(200), nullable=False),
        sa.Column("cut_on", sa.Date(), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("caution", sa.Float(), nullable=False),
        sa.Column("fitted", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("evaluation", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("passes", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("rate > 0 AND rate < 1", name="ck_missing_model_rate"),
        sa.CheckConstraint("0 <= missed AND missed <= visits", name="ck_missing_model_counts"),
        sa.CheckConstraint("NOT passes OR fitted IS NOT NULL", name="ck_missing_model_passes"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_missing_model_clinic_id"),
        sa.PrimaryKeyConstraint("id", name="pk_missing_model"),
        sa.UniqueConstraint("clinic_id", "number", name="uq_missing_model_clinic_id_number"),
    )


def downgrade() -> None:
    op.drop_table("missing_model")
