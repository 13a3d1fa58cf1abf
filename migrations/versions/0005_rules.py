"""Rules: rule sets, drafts, published versions and releases; who may publish; and on the worklist
who owns an item, how urgent it is and when it escalates unread.

A published version is never changed or removed. A release is only ever withdrawn.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ROLES = "role IN ('secretary', 'clinician', 'leader', 'approver')"
ON_THE_WORKLIST = (
    "urgency VARCHAR(6) DEFAULT '' NOT NULL "
    "CONSTRAINT ck_worklist_item_urgency CHECK (urgency IN ('', 'red', 'yellow'))",
    "owner_id INTEGER CONSTRAINT fk_worklist_item_owner_id REFERENCES staff (id)",
    "read_by VARCHAR(200) DEFAULT '' NOT NULL",
)
RELEASED = (
    "id, rule_set_id, version_id, kind, from_at, why, released_at, released_by_id, released_by"
)


def upgrade() -> None:
    _approvers()
    _worklist()
    _rules()
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _postgresql() if postgresql else _sqlite():
        op.get_bind().exec_driver_sql(statement)


def _approvers() -> None:
    with op.batch_alter_table("staff_role") as roles:
        roles.drop_constraint("ck_staff_role_role", type_="check")
        roles.create_check_constraint("ck_staff_role_role", ROLES)


def _worklist() -> None:
    for column in ON_THE_WORKLIST:
        op.get_bind().exec_driver_sql(f"ALTER TABLE worklist_item ADD COLUMN {column}")
    for name in ("read_at", "escalate_at", "escalated_at"):
        op.add_column("worklist_item", sa.Column(name, TIME, nullable=True))
    op.create_index("ix_worklist_item_escalate_at", "worklist_item", ["escalate_at"])


def _rules() -> None:
    op.create_table(
        "rule_set",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_rule_set_clinic_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_set"),
        sa.UniqueConstraint("clinic_id", "code", name="uq_rule_set_clinic_id_code"),
    )
    op.create_table(
        "rule_version",
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("examples", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.String(200), nullable=False),
        sa.Column("published_at", TIME, nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=False),
        sa.Column("published_by", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("written_by_id <> published_by_id", name="ck_rule_version_two_people"),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["staff.id"], name="fk_rule_version_published_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["rule_set_id"], ["rule_set.id"], name="fk_rule_version_rule_set_id"
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["staff.id"], name="fk_rule_version_written_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rule_version"),
        sa.UniqueConstraint("rule_set_id", "number", name="uq_rule_version_rule_set_id_number"),
    )
    op.create_table(
        "rule_draft",
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("examples", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("edited_at", TIME, nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=False),
        sa.Column("edited_by", sa.String(200), nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_by", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('editing', 'review')", name="ck_rule_draft_status"),
        sa.ForeignKeyConstraint(
            ["based_on_id"], ["rule_version.id"], name="fk_rule_draft_based_on_id"
        ),
        sa.ForeignKeyConstraint(["edited_by_id"], ["staff.id"], name="fk_rule_draft_edited_by_id"),
        sa.ForeignKeyConstraint(["rule_set_id"], ["rule_set.id"], name="fk_rule_draft_rule_set_id"),
        sa.ForeignKeyConstraint(["sent_by_id"], ["staff.id"], name="fk_rule_draft_sent_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_draft"),
        sa.UniqueConstraint("rule_set_id", name="uq_rule_draft_rule_set_id"),
    )
    op.create_table(
        "rule_release",
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("from_at", TIME, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("released_at", TIME, nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=False),
        sa.Column("released_by", sa.String(200), nullable=False),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("withdrawn_by", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('publish', 'rollback', 'shadow')", name="ck_rule_release_kind"
        ),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["staff.id"], name="fk_rule_release_released_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["rule_set_id"], ["rule_set.id"], name="fk_rule_release_rule_set_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["rule_version.id"], name="fk_rule_release_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rule_release"),
    )
    op.create_index("ix_rule_release_rule_set_id", "rule_release", ["rule_set_id", "from_at"])


def _postgresql() -> list[str]:
    return [
        """
        CREATE FUNCTION rules_stand() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'rules_stand' USING ERRCODE = 'check_violation'; END $$""",
        "CREATE TRIGGER rule_version_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON rule_version "
        "FOR EACH STATEMENT EXECUTE FUNCTION rules_stand()",
        f"CREATE TRIGGER rule_release_stands BEFORE UPDATE OF {RELEASED} OR DELETE OR TRUNCATE "
        "ON rule_release FOR EACH STATEMENT EXECUTE FUNCTION rules_stand()",
    ]


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{act.split()[0].lower()} BEFORE {act} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'rules_stand'); END"
        for table, update in (
            ("rule_version", "UPDATE"),
            ("rule_release", f"UPDATE OF {RELEASED}"),
        )
        for act in (update, "DELETE")
    ]
