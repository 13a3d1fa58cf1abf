"""The stand-in serves processes that are killed, and leaves nothing running."""

import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from reminders.channels.port import Found
from reminders.channels.twilio.settings import TwilioSettings
from reminders.channels.twilio.sms import TwilioSms
from tests.integration.reminders.channels.conftest import Writes
from tests.peers.twilio.fake import FakeTwilio
from tests.peers.twilio.troubles import hangs

SENDS = """
import os
from datetime import UTC, datetime, timedelta
from reminders.channels.port import Outgoing
from reminders.channels.twilio.settings import from_environment
from reminders.channels.twilio.sms import TwilioSms

settings = from_environment(os.environ, "https://rettid.example")
assert settings is not None
now = datetime.now(UTC)
TwilioSms(settings).send(
    Outgoing("killed", "sms", "+4520304050", "+4552512345", "Hej", "da", now + timedelta(hours=1))
)
"""

OWNS_PRISM = """
import sys, time
from pathlib import Path
from tests.peers.twilio.prism import prism

with prism("http://127.0.0.1:9", Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_process_sent_is_found(
    twilio: FakeTwilio,
    twilio_settings: TwilioSettings,
    twilio_environment: dict[str, str],
    reminder: Writes,
) -> None:
    since = datetime.now(UTC)
    twilio.next_sends(hangs(accepts=True))
    sender = subprocess.Popen([sys.executable, "-c", SENDS], env=twilio_environment)
    try:
        twilio.wait_until_accepted(1)
    finally:
        sender.kill()
        sender.wait()
    assert twilio.records[0].said("StatusCallback").endswith("/killed")
    found = TwilioSms(twilio_settings).find(reminder(body="Hej"), since, [])
    assert found == Found(twilio.records[0].sid, "sent")


def test_prism_ends_with_its_owner_even_a_killed_one(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNS_PRISM, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    with owner.stdout:
        port = int(owner.stdout.readline().strip().rpartition(":")[2])
        assert listens(port)
        owner.kill()
        owner.wait()
    for _ in range(100):
        if not listens(port):
            return
        time.sleep(0.1)
    raise AssertionError("Prism is still there")


def listens(port: int) -> bool:
    """Whether anyone takes connections there."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
