"""What one process does in the race for freed times: take the offers it was given, one by one."""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from booking.appointments import belonging
from booking.appointments.events import AppointmentMoved
from booking.appointments.length import default_policy
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.sequences.queries import belong_together
from booking.waitlist import answering, refill
from booking.waitlist.models import Offer
from tests.integration.appointments import racing


@dataclass(frozen=True)
class Taker:
    """Plain values: the database, and one offer of each freed time, everyone's in one order."""

    url: str
    key: str
    offer_ids: list[int]


def take(taker: Taker) -> dict[str, int]:
    """How the attempts ended."""
    opened = racing.database(racing.Runner(taker.url, taker.key, 0, [], [], 0))
    opened.ports["length"] = default_policy
    opened.ports[belonging.PORT] = belong_together
    bus = opened._make.kw["events"]
    bus.subscribe(AppointmentMoved, refill.on_moved)
    outcomes: Counter[str] = Counter()
    for offer_id in taker.offer_ids:
        outcomes[racing.attempt(opened, partial(_take, offer_id=offer_id))] += 1
    opened.engine.dispose()
    return dict(outcomes)


def _take(session: Session, *, offer_id: int) -> None:
    offer = session.get_one(Offer, offer_id)
    answering.accept(session, Actor("patient", offer.patient_id, "Prøve"), offer)
