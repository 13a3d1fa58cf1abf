"""The fake itself: an HTTP server in a thread of the tests, reached by any process on this machine.

It does what Twilio does with Messages.json and Calls.json: remembers, lists and filters, refuses
wrong credentials, and makes the signed callbacks. A test tells it what is to go wrong.
"""

import base64
import json
import secrets
import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.peers.twilio.callbacks import Callback, signed
from tests.peers.twilio.records import VERSION, Record
from tests.peers.twilio.troubles import Trouble

HANG_SECONDS = 30
FOLDERS: Mapping[str, Literal["sms", "voice"]] = {"Messages": "sms", "Calls": "voice"}
QUEUED = ("accepted", "queued")


class FakeTwilio:
    """Twilio as the tests want it, inside a `with` block.

    url: where it listens. account_sid, auth_token: what it lets in. records: what it accepted, in
    order. requests: how many sends it was asked for, accepted or not.
    """

    def __init__(self) -> None:
        self.account_sid = "AC" + secrets.token_hex(16)
        self.auth_token = secrets.token_hex(16)
        self.records: list[Record] = []
        self.requests = 0
        self._sends: deque[Trouble] = deque()
        self._lists: deque[Trouble] = deque()
        self._numbers: dict[str, Trouble] = {}
        self._always: Trouble | None = None
        self._changed = threading.Condition()
        self._released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # What a test tells it

    def reset(self) -> None:
        """Forget everything and let go of whoever waits."""
        with self._changed:
            self._released.set()
            self._released = threading.Event()
            self.records.clear()
            self.requests = 0
            self._sends.clear()
            self._lists.clear()
            self._numbers.clear()
            self._always = None

    def next_sends(self, *troubles: Trouble) -> None:
        """The next sends go wrong so, one each."""
        self._sends.extend(troubles)

    def next_lists(self, *troubles: Trouble) -> None:
        """The next questions about earlier sends go wrong so."""
        self._lists.extend(troubles)

    def every_send(self, trouble: Trouble | None) -> None:
        """Every send goes wrong so, until told None."""
        self._always = trouble

    def number(self, number: str, trouble: Trouble) -> None:
        """Every send to this number goes wrong so (opted out, no such number)."""
        self._numbers[number] = trouble

    def wait_until_accepted(self, count: int, seconds: float = 20) -> None:
        """Wait until it has accepted so many; raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.records) >= count, seconds):
                raise TimeoutError(f"{len(self.records)} accepted, not {count}")

    # What a test asks it

    def to(self, number: str) -> list[Record]:
        """What was accepted for a number."""
        return [record for record in self.records if record.to == number]

    def record(self, sid: str) -> Record:
        """What was accepted under a SID."""
        return next(record for record in self.records if record.sid == sid)

    # What it sends

    def turns(self, sid: str, status: str, error_code: int | None = None) -> Callback:
        """The message or call takes this status; the callback that tells of it, not yet posted."""
        record = self.record(sid)
        record.status = status
        record.error_code = error_code
        if status not in QUEUED and record.begun is None:
            record.begun = _now()
        return self.callback(sid, status, error_code)

    def callback(self, sid: str, status: str, error_code: int | None = None) -> Callback:
        """The callback that would tell of a status, whatever the status is."""
        record = self.record(sid)
        form = {"AccountSid": record.account, "ApiVersion": VERSION, "To": record.to}
        form["From"] = record.said("From")
        if record.kind == "sms":
            form |= {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status}
            if error_code is not None:
                form["ErrorCode"] = str(error_code)
        else:
            form |= {"CallSid": sid, "CallStatus": status, "Direction": "outbound-api"}
        return self.signed(record.said("StatusCallback"), form)

    def answered(self, sid: str) -> Callback:
        """Someone takes the call: the request for what to say."""
        return self.turns_to_page(sid, self.record(sid).said("Url"))

    def turns_to_page(self, sid: str, url: str, digits: str | None = None) -> Callback:
        """The request for what to say next, at `url`, with the keys that were pressed."""
        record = self.record(sid)
        record.status = "in-progress"
        record.begun = record.begun or _now()
        form = {
            "AccountSid": record.account,
            "ApiVersion": VERSION,
            "CallSid": sid,
            "CallStatus": "in-progress",
            "Direction": "outbound-api",
            "From": record.said("From"),
            "To": record.to,
        }
        if digits is not None:
            form["Digits"] = digits
        return self.signed(url, form)

    def text_from(self, number: str, to: str, body: str, url: str) -> Callback:
        """A patient writes `body` to the number `to`, whose messages go to `url`."""
        sid = "SM" + secrets.token_hex(16)
        return self.signed(
            url,
            {
                "AccountSid": self.account_sid,
                "ApiVersion": VERSION,
                "Body": body,
                "From": number,
                "MessageSid": sid,
                "NumMedia": "0",
                "NumSegments": "1",
                "SmsMessageSid": sid,
                "SmsSid": sid,
                "SmsStatus": "received",
                "To": to,
            },
        )

    def signed(self, url: str, form: Mapping[str, str]) -> Callback:
        """Any request to us, with this account's signature."""
        return signed(self.auth_token, url, form)

    # How it answers

    def _send(self, kind: Literal["sms", "voice"], form: dict[str, list[str]]) -> "_Answer":
        with self._changed:
            self.requests += 1
            trouble = self._sends.popleft() if self._sends else None
            trouble = trouble or self._numbers.get(form.get("To", [""])[0]) or self._always
            record = None
            if trouble is None or trouble.accepts:
                record = self._accept(kind, form)
            if record is not None and trouble is not None and trouble.heard == "failed":
                record.status, record.error_code, trouble = "failed", trouble.code, None
            released = self._released
            self._changed.notify_all()
        if trouble is not None:
            return _wrong(trouble, released)
        assert record is not None
        return _Answer(201, record.resource())

    def _accept(self, kind: Literal["sms", "voice"], form: dict[str, list[str]]) -> Record:
        by_service = "MessagingServiceSid" in form
        record = Record(
            kind,
            ("SM" if kind == "sms" else "CA") + secrets.token_hex(16),
            self.account_sid,
            form,
            _now(),
            "accepted" if by_service else "queued",
        )
        self.records.append(record)
        return record

    def _list(self, folder: str, query: dict[str, list[str]]) -> "_Answer":
        if self._lists:
            return _wrong(self._lists.popleft(), self._released)
        kind = FOLDERS[folder]
        begun = "DateSent>" if kind == "sms" else "StartTime>"
        fits = [
            record
            for record in reversed(self.records)
            if record.kind == kind
            and query.get("To", [record.to])[0] == record.to
            and query.get("From", [record.said("From")])[0] == record.said("From")
            and (begun not in query or _begun_from(record, query[begun][0]))
        ]
        page, size = int(query.get("Page", ["0"])[0]), int(query.get("PageSize", ["50"])[0])
        shown = fits[page * size : (page + 1) * size]
        path = f"/{VERSION}/Accounts/{self.account_sid}/{folder}.json"

        def at(number: int) -> str:
            return f"{path}?{urlencode({**query, 'Page': [str(number)]}, doseq=True)}"

        return _Answer(
            200,
            {
                folder.lower(): [record.resource() for record in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(len(shown) - 1, 0),
                "uri": at(page),
                "first_page_uri": at(0),
                "next_page_uri": at(page + 1) if (page + 1) * size < len(fits) else None,
                "previous_page_uri": at(page - 1) if page else None,
            },
        )

    def _fetch(self, sid: str) -> "_Answer":
        for record in self.records:
            if record.sid == sid:
                return _Answer(200, record.resource())
        return _refusal(404, 20404)

    def _lets_in(self, header: str | None) -> bool:
        pair = f"{self.account_sid}:{self.auth_token}".encode()
        return header == "Basic " + base64.b64encode(pair).decode()


class _Answer:
    """A status and a body; without a body the connection is cut."""

    def __init__(self, status: int, body: dict[str, object] | str | None) -> None:
        self.status = status
        self.body = body


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    fake: FakeTwilio

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed or gave up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
        self._answer(self._posted(form))

    def do_GET(self) -> None:
        self._answer(self._asked())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""

    def _posted(self, form: dict[str, list[str]]) -> _Answer:
        refused, rest = self._at_the_door()
        if refused is not None:
            return refused
        folder = rest.removesuffix(".json")
        if folder not in FOLDERS:
            return _refusal(404, 20404)
        return self.server.fake._send(FOLDERS[folder], form)

    def _asked(self) -> _Answer:
        refused, rest = self._at_the_door()
        if refused is not None:
            return refused
        folder, _, sid = rest.removesuffix(".json").partition("/")
        if folder not in FOLDERS:
            return _refusal(404, 20404)
        if sid:
            return self.server.fake._fetch(sid)
        return self.server.fake._list(folder, parse_qs(urlsplit(self.path).query))

    def _at_the_door(self) -> tuple[_Answer | None, str]:
        fake = self.server.fake
        if not fake._lets_in(self.headers["Authorization"]):
            return _refusal(401, 20003), ""
        account = f"/{VERSION}/Accounts/{fake.account_sid}/"
        path = urlsplit(self.path).path
        if not path.startswith(account):
            return _refusal(404, 20404), ""
        return None, path.removeprefix(account)

    def _answer(self, answer: _Answer) -> None:
        if answer.body is None:
            self.close_connection = True
            return
        body = answer.body
        content = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        self.send_response(answer.status)
        kind = "text/html" if isinstance(body, str) else "application/json"
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content.encode())))
        self.end_headers()
        self.wfile.write(content.encode())


def _wrong(trouble: Trouble, released: threading.Event) -> _Answer:
    if trouble.heard == "nothing":
        released.wait(HANG_SECONDS)
        return _Answer(0, None)
    if trouble.heard == "cut off":
        return _Answer(0, None)
    if trouble.heard == "garbled":
        return _Answer(trouble.status, "<html><body>OK</body></html>")
    return _refusal(trouble.status, trouble.code)


def _refusal(status: int, code: int | None) -> _Answer:
    if code is None:
        return _Answer(status, "<html><body>No</body></html>")
    return _Answer(
        status,
        {
            "code": code,
            "message": f"Refused: {code}",
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        },
    )


def _begun_from(record: Record, moment: str) -> bool:
    """Twilio's filter leaves out what has no such time yet, which is what makes it a trap."""
    return record.begun is not None and record.begun >= datetime.fromisoformat(moment)


def _now() -> datetime:
    """Twilio's times are in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)
