"""Follow-up: pathways, plans, measurements, decisions, their trace, outcome and reviews.

What was decided, and what was said of it, is never changed or removed; only the sealing of a
decision's inputs may be renewed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
FIXED = ("decision_trace", "decision_outcome", "decision_review", "shadow_decision")
DECIDED = (
    "id, plan_id, patient_id, clinic_id, response_id, version_id, version_hash, cause, decided_at, "
    "inputs_hash, colour, action, contact, calls, reasons, obligations, told_da, told_en, "
    "told_clinician"
)


def upgrade() -> None:
    _plans()
    _decisions()
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _postgresql() if postgresql else _sqlite():
        op.get_bind().exec_driver_sql(statement)


def _plans() -> None:
    op.create_table(
        "pathway",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=True),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("unread_hours", sa.Integer(), nullable=False),
        sa.Column("standards", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 90", name="ck_pathway_answer_days"),
        sa.CheckConstraint("unread_hours BETWEEN 1 AND 168", name="ck_pathway_unread_hours"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_pathway_clinic_id"),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name="fk_pathway_questionnaire_id"
        ),
        sa.ForeignKeyConstraint(["rule_set_id"], ["rule_set.id"], name="fk_pathway_rule_set_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pathway"),
        sa.UniqueConstraint("clinic_id", "name", name="uq_pathway_clinic_id_name"),
    )
    op.create_index("ix_pathway_rule_set_id", "pathway", ["rule_set_id"])
    op.create_table(
        "pathway_contact",
        sa.Column("pathway_id", sa.Integer(), nullable=False),
        sa.Column("profession", sa.String(30), nullable=False),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pathway_id"], ["pathway.id"], name="fk_pathway_contact_pathway_id"
        ),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name="fk_pathway_contact_visit_type_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pathway_contact"),
        sa.UniqueConstraint(
            "pathway_id",
            "profession",
            "visit_type_id",
            name="uq_pathway_contact_pathway_id_profession_visit_type_id",
        ),
    )
    op.create_table(
        "follow_up_plan",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("pathway_id", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=False),
        sa.Column("ask_on", sa.Date(), nullable=True),
        sa.Column("interval_weeks", sa.Integer(), nullable=True),
        sa.Column("interval_why", sa.Text(), nullable=False),
        sa.Column("interval_by", sa.String(200), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("interval_weeks BETWEEN 1 AND 260", name="ck_follow_up_plan_interval"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_follow_up_plan_clinic_id"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_follow_up_plan_course_id"),
        sa.ForeignKeyConstraint(
            ["pathway_id"], ["pathway.id"], name="fk_follow_up_plan_pathway_id"
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_follow_up_plan_patient_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_plan"),
    )
    op.create_index("ix_follow_up_plan_clinic_id", "follow_up_plan", ["clinic_id", "ask_on"])
    op.create_index("ix_follow_up_plan_pathway_id", "follow_up_plan", ["pathway_id"])
    op.create_index("ix_follow_up_plan_patient_id", "follow_up_plan", ["patient_id", "clinic_id"])
    op.create_index(
        "uq_follow_up_plan_course_id",
        "follow_up_plan",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "measurement",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("thousandths", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("withdrawn_by", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_measurement_clinic_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_measurement_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_measurement"),
    )
    op.create_index("ix_measurement_clinic_id", "measurement", ["clinic_id"])
    op.create_index(
        "ix_measurement_patient_id", "measurement", ["patient_id", "clinic_id", "code", "taken_at"]
    )


def _decisions() -> None:
    op.create_table(
        "follow_up_decision",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("version_hash", sa.String(64), nullable=False),
        sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("inputs_sealed", sa.Text(), nullable=False),
        sa.Column("inputs_hash", sa.String(64), nullable=False),
        sa.Column("colour", sa.String(6), nullable=False),
        sa.Column("action", sa.String(15), nullable=False),
        sa.Column("contact", sa.JSON(), nullable=True),
        sa.Column("calls", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("obligations", sa.JSON(), nullable=False),
        sa.Column("told_da", sa.Text(), nullable=False),
        sa.Column("told_en", sa.Text(), nullable=False),
        sa.Column("told_clinician", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "action IN ('contact', 'look', 'questionnaire')", name="ck_follow_up_decision_action"
        ),
        sa.CheckConstraint(
            "colour IN ('red', 'yellow', 'green')", name="ck_follow_up_decision_colour"
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name="fk_follow_up_decision_clinic_id"
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_follow_up_decision_patient_id"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["follow_up_plan.id"], name="fk_follow_up_decision_plan_id"
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["questionnaire_response.id"], name="fk_follow_up_decision_response_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["rule_version.id"], name="fk_follow_up_decision_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_decision"),
    )
    op.create_index(
        "ix_follow_up_decision_clinic_id", "follow_up_decision", ["clinic_id", "decided_at"]
    )
    op.create_index("ix_follow_up_decision_patient_id", "follow_up_decision", ["patient_id"])
    op.create_index(
        "ix_follow_up_decision_plan_id", "follow_up_decision", ["plan_id", "decided_at"]
    )
    op.create_index("ix_follow_up_decision_response_id", "follow_up_decision", ["response_id"])
    op.create_index(
        "ix_follow_up_decision_version_id", "follow_up_decision", ["version_id", "decided_at"]
    )
    op.create_table(
        "decision_trace",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("table_name", sa.String(20), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("state", sa.String(15), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('fired', 'lacking')", name="ck_decision_trace_kind"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["follow_up_decision.id"], name="fk_decision_trace_decision_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decision_trace"),
    )
    op.create_index("ix_decision_trace_decision_id", "decision_trace", ["decision_id"])
    op.create_table(
        "decision_outcome",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(15), nullable=False),
        sa.Column("ask_on", sa.Date(), nullable=True),
        sa.Column("worklist_item_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('questionnaire', 'worklist', 'invitation')", name="ck_decision_outcome_kind"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["follow_up_decision.id"], name="fk_decision_outcome_decision_id"
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name="fk_decision_outcome_invitation_id"
        ),
        sa.ForeignKeyConstraint(
            ["worklist_item_id"], ["worklist_item.id"], name="fk_decision_outcome_worklist_item_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decision_outcome"),
        sa.UniqueConstraint("decision_id", name="uq_decision_outcome_decision_id"),
    )
    op.create_index("ix_decision_outcome_invitation_id", "decision_outcome", ["invitation_id"])
    op.create_table(
        "decision_review",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("action", sa.String(15), nullable=False),
        sa.Column("contact", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('accepted', 'overridden')", name="ck_decision_review_kind"),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_decision_review_by_id"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["follow_up_decision.id"], name="fk_decision_review_decision_id"
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name="fk_decision_review_invitation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decision_review"),
    )
    op.create_index("ix_decision_review_decision_id", "decision_review", ["decision_id"])
    op.create_table(
        "shadow_decision",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("version_hash", sa.String(64), nullable=False),
        sa.Column("colour", sa.String(6), nullable=False),
        sa.Column("action", sa.String(15), nullable=False),
        sa.Column("contact", sa.JSON(), nullable=True),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["follow_up_decision.id"], name="fk_shadow_decision_decision_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["rule_version.id"], name="fk_shadow_decision_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_decision"),
        sa.UniqueConstraint(
            "decision_id", "version_id", name="uq_shadow_decision_decision_id_version_id"
        ),
    )
    op.create_index("ix_shadow_decision_version_id", "shadow_decision", ["version_id"])


def _postgresql() -> list[str]:
    return [
        """
        CREATE FUNCTION decisions_stand() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'decisions_stand' USING ERRCODE = 'check_violation'; END $$""",
        *(
            f"CREATE TRIGGER {table}_stands BEFORE {acts} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION decisions_stand()"
            for table, acts in (
                *((table, "UPDATE OR DELETE OR TRUNCATE") for table in FIXED),
                ("follow_up_decision", f"UPDATE OF {DECIDED} OR DELETE OR TRUNCATE"),
            )
        ),
    ]


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{act.split()[0].lower()} BEFORE {act} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'decisions_stand'); END"
        for table, update in (
            *((table, "UPDATE") for table in FIXED),
            ("follow_up_decision", f"UPDATE OF {DECIDED}"),
        )
        for act in (update, "DELETE")
    ]
