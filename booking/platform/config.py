"""Settings, read once from the environment.

Production refuses to start without its secrets; the demo makes its own, keeps them
beside its database, and says on every page that it is a demo.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from cryptography.fernet import Fernet

from booking.platform.errors import ConfigurationError

Mode = Literal["production", "demo", "test"]

MESSAGING = ("RETTID_TWILIO_", "RETTID_SMTP_", "RETTID_MAIL_", "RETTID_DIGITAL_POST_")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Config:
    """Everything the application is told from outside.

    data_keys: version -> Fernet key (32 url-safe base64 bytes); the highest version seals,
    every version opens. lookup_key: the key of the hashes by which CPR and phone are found.
    run_jobs: this server's process also runs the jobs (RETTID_JOBS=embedded).
    trusted_proxies: how many web servers in front of us add to X-Forwarded-For. messaging: the
    settings of those who carry messages, as named in the environment; each reads its own.
    metrics_token: what whoever reads /metrics must show; nobody may where it is empty.
    """

    mode: Mode
    database_url: str
    session_key: str
    data_keys: Mapping[int, str]
    lookup_key: str
    public_url: str = "http://127.0.0.1:8000"
    instance: Path = ROOT / "instance"
    patient_idle: timedelta = timedelta(minutes=30)
    patient_longest: timedelta = timedelta(hours=12)
    staff_idle: timedelta = timedelta(minutes=60)
    staff_longest: timedelta = timedelta(hours=10)
    run_jobs: bool = False
    trusted_proxies: int = 0
    messaging: Mapping[str, str] = field(default_factory=dict)
    metrics_token: str = ""
    flask: Mapping[str, object] = field(default_factory=dict)

    @property
    def demo(self) -> bool:
        """True where the people are made up and signing in takes one press."""
        return self.mode == "demo"

    @property
    def secure_cookies(self) -> bool:
        """Cookies are sent over HTTPS only, except on a demo or test machine's loopback."""
        return self.mode == "production"


def from_environment(environ: Mapping[str, str]) -> Config:
    """Build the configuration; raise ConfigurationError naming every missing variable."""
    mode = environ.get("RETTID_MODE", "production")
    if mode not in ("production", "demo", "test"):
        raise ConfigurationError("RETTID_MODE must be production, demo or test")
    instance = Path(environ.get("RETTID_INSTANCE", ROOT / "instance"))
    values = dict(environ)
    if mode == "demo":
        values = {**_demo_secrets(instance), **values}
        values.setdefault("DATABASE_URL", f"sqlite:///{instance / 'demo.sqlite3'}")
    required = ["DATABASE_URL", "RETTID_SESSION_KEY", "RETTID_DATA_KEYS", "RETTID_LOOKUP_KEY"]
    if mode == "production":
        required.append("RETTID_PUBLIC_URL")  # a letter with the loopback's address helps no one
    missing = [name for name in required if not values.get(name)]
    if missing:
        raise ConfigurationError(
            f"missing in the environment: {', '.join(missing)} "
            "(`python -m booking.platform.keys` prints fresh keys)"
        )
    return Config(
        mode=mode,  # type: ignore[arg-type]  # narrowed by the check above
        database_url=values["DATABASE_URL"],
        session_key=_long_enough("RETTID_SESSION_KEY", values["RETTID_SESSION_KEY"]),
        data_keys=parse_data_keys(values["RETTID_DATA_KEYS"]),
        lookup_key=_long_enough("RETTID_LOOKUP_KEY", values["RETTID_LOOKUP_KEY"]),
        public_url=values.get("RETTID_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        instance=instance,
        run_jobs=_runs_jobs(values.get("RETTID_JOBS", ""), values["DATABASE_URL"]),
        trusted_proxies=_proxies(values.get("RETTID_TRUSTED_PROXIES", "")),
        metrics_token=values.get("RETTID_METRICS_TOKEN", ""),
        messaging={name: text for name, text in values.items() if name.startswith(MESSAGING)},
    )


def parse_data_keys(text: str) -> dict[int, str]:
    """'2:<key>,1:<key>' -> {2: key, 1: key}; every key is tried, so that a typo stops the start."""
    keys: dict[int, str] = {}
    for part in text.split(","):
        version, _, key = part.strip().partition(":")
        try:
            Fernet(key)
            keys[int(version)] = key
        except ValueError:
            raise ConfigurationError(
                "RETTID_DATA_KEYS must read like '1:<key>' or '2:<new key>,1:<old key>', "
                "each key as `python -m booking.platform.keys` prints it"
            ) from None
    return keys


def _long_enough(name: str, value: str) -> str:
    if len(value) < 32:
        raise ConfigurationError(f"{name} must have at least 32 characters")
    return value


def _runs_jobs(who: str, database_url: str) -> bool:
    if who not in ("", "embedded", "procrastinate"):
        raise ConfigurationError("RETTID_JOBS must be embedded, procrastinate or empty")
    if who == "procrastinate" and not database_url.startswith("postgresql"):
        raise ConfigurationError("RETTID_JOBS=procrastinate needs PostgreSQL; use embedded")
    return who == "embedded"


def _proxies(text: str) -> int:
    if text and not (text.isascii() and text.isdigit()):
        raise ConfigurationError("RETTID_TRUSTED_PROXIES must be a number: 0, 1, 2 …")
    return int(text or 0)


def _demo_secrets(instance: Path) -> dict[str, str]:
    """The demo's own keys, made once so that its database can be opened again."""
    instance.mkdir(parents=True, exist_ok=True)
    path = instance / "demo.env"
    if not path.exists():
        lines = {
            "RETTID_SESSION_KEY": secrets.token_urlsafe(32),
            "RETTID_DATA_KEYS": f"1:{Fernet.generate_key().decode()}",
            "RETTID_LOOKUP_KEY": secrets.token_urlsafe(32),
        }
        path.touch(mode=0o600)
        path.write_text("".join(f"{k}={v}\n" for k, v in lines.items()))
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return dict(pairs)
