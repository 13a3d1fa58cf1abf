"""Whether a message can tell, or has told, a patient of an offer: asked of whoever sends them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking.platform.database import Session

PORT, LOST = "offers_reach", "offers_lost"


@dataclass(frozen=True)
class Question:
    """A time at a clinic, until when it could be answered, and the form of contact by patient."""

    clinic_id: int
    starts_at: datetime
    until: datetime
    forms: Mapping[int, str]


class Reach(Protocol):
    """Says who would not hear of an offer; the feature that sends messages registers one."""

    def __call__(self, session: Session, question: Question) -> Mapping[int, str]:
        """Patient -> the code of why not (`wording.UNREACHABLE`), for those who would not."""
        ...


class Lost(Protocol):
    """Says which offers were lost on their way; the feature that sends messages registers one."""

    def __call__(self, session: Session, offer_ids: Collection[int]) -> frozenset[int]:
        """Those of these offers that no message has brought to their patient, nor may yet."""
        ...


def nobody(_session: Session, question: Question) -> Mapping[int, str]:
    """Where nothing sends messages nobody hears of anything: the clinic calls."""
    return dict.fromkeys(question.forms, "silent")


def none_lost(_session: Session, _offer_ids: Collection[int]) -> frozenset[int]:
    """Where nothing sends messages none is lost."""
    return frozenset()
