"""What can go wrong between us and Twilio: whether it took the request, and what we heard of it."""

from dataclasses import dataclass
from typing import Literal

Heard = Literal["nothing", "cut off", "garbled", "refusal", "failed"]


@dataclass(frozen=True)
class Trouble:
    """One request that goes wrong.

    accepts: whether the message or call exists afterwards. heard: no answer while the client
    waits, the connection cut, an answer that is no JSON, a refusal with status and code, or that it
    was made and has failed.
    """

    accepts: bool
    heard: Heard
    status: int = 201
    code: int | None = None


def hangs(*, accepts: bool) -> Trouble:
    """No answer comes until the fake is reset: the client's timeout passes."""
    return Trouble(accepts, "nothing")


def cut_off(*, accepts: bool) -> Trouble:
    """The connection is closed instead of an answer."""
    return Trouble(accepts, "cut off")


def garbled(*, accepts: bool = True) -> Trouble:
    """It says 201, and sends a page of HTML."""
    return Trouble(accepts, "garbled")


def server_error(*, accepts: bool, status: int = 500) -> Trouble:
    """A 5xx, from a server that had or had not done it."""
    return Trouble(accepts, "refusal", status, 20500)


def too_many() -> Trouble:
    """Asked too fast."""
    return Trouble(accepts=False, heard="refusal", status=429, code=20429)


def refuses(code: int | None, status: int = 400) -> Trouble:
    """A certain no, with Twilio's code for it; None is a 4xx from something in between."""
    return Trouble(accepts=False, heard="refusal", status=status, code=code)


def stillborn(code: int) -> Trouble:
    """A 201 with a message that has already failed."""
    return Trouble(accepts=True, heard="failed", code=code)
