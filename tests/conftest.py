"""What every test stands on: one PostgreSQL a session, time that can be frozen, example counts."""

import os
from collections.abc import Iterator

import freezegun
import hypothesis
import psycopg  # noqa: F401  (imported before any test freezes time)
import pytest

from tests.peers.postgres import PostgresServer

SOAK = int(os.environ.get("RETTID_SOAK", "1"))

freezegun.configure(extend_ignore_list=["sqlalchemy.util.queue", "psycopg", "psycopg_pool"])
hypothesis.settings.register_profile("rettid", deadline=None, max_examples=100 * SOAK)
hypothesis.settings.load_profile("rettid")


@pytest.fixture(scope="session")
def soak() -> int:
    """How many times the modest count a race or a state machine should run (`make soak`: 10)."""
    return SOAK


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of this session's own (with xdist, one a worker)."""
    with PostgresServer() as server:
        yield server
