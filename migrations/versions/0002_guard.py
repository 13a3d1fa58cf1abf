"""The guard: what no code path can get round. Both databases say the same in their own way.

- a resource never has two overlapping active allocations in one lane (invariant 1);
- a patient never has two overlapping active appointments (invariant 2);
- a group session never has more participants and holds than its capacity;
- an allocation is active exactly as long as its appointment or group session is;
- the audit log only grows (invariant 9).
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ACTIVE = "('booked', 'arrived', 'checked-in')"

POSTGRESQL = f"""
ALTER TABLE allocation ADD CONSTRAINT allocation_no_overlap EXCLUDE USING gist (
  int4range(resource_id, resource_id, '[]') WITH &&,
  int4range(lane, lane, '[]') WITH &&,
  tstzrange(starts_at, ends_at) WITH &&
) WHERE (active);
--
ALTER TABLE appointment ADD CONSTRAINT appointment_patient_no_overlap EXCLUDE USING gist (
  int4range(patient_id, patient_id, '[]') WITH &&,
  tstzrange(starts_at, ends_at) WITH &&
) WHERE (status IN {ACTIVE});
--
CREATE FUNCTION group_session_has_room() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE room integer;
BEGIN
  IF NEW.group_session_id IS NULL THEN RETURN NEW; END IF;
  IF TG_TABLE_NAME = 'appointment' THEN
    IF NEW.status NOT IN {ACTIVE} THEN RETURN NEW; END IF;
  END IF;
  SELECT CASE WHEN cancelled_at IS NULL THEN capacity ELSE 0 END INTO room
  FROM group_session WHERE id = NEW.group_session_id FOR UPDATE;
  IF room < (SELECT count(*) FROM appointment
             WHERE group_session_id = NEW.group_session_id AND status IN {ACTIVE})
          + (SELECT count(*) FROM hold WHERE group_session_id = NEW.group_session_id) THEN
    RAISE EXCEPTION 'group_session_capacity'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'group_session_capacity';
  END IF;
  RETURN NEW;
END $$;
--
CREATE TRIGGER group_session_capacity_appointment
AFTER INSERT OR UPDATE OF group_session_id, status ON appointment
FOR EACH ROW EXECUTE FUNCTION group_session_has_room();
--
CREATE TRIGGER group_session_capacity_hold
AFTER INSERT OR UPDATE OF group_session_id ON hold
FOR EACH ROW EXECUTE FUNCTION group_session_has_room();
--
CREATE FUNCTION group_session_keeps_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.capacity < (SELECT count(*) FROM appointment
                     WHERE group_session_id = NEW.id AND status IN {ACTIVE})
                  + (SELECT count(*) FROM hold WHERE group_session_id = NEW.id) THEN
    RAISE EXCEPTION 'group_session_capacity'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'group_session_capacity';
  END IF;
  RETURN NEW;
END $$;
--
CREATE TRIGGER group_session_capacity_change
AFTER UPDATE OF capacity ON group_session
FOR EACH ROW EXECUTE FUNCTION group_session_keeps_room();
--
CREATE FUNCTION allocation_follows_appointment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE allocation SET active = (NEW.status IN {ACTIVE})
  WHERE appointment_id = NEW.id AND active IS DISTINCT FROM (NEW.status IN {ACTIVE});
  RETURN NEW;
END $$;
--
CREATE TRIGGER allocation_follows_appointment AFTER UPDATE OF status ON appointment
FOR EACH ROW EXECUTE FUNCTION allocation_follows_appointment();
--
CREATE FUNCTION allocation_follows_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE allocation SET active = (NEW.cancelled_at IS NULL) WHERE group_session_id = NEW.id;
  RETURN NEW;
END $$;
--
CREATE TRIGGER allocation_follows_group AFTER UPDATE OF cancelled_at ON group_session
FOR EACH ROW EXECUTE FUNCTION allocation_follows_group();
--
CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit_only_grows' USING ERRCODE = 'check_violation'; END $$;
--
CREATE TRIGGER audit_entry_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
--
CREATE TRIGGER audit_subject_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_subject
FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()
"""

# SQLite keeps instants as text and compares them as text: they must be written one way, in UTC
# and without a zone, with or without six decimals.
_SECOND = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
_DECIMALS = ".[0-9][0-9][0-9][0-9][0-9][0-9]"


def _is_instant(column: str) -> str:
    return f"({column} GLOB '{_SECOND}' OR {column} GLOB '{_SECOND}{_DECIMALS}')"


def _sqlite_overlap(table: str, name: str, same: str, active: str, active_b: str) -> list[str]:
    """Insert and update triggers that refuse a row overlapping another active one.

    same: column -> what must be equal. The two differ only in that a row may overlap itself.
    """
    check = f"""
      SELECT RAISE(ABORT, '{table}_instant_format')
      WHERE NOT {_is_instant("NEW.starts_at")} OR NOT {_is_instant("NEW.ends_at")};
      SELECT RAISE(ABORT, '{name}') WHERE EXISTS (
        SELECT 1 FROM {table} b
        WHERE {same} AND {active_b}
          AND b.starts_at < NEW.ends_at AND b.ends_at > NEW.starts_at"""
    return [
        f"CREATE TRIGGER {name}_insert BEFORE INSERT ON {table} WHEN {active} BEGIN {check}); END",
        f"CREATE TRIGGER {name}_update BEFORE UPDATE ON {table} WHEN {active} BEGIN "
        f"{check} AND b.id <> OLD.id); END",
    ]


_ROOM = f"""
  (SELECT count(*) FROM appointment
   WHERE group_session_id = {{group}} AND status IN {ACTIVE})
  + (SELECT count(*) FROM hold WHERE group_session_id = {{group}})
"""


def _sqlite_capacity(suffix: str, when: str, counts: str = "true") -> str:
    """A trigger that refuses one too many; one that was called off has room for nobody new."""
    room = _ROOM.format(group="NEW.group_session_id")
    return f"""
    CREATE TRIGGER group_session_capacity_{suffix} AFTER {when}
    WHEN NEW.group_session_id IS NOT NULL AND {counts} BEGIN
      SELECT RAISE(ABORT, 'group_session_capacity')
      WHERE (SELECT CASE WHEN cancelled_at IS NULL THEN capacity ELSE 0 END
             FROM group_session WHERE id = NEW.group_session_id) < {room};
    END"""


SQLITE = [
    *_sqlite_overlap(
        "allocation",
        "allocation_no_overlap",
        "b.resource_id = NEW.resource_id AND b.lane = NEW.lane",
        "NEW.active",
        "b.active",
    ),
    *_sqlite_overlap(
        "appointment",
        "appointment_patient_no_overlap",
        "b.patient_id = NEW.patient_id",
        f"NEW.status IN {ACTIVE}",
        f"b.status IN {ACTIVE}",
    ),
    _sqlite_capacity("appointment_insert", "INSERT ON appointment", f"NEW.status IN {ACTIVE}"),
    _sqlite_capacity(
        "appointment_update",
        "UPDATE OF group_session_id, status ON appointment",
        f"NEW.status IN {ACTIVE}",
    ),
    _sqlite_capacity("hold_insert", "INSERT ON hold"),
    _sqlite_capacity("hold_update", "UPDATE OF group_session_id ON hold"),
    f"""
    CREATE TRIGGER group_session_capacity_change AFTER UPDATE OF capacity ON group_session BEGIN
      SELECT RAISE(ABORT, 'group_session_capacity')
      WHERE NEW.capacity < {_ROOM.format(group="NEW.id")};
    END""",
    f"""
    CREATE TRIGGER allocation_follows_appointment AFTER UPDATE OF status ON appointment BEGIN
      UPDATE allocation SET active = (NEW.status IN {ACTIVE})
      WHERE appointment_id = NEW.id AND active <> (NEW.status IN {ACTIVE});
    END""",
    """
    CREATE TRIGGER allocation_follows_group AFTER UPDATE OF cancelled_at ON group_session BEGIN
      UPDATE allocation SET active = (NEW.cancelled_at IS NULL) WHERE group_session_id = NEW.id;
    END""",
    *(
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'audit_only_grows'); END"
        for table in ("audit_entry", "audit_subject")
        for act in ("UPDATE", "DELETE")
    ),
]


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL.split("\n--\n") if postgresql else SQLITE:
        op.get_bind().exec_driver_sql(statement.replace("%", "%%") if postgresql else statement)
