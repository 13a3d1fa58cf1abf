"""E-mail to a real SMTP server: what arrives, and what each of its refusals means."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from ipaddress import ip_address
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reminders.channels.mail import Encryption, MailChannel, MailSettings
from reminders.channels.port import NotAccepted, OutcomeUnknown, Outgoing
from tests.integration.reminders.channels.post_office import PostOffice

TO = "karen@patient.example"


def letter(**other: object) -> Outgoing:
    particulars: dict[str, object] = {
        "attempt": str(uuid4()),
        "channel": "email",
        "to": TO,
        "sender": "+4552512345",
        "body": "Du har en tid på Sygehus Nord.\n.\nRing på +45 99 32 00 00.",
        "language": "da",
        "valid_until": datetime.now(UTC) + timedelta(hours=2),
        "subject": "En påmindelse fra Sygehus Nord",
    }
    return Outgoing(**(particulars | other))  # type: ignore[arg-type]


def channel_to(
    port: int, encryption: Encryption = "none", host: str = "127.0.0.1", **other: str
) -> MailChannel:
    ours = Address("Sygehus Nord", "svar-ikke", "sygehus.example")
    return MailChannel(MailSettings(host, port, encryption, ours, timeout=1, **other))


def refusal(channel: MailChannel, outgoing: Outgoing | None = None) -> str:
    with pytest.raises(NotAccepted) as refused:
        channel.send(outgoing or letter())
    return refused.value.code


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for localhost, and where it can be read by who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    known_as = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(known_as), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = tmp_path / "public.pem", tmp_path / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return context, public


def test_what_arrives_is_plain_names_its_attempt_and_asks_for_no_automatic_answer(
    office: PostOffice,
) -> None:
    outgoing = letter()
    receipt = channel_to(office.port).send(outgoing)
    assert (receipt.provider_id, receipt.state) == (f"{outgoing.attempt}@sygehus.example", "sent")
    (mail,) = office.counter.taken
    assert mail["From"] == "Sygehus Nord <svar-ikke@sygehus.example>"
    assert (mail["To"], mail["Subject"]) == (TO, outgoing.subject)
    assert mail["Message-ID"] == f"<{receipt.provider_id}>"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "da")
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == outgoing.body.splitlines()


def test_a_subject_of_several_lines_adds_no_header(office: PostOffice) -> None:
    channel_to(office.port).send(letter(subject="En tid\r\nBcc: andre@patient.example"))
    (mail,) = office.counter.taken
    assert mail["Subject"] == "En tid Bcc: andre@patient.example"
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("550 5.1.1 no such mailbox", "smtp 550"),
        ("553 not here", "smtp 553"),
        ("451 4.7.1 come back in five minutes", "smtp 451"),
        ("452 4.2.2 mailbox full", "smtp 452"),
        ("550 5.7.1 your network is on a list", "smtp policy"),
    ],
)
def test_a_refused_recipient(office: PostOffice, answer: str, code: str) -> None:
    office.counter.to_recipient = answer
    assert refusal(channel_to(office.port)) == code
    assert office.counter.taken == []


def test_what_is_refused_because_of_us_is_not_the_recipients_fault(office: PostOffice) -> None:
    office.counter.to_sender = "550 5.1.0 who are you"
    assert refusal(channel_to(office.port)) == "smtp sender"
    office.counter.to_sender = "451 later"
    assert refusal(channel_to(office.port)) == "smtp 451"


def test_a_refused_content_was_certainly_not_sent(office: PostOffice) -> None:
    office.counter.to_content = "554 5.6.0 not like this"
    assert refusal(channel_to(office.port)) == "smtp 554"


@pytest.mark.parametrize("way", ["hangs_up", "silent"])
def test_without_an_answer_to_the_whole_message_nobody_knows(office: PostOffice, way: str) -> None:
    setattr(office.counter, way, True)
    channel, outgoing = channel_to(office.port), letter()
    with pytest.raises(OutcomeUnknown) as unknown:
        channel.send(outgoing)
    assert unknown.value.code == "no answer"
    assert len(office.counter.taken) == 1  # it may well be on its way
    with pytest.raises(OutcomeUnknown) as asked:
        channel.find(outgoing, datetime.now(UTC), [])
    assert asked.value.code == "cannot_be_asked"


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert refusal(channel_to(port)) == "connection"


def speaks(port_of: Callable[[int], MailChannel], *lines: bytes) -> str:
    """What a server gets us to say that says so much and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _address = listening.accept()
            with connection:
                for line in lines:
                    connection.sendall(line)
                    connection.recv(1000)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            return refusal(port_of(listening.getsockname()[1]))
        finally:
            thread.join()


def test_a_server_that_is_closing_or_gone_before_the_message_has_not_got_it() -> None:
    assert speaks(channel_to, b"421 closing\r\n") == "smtp 421"
    assert speaks(channel_to, b"220 hello\r\n") == "connection"
    assert speaks(channel_to, b"220 hello\r\n", b"250 post.test\r\n") == "connection"
    assert speaks(channel_to, b"220 hello\r\n", b"250 post.test\r\n", b"250 ok\r\n") == "connection"


@pytest.mark.parametrize("to", ["", "karen", "karen@", "æble@patient.example", "a@b\nc@d"])
def test_what_is_no_address_is_never_sent(office: PostOffice, to: str) -> None:
    assert refusal(channel_to(office.port), letter(to=to)) == "no_address"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_password_is_asked_for() -> None:
    with PostOffice(sign_in=True) as office:
        assert refusal(channel_to(office.port, user="rettid", password="forkert")) == "smtp login"
        assert refusal(channel_to(office.port)) == "smtp sender"
        channel_to(office.port, user="rettid", password="hemmeligt").send(letter())
        assert office.counter.signed_in


def test_starttls_with_a_certificate_that_is_trusted(
    certificate: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, public = certificate
    with PostOffice(tls=context) as office:
        assert refusal(channel_to(office.port, "starttls")) == "tls"
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        channel_to(office.port, "starttls").send(letter())
        assert office.counter.encrypted


def test_tls_from_the_start_with_a_certificate_that_is_trusted(
    certificate: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, public = certificate
    office = PostOffice()
    office.ssl_context = context
    with office:
        assert refusal(channel_to(office.port, "from_the_start")) == "tls"
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        channel_to(office.port, "from_the_start").send(letter())
        assert len(office.counter.taken) == 1


def test_nothing_is_said_in_clear_where_encryption_is_demanded(office: PostOffice) -> None:
    assert refusal(channel_to(office.port, "starttls", user="a", password="b")) == "tls"
    assert not office.counter.signed_in
