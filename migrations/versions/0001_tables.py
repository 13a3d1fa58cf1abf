"""Every table. The guard that no code can get round is in 0002."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempt_count",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt_count")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor_name", sa.String(length=250), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(
        "ix_audit_entry_actor", "audit_entry", ["actor_kind", "actor_id", "at"], unique=False
    )
    op.create_table(
        "clinic",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("specialty", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("phone_hours", sa.String(length=100), nullable=False),
        sa.Column("zone_name", sa.String(length=60), nullable=False),
        sa.Column("horizon_weeks", sa.Integer(), nullable=False),
        sa.Column("optional_closures", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic")),
        sa.UniqueConstraint("name", name=op.f("uq_clinic_name")),
    )
    op.create_table(
        "import_key",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source_key", sa.String(length=120), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_key")),
        sa.UniqueConstraint(
            "source", "kind", "source_key", name=op.f("uq_import_key_source_kind_source_key")
        ),
    )
    op.create_table(
        "job_state",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("runner", sa.String(length=40), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_state")),
    )
    op.create_table(
        "patient",
        sa.Column("given_name", sa.String(length=100), nullable=False),
        sa.Column("family_name", sa.String(length=100), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("cpr_sealed", sa.Text(), nullable=True),
        sa.Column("cpr_hash", sa.String(length=64), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("email_sealed", sa.Text(), nullable=True),
        sa.Column("address_sealed", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("digital_exempt", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint("cpr_hash", name=op.f("uq_patient_cpr_hash")),
    )
    op.create_index("ix_patient_birth_date", "patient", ["birth_date"], unique=False)
    op.create_index(
        "ix_patient_family_name", "patient", ["family_name", "given_name"], unique=False
    )
    op.create_index(op.f("ix_patient_phone_hash"), "patient", ["phone_hash"], unique=False)
    op.create_table(
        "staff",
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_username")),
    )
    op.create_table(
        "audit_subject",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_subject_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_subject")),
    )
    op.create_index(op.f("ix_audit_subject_entry_id"), "audit_subject", ["entry_id"], unique=False)
    op.create_index(
        "ix_audit_subject_patient_id", "audit_subject", ["patient_id", "entry_id"], unique=False
    )
    op.create_table(
        "booking_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_booking_code_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_booking_code_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_booking_code_code_hash")),
    )
    op.create_index(
        op.f("ix_booking_code_patient_id"), "booking_code", ["patient_id"], unique=False
    )
    op.create_table(
        "clinic_patient",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "basis IN ('referral', 'import', 'cpr_lookup', 'registered')",
            name=op.f("ck_clinic_patient_basis"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_patient_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_clinic_patient_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_patient")),
        sa.UniqueConstraint(
            "clinic_id", "patient_id", name=op.f("uq_clinic_patient_clinic_id_patient_id")
        ),
    )
    op.create_index("ix_clinic_patient_patient_id", "clinic_patient", ["patient_id"], unique=False)
    op.create_table(
        "past_visit",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("source_key", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('fulfilled', 'noshow', 'cancelled', 'unknown')",
            name=op.f("ck_past_visit_outcome"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_past_visit_clinic_id")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_past_visit_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_visit")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_past_visit_source_source_key")),
    )
    op.create_index(op.f("ix_past_visit_clinic_id"), "past_visit", ["clinic_id"], unique=False)
    op.create_index("ix_past_visit_patient_id", "past_visit", ["patient_id", "day"], unique=False)
    op.create_table(
        "patient_identifier",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(length=100), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_patient_identifier_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_identifier")),
        sa.UniqueConstraint("system", "value", name=op.f("uq_patient_identifier_system_value")),
    )
    op.create_index(
        op.f("ix_patient_identifier_patient_id"), "patient_identifier", ["patient_id"], unique=False
    )
    op.create_table(
        "patient_need",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("need", sa.String(length=30), nullable=False),
        sa.Column("told_by", sa.String(length=10), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_patient_need_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_need")),
        sa.UniqueConstraint("patient_id", "need", name=op.f("uq_patient_need_patient_id_need")),
    )
    op.create_table(
        "patient_note",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_patient_note_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_patient_note_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_note")),
    )
    op.create_index(
        "ix_patient_note_patient_id", "patient_note", ["patient_id", "clinic_id"], unique=False
    )
    op.create_table(
        "proxy",
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('parent', 'power_of_attorney')", name=op.f("ck_proxy_kind")),
        sa.CheckConstraint("holder_id <> patient_id", name=op.f("ck_proxy_two_people")),
        sa.ForeignKeyConstraint(["holder_id"], ["patient.id"], name=op.f("fk_proxy_holder_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_proxy_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy")),
    )
    op.create_index(op.f("ix_proxy_holder_id"), "proxy", ["holder_id"], unique=False)
    op.create_index(op.f("ix_proxy_patient_id"), "proxy", ["patient_id"], unique=False)
    op.create_table(
        "site",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("directions", sa.Text(), nullable=False),
        sa.Column("directions_en", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_site_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_index(op.f("ix_site_clinic_id"), "site", ["clinic_id"], unique=False)
    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('secretary', 'clinician', 'leader')", name=op.f("ck_staff_role_role")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_staff_role_clinic_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_role_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
        sa.UniqueConstraint(
            "staff_id", "clinic_id", "role", name=op.f("uq_staff_role_staff_id_clinic_id_role")
        ),
    )
    op.create_index(op.f("ix_staff_role_clinic_id"), "staff_role", ["clinic_id"], unique=False)
    op.create_table(
        "visit_type",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("forms", sa.String(length=60), nullable=False),
        sa.Column("base_minutes", sa.Integer(), nullable=False),
        sa.Column("cap_minutes", sa.Integer(), nullable=False),
        sa.Column("grid_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("closing_hours", sa.Integer(), nullable=False),
        sa.Column("move_limit", sa.Integer(), nullable=False),
        sa.Column("profession", sa.String(length=30), nullable=False),
        sa.Column("clinicians_needed", sa.Integer(), nullable=False),
        sa.Column("group_capacity", sa.Integer(), nullable=False),
        sa.Column("preparation", sa.Text(), nullable=False),
        sa.Column("preparation_en", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "mode IN ('free', 'web', 'code', 'move_cancel')", name=op.f("ck_visit_type_mode")
        ),
        sa.CheckConstraint(
            "base_minutes > 0 AND cap_minutes >= base_minutes", name=op.f("ck_visit_type_lengths")
        ),
        sa.CheckConstraint(
            "buffer_before >= 0 AND buffer_after >= 0", name=op.f("ck_visit_type_buffers")
        ),
        sa.CheckConstraint(
            "grid_minutes > 0 AND grid_minutes % 5 = 0", name=op.f("ck_visit_type_grid")
        ),
        sa.CheckConstraint(
            "group_capacity >= 1 AND clinicians_needed >= 1", name=op.f("ck_visit_type_counts")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_visit_type_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_type")),
        sa.UniqueConstraint("clinic_id", "name", name=op.f("uq_visit_type_clinic_id_name")),
    )
    op.create_index(op.f("ix_visit_type_clinic_id"), "visit_type", ["clinic_id"], unique=False)
    op.create_table(
        "need_addition",
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("need", sa.String(length=30), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_need_addition_minutes")),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name=op.f("fk_need_addition_visit_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_addition")),
        sa.UniqueConstraint(
            "visit_type_id", "need", name=op.f("uq_need_addition_visit_type_id_need")
        ),
    )
    op.create_table(
        "requirement",
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("every_form", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name=op.f("fk_requirement_visit_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
    )
    op.create_index(
        op.f("ix_requirement_visit_type_id"), "requirement", ["visit_type_id"], unique=False
    )
    op.create_table(
        "resource",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("profession", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("video_url", sa.String(length=300), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('clinician', 'room', 'equipment')", name=op.f("ck_resource_kind")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_resource_site_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_resource_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_resource_staff_id")),
    )
    op.create_index(op.f("ix_resource_site_id"), "resource", ["site_id"], unique=False)
    op.create_table(
        "closure",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('requested', 'approved', 'declined')", name=op.f("ck_closure_status")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_closure_order")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_closure_clinic_id")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_closure_resource_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_closure_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index("ix_closure_clinic_id", "closure", ["clinic_id", "ends_at"], unique=False)
    op.create_index("ix_closure_resource_id", "closure", ["resource_id", "ends_at"], unique=False)
    op.create_table(
        "course",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_course_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_course_patient_id")),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["resource.id"], name=op.f("fk_course_responsible_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
    )
    op.create_index(op.f("ix_course_clinic_id"), "course", ["clinic_id"], unique=False)
    op.create_index("ix_course_patient_id", "course", ["patient_id", "clinic_id"], unique=False)
    op.create_table(
        "group_session",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity >= 1", name=op.f("ck_group_session_capacity")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_group_session_order")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_group_session_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinician_id"], ["resource.id"], name=op.f("fk_group_session_clinician_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_group_session_site_id")),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name=op.f("fk_group_session_visit_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_session")),
    )
    op.create_index(
        op.f("ix_group_session_clinic_id"), "group_session", ["clinic_id"], unique=False
    )
    op.create_table(
        "overbooking_grant",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("session_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("granted_by", sa.String(length=200), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("lane > 0", name=op.f("ck_overbooking_grant_lane")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_overbooking_grant_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_overbooking_grant_resource_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overbooking_grant")),
        sa.UniqueConstraint(
            "id", "resource_id", "lane", name=op.f("uq_overbooking_grant_id_resource_id_lane")
        ),
    )
    op.create_table(
        "requirement_option",
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirement.id"],
            name=op.f("fk_requirement_option_requirement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_requirement_option_resource_id")
        ),
        sa.PrimaryKeyConstraint(
            "requirement_id", "resource_id", name=op.f("pk_requirement_option")
        ),
    )
    op.create_table(
        "resource_clinic",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_resource_clinic_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_clinic_resource_id")
        ),
        sa.PrimaryKeyConstraint("resource_id", "clinic_id", name=op.f("pk_resource_clinic")),
    )
    op.create_index(
        op.f("ix_resource_clinic_clinic_id"), "resource_clinic", ["clinic_id"], unique=False
    )
    op.create_table(
        "visit_type_clinician",
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_visit_type_clinician_resource_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name=op.f("fk_visit_type_clinician_visit_type_id")
        ),
        sa.PrimaryKeyConstraint(
            "visit_type_id", "resource_id", name=op.f("pk_visit_type_clinician")
        ),
    )
    op.create_table(
        "week_template",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.String(length=4), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("end_time", sa.Time(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("weeks IN ('any', 'odd', 'even')", name=op.f("ck_week_template_weeks")),
        sa.CheckConstraint("start_time < end_time", name=op.f("ck_week_template_order")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_week_template_validity")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_week_template_weekday")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_week_template_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_week_template_resource_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_week_template_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_week_template")),
    )
    op.create_index(
        op.f("ix_week_template_clinic_id"), "week_template", ["clinic_id"], unique=False
    )
    op.create_index("ix_week_template_resource_id", "week_template", ["resource_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_to", sa.Date(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("deadline_kind", sa.String(length=40), nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "form IN ('in_person', 'video', 'phone')", name=op.f("ck_invitation_form")
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'open', 'completed', 'revoked')",
            name=op.f("ck_invitation_status"),
        ),
        sa.CheckConstraint("window_from <= window_to", name=op.f("ck_invitation_window")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_invitation_clinic_id")),
        sa.ForeignKeyConstraint(
            ["clinician_id"], ["resource.id"], name=op.f("fk_invitation_clinician_id")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_invitation_course_id")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_invitation_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name=op.f("fk_invitation_visit_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    op.create_index(op.f("ix_invitation_clinic_id"), "invitation", ["clinic_id"], unique=False)
    op.create_index(op.f("ix_invitation_course_id"), "invitation", ["course_id"], unique=False)
    op.create_index(
        "ix_invitation_patient_id", "invitation", ["patient_id", "status"], unique=False
    )
    op.create_index("ix_invitation_status", "invitation", ["status", "window_from"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("group_session_id", sa.Integer(), nullable=True),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes_reason", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("participant", sa.String(length=12), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("source_key", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "form IN ('in_person', 'video', 'phone')", name=op.f("ck_appointment_form")
        ),
        sa.CheckConstraint(
            "participant IN ('needs-action', 'accepted', 'declined')",
            name=op.f("ck_appointment_participant"),
        ),
        sa.CheckConstraint(
            "status IN ('booked', 'arrived', 'checked-in', 'fulfilled', 'cancelled', 'noshow', 'entered-in-error')",
            name=op.f("ck_appointment_status"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_appointment_order")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_appointment_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinician_id"], ["resource.id"], name=op.f("fk_appointment_clinician_id")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_appointment_course_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_appointment_group_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_appointment_invitation_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_appointment_patient_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_appointment_site_id")),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name=op.f("fk_appointment_visit_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_appointment_source_source_key")),
        sa.UniqueConstraint("uid", name=op.f("uq_appointment_uid")),
    )
    op.create_index(
        "ix_appointment_clinic_id", "appointment", ["clinic_id", "starts_at"], unique=False
    )
    op.create_index(
        "ix_appointment_clinician_id", "appointment", ["clinician_id", "starts_at"], unique=False
    )
    op.create_index(
        op.f("ix_appointment_group_session_id"), "appointment", ["group_session_id"], unique=False
    )
    op.create_index(
        "ix_appointment_patient_id", "appointment", ["patient_id", "ends_at"], unique=False
    )
    op.create_index(
        "uq_appointment_invitation_id",
        "appointment",
        ["invitation_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('booked', 'arrived', 'checked-in')"),
        postgresql_where=sa.text("status IN ('booked', 'arrived', 'checked-in')"),
    )
    op.create_table(
        "appointment_change",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("actor_kind", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor_name", sa.String(length=250), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("from_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_appointment_change_appointment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_change")),
    )
    op.create_index(
        op.f("ix_appointment_change_appointment_id"),
        "appointment_change",
        ["appointment_id"],
        unique=False,
    )
    op.create_table(
        "hold",
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("moving_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("group_session_id", sa.Integer(), nullable=True),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes_reason", sa.JSON(), nullable=False),
        sa.Column("resources", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extended", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_hold_order")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_hold_clinic_id")),
        sa.ForeignKeyConstraint(
            ["clinician_id"], ["resource.id"], name=op.f("fk_hold_clinician_id")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_hold_course_id")),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_hold_group_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_hold_invitation_id")
        ),
        sa.ForeignKeyConstraint(["moving_id"], ["appointment.id"], name=op.f("fk_hold_moving_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_hold_patient_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_hold_site_id")),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_type.id"], name=op.f("fk_hold_visit_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("owner", name=op.f("uq_hold_owner")),
        sa.UniqueConstraint("token", name=op.f("uq_hold_token")),
    )
    op.create_index(op.f("ix_hold_expires_at"), "hold", ["expires_at"], unique=False)
    op.create_index(op.f("ix_hold_group_session_id"), "hold", ["group_session_id"], unique=False)
    op.create_index(op.f("ix_hold_invitation_id"), "hold", ["invitation_id"], unique=False)
    op.create_index(op.f("ix_hold_moving_id"), "hold", ["moving_id"], unique=False)
    op.create_index(op.f("ix_hold_patient_id"), "hold", ["patient_id"], unique=False)
    op.create_table(
        "worklist_item",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("closure_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("open_key", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'done')", name=op.f("ck_worklist_item_status")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_worklist_item_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_worklist_item_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["closure_id"], ["closure.id"], name=op.f("fk_worklist_item_closure_id")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_worklist_item_invitation_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_worklist_item_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worklist_item")),
        sa.UniqueConstraint("open_key", name=op.f("uq_worklist_item_open_key")),
    )
    op.create_index(
        op.f("ix_worklist_item_appointment_id"), "worklist_item", ["appointment_id"], unique=False
    )
    op.create_index(
        "ix_worklist_item_clinic_id",
        "worklist_item",
        ["clinic_id", "status", "due_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_worklist_item_closure_id"), "worklist_item", ["closure_id"], unique=False
    )
    op.create_index(
        op.f("ix_worklist_item_invitation_id"), "worklist_item", ["invitation_id"], unique=False
    )
    op.create_index(
        op.f("ix_worklist_item_patient_id"), "worklist_item", ["patient_id"], unique=False
    )
    op.create_table(
        "allocation",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("group_session_id", sa.Integer(), nullable=True),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN appointment_id IS NULL THEN 0 ELSE 1 END + CASE WHEN hold_id IS NULL THEN 0 ELSE 1 END + CASE WHEN group_session_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_allocation_one_owner"),
        ),
        sa.CheckConstraint(
            "lane = 0 OR grant_id IS NOT NULL", name=op.f("ck_allocation_lane_needs_grant")
        ),
        sa.CheckConstraint("lane >= 0", name=op.f("ck_allocation_lane")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_allocation_order")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_allocation_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id", "resource_id", "lane"],
            ["overbooking_grant.id", "overbooking_grant.resource_id", "overbooking_grant.lane"],
            name="fk_allocation_grant",
        ),
        sa.ForeignKeyConstraint(
            ["group_session_id"], ["group_session.id"], name=op.f("fk_allocation_group_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["hold.id"], name=op.f("fk_allocation_hold_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_allocation_resource_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
    )
    op.create_index(
        op.f("ix_allocation_appointment_id"), "allocation", ["appointment_id"], unique=False
    )
    op.create_index(
        op.f("ix_allocation_group_session_id"), "allocation", ["group_session_id"], unique=False
    )
    op.create_index(op.f("ix_allocation_hold_id"), "allocation", ["hold_id"], unique=False)
    op.create_index(
        "ix_allocation_resource_id", "allocation", ["resource_id", "ends_at"], unique=False
    )
    op.create_index(
        "uq_allocation_grant_id",
        "allocation",
        ["grant_id"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
