"""The workbench: referrals and what happened to them, the waitlist and its offers, a day moved as a
whole, contacts that belong together, and where an appointment stood before each move.

What happened to a referral, why a clock was not met, and why somebody was or was not offered a time
is only added to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
TABLES = (
    "referral_criterion",
    "referral_text",
    "rescheduling",
    "contact_sequence",
    "referral",
    "freed_time",
    "referral_check",
    "referral_delay",
    "referral_event",
    "rescheduling_line",
    "sequence_part",
    "waitlist_entry",
    "offer",
    "offer_choice",
)
NEVER_CHANGED = ("referral_event", "referral_delay", "offer_choice")


def upgrade() -> None:
    op.create_table(
        "referral_criterion",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("missing_text", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name="fk_referral_criterion_clinic_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral_criterion"),
    )
    op.create_index(
        "ix_referral_criterion_clinic_id", "referral_criterion", ["clinic_id", "position"]
    )
    op.create_table(
        "referral_text",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('missing', 'advice')", name="ck_referral_text_kind"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_referral_text_clinic_id"),
        sa.PrimaryKeyConstraint("id", name="pk_referral_text"),
        sa.UniqueConstraint(
            "clinic_id", "kind", "title", name="uq_referral_text_clinic_id_kind_title"
        ),
    )
    op.create_table(
        "rescheduling",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("outages", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("done_by", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'done', 'discarded')", name="ck_rescheduling_status"
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_rescheduling_clinic_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rescheduling"),
    )
    op.create_index("ix_rescheduling_clinic_id", "rescheduling", ["clinic_id", "status"])
    op.create_table(
        "contact_sequence",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('repeating', 'combined')", name="ck_contact_sequence_kind"),
        sa.CheckConstraint("status IN ('open', 'ended')", name="ck_contact_sequence_status"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_contact_sequence_clinic_id"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_contact_sequence_course_id"),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_contact_sequence_patient_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_sequence"),
    )
    op.create_index("ix_contact_sequence_clinic_id", "contact_sequence", ["clinic_id"])
    op.create_index("ix_contact_sequence_course_id", "contact_sequence", ["course_id"])
    op.create_index(
        "ix_contact_sequence_patient_id", "contact_sequence", ["patient_id", "clinic_id"]
    )
    op.create_table(
        "referral",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("sender", sa.String(200), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("problem_code", sa.String(20), nullable=False),
        sa.Column("track", sa.String(30), nullable=False),
        sa.Column("urgency", sa.String(10), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("visit_type_id", sa.Integer(), nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("earlier_id", sa.Integer(), nullable=True),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("written_by", sa.String(200), nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("source", sa.String(60), nullable=True),
        sa.Column("source_key", sa.String(120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('received', 'waiting', 'triaged', 'returned', 'closed')",
            name="ck_referral_status",
        ),
        sa.CheckConstraint(
            "urgency IN ('', 'acute', 'soon', 'routine')", name="ck_referral_urgency"
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_referral_clinic_id"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_referral_course_id"),
        sa.ForeignKeyConstraint(["earlier_id"], ["referral.id"], name="fk_referral_earlier_id"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name="fk_referral_invitation_id"
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_referral_patient_id"),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["resource.id"], name="fk_referral_responsible_id"
        ),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name="fk_referral_visit_type_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral"),
        sa.UniqueConstraint("source", "source_key", name="uq_referral_source_source_key"),
    )
    op.create_index("ix_referral_clinic_id", "referral", ["clinic_id", "status", "received_at"])
    op.create_index("ix_referral_course_id", "referral", ["course_id"])
    op.create_index("ix_referral_invitation_id", "referral", ["invitation_id"])
    op.create_index("ix_referral_patient_id", "referral", ["patient_id", "clinic_id"])
    op.create_table(
        "freed_time",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("cause", sa.String(12), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("filled_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('offering', 'filled', 'listed', 'gone')", name="ck_freed_time_status"
        ),
        sa.CheckConstraint("starts_at < ends_at", name="ck_freed_time_order"),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name="fk_freed_time_appointment_id"
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_freed_time_clinic_id"),
        sa.ForeignKeyConstraint(
            ["clinician_id"], ["resource.id"], name="fk_freed_time_clinician_id"
        ),
        sa.ForeignKeyConstraint(
            ["filled_by_id"], ["appointment.id"], name="fk_freed_time_filled_by_id"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_freed_time_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_freed_time"),
    )
    op.create_index("ix_freed_time_appointment_id", "freed_time", ["appointment_id"])
    op.create_index("ix_freed_time_clinic_id", "freed_time", ["clinic_id", "status", "starts_at"])
    op.create_index("ix_freed_time_filled_by_id", "freed_time", ["filled_by_id"])
    op.create_index("ix_freed_time_status", "freed_time", ["status", "starts_at"])
    op.create_index(
        "uq_freed_time_clinician_id",
        "freed_time",
        ["clinician_id", "starts_at"],
        unique=True,
        sqlite_where=sa.text("status IN ('offering', 'listed')"),
        postgresql_where=sa.text("status IN ('offering', 'listed')"),
    )
    op.create_table(
        "referral_check",
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["referral_criterion.id"], name="fk_referral_check_criterion_id"
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name="fk_referral_check_referral_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral_check"),
        sa.UniqueConstraint(
            "referral_id", "criterion_id", name="uq_referral_check_referral_id_criterion_id"
        ),
    )
    op.create_table(
        "referral_delay",
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(30), nullable=False),
        sa.Column("reason", sa.String(15), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('patient_wish', 'capacity', 'clinical')", name="ck_referral_delay_reason"
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name="fk_referral_delay_referral_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral_delay"),
    )
    op.create_index("ix_referral_delay_referral_id", "referral_delay", ["referral_id"])
    op.create_table(
        "referral_event",
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name="fk_referral_event_referral_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral_event"),
    )
    op.create_index(
        "ix_referral_event_referral_id", "referral_event", ["referral_id", "happened_on"]
    )
    op.create_table(
        "rescheduling_line",
        sa.Column("rescheduling_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("appointment_version", sa.Integer(), nullable=False),
        sa.Column("from_start", TIME, nullable=False),
        sa.Column("starts_at", TIME, nullable=True),
        sa.Column("ends_at", TIME, nullable=True),
        sa.Column("clinician_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("form", sa.String(12), nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "form IN ('in_person', 'video', 'phone')", name="ck_rescheduling_line_form"
        ),
        sa.CheckConstraint(
            "(starts_at IS NULL) = (clinician_id IS NULL)", name="ck_rescheduling_line_clinician"
        ),
        sa.CheckConstraint(
            "(starts_at IS NULL) = (ends_at IS NULL)", name="ck_rescheduling_line_whole_place"
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name="fk_rescheduling_line_appointment_id"
        ),
        sa.ForeignKeyConstraint(
            ["clinician_id"], ["resource.id"], name="fk_rescheduling_line_clinician_id"
        ),
        sa.ForeignKeyConstraint(
            ["rescheduling_id"], ["rescheduling.id"], name="fk_rescheduling_line_rescheduling_id"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_rescheduling_line_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rescheduling_line"),
        sa.UniqueConstraint(
            "rescheduling_id",
            "appointment_id",
            name="uq_rescheduling_line_rescheduling_id_appointment_id",
        ),
    )
    op.create_index("ix_rescheduling_line_appointment_id", "rescheduling_line", ["appointment_id"])
    op.create_table(
        "sequence_part",
        sa.Column("sequence_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(12), nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("form IN ('in_person', 'video', 'phone')", name="ck_sequence_part_form"),
        sa.CheckConstraint(
            "status <> 'booked' OR appointment_id IS NOT NULL", name="ck_sequence_part_has_time"
        ),
        sa.CheckConstraint(
            "status IN ('booked', 'skipped', 'cancelled')", name="ck_sequence_part_status"
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name="fk_sequence_part_appointment_id"
        ),
        sa.ForeignKeyConstraint(
            ["clinician_id"], ["resource.id"], name="fk_sequence_part_clinician_id"
        ),
        sa.ForeignKeyConstraint(
            ["sequence_id"], ["contact_sequence.id"], name="fk_sequence_part_sequence_id"
        ),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name="fk_sequence_part_visit_type_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sequence_part"),
        sa.UniqueConstraint(
            "sequence_id", "position", name="uq_sequence_part_sequence_id_position"
        ),
    )
    op.create_index(
        "uq_sequence_part_appointment_id",
        "sequence_part",
        ["appointment_id"],
        unique=True,
        sqlite_where=sa.text("status = 'booked'"),
        postgresql_where=sa.text("status = 'booked'"),
    )
    op.create_table(
        "waitlist_entry",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("forms", sa.String(60), nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("earliest_on", sa.Date(), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=True),
        sa.Column("weekdays", sa.String(20), nullable=False),
        sa.Column("parts", sa.String(10), nullable=False),
        sa.Column("notice_hours", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(10), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("cause IN ('wish', 'deadline')", name="ck_waitlist_entry_cause"),
        sa.CheckConstraint(
            "status IN ('waiting', 'fulfilled', 'withdrawn', 'ended')",
            name="ck_waitlist_entry_status",
        ),
        sa.CheckConstraint(
            "appointment_id IS NOT NULL OR invitation_id IS NOT NULL",
            name="ck_waitlist_entry_about_something",
        ),
        sa.CheckConstraint("notice_hours >= 0", name="ck_waitlist_entry_notice_hours"),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name="fk_waitlist_entry_appointment_id"
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_waitlist_entry_clinic_id"),
        sa.ForeignKeyConstraint(
            ["clinician_id"], ["resource.id"], name="fk_waitlist_entry_clinician_id"
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name="fk_waitlist_entry_invitation_id"
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_waitlist_entry_patient_id"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_waitlist_entry_site_id"),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name="fk_waitlist_entry_visit_type_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_waitlist_entry"),
    )
    op.create_index("ix_waitlist_entry_clinic_id", "waitlist_entry", ["clinic_id", "status"])
    op.create_index("ix_waitlist_entry_patient_id", "waitlist_entry", ["patient_id"])
    op.create_index(
        "uq_waitlist_entry_appointment_id",
        "waitlist_entry",
        ["appointment_id"],
        unique=True,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(
        "uq_waitlist_entry_invitation_id",
        "waitlist_entry",
        ["invitation_id"],
        unique=True,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "offer",
        sa.Column("freed_time_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("form IN ('in_person', 'video', 'phone')", name="ck_offer_form"),
        sa.CheckConstraint(
            "status IN ('open', 'accepted', 'declined', 'expired', 'lost', 'withdrawn')",
            name="ck_offer_status",
        ),
        sa.CheckConstraint("starts_at < ends_at", name="ck_offer_order"),
        sa.ForeignKeyConstraint(["clinician_id"], ["resource.id"], name="fk_offer_clinician_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["waitlist_entry.id"], name="fk_offer_entry_id"),
        sa.ForeignKeyConstraint(
            ["freed_time_id"], ["freed_time.id"], name="fk_offer_freed_time_id"
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_offer_patient_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_offer_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
    )
    op.create_index("ix_offer_freed_time_id", "offer", ["freed_time_id"])
    op.create_index("ix_offer_patient_id", "offer", ["patient_id", "status"])
    op.create_index("ix_offer_status", "offer", ["status", "expires_at"])
    op.create_index(
        "uq_offer_entry_id",
        "offer",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "uq_offer_freed_time_id",
        "offer",
        ["freed_time_id"],
        unique=True,
        sqlite_where=sa.text("status = 'accepted'"),
        postgresql_where=sa.text("status = 'accepted'"),
    )
    op.create_table(
        "offer_choice",
        sa.Column("freed_time_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(30), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["waitlist_entry.id"], name="fk_offer_choice_entry_id"
        ),
        sa.ForeignKeyConstraint(
            ["freed_time_id"], ["freed_time.id"], name="fk_offer_choice_freed_time_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_offer_choice"),
    )
    op.create_index("ix_offer_choice_entry_id", "offer_choice", ["entry_id"])
    op.create_index("ix_offer_choice_freed_time_id", "offer_choice", ["freed_time_id", "round"])
    op.add_column("appointment_change", sa.Column("before", sa.JSON(), nullable=True))
    for statement in _on_postgresql() if _postgresql() else _on_sqlite():
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_column("appointment_change", "before")
    for table in reversed(TABLES):
        op.drop_table(table)
    if _postgresql():
        op.execute("DROP FUNCTION history_stands()")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _on_postgresql() -> list[str]:
    return [
        "CREATE FUNCTION history_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'history_stands' USING ERRCODE = 'integrity_constraint_violation', "
        "CONSTRAINT = 'history_stands'; END $$",
        *(
            f"CREATE TRIGGER {table}_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION history_stands()"
            for table in NEVER_CHANGED
        ),
    ]


def _on_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'history_stands'); END"
        for table in NEVER_CHANGED
        for event in ("UPDATE", "DELETE")
    ]
