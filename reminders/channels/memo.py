"""Digital Post's message format MeMo, as far as a letter from a clinic needs it. Pure.

MeMo 1.2 (digitaliser.dk/digital-post/vejledninger/memo): names, order and lengths are the
format's; schema files ended with 1.1, and the service's own test environment has the last word.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

NAMESPACE = "https://DigitalPost.dk/MeMo-1"
VERSION = "1.2"
LONGEST_LABEL = 256

# KOMBIT's SF1601 demands this prefix; the format itself leaves it free.
register_namespace("memo", NAMESPACE)


@dataclass(frozen=True)
class Letter:
    """One letter to one citizen. cpr: ten characters. sender_cvr: eight digits.

    key: a UUID, the message's own, so that the same letter is the same message to the service.
    """

    key: str
    cpr: str
    sender_cvr: str
    sender_name: str
    subject: str
    paragraphs: tuple[str, ...]
    language: str
    made_at: datetime


def as_xml(letter: Letter) -> bytes:
    """A MeMo message of type DIGITALPOST, its main document in HTML; ValueError for no UUID."""
    message = Element(f"{{{NAMESPACE}}}Message", {"memoVersion": VERSION})
    header = _in(message, "MessageHeader")
    _texts(
        header,
        {
            "messageType": "DIGITALPOST",
            # The format wants version 4, which the key is.
            "messageUUID": str(UUID(letter.key, version=4)),
            "label": _label(letter.subject),
            "mandatory": "false",
            "legalNotification": "false",
        },
    )
    _texts(
        _in(header, "Sender"),
        {"senderID": letter.sender_cvr, "idType": "CVR", "label": _label(letter.sender_name)},
    )
    _texts(_in(header, "Recipient"), {"recipientID": letter.cpr, "idType": "CPR"})
    body = _in(message, "MessageBody")
    _texts(body, {"createdDateTime": f"{letter.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"})
    _texts(
        _in(_in(body, "MainDocument"), "File"),
        {
            "encodingFormat": "text/html",
            "filename": "brev.html",
            "language": letter.language[:2],
            "content": base64.b64encode(_html(letter).encode()).decode(),
        },
    )
    xml: bytes = tostring(message, encoding="UTF-8", xml_declaration=True)
    return xml


def _in(parent: Element, name: str) -> Element:
    return SubElement(parent, f"{{{NAMESPACE}}}{name}")


def _texts(parent: Element, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        _in(parent, name).text = text


def _label(text: str) -> str:
    """One line without what XML cannot hold."""
    line = " ".join(text.split())
    return "".join(one for one in line if one.isprintable())[:LONGEST_LABEL]


def _html(letter: Letter) -> str:
    """A document that needs nothing from elsewhere, well-formed as XML too."""
    subject = escape(_label(letter.subject))
    paragraphs = "".join(f"<p>{escape(one)}</p>\n" for one in letter.paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(letter.language)}">\n'
        f'<head><meta charset="utf-8"/><title>{subject}</title></head>\n'
        f"<body>\n<h1>{subject}</h1>\n{paragraphs}</body>\n</html>\n"
    )
