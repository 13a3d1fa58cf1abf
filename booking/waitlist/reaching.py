"""Whether a message can tell a patient of an offer in time: asked of whoever sends messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking.platform.database import Session

PORT = "offers_reach"


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


def nobody(_session: Session, question: Question) -> Mapping[int, str]:
    """Where nothing sends messages nobody hears of anything: the clinic calls."""
    return dict.fromkeys(question.forms, "silent")
