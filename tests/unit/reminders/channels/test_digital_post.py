"""Letters left for Digital Post in a folder: whole, once, and seen by nobody else."""

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from booking.platform.errors import ConfigurationError
from reminders.channels.digital_post import DigitalPostChannel, DigitalPostSettings
from reminders.channels.memo import NAMESPACE
from reminders.channels.port import Found, NotAccepted, OutcomeUnknown, Outgoing

KEY = "0d5a7f6e-3c1b-4a59-9e1d-6f2f5e0c9a11"
CPR = "0403611234"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LETTER = Outgoing(
    attempt=KEY,
    channel="digital_post",
    to="040361-1234",
    sender="",
    body="Du har en tid <hos> os.\n\nRing & sig til.",
    language="da",
    valid_until=NOW + timedelta(days=5),
    subject="Din tid på sygehuset",
    recipient="Karen Prøve",
)


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "digital-post"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def channel(drop: Path) -> DigitalPostChannel:
    return DigitalPostChannel(DigitalPostSettings(drop, "29190925", "Region Nord"))


def environment(drop: Path) -> dict[str, str]:
    return {
        "RETTID_DIGITAL_POST_DROP": str(drop),
        "RETTID_DIGITAL_POST_CVR": "29190925",
        "RETTID_DIGITAL_POST_SENDER": "Region Nord",
    }


@pytest.mark.freeze_time("2026-11-23T08:00:00Z")
def test_the_message_has_all_that_the_format_demands_in_its_order(
    channel: DigitalPostChannel, drop: Path
) -> None:
    assert channel.send(LETTER).provider_id == KEY
    message = ElementTree.parse(drop / f"{KEY}.xml").getroot()
    assert message.get("memoVersion") == "1.2"
    said = [
        (one.tag.removeprefix(f"{{{NAMESPACE}}}"), (one.text or "").strip())
        for one in message.iter()
    ]
    content = said.pop()
    assert said == [
        ("Message", ""),
        ("MessageHeader", ""),
        ("messageType", "DIGITALPOST"),
        ("messageUUID", KEY),
        ("label", "Din tid på sygehuset"),
        ("mandatory", "false"),
        ("legalNotification", "false"),
        ("Sender", ""),
        ("senderID", "29190925"),
        ("idType", "CVR"),
        ("label", "Region Nord"),
        ("Recipient", ""),
        ("recipientID", CPR),
        ("idType", "CPR"),
        ("MessageBody", ""),
        ("createdDateTime", "2026-11-23T08:00:00Z"),
        ("MainDocument", ""),
        ("File", ""),
        ("encodingFormat", "text/html"),
        ("filename", "brev.html"),
        ("language", "da"),
    ]
    assert content[0] == "content"
    page = base64.b64decode(content[1]).decode()
    assert '<html lang="da">' in page
    assert "<p>Du har en tid &lt;hos&gt; os.</p>\n<p>Ring &amp; sig til.</p>" in page
    assert b"<memo:Message " in (drop / f"{KEY}.xml").read_bytes()


def test_one_closed_file_whose_name_says_nothing_of_the_citizen(
    channel: DigitalPostChannel, drop: Path
) -> None:
    channel.send(LETTER)
    (file,) = drop.iterdir()
    assert file.name == f"{KEY}.xml"
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_same_attempt_twice_is_one_letter_fetched_or_not(
    channel: DigitalPostChannel, drop: Path
) -> None:
    first = channel.send(LETTER)
    before = (drop / f"{KEY}.xml").read_bytes()
    assert channel.send(replace(LETTER, body="noget andet")) == first
    assert (drop / f"{KEY}.xml").read_bytes() == before
    (drop / "sent").mkdir()
    (drop / f"{KEY}.xml").rename(drop / "sent" / f"{KEY}.xml")
    channel.send(LETTER)
    assert not (drop / f"{KEY}.xml").exists()


def test_where_its_file_lies_is_what_is_known(channel: DigitalPostChannel, drop: Path) -> None:
    assert channel.find(LETTER, NOW, []) is None
    channel.send(LETTER)
    assert channel.find(LETTER, NOW, []) == Found(KEY, "sent")
    for folder, found in (
        ("sent", Found(KEY, "sent")),
        ("failed", Found(KEY, "failed", "refused")),
    ):
        (drop / folder).mkdir()
        next(drop.rglob(f"{KEY}.xml")).rename(drop / folder / f"{KEY}.xml")
        assert channel.find(LETTER, NOW, []) == found


@pytest.mark.parametrize("to", ["", "karen", "3113611234", "04036112"])
def test_who_has_no_cpr_number_has_no_digital_post(
    channel: DigitalPostChannel, drop: Path, to: str
) -> None:
    with pytest.raises(NotAccepted, match="no_address"):
        channel.send(replace(LETTER, to=to))
    assert list(drop.iterdir()) == []


def test_without_the_folder_nothing_was_sent_before_and_nothing_is_known_after(
    channel: DigitalPostChannel, drop: Path
) -> None:
    drop.rmdir()
    with pytest.raises(NotAccepted, match="drop"):
        channel.send(LETTER)
    with pytest.raises(OutcomeUnknown, match="drop"):
        channel.find(LETTER, NOW, [])


def test_a_half_written_letter_is_none(channel: DigitalPostChannel, drop: Path) -> None:
    (drop / f".{KEY}.unfinished").write_text("<memo")
    assert channel.find(LETTER, NOW, []) is None
    channel.send(LETTER)
    ElementTree.parse(drop / f"{KEY}.xml")
    assert len(list(drop.iterdir())) == 1


def test_a_label_is_one_line_of_what_xml_can_hold(channel: DigitalPostChannel, drop: Path) -> None:
    channel.send(replace(LETTER, subject="En\x00 tid\n" + "x" * 300))
    found = ElementTree.parse(drop / f"{KEY}.xml").find(f".//{{{NAMESPACE}}}label")
    assert found is not None
    assert re.fullmatch(r"En tid x{249}", found.text or "")


def test_settings(drop: Path) -> None:
    assert DigitalPostSettings.from_environment({}) is None
    made = DigitalPostSettings.from_environment(environment(drop))
    assert made == DigitalPostSettings(drop, "29190925", "Region Nord")


def test_half_settings_or_a_folder_open_to_all_stop_the_start(drop: Path) -> None:
    whole = environment(drop)
    for name in whole:
        with pytest.raises(ConfigurationError, match=name):
            DigitalPostSettings.from_environment({**whole, name: ""})
    with pytest.raises(ConfigurationError, match="eight digits"):
        DigitalPostSettings.from_environment({**whole, "RETTID_DIGITAL_POST_CVR": "2919092"})
    drop.chmod(0o755)
    with pytest.raises(ConfigurationError, match="closed to others"):
        DigitalPostSettings.from_environment(whole)
