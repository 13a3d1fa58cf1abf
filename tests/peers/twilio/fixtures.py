"""Fixtures for a conftest to import: Twilio's stand-in, and Prism in front of it.

Each is started once a session (with xdist, one a worker) and as new for each test.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from reminders.channels.twilio import settings
from reminders.channels.twilio.settings import TwilioSettings
from tests.peers.twilio.fake import FakeTwilio
from tests.peers.twilio.prism import prism

PUBLIC_URL = "https://rettid.example"
PATIENCE_SECONDS = 2.0


@pytest.fixture(scope="session")
def twilio_server() -> Iterator[FakeTwilio]:
    """The fake, as long as the session lasts."""
    with FakeTwilio() as fake:
        yield fake


@pytest.fixture(scope="session")
def twilio_api(
    twilio_server: FakeTwilio, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where clients go: Prism, which lets only what Twilio's description allows through."""
    with prism(twilio_server.url, tmp_path_factory.mktemp("prism")) as url:
        yield url


@pytest.fixture
def twilio(twilio_server: FakeTwilio) -> Iterator[FakeTwilio]:
    """The fake, which remembers nothing from other tests."""
    twilio_server.reset()
    yield twilio_server
    twilio_server.reset()


@pytest.fixture
def twilio_settings(twilio: FakeTwilio, twilio_api: str) -> TwilioSettings:
    """An account at the fake, reached through Prism, with little patience."""
    return TwilioSettings(
        account_sid=twilio.account_sid,
        auth_tokens=(twilio.auth_token,),
        public_url=PUBLIC_URL,
        base_url=twilio_api,
        timeout_seconds=PATIENCE_SECONDS,
    )


@pytest.fixture
def twilio_environment(twilio: FakeTwilio, twilio_api: str) -> dict[str, str]:
    """The same account as an operator sets it, for a process of its own."""
    return {
        settings.SID: twilio.account_sid,
        settings.TOKEN: twilio.auth_token,
        settings.URL: twilio_api,
    }


@pytest.fixture
def twilio_itself(twilio: FakeTwilio, twilio_settings: TwilioSettings) -> TwilioSettings:
    """The account without Prism between, which answers an unreadable answer with one of its own."""
    return replace(twilio_settings, base_url=twilio.url)
