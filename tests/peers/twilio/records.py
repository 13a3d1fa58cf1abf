"""The messages and calls the fake remembers, as Twilio's API tells of them."""

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

VERSION = "2010-04-01"


@dataclass
class Record:
    """One message or call that was accepted. `form`: the request's fields, lists where repeated.

    begun: when it was sent or began to ring; None while it is in the queue.
    """

    kind: Literal["sms", "voice"]
    sid: str
    account: str
    form: dict[str, list[str]]
    created: datetime
    status: str
    begun: datetime | None = None
    error_code: int | None = None
    heard: list[str] = field(default_factory=list)

    def said(self, name: str) -> str:
        """One field of the request; '' if it was not there."""
        return self.form.get(name, [""])[0]

    @property
    def to(self) -> str:
        """The patient's number."""
        return self.said("To")

    @property
    def body(self) -> str:
        """The text of a message."""
        return self.said("Body")

    def resource(self) -> dict[str, object]:
        """As the API answers."""
        return self._message() if self.kind == "sms" else self._call()

    def _common(self, folder: str) -> dict[str, object]:
        return {
            "sid": self.sid,
            "account_sid": self.account,
            "api_version": VERSION,
            "to": self.to,
            "from": self.said("From") or None,
            "status": self.status,
            "direction": "outbound-api",
            "date_created": format_datetime(self.created),
            "date_updated": format_datetime(self.created),
            "price": None,
            "price_unit": "USD",
            "uri": f"/{VERSION}/Accounts/{self.account}/{folder}/{self.sid}.json",
            "subresource_uris": {},
        }

    def _message(self) -> dict[str, object]:
        return self._common("Messages") | {
            "body": self.body,
            "num_segments": "1",
            "num_media": "0",
            "messaging_service_sid": self.said("MessagingServiceSid") or None,
            "date_sent": format_datetime(self.begun) if self.begun else None,
            "error_code": self.error_code,
            "error_message": None,
        }

    def _call(self) -> dict[str, object]:
        return self._common("Calls") | {
            "parent_call_sid": None,
            "to_formatted": self.to,
            "from_formatted": self.said("From"),
            "phone_number_sid": None,
            "start_time": format_datetime(self.begun) if self.begun else None,
            "end_time": None,
            "duration": None,
            "answered_by": None,
            "forwarded_from": None,
            "group_sid": None,
            "caller_name": None,
            "queue_time": "0",
            "trunk_sid": None,
        }
