"""E-mail by SMTP: plain text, one recipient, always encrypted outside the machine itself.

What went wrong is told by where it went wrong, since only a refused recipient says anything about
the address. Codes: 'smtp 4xx' (for now) and 'smtp 5xx' (for good) for the recipient or the content,
'smtp policy' (the server refuses us, not the address), 'smtp sender', 'smtp login', 'tls',
'connection' (none, or lost before anything was handed over), 'no_address' (not one), 'no answer'.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from booking.platform.clock import SystemClock
from booking.platform.errors import ConfigurationError
from reminders.channels.port import Found, NotAccepted, OutcomeUnknown, Outgoing, Receipt
from reminders.policies.steps import Channel as ChannelCode

Encryption = Literal["from_the_start", "starttls", "none"]

# RFC 3463: the second number of an enhanced status code is its subject, and 7 is policy.
_POLICY = re.compile(rb"5\.7\.\d+\b")


@dataclass(frozen=True)
class MailSettings:
    """Where mail is handed over, and in whose name. timeout: seconds for each answer.

    sender: name and address in From; what cannot be delivered comes back to the address.
    `encryption` is 'none' only towards this machine itself.
    """

    host: str
    port: int
    encryption: Encryption
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 10

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self | None:
        """RETTID_SMTP_URL and RETTID_MAIL_FROM; None where neither is set.

        smtps:// is TLS from the start; smtp:// demands STARTTLS, except towards a loopback
        address. Raises ConfigurationError, which never repeats the password.
        """
        url, sender = environ.get("RETTID_SMTP_URL", ""), environ.get("RETTID_MAIL_FROM", "")
        if not url and not sender:
            return None
        if not url or not sender:
            raise ConfigurationError("RETTID_SMTP_URL and RETTID_MAIL_FROM belong together")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            host, port = "", None
        if not host or parts.scheme not in ("smtp", "smtps"):
            raise ConfigurationError(
                "RETTID_SMTP_URL must read like smtp://user:password@host:587 or smtps://host"
            )
        encryption: Encryption = "starttls"
        if parts.scheme == "smtps":
            encryption = "from_the_start"
        elif _is_this_machine(host):
            encryption = "none"
        usual = {"from_the_start": 465, "starttls": 587, "none": 25}
        return cls(
            host=host,
            port=port or usual[encryption],
            encryption=encryption,
            sender=_sender(sender),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


class MailChannel:
    """Hands messages to one SMTP server. It can never be asked afterwards (see `find`)."""

    code: ChannelCode = "email"
    provider = "smtp"

    def __init__(self, settings: MailSettings) -> None:
        """No connection is made before there is something to send."""
        self._settings = settings

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand it over once. The receipt is the Message-ID, which a bounce brings back.

        Outgoing.sender names who sends text messages, and is not used.
        """
        message = self._message(outgoing)
        with self._connection() as server:
            self._greet(server)
            self._address(server, outgoing.to)
            try:
                # All is certain until the server is asked to answer for the message.
                code, answer = server.data(message.as_bytes(policy=SMTP))
            except smtplib.SMTPDataError as refused:
                code, answer = refused.smtp_code, _bytes(refused.smtp_error)
            except OSError:
                raise OutcomeUnknown("no answer") from None
            if code != 250:
                raise _refused(code, answer)
            return Receipt(message["Message-ID"].strip("<>"))

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """SMTP has no way to ask: always OutcomeUnknown, so that it is never sent again by mail."""
        raise OutcomeUnknown("cannot_be_asked")

    def _message(self, outgoing: Outgoing) -> EmailMessage:
        ours = self._settings.sender
        try:
            to = Address(addr_spec=outgoing.to)
        except (ValueError, MessageError, IndexError):
            raise NotAccepted("no_address") from None
        if not (to.username and to.domain and outgoing.to.isascii()):
            raise NotAccepted("no_address")
        message = EmailMessage(policy=SMTP)
        message["From"] = ours
        message["To"] = to
        message["Subject"] = _one_line(outgoing.subject)
        message["Date"] = format_datetime(SystemClock().now())
        message["Message-ID"] = f"<{outgoing.attempt}@{ours.domain}>"
        # RFC 3834, and Exchange's own word for it: nobody's holiday answer is to come back.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(outgoing.body)
        message["Content-Language"] = outgoing.language
        return message

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        to = self._settings
        try:
            if to.encryption == "from_the_start":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    to.host, to.port, timeout=to.timeout, context=ssl.create_default_context()
                )
            else:
                server = smtplib.SMTP(to.host, to.port, timeout=to.timeout)
        except smtplib.SMTPResponseException as refused:
            raise _refused(refused.smtp_code, _bytes(refused.smtp_error)) from None
        except OSError as lost:
            raise _lost(lost) from None
        try:
            yield server
        finally:
            with suppress(OSError):
                server.quit()
            server.close()

    def _greet(self, server: smtplib.SMTP) -> None:
        try:
            server.ehlo_or_helo_if_needed()
            if self._settings.encryption == "starttls":
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if self._settings.user:
                server.login(self._settings.user, self._settings.password)
        except smtplib.SMTPNotSupportedError:
            raise NotAccepted("tls" if _in_clear(server) else "smtp login") from None
        except smtplib.SMTPResponseException as refused:
            answer = _bytes(refused.smtp_error)
            raise _refused(refused.smtp_code, answer, ours="smtp login") from None
        except smtplib.SMTPException as lost:
            # Those that are left: the connection ended, or no way to sign in was agreed on.
            gone = isinstance(lost, smtplib.SMTPServerDisconnected)
            raise NotAccepted("connection" if gone else "smtp login") from None
        except OSError as lost:
            raise _lost(lost) from None

    def _address(self, server: smtplib.SMTP, to: str) -> None:
        try:
            code, answer = server.mail(self._settings.sender.addr_spec)
            if code != 250:
                raise _refused(code, answer, ours="smtp sender")
            code, answer = server.rcpt(to)
            if code not in (250, 251):
                raise _refused(code, answer)
        except OSError as lost:
            raise _lost(lost) from None


def _refused(code: int, answer: bytes, ours: str = "") -> NotAccepted:
    """A server's no. ours: the code of one for good that is about us and not the recipient."""
    if 500 <= code < 600 and ours:
        return NotAccepted(ours)
    if 500 <= code < 600 and _POLICY.match(answer.lstrip()):
        return NotAccepted("smtp policy")
    return NotAccepted(f"smtp {code}" if 400 <= code < 600 else "connection")


def _lost(error: OSError) -> NotAccepted:
    return NotAccepted("tls" if isinstance(error, ssl.SSLError) else "connection")


def _in_clear(server: smtplib.SMTP) -> bool:
    return not isinstance(server.sock, ssl.SSLSocket)


def _bytes(answer: bytes | str) -> bytes:
    return answer.encode() if isinstance(answer, str) else answer


def _one_line(text: str) -> str:
    """A header is one line, whatever was typed."""
    return " ".join(text.split())


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    try:
        sender = Address(_one_line(name), addr_spec=address)
    except (ValueError, MessageError, IndexError):
        sender = Address()
    if not (sender.username and sender.domain and address.isascii()):
        raise ConfigurationError(
            "RETTID_MAIL_FROM must read like name@hospital.example or Name <name@hospital.example>"
        )
    return sender
