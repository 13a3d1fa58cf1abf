"""Overbooking: a clinic's limits, for whom it is on, where an extra sits, and what was promised.

A grant is not taken back while somebody stands on it, and nobody is put on one that was; a
training of the missing model stands as it was kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

GRANT_GUARD_POSTGRESQL = """
CREATE FUNCTION overbooking_grant_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'overbooking_grant' THEN
    IF NEW.revoked_at IS NOT NULL
       AND EXISTS (SELECT 1 FROM allocation WHERE grant_id = NEW.id AND active) THEN
      RAISE EXCEPTION 'overbooking_grant_in_use'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'overbooking_grant_in_use';
    END IF;
  ELSIF NEW.active AND NEW.grant_id IS NOT NULL THEN
    PERFORM 1 FROM overbooking_grant WHERE id = NEW.grant_id FOR SHARE;
    IF EXISTS (SELECT 1 FROM overbooking_grant
               WHERE id = NEW.grant_id AND revoked_at IS NOT NULL) THEN
      RAISE EXCEPTION 'overbooking_grant_revoked'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'overbooking_grant_revoked';
    END IF;
  END IF;
  RETURN NEW;
END $$;
--
CREATE TRIGGER overbooking_grant_in_use BEFORE UPDATE OF revoked_at ON overbooking_grant
FOR EACH ROW EXECUTE FUNCTION overbooking_grant_stands();
--
CREATE TRIGGER overbooking_grant_revoked BEFORE INSERT OR UPDATE OF active, grant_id ON allocation
FOR EACH ROW EXECUTE FUNCTION overbooking_grant_stands();
--
CREATE FUNCTION missing_model_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'missing_model_stands'
  USING ERRCODE = 'check_violation', CONSTRAINT = 'missing_model_stands'; END $$;
--
CREATE TRIGGER missing_model_stands BEFORE UPDATE OR DELETE ON missing_model
FOR EACH ROW EXECUTE FUNCTION missing_model_stands()
"""

_ON_REVOKED = """WHEN NEW.active AND NEW.grant_id IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'overbooking_grant_revoked') WHERE EXISTS (
    SELECT 1 FROM overbooking_grant WHERE id = NEW.grant_id AND revoked_at IS NOT NULL); END"""
GRANT_GUARD_SQLITE = [
    """CREATE TRIGGER overbooking_grant_in_use BEFORE UPDATE OF revoked_at ON overbooking_grant
    WHEN NEW.revoked_at IS NOT NULL BEGIN
      SELECT RAISE(ABORT, 'overbooking_grant_in_use') WHERE EXISTS (
        SELECT 1 FROM allocation WHERE grant_id = NEW.id AND active); END""",
    f"CREATE TRIGGER overbooking_grant_revoked_insert BEFORE INSERT ON allocation {_ON_REVOKED}",
    "CREATE TRIGGER overbooking_grant_revoked_update"
    f" BEFORE UPDATE OF active, grant_id ON allocation {_ON_REVOKED}",
    *(
        f"CREATE TRIGGER missing_model_no_{act.lower()} BEFORE {act} ON missing_model "
        "BEGIN SELECT RAISE(ABORT, 'missing_model_stands'); END"
        for act in ("UPDATE", "DELETE")
    ),
]

DOWN_POSTGRESQL = (
    "TRIGGER missing_model_stands ON missing_model",
    "FUNCTION missing_model_stands()",
    "TRIGGER overbooking_grant_revoked ON allocation",
    "TRIGGER overbooking_grant_in_use ON overbooking_grant",
    "FUNCTION overbooking_grant_stands()",
)
DOWN_SQLITE = (
    "TRIGGER missing_model_no_update",
    "TRIGGER missing_model_no_delete",
    "TRIGGER overbooking_grant_revoked_insert",
    "TRIGGER overbooking_grant_revoked_update",
    "TRIGGER overbooking_grant_in_use",
)


def upgrade() -> None:
    _grants()
    _settings()
    _predictions()
    postgresql = op.get_bind().dialect.name == "postgresql"
    statements = GRANT_GUARD_POSTGRESQL.split("\n--\n") if postgresql else GRANT_GUARD_SQLITE
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def _grants() -> None:
    _anew(
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("session_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("granted_by", sa.String(200), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("overridden", sa.Boolean(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("judgement", sa.JSON(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_overbooking_grant_order"),
        sa.CheckConstraint("session_start <= starts_at", name="ck_overbooking_grant_inside"),
        sa.CheckConstraint("NOT overridden OR reason <> ''", name="ck_overbooking_grant_reason"),
        *_keys("resource_id", "clinic_id", "site_id", "visit_type_id"),
    )
    op.create_index(
        "ix_overbooking_grant_clinic_id", "overbooking_grant", ["clinic_id", "session_start"]
    )
    op.create_index(
        "uq_overbooking_grant_resource_id",
        "overbooking_grant",
        ["resource_id", "session_start", "lane"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def _anew(*parts: sa.schema.SchemaItem) -> None:
    """Make the grants' table with these instead of the one there is, which must be empty.

    Nothing has written a grant before this; on SQLite a column with a reference cannot be added.
    """
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.drop_constraint("fk_allocation_grant", "allocation", type_="foreignkey")
    op.drop_table("overbooking_grant")
    op.create_table(
        "overbooking_grant",
        *parts,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("lane > 0", name="ck_overbooking_grant_lane"),
        sa.PrimaryKeyConstraint("id", name="pk_overbooking_grant"),
        sa.UniqueConstraint(
            "id", "resource_id", "lane", name="uq_overbooking_grant_id_resource_id_lane"
        ),
    )
    if postgresql:
        op.create_foreign_key(
            "fk_allocation_grant",
            "allocation",
            "overbooking_grant",
            ["grant_id", "resource_id", "lane"],
            ["id", "resource_id", "lane"],
        )


def _keys(*columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{column[:-3]}.id"], name=f"fk_overbooking_grant_{column}"
        )
        for column in columns
    ]


def _settings() -> None:
    op.create_table(
        "overbooking_setting",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("late", sa.Float(), nullable=False),
        sa.Column("wait", sa.Float(), nullable=False),
        sa.Column("long_wait", sa.Float(), nullable=False),
        sa.Column("extras", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Float(), nullable=False),
        sa.Column("idle", sa.Float(), nullable=False),
        sa.Column("overtime", sa.Float(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("late BETWEEN 0 AND 1", name="ck_overbooking_setting_late"),
        sa.CheckConstraint("wait BETWEEN 0 AND 120", name="ck_overbooking_setting_wait"),
        sa.CheckConstraint("long_wait BETWEEN 0 AND 1", name="ck_overbooking_setting_long_wait"),
        sa.CheckConstraint("extras BETWEEN 1 AND 5", name="ck_overbooking_setting_extras"),
        sa.CheckConstraint(
            "waiting > 0 AND idle >= 0 AND overtime >= 0", name="ck_overbooking_setting_weights"
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name="fk_overbooking_setting_clinic_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_overbooking_setting"),
        sa.UniqueConstraint("clinic_id", name="uq_overbooking_setting_clinic_id"),
    )
    op.create_table(
        "overbooking_use",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_overbooking_use_{column}")
            for column, table in (
                ("clinic_id", "clinic"),
                ("clinician_id", "resource"),
                ("visit_type_id", "visit_type"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_overbooking_use"),
        sa.UniqueConstraint(
            "clinician_id",
            "visit_type_id",
            name="uq_overbooking_use_clinician_id_visit_type_id",
        ),
    )
    op.create_index("ix_overbooking_use_clinic_id", "overbooking_use", ["clinic_id"])


def _predictions() -> None:
    op.create_table(
        "session_prediction",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("extras", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Float(), nullable=False)
            for name in (
                "expected",
                "missing",
                "late",
                "overtime",
                "idle",
                "wait",
                "longest_wait",
                "long_wait",
            )
        ),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", sa.Integer(), nullable=True),
        sa.Column("came", sa.Integer(), nullable=True),
        sa.Column("observed_overtime", sa.Float(), nullable=True),
        sa.Column("waits", sa.Integer(), nullable=True),
        sa.Column("observed_wait", sa.Float(), nullable=True),
        sa.Column("long_waits", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_session_prediction_order"),
        sa.CheckConstraint("extras <= booked", name="ck_session_prediction_extras"),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=f"fk_session_prediction_{column}"
            )
            for column, table in (
                ("clinic_id", "clinic"),
                ("clinician_id", "resource"),
                ("site_id", "site"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_prediction"),
        sa.UniqueConstraint(
            "clinician_id",
            "clinic_id",
            "starts_at",
            name="uq_session_prediction_clinician_id_clinic_id_starts_at",
        ),
    )
    op.create_index(
        "ix_session_prediction_clinic_id", "session_prediction", ["clinic_id", "starts_at"]
    )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    names = DOWN_POSTGRESQL if postgresql else DOWN_SQLITE
    for name in names:
        op.get_bind().exec_driver_sql(f"DROP {name}")
    for table in ("session_prediction", "overbooking_use", "overbooking_setting"):
        op.drop_table(table)
    _anew(
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("session_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("granted_by", sa.String(200), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        *_keys("resource_id", "clinic_id"),
    )
