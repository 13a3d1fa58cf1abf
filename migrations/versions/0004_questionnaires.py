"""Questionnaires: versions, who is asked, drafts, answers and scores.

A published version, an answer and a score are never changed or removed; only the sealing of
answers may be renewed (a keyed hash beside them, which may not change, shows they are the same).
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
FIXED = ("questionnaire_version", "questionnaire_response", "response_score")
RESPONSE = (
    "id, request_id, number, replaces_id, correction, answers_hash, completed_at, entered_at, "
    "given_by, actor_id, actor_name"
)


def upgrade() -> None:
    op.create_table(
        "questionnaire",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("title_da", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_questionnaire_clinic_id"),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire"),
        sa.UniqueConstraint("code", name="uq_questionnaire_code"),
    )
    op.create_index("ix_questionnaire_clinic_id", "questionnaire", ["clinic_id"])
    op.create_table(
        "questionnaire_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fhir", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("published_at", TIME, nullable=False),
        sa.Column("published_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire.id"],
            name="fk_questionnaire_version_questionnaire_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire_version"),
        sa.UniqueConstraint(
            "questionnaire_id", "number", name="uq_questionnaire_version_questionnaire_id_number"
        ),
    )
    op.create_table(
        "questionnaire_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("overdue_at", TIME, nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'answered', 'overdue', 'withdrawn')",
            name="ck_questionnaire_request_status",
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_questionnaire_request_patient_id"
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name="fk_questionnaire_request_clinic_id"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_questionnaire_request_course_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["questionnaire_version.id"],
            name="fk_questionnaire_request_version_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire_request"),
    )
    for name, columns in (
        ("patient_id", ["patient_id", "clinic_id", "status"]),
        ("status", ["status", "due_on"]),
        ("clinic_id", ["clinic_id"]),
        ("course_id", ["course_id"]),
    ):
        op.create_index(f"ix_questionnaire_request_{name}", "questionnaire_request", columns)
    op.create_table(
        "questionnaire_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("correction", sa.String(20), nullable=False),
        sa.Column("answers_sealed", sa.Text(), nullable=False),
        sa.Column("answers_hash", sa.String(64), nullable=False),
        sa.Column("completed_at", TIME, nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
        sa.Column("given_by", sa.String(10), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor_name", sa.String(250), nullable=False),
        sa.CheckConstraint(
            "given_by IN ('patient', 'proxy', 'staff')", name="ck_questionnaire_response_given_by"
        ),
        sa.CheckConstraint(
            "(number = 1) = (replaces_id IS NULL)",
            name="ck_questionnaire_response_first_or_correction",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["questionnaire_request.id"],
            name="fk_questionnaire_response_request_id",
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["questionnaire_response.id"],
            name="fk_questionnaire_response_replaces_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire_response"),
        sa.UniqueConstraint(
            "request_id", "number", name="uq_questionnaire_response_request_id_number"
        ),
        sa.UniqueConstraint("replaces_id", name="uq_questionnaire_response_replaces_id"),
    )
    op.create_table(
        "response_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("thousandths", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["response_id"], ["questionnaire_response.id"], name="fk_response_score_response_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_response_score"),
        sa.UniqueConstraint("response_id", "name", name="uq_response_score_response_id_name"),
    )
    op.create_table(
        "response_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("typed_sealed", sa.Text(), nullable=True),
        sa.Column("saved_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["questionnaire_request.id"], name="fk_response_draft_request_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_response_draft"),
        sa.UniqueConstraint("request_id", name="uq_response_draft_request_id"),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _postgresql() if postgresql else _sqlite():
        op.get_bind().exec_driver_sql(statement)


def _postgresql() -> list[str]:
    return [
        """
        CREATE FUNCTION questionnaires_stand() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'questionnaires_stand' USING ERRCODE = 'check_violation'; END $$""",
        *(
            f"CREATE TRIGGER {table}_stands BEFORE {acts} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION questionnaires_stand()"
            for table, acts in (
                ("questionnaire_version", "UPDATE OR DELETE OR TRUNCATE"),
                ("response_score", "UPDATE OR DELETE OR TRUNCATE"),
                (
                    "questionnaire_response",
                    f"UPDATE OF {RESPONSE} OR DELETE OR TRUNCATE",
                ),
            )
        ),
    ]


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{act.split()[0].lower()} BEFORE {act} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'questionnaires_stand'); END"
        for table in FIXED
        for act in (
            f"UPDATE OF {RESPONSE}" if table == "questionnaire_response" else "UPDATE",
            "DELETE",
        )
    ]
