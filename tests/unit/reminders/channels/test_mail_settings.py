"""What an operator says about e-mail."""

import pytest

from booking.platform.errors import ConfigurationError
from reminders.channels.mail import MailSettings

FROM = "Sygehus Nord <svar-ikke@sygehus.example>"


def settings(url: str, sender: str = FROM) -> MailSettings | None:
    return MailSettings.from_environment({"RETTID_SMTP_URL": url, "RETTID_MAIL_FROM": sender})


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("smtp://post.example", ("post.example", 587, "starttls")),
        ("smtps://post.example", ("post.example", 465, "from_the_start")),
        ("smtp://post.example:2525", ("post.example", 2525, "starttls")),
        ("smtp://127.0.0.1", ("127.0.0.1", 25, "none")),
        ("smtp://localhost:1025", ("localhost", 1025, "none")),
        ("smtp://[::1]:1025", ("::1", 1025, "none")),
        ("smtps://127.0.0.1", ("127.0.0.1", 465, "from_the_start")),
    ],
)
def test_only_towards_this_machine_is_nothing_encrypted(
    url: str, reached: tuple[str, int, str]
) -> None:
    made = settings(url)
    assert made is not None
    assert (made.host, made.port, made.encryption) == reached
    assert str(made.sender) == FROM


def test_a_password_may_hold_any_character_and_is_not_shown() -> None:
    made = settings("smtp://rettid:p%40ss%2Fw@post.example")
    assert made is not None
    assert (made.user, made.password) == ("rettid", "p@ss/w")
    assert "p@ss" not in repr(made)


def test_without_settings_there_is_no_mail() -> None:
    assert MailSettings.from_environment({}) is None


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp://post.example", ""),
        ("", FROM),
        ("post.example:25", FROM),
        ("http://post.example", FROM),
        ("smtp://rettid:hemmeligt@post.example:port", FROM),
        ("smtp://post.example", "Sygehus Nord"),
        ("smtp://post.example", "sygehus@"),
    ],
)
def test_half_settings_stop_the_start_without_telling_the_password(url: str, sender: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        settings(url, sender)
    assert "hemmeligt" not in str(wrong.value)
