"""Where the API is reached."""

import pytest

from reminders.channels.twilio.api import at

TWILIO = "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages.json?To=%2B45&DateSent%3E=x"
REST = "/2010-04-01/Accounts/AC0/Messages.json?To=%2B45&DateSent%3E=x"


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("", TWILIO),
        ("http://127.0.0.1:8080", f"http://127.0.0.1:8080{REST}"),
        ("https://proxy.example/twilio", f"https://proxy.example/twilio{REST}"),
        ("https://proxy.example/twilio/", f"https://proxy.example/twilio{REST}"),
    ],
)
def test_another_host_takes_the_place_of_twilios(base_url: str, url: str) -> None:
    assert at(base_url, TWILIO) == url
