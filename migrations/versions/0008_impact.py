"""Previews of what a draft would mean for a clinic's patients."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "impact_run",
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("pathway_id", sa.Integer(), nullable=True),
        sa.Column("course_title", sa.String(200), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("ran_on", sa.Date(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(200), nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('running', 'done')", name="ck_impact_run_status"),
        _to("impact_run", "rule_set_id", "rule_set"),
        _to("impact_run", "pathway_id", "pathway"),
        _to("impact_run", "version_id", "rule_version"),
        _to("impact_run", "started_by_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_impact_run"),
    )
    op.create_index("ix_impact_run_rule_set_id", "impact_run", ["rule_set_id", "started_at"])
    op.create_index("ix_impact_run_status", "impact_run", ["status", "id"])
    op.create_table(
        "impact_line",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("wished", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("exempt", sa.Boolean(), nullable=False),
        sa.Column("today", sa.JSON(), nullable=True),
        sa.Column("draft", sa.JSON(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("lacking", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'done', 'unreadable')", name="ck_impact_line_status"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["impact_run.id"], name="fk_impact_line_run_id", ondelete="CASCADE"
        ),
        _to("impact_line", "course_id", "course"),
        _to("impact_line", "patient_id", "patient"),
        sa.PrimaryKeyConstraint("id", name="pk_impact_line"),
        sa.UniqueConstraint("run_id", "course_id", name="uq_impact_line_run_id_course_id"),
    )
    op.create_index("ix_impact_line_run_id", "impact_line", ["run_id", "status"])
    op.create_index("ix_impact_line_course_id", "impact_line", ["course_id"])
    op.create_index("ix_impact_line_patient_id", "impact_line", ["patient_id"])


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")
