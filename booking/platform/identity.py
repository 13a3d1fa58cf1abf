"""Who is asking. The people themselves are known in `booking.people`; here is only the shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, TypedDict

from booking.platform.config import Config
from booking.platform.database import Session
from booking.platform.errors import NotAllowed, NotFound

ActorKind = Literal["patient", "staff", "system"]


class Role(StrEnum):
    """What a member of staff is at one clinic. An approver publishes rules others have written."""

    SECRETARY = "secretary"
    CLINICIAN = "clinician"
    LEADER = "leader"
    APPROVER = "approver"


@dataclass(frozen=True)
class Actor:
    """Someone acting: a patient, a member of staff, or the system itself (id 0).

    roles: clinic id -> what a member of staff is there; empty for others.
    """

    kind: ActorKind
    id: int
    name: str
    roles: Mapping[int, frozenset[Role]] = field(default_factory=dict)

    @property
    def clinics(self) -> frozenset[int]:
        """The clinics a member of staff belongs to."""
        return frozenset(self.roles)

    def has(self, *wanted: Role) -> bool:
        """True if the actor has one of these roles at some clinic."""
        return any(held & set(wanted) for held in self.roles.values())

    def at(self, clinic_id: int, *wanted: Role) -> None:
        """Raise NotFound for a foreign clinic, NotAllowed without one of the roles there."""
        if clinic_id not in self.roles:
            raise NotFound
        if wanted and not self.roles[clinic_id] & set(wanted):
            raise NotAllowed


SYSTEM = Actor("system", 0, "Rettid")


class SignIn(TypedDict):
    """What the signed cookie holds. `epoch` must equal the account's, so that it can be revoked."""

    kind: ActorKind
    id: int
    epoch: int
    since: float
    seen: float


Identify = Callable[[Session, SignIn], Actor | None]


def sign_in(kind: ActorKind, person_id: int, epoch: int, now: datetime) -> SignIn:
    """The cookie's content for someone who has just proved who they are."""
    at = now.timestamp()
    return SignIn(kind=kind, id=person_id, epoch=epoch, since=at, seen=at)


def expired(cookie: SignIn, now: datetime, config: Config) -> bool:
    """True once a session has been idle too long, or has lasted its longest however busy."""
    idle = timedelta(seconds=now.timestamp() - cookie["seen"])
    lasted = timedelta(seconds=now.timestamp() - cookie["since"])
    if cookie["kind"] == "patient":
        return idle > config.patient_idle or lasted > config.patient_longest
    return idle > config.staff_idle or lasted > config.staff_longest
