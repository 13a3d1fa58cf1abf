"""Standards: confirmations, deviations and leaders' exceptions; and the review of check-ups.

What was confirmed, deviated from or excepted is never changed or removed; a deviation may be
withdrawn.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
DEVIATED = (
    "id, clinic_id, patient_id, plan_id, obligation, reason, words, decided_on, until, "
    "decided_at, by_id, by_name"
)
PROPOSALS = "('unneeded', 'later', 'sooner', 'other_form', 'demanded', 'keep', 'unsure')"


def upgrade() -> None:
    _standards()
    _checkups()
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _postgresql() if postgresql else _sqlite():
        op.get_bind().exec_driver_sql(statement)


def _standards() -> None:
    op.create_table(
        "standard_confirmation",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("standard", sa.String(60), nullable=False),
        sa.Column("edition", sa.String(60), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("confirmed_at", TIME, nullable=False),
        *_by("standard_confirmation"),
        _to("standard_confirmation", "clinic_id", "clinic"),
        sa.PrimaryKeyConstraint("id", name="pk_standard_confirmation"),
    )
    op.create_index(
        "ix_standard_confirmation_clinic_id", "standard_confirmation", ["clinic_id", "standard"]
    )
    op.create_table(
        "obligation_deviation",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("obligation", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("withdrawn_by", sa.String(200), nullable=False),
        *_by("obligation_deviation"),
        sa.CheckConstraint("decided_on <= until", name="ck_obligation_deviation_until"),
        sa.CheckConstraint("words <> ''", name="ck_obligation_deviation_words"),
        _to("obligation_deviation", "clinic_id", "clinic"),
        _to("obligation_deviation", "patient_id", "patient"),
        _to("obligation_deviation", "plan_id", "follow_up_plan"),
        sa.PrimaryKeyConstraint("id", name="pk_obligation_deviation"),
    )
    op.create_index(
        "ix_obligation_deviation_clinic_id", "obligation_deviation", ["clinic_id", "obligation"]
    )
    op.create_index(
        "ix_obligation_deviation_patient_id", "obligation_deviation", ["patient_id", "clinic_id"]
    )
    op.create_index("ix_obligation_deviation_plan_id", "obligation_deviation", ["plan_id"])
    op.create_table(
        "standard_exception",
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("rules_hash", sa.String(64), nullable=False),
        sa.Column("obligation", sa.String(60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        *_by("standard_exception"),
        sa.CheckConstraint("words <> ''", name="ck_standard_exception_words"),
        _to("standard_exception", "rule_set_id", "rule_set"),
        sa.PrimaryKeyConstraint("id", name="pk_standard_exception"),
        sa.UniqueConstraint(
            "rule_set_id",
            "rules_hash",
            "obligation",
            name="uq_standard_exception_rule_set_id_rules_hash_obligation",
        ),
    )


def _checkups() -> None:
    op.create_table(
        "checkup_review",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("pathway_id", sa.Integer(), nullable=True),
        sa.Column("visit_types", sa.JSON(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(200), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('working', 'ready', 'closed')", name="ck_checkup_review_status"
        ),
        sa.CheckConstraint("first_on <= last_on", name="ck_checkup_review_days"),
        _to("checkup_review", "clinic_id", "clinic"),
        _to("checkup_review", "pathway_id", "pathway"),
        _to("checkup_review", "started_by_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_checkup_review"),
    )
    op.create_index("ix_checkup_review_clinic_id", "checkup_review", ["clinic_id", "started_at"])
    op.create_table(
        "checkup_line",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("looked_at", TIME, nullable=True),
        sa.Column("colour", sa.String(6), nullable=False),
        sa.Column("action", sa.String(15), nullable=False),
        sa.Column("contact", sa.JSON(), nullable=True),
        sa.Column("fired", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("demands", sa.JSON(), nullable=False),
        sa.Column("lacks", sa.String(20), nullable=False),
        sa.Column("proposal", sa.String(12), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("freed", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(appointment_id IS NULL) <> (invitation_id IS NULL)", name="ck_checkup_line_one_of_two"
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'open', 'rejected', 'carried_out')",
            name="ck_checkup_line_status",
        ),
        sa.CheckConstraint(
            f"proposal = '' OR proposal IN {PROPOSALS}", name="ck_checkup_line_proposal"
        ),
        _to("checkup_line", "review_id", "checkup_review"),
        _to("checkup_line", "appointment_id", "appointment"),
        _to("checkup_line", "invitation_id", "invitation"),
        _to("checkup_line", "patient_id", "patient"),
        _to("checkup_line", "plan_id", "follow_up_plan"),
        _to("checkup_line", "version_id", "rule_version"),
        _to("checkup_line", "by_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_checkup_line"),
        sa.UniqueConstraint(
            "review_id", "appointment_id", name="uq_checkup_line_review_id_appointment_id"
        ),
        sa.UniqueConstraint(
            "review_id", "invitation_id", name="uq_checkup_line_review_id_invitation_id"
        ),
    )
    op.create_index(
        "ix_checkup_line_review_id", "checkup_line", ["review_id", "status", "proposal"]
    )
    for column in ("appointment_id", "invitation_id", "patient_id"):
        op.create_index(f"ix_checkup_line_{column}", "checkup_line", [column])


def _by(table: str) -> list[sa.schema.SchemaItem]:
    """Who did it, and the row's own number."""
    return [
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        _to(table, "by_id", "staff"),
    ]


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _postgresql() -> list[str]:
    return [
        """
        CREATE FUNCTION standards_stand() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'standards_stand' USING ERRCODE = 'check_violation'; END $$""",
        *(
            f"CREATE TRIGGER {table}_stands BEFORE {acts} OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION standards_stand()"
            for table, acts in _fixed()
        ),
    ]


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{act.split()[0].lower()} BEFORE {act} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'standards_stand'); END"
        for table, update in _fixed()
        for act in (update, "DELETE")
    ]


def _fixed() -> tuple[tuple[str, str], ...]:
    """What nobody may change: all of a row, or these columns of it."""
    return (
        ("standard_confirmation", "UPDATE"),
        ("obligation_deviation", f"UPDATE OF {DEVIATED}"),
        ("standard_exception", "UPDATE"),
    )
