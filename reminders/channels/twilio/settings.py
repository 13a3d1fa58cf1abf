"""What an operator says about the clinic's account with Twilio."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from booking.platform.errors import ConfigurationError

SID = "RETTID_TWILIO_ACCOUNT_SID"
TOKEN = "RETTID_TWILIO_AUTH_TOKEN"  # noqa: S105  (a variable's name)
URL = "RETTID_TWILIO_URL"

ACCOUNT = re.compile("AC[0-9a-fA-F]{32}")


@dataclass(frozen=True)
class TwilioSettings:
    """One account.

    auth_tokens: the first signs us in; while a token is being changed, callbacks signed with any
    of them are believed. public_url: ours as Twilio sees it, without a slash at the end. base_url:
    where the API is reached if not at Twilio's own address (a proxy), '' else. timeout_seconds:
    how long to wait for a connection, and then for each piece of the answer.
    """

    account_sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    public_url: str
    base_url: str = ""
    timeout_seconds: float = 10


def from_environment(environ: Mapping[str, str], public_url: str) -> TwilioSettings | None:
    """Read RETTID_TWILIO_ACCOUNT_SID, …_AUTH_TOKEN ('new' or 'new,old') and …_URL; None without.

    Raises ConfigurationError where only some is set, or what is set cannot be used.
    """
    sid = environ.get(SID, "").strip()
    tokens = tuple(one for part in environ.get(TOKEN, "").split(",") if (one := part.strip()))
    if not sid and not tokens:
        return None
    missing = [name for name, value in ((SID, sid), (TOKEN, tokens)) if not value]
    if missing:
        raise ConfigurationError(f"missing in the environment: {', '.join(missing)}")
    if not ACCOUNT.fullmatch(sid):
        raise ConfigurationError(f"{SID} must be an account's SID: AC and 32 hexadecimal digits")
    base_url = environ.get(URL, "").strip().rstrip("/")
    parts = urlsplit(base_url)
    if base_url and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise ConfigurationError(f"{URL} must be a whole address: https://host or http://host:port")
    return TwilioSettings(
        account_sid=sid, auth_tokens=tokens, public_url=public_url.rstrip("/"), base_url=base_url
    )
