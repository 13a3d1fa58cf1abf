"""Digital Post through a drop folder, from which the hospital's own integration fetches.

The national service needs an agreement, a certificate and a system of one's own in it; what the
region already has for that takes MeMo messages. One file a letter, named by the attempt's key:
`<key>.xml` in the folder is to be sent, in `sent/` it has been, in `failed/` it was refused. The
citizen's CPR number stands inside the file, since the service is addressed by it, and nowhere else.
"""

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from booking.people import cpr
from booking.platform.clock import SystemClock
from booking.platform.errors import ConfigurationError
from reminders.channels import memo
from reminders.channels.port import Found, NotAccepted, OutcomeUnknown, Outgoing, Receipt
from reminders.policies.steps import Channel as ChannelCode

DROP = "RETTID_DIGITAL_POST_DROP"
CVR = "RETTID_DIGITAL_POST_CVR"
SENDER = "RETTID_DIGITAL_POST_SENDER"


@dataclass(frozen=True)
class DigitalPostSettings:
    """drop: the folder. cvr: the sending authority's, eight digits. sender: its name."""

    drop: Path
    cvr: str
    sender: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self | None:
        """RETTID_DIGITAL_POST_DROP, …_CVR and …_SENDER; None where none is set.

        Raises ConfigurationError where only some are, or anybody may look into the folder.
        """
        values = {name: environ.get(name, "").strip() for name in (DROP, CVR, SENDER)}
        missing = [name for name, value in values.items() if not value]
        if len(missing) == len(values):
            return None
        if missing:
            raise ConfigurationError(f"missing in the environment: {', '.join(missing)}")
        drop = Path(values[DROP])
        if not drop.is_dir() or drop.stat().st_mode & 0o007:
            raise ConfigurationError(f"{DROP} must be a folder closed to others (chmod o-rwx)")
        if not re.fullmatch(r"[0-9]{8}", values[CVR]):
            raise ConfigurationError(f"{CVR} must be a CVR number: eight digits")
        return cls(drop, values[CVR], values[SENDER])


class DigitalPostChannel:
    """Writes letters for Digital Post. Outgoing.to is the citizen's CPR number."""

    code: ChannelCode = "digital_post"
    provider = "digital_post"

    def __init__(self, settings: DigitalPostSettings) -> None:
        """The folder is there, and may be moved out of at any time by who sends from it."""
        self._settings = settings

    def send(self, outgoing: Outgoing) -> Receipt:
        """Leave it in the folder, whole or not at all. The same attempt twice is one file."""
        try:
            there = self._state_of(outgoing.attempt)
        except OutcomeUnknown:
            raise NotAccepted("drop") from None
        if there is None:
            self._leave(outgoing.attempt, memo.as_xml(self._letter(outgoing)))
        return Receipt(outgoing.attempt)

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """Where its file is now; OutcomeUnknown where the folder cannot be looked into."""
        state = self._state_of(outgoing.attempt)
        if state is None:
            return None
        return Found(outgoing.attempt, state, "refused" if state == "failed" else "")

    def _letter(self, outgoing: Outgoing) -> memo.Letter:
        try:
            to = cpr.normalise(outgoing.to)
        except cpr.InvalidCpr:
            raise NotAccepted("no_address") from None
        return memo.Letter(
            key=outgoing.attempt,
            cpr=to,
            sender_cvr=self._settings.cvr,
            sender_name=self._settings.sender,
            subject=outgoing.subject,
            paragraphs=tuple(one for one in map(str.strip, outgoing.body.split("\n")) if one),
            language=outgoing.language,
            made_at=SystemClock().now(),
        )

    def _leave(self, attempt: str, content: bytes) -> None:
        drop = self._settings.drop
        # Who fetches leaves alone what begins with a dot: it is not whole yet.
        unfinished, whole = drop / f".{attempt}.unfinished", drop / f"{attempt}.xml"
        try:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise NotAccepted("drop") from None
        try:
            unfinished.replace(whole)
            # The name, too, is to outlive a power cut.
            folder = os.open(drop, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError:
            raise OutcomeUnknown("drop") from None

    def _state_of(self, attempt: str) -> str | None:
        drop, name = self._settings.drop, f"{attempt}.xml"
        # In this order: moved on meanwhile, it is found where it went.
        places = {drop: "sent", drop / "sent": "sent", drop / "failed": "failed"}
        try:
            drop.stat()
            return next((state for at, state in places.items() if (at / name).exists()), None)
        except OSError:
            raise OutcomeUnknown("drop") from None
