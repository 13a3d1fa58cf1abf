"""What an operator may say about the account, and what half of it comes to."""

import pytest

from booking.platform.errors import ConfigurationError
from reminders.channels.twilio.settings import TwilioSettings, from_environment

SID = "AC" + "0" * 32
OURS = "https://rettid.example"


def read(**environ: str) -> TwilioSettings | None:
    """Read RETTID_TWILIO_… variables, named without that."""
    return from_environment({f"RETTID_TWILIO_{k}": v for k, v in environ.items()}, OURS + "/")


def test_without_an_account_there_is_none() -> None:
    assert read() is None
    assert read(ACCOUNT_SID="", AUTH_TOKEN=" , ", URL="http://127.0.0.1:1") is None


def test_an_account() -> None:
    settings = read(ACCOUNT_SID=f" {SID} ", AUTH_TOKEN=" secret ")
    assert settings == TwilioSettings(SID, ("secret",), OURS)
    assert settings.base_url == ""
    assert settings.timeout_seconds == 10


def test_a_token_that_is_being_changed_and_a_proxy() -> None:
    settings = read(ACCOUNT_SID=SID, AUTH_TOKEN="new, old", URL="http://proxy.example:8080/")
    assert settings is not None
    assert settings.auth_tokens == ("new", "old")
    assert settings.base_url == "http://proxy.example:8080"


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"ACCOUNT_SID": SID}, "RETTID_TWILIO_AUTH_TOKEN"),
        ({"AUTH_TOKEN": "secret"}, "RETTID_TWILIO_ACCOUNT_SID"),
        ({"ACCOUNT_SID": SID, "AUTH_TOKEN": "secret", "URL": "proxy:8080"}, "RETTID_TWILIO_URL"),
        ({"ACCOUNT_SID": SID, "AUTH_TOKEN": "secret", "URL": "https://"}, "RETTID_TWILIO_URL"),
        ({"ACCOUNT_SID": "SK" + "0" * 32, "AUTH_TOKEN": "secret"}, "RETTID_TWILIO_ACCOUNT_SID"),
    ],
)
def test_half_an_account_stops_the_start(environ: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        read(**environ)


def test_the_token_is_in_no_log() -> None:
    assert "secret" not in repr(read(ACCOUNT_SID=SID, AUTH_TOKEN="secret"))
