"""What became of an appointment, as an experiment counts it. Pure.

The appointment is what is counted, however often it was moved, so that a model that makes people
move gains nothing by it. Its time is lost where the patient did not come, or gave a time of it back
(cancelled or moved it) so late that the clinic's closing period had begun.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from reminders.experiments.analysis import Ending

LeftOut = Literal["by_clinic", "in_error", "after_end", "ahead", "not_marked"]

CAME = ("arrived", "checked-in", "fulfilled")
LATE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class GivenBack:
    """A time the patient gave back. at: when; start: the start that was given back."""

    at: datetime
    start: datetime


@dataclass(frozen=True)
class Story:
    """An appointment as it went. first_start: as it was booked; starts_at, ends_at: as it is now.

    given_back: by moving or cancelling. by_clinic: cancelled for a reason of the clinic's. closing:
    how long before a start it counts as late; 0 = 24 hours.
    """

    status: str
    first_start: datetime
    starts_at: datetime
    ends_at: datetime
    given_back: tuple[GivenBack, ...]
    by_clinic: bool
    closing: timedelta

    @property
    def late(self) -> bool:
        """True where a time was given back too late."""
        within = self.closing or LATE_WITHIN
        return any(one.start - one.at < within for one in self.given_back)


def left_out(story: Story, ends_at: datetime, now: datetime) -> LeftOut | None:
    """Why an appointment is not counted; None for one that is. ends_at: the experiment's end.

    Counted are those booked for a time before the end. One that the patient has since moved past it
    has given its time back, and is not waited for.
    """
    moved_on = story.starts_at >= ends_at
    if story.status == "entered-in-error":
        return "in_error"
    if story.first_start >= ends_at:
        return "after_end"
    if (story.status == "cancelled" and story.by_clinic) or (moved_on and not story.given_back):
        return "by_clinic"
    if story.status != "booked" or moved_on:
        return None
    return "ahead" if story.ends_at > now else "not_marked"


def ending_of(story: Story, ends_at: datetime) -> Ending:
    """How an appointment that is counted ended."""
    moved_on = story.starts_at >= ends_at
    if story.status == "noshow" and not moved_on:
        return "did_not_come"
    if story.late:
        return "cancelled_late"
    return "cancelled_in_time" if story.status == "cancelled" or moved_on else "came"
