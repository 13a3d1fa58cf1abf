"""A real SMTP server on this machine, which keeps what it takes and refuses as it is told."""

import asyncio
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = b"hemmeligt"


@dataclass
class Counter:
    """What is said at the counter. Answers are SMTP's; '' takes what comes.

    hangs_up: the connection ends when the whole message is there, before any answer.
    """

    to_sender: str = ""
    to_recipient: str = ""
    to_content: str = ""
    hangs_up: bool = False
    silent: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    signed_in: bool = False
    encrypted: bool = False

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_sender:
            return self.to_sender
        envelope.mail_from = address
        self.encrypted = session.ssl is not None
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.to_content:
            return self.to_content
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        if self.hangs_up:
            assert server.transport is not None
            server.transport.close()
        if self.silent:
            await asyncio.sleep(3)
        return "250 2.0.0 queued"

    def admit(
        self, server: SMTP, session: Session, envelope: Envelope, way: str, given: LoginPassword
    ) -> AuthResult:
        """Let in who knows the password."""
        self.signed_in = given.password == PASSWORD
        return AuthResult(success=self.signed_in, handled=False)


class PostOffice(Controller):
    """The server, open while it is entered."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, sign_in: bool = False) -> None:
        """tls: offers STARTTLS. sign_in: only who signs in may send."""
        self.counter = Counter()
        super().__init__(
            self.counter,
            hostname="127.0.0.1",
            port=0,
            server_hostname="post.test",
            tls_context=tls,
            authenticator=self.counter.admit,
            auth_required=sign_in,
            auth_require_tls=False,
            auth_exclude_mechanism=["CRAM-MD5"],
        )

    def _trigger_server(self) -> None:
        # The library looks for itself at the port it asked for, which was any.
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    def __enter__(self) -> "PostOffice":
        self.start()
        return self

    def __exit__(self, *unused: object) -> None:
        self.stop()
