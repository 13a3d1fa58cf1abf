"""Rules: everyone who edited a draft is kept, in it and in the version it becomes, and none of them
publishes it or runs it in shadow; what it was before each save is kept for undoing. And an index for
a decision's worklist item.

A draft begins with whoever edited it last: who did so before was not kept. Versions published
before this know who sent them, and no more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("rule_draft", "rule_version")
INDEX, INDEXED = "ix_decision_outcome_worklist_item_id", "decision_outcome"


def upgrade() -> None:
    # Not in batch mode: making rule_version anew would lose the triggers it has.
    for table in TABLES:
        op.add_column(
            table, sa.Column("writer_ids", sa.JSON(), nullable=False, server_default="[]")
        )
    op.create_index(INDEX, INDEXED, ["worklist_item_id"])
    op.create_table(
        "rule_draft_step",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("examples", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["rule_draft.id"], name="fk_rule_draft_step_draft_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff.id"], name="fk_rule_draft_step_made_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_draft_step"),
        sa.UniqueConstraint("draft_id", "edition", name="uq_rule_draft_step_draft_id_edition"),
    )
    array = "json_build_array" if _postgresql() else "json_array"
    op.execute(f"UPDATE rule_draft SET writer_ids = {array}(edited_by_id)")
    for statement in _on_postgresql() if _postgresql() else _on_sqlite():
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    if _postgresql():
        for name in ("rule_draft_writers", "rule_version_own_work", "rule_release_own_work"):
            op.execute(f"DROP FUNCTION {name}() CASCADE")
    else:
        for name in (
            "rule_draft_writers_insert",
            "rule_draft_writers_update",
            "rule_version_own_work",
            "rule_release_own_work",
        ):
            op.execute(f"DROP TRIGGER {name}")
    op.drop_table("rule_draft_step")
    op.drop_index(INDEX, INDEXED)
    for table in TABLES:
        op.drop_column(table, "writer_ids")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _on_postgresql() -> list[str]:
    def holds(array: str, one: str) -> str:
        return f"{array}::jsonb @> to_jsonb({one})"

    def guard(trigger: str, events: str, table: str, refused: str, error: str) -> list[str]:
        return [
            f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {refused} THEN RAISE EXCEPTION '{error}' "
            f"USING ERRCODE = 'check_violation', CONSTRAINT = '{error}'; END IF; "
            "RETURN NEW; END $$",
            f"CREATE TRIGGER {trigger} BEFORE {events} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {trigger}()",
        ]

    return [
        *guard(
            "rule_draft_writers",
            "INSERT OR UPDATE",
            "rule_draft",
            f"NOT {holds('NEW.writer_ids', 'NEW.edited_by_id')} OR "
            "(TG_OP = 'UPDATE' AND NOT NEW.writer_ids::jsonb @> OLD.writer_ids::jsonb)",
            "rules_writers_stay",
        ),
        *guard(
            "rule_version_own_work",
            "INSERT",
            "rule_version",
            f"{holds('NEW.writer_ids', 'NEW.published_by_id')} OR "
            "EXISTS (SELECT 1 FROM rule_draft d WHERE d.rule_set_id = NEW.rule_set_id "
            "AND NOT NEW.writer_ids::jsonb @> d.writer_ids::jsonb)",
            "rules_own_work",
        ),
        *guard(
            "rule_release_own_work",
            "INSERT",
            "rule_release",
            "NEW.kind <> 'rollback' AND EXISTS (SELECT 1 FROM rule_version v "
            "WHERE v.id = NEW.version_id AND (v.written_by_id = NEW.released_by_id "
            f"OR {holds('v.writer_ids', 'NEW.released_by_id')}))",
            "rules_own_work",
        ),
    ]


def _on_sqlite() -> list[str]:
    def holds(array: str, one: str) -> str:
        return f"{one} IN (SELECT value FROM json_each({array}))"

    def lacks_some(array: str, of: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM json_each({of}) o "
            f"WHERE o.value NOT IN (SELECT value FROM json_each({array})))"
        )

    def guard(trigger: str, event: str, table: str, refused: str, error: str) -> str:
        return (
            f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} WHEN {refused} "
            f"BEGIN SELECT RAISE(ABORT, '{error}'); END"
        )

    no_editor = f"NOT {holds('NEW.writer_ids', 'NEW.edited_by_id')}"
    return [
        guard("rule_draft_writers_insert", "INSERT", "rule_draft", no_editor, "rules_writers_stay"),
        guard(
            "rule_draft_writers_update",
            "UPDATE",
            "rule_draft",
            f"{no_editor} OR {lacks_some('NEW.writer_ids', 'OLD.writer_ids')}",
            "rules_writers_stay",
        ),
        guard(
            "rule_version_own_work",
            "INSERT",
            "rule_version",
            f"{holds('NEW.writer_ids', 'NEW.published_by_id')} OR "
            "EXISTS (SELECT 1 FROM rule_draft d WHERE d.rule_set_id = NEW.rule_set_id "
            f"AND {lacks_some('NEW.writer_ids', 'd.writer_ids')})",
            "rules_own_work",
        ),
        guard(
            "rule_release_own_work",
            "INSERT",
            "rule_release",
            "NEW.kind <> 'rollback' AND EXISTS (SELECT 1 FROM rule_version v "
            "WHERE v.id = NEW.version_id AND (v.written_by_id = NEW.released_by_id "
            f"OR {holds('v.writer_ids', 'NEW.released_by_id')}))",
            "rules_own_work",
        ),
    ]
