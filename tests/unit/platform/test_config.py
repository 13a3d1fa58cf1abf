"""Production does not begin without its secrets, and says which are missing."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from booking.platform.config import from_environment
from booking.platform.errors import ConfigurationError

WHOLE = {
    "DATABASE_URL": "postgresql://localhost/rettid",
    "RETTID_SESSION_KEY": "s" * 40,
    "RETTID_DATA_KEYS": f"1:{Fernet.generate_key().decode()}",
    "RETTID_LOOKUP_KEY": "l" * 40,
    "RETTID_PUBLIC_URL": "https://tider.example.dk",
}


def test_production_is_what_one_gets_without_asking() -> None:
    config = from_environment(WHOLE)
    assert config.mode == "production"
    assert not config.demo
    assert config.secure_cookies
    assert not config.run_jobs
    assert from_environment({**WHOLE, "RETTID_JOBS": "embedded"}).run_jobs
    assert not from_environment({**WHOLE, "RETTID_JOBS": "procrastinate"}).run_jobs
    assert config.trusted_proxies == 0
    assert from_environment({**WHOLE, "RETTID_TRUSTED_PROXIES": "2"}).trusted_proxies == 2


def test_workers_are_refused_on_sqlite_where_nobody_would_run_the_jobs() -> None:
    on_sqlite = {**WHOLE, "DATABASE_URL": "sqlite:///x.sqlite3", "RETTID_JOBS": "procrastinate"}
    with pytest.raises(ConfigurationError, match="PostgreSQL"):
        from_environment(on_sqlite)


def test_every_missing_secret_is_named() -> None:
    with pytest.raises(ConfigurationError) as refused:
        from_environment({"RETTID_MODE": "production"})
    for name in WHOLE:
        assert name in str(refused.value)


@pytest.mark.parametrize("name", WHOLE)
def test_one_missing_secret_is_enough_to_refuse(name: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        from_environment({**WHOLE, name: ""})
    others = set(WHOLE) - {name}
    assert name in str(refused.value)
    assert not any(other in str(refused.value) for other in others)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RETTID_SESSION_KEY", "short"),
        ("RETTID_LOOKUP_KEY", "short"),
        ("RETTID_DATA_KEYS", "1:not-a-key"),
        ("RETTID_DATA_KEYS", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
        ("RETTID_MODE", "prodution"),
        ("RETTID_JOBS", "embeded"),
        ("RETTID_TRUSTED_PROXIES", "-1"),
        ("RETTID_TRUSTED_PROXIES", "yes"),
    ],
)
def test_a_secret_that_cannot_serve_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        from_environment({**WHOLE, name: value})


def test_the_demo_makes_its_own_secrets_once_and_for_its_owner_only(tmp_path: Path) -> None:
    environ = {"RETTID_MODE": "demo", "RETTID_INSTANCE": str(tmp_path)}
    first, second = from_environment(environ), from_environment(environ)
    assert first == second
    assert first.demo
    assert (tmp_path / "demo.env").stat().st_mode & 0o077 == 0
