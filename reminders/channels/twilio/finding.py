"""Looking at Twilio for a send whose answer was lost.

Twilio filters its lists by the time a message was sent or a call begun, which those still in its
queue do not have, and sorts them with the newest first. So we ask twice, each time for one page:
by that time, and then for the newest whatever their time. What counts is when each was created.
A list may lag behind: that nothing is found is no proof until some minutes have passed.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from reminders.channels.port import NotAccepted, OutcomeUnknown
from reminders.channels.twilio_statuses import Kind, status_of

MOST = 100
# Our clock and Twilio's need not agree, and Twilio's times are in whole seconds.
SLACK = timedelta(minutes=1)


class Listed(Protocol):
    """What a message and a call have in common in Twilio's lists."""

    @property
    def sid(self) -> str | None:
        """Twilio's name for it."""
        ...

    @property
    def date_created(self) -> datetime | None:
        """When Twilio was asked for it, in UTC."""
        ...

    @property
    def status(self) -> object:
        """Twilio's word for how far it has come."""
        ...

    @property
    def direction(self) -> object:
        """Who asked for it: 'outbound-api' is us."""
        ...


One = TypeVar("One", bound=Listed)


def first_sent(
    kind: Kind,
    ask: Callable[[datetime | None], Iterable[One]],
    since: datetime,
    known: Sequence[str],
    fits: Callable[[One], bool],
) -> One | None:
    """The first one sent by us from `since` that fits and is nobody else's; None if there is none.

    One that has failed, which may be an earlier try, is taken only where there is no other.
    ask: with a time, those sent from it; with None, the newest. Raises OutcomeUnknown where Twilio
    does not answer, or answers no.
    """
    from_then = since - SLACK
    failed: list[One] = []
    for sent_from in (from_then, None):
        mine = [
            one
            for one in _asked(ask, sent_from)
            if one.direction == "outbound-api"
            and one.date_created is not None
            and one.date_created >= from_then
            and one.sid not in known
            and fits(one)
        ]
        alive = [one for one in mine if status_of(kind, str(one.status)) != "failed"]
        if alive:
            return _first(alive, since)
        failed += mine
    return _first(failed, since) if failed else None


def _asked(
    ask: Callable[[datetime | None], Iterable[One]], sent_from: datetime | None
) -> list[One]:
    try:
        return list(ask(sent_from))
    except NotAccepted as refused:
        raise OutcomeUnknown(refused.code) from None


def _first(several: list[One], since: datetime) -> One:
    return min(several, key=lambda one: one.date_created or since)
