"""Reminders: policies and wordings in versions, planned messages and attempts, what came in, opt-outs,
experiments, calls of the help list, and what the workers share.

Versions and what an experiment drew and counts are never changed or removed. An attempt climbs its
ladder (`reminders/messages/states.py`) and never goes down it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
TABLES = (
    "circuit_breaker",
    "opt_out",
    "recorded_message",
    "reply_question",
    "token_bucket",
    "contact_preference",
    "message_sender",
    "reminder_wording",
    "reminder_policy",
    "reminder_wording_version",
    "experiment",
    "reminder_policy_version",
    "experiment_arm",
    "experiment_assignment",
    "experiment_visit",
    "help_call",
    "inbound_message",
    "message",
    "message_attempt",
)
NEVER_CHANGED = (
    "reminder_policy_version",
    "reminder_wording_version",
    "experiment_assignment",
    "experiment_visit",
)
LADDER = ("sending", "unknown", "lost", "sent", "failed", "delivered", "double")


def upgrade() -> None:
    op.create_table(
        "circuit_breaker",
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("retry_at", TIME, nullable=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.CheckConstraint(
            "state IN ('closed', 'open', 'half_open')", name="ck_circuit_breaker_state"
        ),
        sa.PrimaryKeyConstraint("provider", name="pk_circuit_breaker"),
    )
    op.create_table(
        "opt_out",
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_opt_out"),
    )
    op.create_index(
        "uq_opt_out_address_hash",
        "opt_out",
        ["address_hash", "channel"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "recorded_message",
        sa.Column("attempt", sa.String(36), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("to_hash", sa.String(64), nullable=False),
        sa.Column("to_sealed", sa.Text(), nullable=True),
        sa.Column("sender", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recorded_message"),
        sa.UniqueConstraint("attempt", name="uq_recorded_message_attempt"),
    )
    op.create_index("ix_recorded_message_to_hash", "recorded_message", ["to_hash", "at"])
    op.create_table(
        "reply_question",
        sa.Column("from_hash", sa.String(64), nullable=False),
        sa.Column("to_number", sa.String(20), nullable=False),
        sa.Column("wants", sa.String(12), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply_question"),
    )
    op.create_index("ix_reply_question_from_hash", "reply_question", ["from_hash"])
    op.create_table(
        "token_bucket",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("filled_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_token_bucket"),
    )
    op.create_table(
        "contact_preference",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("extra_help", sa.Boolean(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('', 'sms', 'voice', 'email', 'letter', 'digital_post')",
            name="ck_contact_preference_channel",
        ),
        _to("contact_preference", "patient_id", "patient"),
        sa.PrimaryKeyConstraint("patient_id", name="pk_contact_preference"),
    )
    op.create_table(
        "message_sender",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("sender", sa.String(20), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("may_link", sa.Boolean(), nullable=False),
        sa.Column("a_minute", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("a_minute BETWEEN 1 AND 60000", name="ck_message_sender_a_minute"),
        sa.CheckConstraint("kind IN ('number', 'name')", name="ck_message_sender_kind"),
        _to("message_sender", "clinic_id", "clinic"),
        sa.PrimaryKeyConstraint("id", name="pk_message_sender"),
        sa.UniqueConstraint("clinic_id", name="uq_message_sender_clinic_id"),
    )
    op.create_table(
        "reminder_wording",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        _to("reminder_wording", "clinic_id", "clinic"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_wording"),
        sa.UniqueConstraint("clinic_id", "code", name="uq_reminder_wording_clinic_id_code"),
    )
    op.create_table(
        "reminder_policy",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("visit_type_id", sa.Integer(), nullable=True),
        sa.Column("draft", sa.JSON(), nullable=True),
        sa.Column("draft_by", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        _to("reminder_policy", "clinic_id", "clinic"),
        _to("reminder_policy", "visit_type_id", "visit_type"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_policy"),
        sa.UniqueConstraint(
            "clinic_id", "visit_type_id", name="uq_reminder_policy_clinic_id_visit_type_id"
        ),
    )
    op.create_index(
        "uq_reminder_policy_clinic_id",
        "reminder_policy",
        ["clinic_id"],
        unique=True,
        sqlite_where=sa.text("visit_type_id IS NULL"),
        postgresql_where=sa.text("visit_type_id IS NULL"),
    )
    op.create_table(
        "reminder_wording_version",
        sa.Column("wording_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        _to("reminder_wording_version", "wording_id", "reminder_wording"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_wording_version"),
        sa.UniqueConstraint(
            "wording_id", "number", name="uq_reminder_wording_version_wording_id_number"
        ),
    )
    op.create_table(
        "experiment",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("approval", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("starts_at", TIME, nullable=True),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("stopped_at", TIME, nullable=True),
        sa.Column("stop_reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state = 'draft' OR approval <> ''", name="ck_experiment_approval"),
        sa.CheckConstraint("starts_at IS NULL OR starts_at < ends_at", name="ck_experiment_order"),
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'ended', 'stopped')", name="ck_experiment_state"
        ),
        _to("experiment", "clinic_id", "clinic"),
        _to("experiment", "policy_id", "reminder_policy"),
        sa.PrimaryKeyConstraint("id", name="pk_experiment"),
    )
    op.create_index("ix_experiment_clinic_id", "experiment", ["clinic_id"])
    op.create_index(
        "uq_experiment_policy_id",
        "experiment",
        ["policy_id"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "reminder_policy_version",
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("counts_from", TIME, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        _to("reminder_policy_version", "policy_id", "reminder_policy"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_policy_version"),
        sa.UniqueConstraint(
            "policy_id", "number", name="uq_reminder_policy_version_policy_id_number"
        ),
    )
    op.create_table(
        "experiment_arm",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="ck_experiment_arm_weight"),
        _to("experiment_arm", "experiment_id", "experiment"),
        _to("experiment_arm", "policy_version_id", "reminder_policy_version"),
        sa.PrimaryKeyConstraint("id", name="pk_experiment_arm"),
        sa.UniqueConstraint(
            "experiment_id", "number", name="uq_experiment_arm_experiment_id_number"
        ),
    )
    op.create_table(
        "experiment_assignment",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("arm_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", TIME, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        _to("experiment_assignment", "arm_id", "experiment_arm"),
        _to("experiment_assignment", "experiment_id", "experiment"),
        _to("experiment_assignment", "patient_id", "patient"),
        sa.PrimaryKeyConstraint("id", name="pk_experiment_assignment"),
        sa.UniqueConstraint(
            "experiment_id", "patient_id", name="uq_experiment_assignment_experiment_id_patient_id"
        ),
    )
    op.create_index("ix_experiment_assignment_arm_id", "experiment_assignment", ["arm_id"])
    op.create_index("ix_experiment_assignment_patient_id", "experiment_assignment", ["patient_id"])
    op.create_table(
        "experiment_visit",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("arm_id", sa.Integer(), nullable=False),
        sa.Column("planned_at", TIME, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        _to("experiment_visit", "appointment_id", "appointment"),
        _to("experiment_visit", "arm_id", "experiment_arm"),
        _to("experiment_visit", "experiment_id", "experiment"),
        sa.PrimaryKeyConstraint("id", name="pk_experiment_visit"),
        sa.UniqueConstraint(
            "experiment_id",
            "appointment_id",
            name="uq_experiment_visit_experiment_id_appointment_id",
        ),
    )
    op.create_index("ix_experiment_visit_appointment_id", "experiment_visit", ["appointment_id"])
    op.create_table(
        "help_call",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("called_at", TIME, nullable=False),
        sa.Column("called_by", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('comes', 'moved', 'cancelled', 'needs_transport', 'needs_other', 'no_answer')",
            name="ck_help_call_outcome",
        ),
        _to("help_call", "appointment_id", "appointment"),
        _to("help_call", "clinic_id", "clinic"),
        _to("help_call", "patient_id", "patient"),
        sa.PrimaryKeyConstraint("id", name="pk_help_call"),
    )
    op.create_index("ix_help_call_appointment_id", "help_call", ["appointment_id"])
    op.create_index("ix_help_call_clinic_id", "help_call", ["clinic_id", "called_at"])
    op.create_index("ix_help_call_patient_id", "help_call", ["patient_id"])
    op.create_table(
        "inbound_message",
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("provider_id", sa.String(120), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("from_hash", sa.String(64), nullable=False),
        sa.Column("from_sealed", sa.Text(), nullable=True),
        sa.Column("to_number", sa.String(20), nullable=False),
        sa.Column("body_sealed", sa.Text(), nullable=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("understood", sa.String(12), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("handled_at", TIME, nullable=True),
        sa.Column("handled_by", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        _to("inbound_message", "appointment_id", "appointment"),
        _to("inbound_message", "clinic_id", "clinic"),
        _to("inbound_message", "patient_id", "patient"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_message"),
        sa.UniqueConstraint(
            "provider", "provider_id", name="uq_inbound_message_provider_provider_id"
        ),
    )
    op.create_index("ix_inbound_message_appointment_id", "inbound_message", ["appointment_id"])
    op.create_index("ix_inbound_message_clinic_id", "inbound_message", ["clinic_id", "handled_at"])
    op.create_index("ix_inbound_message_from_hash", "inbound_message", ["from_hash", "received_at"])
    op.create_index("ix_inbound_message_patient_id", "inbound_message", ["patient_id"])
    op.create_table(
        "message",
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("subject_version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column("wording_version_id", sa.Integer(), nullable=False),
        sa.Column("arm_id", sa.Integer(), nullable=True),
        sa.Column("about_at", TIME, nullable=True),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("not_after", TIME, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("state_at", TIME, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'sending', 'unknown', 'sent', 'delivered', 'failed', 'withdrawn', 'too_late')",
            name="ck_message_state",
        ),
        _to("message", "appointment_id", "appointment"),
        _to("message", "arm_id", "experiment_arm"),
        _to("message", "clinic_id", "clinic"),
        _to("message", "patient_id", "patient"),
        _to("message", "policy_version_id", "reminder_policy_version"),
        _to("message", "wording_version_id", "reminder_wording_version"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("key", name="uq_message_key"),
    )
    op.create_index("ix_message_appointment_id", "message", ["appointment_id"])
    op.create_index("ix_message_arm_id", "message", ["arm_id"])
    op.create_index("ix_message_clinic_id", "message", ["clinic_id", "due_at"])
    op.create_index("ix_message_patient_id", "message", ["patient_id", "due_at"])
    op.create_index("ix_message_state", "message", ["state", "next_at"])
    op.create_index("ix_message_subject", "message", ["subject"])
    op.create_table(
        "message_attempt",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("provider_id", sa.String(120), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("state_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("claimed_by", sa.String(40), nullable=False),
        sa.Column("looked_at", TIME, nullable=True),
        sa.Column("to_hash", sa.String(64), nullable=False),
        sa.Column("to_sealed", sa.Text(), nullable=True),
        sa.Column("sender", sa.String(40), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(40), nullable=False),
        sa.Column("error_class", sa.String(20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('sending', 'unknown', 'lost', 'sent', 'failed', 'delivered', 'double')",
            name="ck_message_attempt_state",
        ),
        _to("message_attempt", "message_id", "message"),
        sa.PrimaryKeyConstraint("id", name="pk_message_attempt"),
        sa.UniqueConstraint("key", name="uq_message_attempt_key"),
        sa.UniqueConstraint("message_id", "number", name="uq_message_attempt_message_id_number"),
        sa.UniqueConstraint(
            "provider", "provider_id", name="uq_message_attempt_provider_provider_id"
        ),
    )
    op.create_index("ix_message_attempt_state", "message_attempt", ["state", "started_at"])
    op.create_index("ix_message_attempt_to_hash", "message_attempt", ["to_hash", "started_at"])
    op.create_index(
        "uq_message_attempt_effective",
        "message_attempt",
        ["message_id", "channel"],
        unique=True,
        sqlite_where=sa.text("state IN ('sending', 'unknown', 'sent', 'delivered')"),
        postgresql_where=sa.text("state IN ('sending', 'unknown', 'sent', 'delivered')"),
    )
    for statement in _on_postgresql() if _postgresql() else _on_sqlite():
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if _postgresql():
        for name in ("reminders_stand", "message_attempt_climbs"):
            op.execute(f"DROP FUNCTION {name}()")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _rank(column: str) -> str:
    steps = " ".join(f"WHEN '{state}' THEN {rank}" for rank, state in enumerate(LADDER))
    return f"(CASE {column} {steps} END)"


# An attempt's name, message and channel stay; so does the provider's name for it, once known.
DOWN = (
    f"{_rank('NEW.state')} < {_rank('OLD.state')} OR NEW.key <> OLD.key "
    "OR NEW.message_id <> OLD.message_id OR NEW.channel <> OLD.channel "
    "OR (OLD.provider_id IS NOT NULL AND (NEW.provider_id IS NULL OR NEW.provider_id <> OLD.provider_id))"
)


def _on_postgresql() -> list[str]:
    def refuse(name: str, body: str) -> str:
        return (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
        )

    def raised(error: str) -> str:
        return (
            f"RAISE EXCEPTION '{error}' USING ERRCODE = 'integrity_constraint_violation', "
            f"CONSTRAINT = '{error}';"
        )

    return [
        refuse("reminders_stand", raised("reminders_stand")),
        *(
            f"CREATE TRIGGER {table}_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION reminders_stand()"
            for table in NEVER_CHANGED
        ),
        refuse(
            "message_attempt_climbs",
            f"IF ({DOWN}) THEN {raised('message_attempt_climbs')} END IF; RETURN NEW;",
        ),
        "CREATE TRIGGER message_attempt_climbs BEFORE UPDATE ON message_attempt "
        "FOR EACH ROW EXECUTE FUNCTION message_attempt_climbs()",
    ]


def _on_sqlite() -> list[str]:
    def refuse(name: str, event: str, table: str, error: str, when: str = "") -> str:
        condition = f"WHEN {when} " if when else ""
        return (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition}"
            f"BEGIN SELECT RAISE(ABORT, '{error}'); END"
        )

    return [
        *(
            refuse(f"{table}_no_{event.lower()}", event, table, "reminders_stand")
            for table in NEVER_CHANGED
            for event in ("UPDATE", "DELETE")
        ),
        refuse(
            "message_attempt_climbs", "UPDATE", "message_attempt", "message_attempt_climbs", DOWN
        ),
    ]
