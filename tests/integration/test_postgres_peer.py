"""The PostgreSQL that the suite starts by itself is a real one."""

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.peers.emptied import EmptiedDatabase
from tests.peers.postgres import PostgresServer

pytestmark = pytest.mark.postgres

TABLE = """
CREATE TABLE stretch (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  resource_id integer NOT NULL,
  lane integer NOT NULL DEFAULT 0,
  during tstzrange NOT NULL CHECK (NOT isempty(during)),
  active boolean NOT NULL DEFAULT true,
  EXCLUDE USING gist (
    int4range(resource_id, resource_id, '[]') WITH &&,
    int4range(lane, lane, '[]') WITH &&,
    during WITH &&
  ) WHERE (active)
)
"""
INSERT = sa.text(
    "INSERT INTO stretch (resource_id, lane, during)"
    " VALUES (:resource, :lane, tstzrange('2026-11-02 08:00Z', '2026-11-02 08:30Z'))"
)

ONE = {"resource": 1, "lane": 0}


def test_a_copy_of_a_template_has_its_tables_and_guards(postgres_server: PostgresServer) -> None:
    original = sa.create_engine(postgres_server.create_database("peer_original"))
    with original.begin() as connection:
        connection.exec_driver_sql(TABLE)
    original.dispose()

    copy = sa.create_engine(postgres_server.create_database("peer_copy", template="peer_original"))
    with copy.begin() as connection:
        connection.execute(INSERT, {"resource": 1, "lane": 0})
        connection.execute(INSERT, {"resource": 1, "lane": 1})
        connection.execute(INSERT, {"resource": 2, "lane": 0})
    with pytest.raises(IntegrityError) as refused, copy.begin() as connection:
        connection.execute(INSERT, {"resource": 1, "lane": 0})
    copy.dispose()
    assert getattr(refused.value.orig, "sqlstate", None) == "23P01"

    original = sa.create_engine(postgres_server.url("peer_original"))
    with original.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM stretch")) == 0
    original.dispose()

    for name in ("peer_copy", "peer_original"):
        postgres_server.drop_database(name)


def test_a_database_is_as_new_each_time(postgres_server: PostgresServer) -> None:
    """As the suite leaves it: rows under a guard, numbers used, work not ended, another schema."""
    template = sa.create_engine(postgres_server.create_database("peer_template"))
    with template.begin() as connection:
        connection.exec_driver_sql(
            TABLE
            + "; CREATE TABLE alembic_version (version_num text)"
            + "; INSERT INTO alembic_version VALUES ('1')"
            + "; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
            + " AS $$ BEGIN RAISE 'kept'; END $$"
            + "; CREATE TRIGGER only_grows BEFORE DELETE ON stretch"
            + " FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    template.dispose()
    changes = [
        "SELECT 1",
        "ALTER TABLE stretch RENAME lane TO track",
        "ALTER TABLE stretch RENAME TO other",
        "DROP TRIGGER only_grows ON stretch",
        "UPDATE alembic_version SET version_num = '2'",
        "CREATE TABLE another (id serial)",
        "SELECT 1",
    ]
    urls: set[str] = set()
    unended = []
    with EmptiedDatabase(postgres_server, "peer_template") as database:
        for change in changes:
            urls.add(database.as_new())
            engine = sa.create_engine(*urls)
            with engine.begin() as connection:
                assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "1"
                assert connection.scalar(sa.text("SELECT count(*) FROM stretch")) == 0
                row = connection.execute(sa.text(f"{INSERT} RETURNING id, ctid"), ONE).one()
                assert tuple(row) == (1, "(0,1)")
            with pytest.raises(DBAPIError, match="kept"), engine.begin() as connection:
                connection.exec_driver_sql("DELETE FROM stretch")
            with engine.begin() as connection:
                connection.exec_driver_sql(change)
            engine.dispose()
            left = psycopg.connect(urls.copy().pop().replace("+psycopg", ""))
            left.execute("LOCK alembic_version")
            unended.append(left)
    for left in unended:
        left.close()
    postgres_server.drop_database("peer_template")


def test_the_server_ends_when_its_owner_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RETTID_TEST_POSTGRES_URL", raising=False)
    owner_source = textwrap.dedent(
        """
        import os, signal
        from tests.peers.postgres import PostgresServer

        server = PostgresServer().__enter__()
        print(server.url("postgres"), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    owner = subprocess.run(
        [sys.executable, "-c", owner_source],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    url = sa.make_url(owner.stdout.strip())
    folder = Path(str(url.query["host"]))
    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
