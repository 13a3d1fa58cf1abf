"""Our side of the line to django-appointment, which runs in an environment of its own."""

import json
import subprocess
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.peers.environment import python


@dataclass(frozen=True, slots=True)
class Calendar:
    """One clinician's period, in local wall-clock time, as both sides can hold it.

    Dates and times are ISO strings. `weekdays` (Monday = 0) are open from `opens` to `closes`;
    `bookings` are (date, start, end), inside those hours. `runs` is how often the peer is timed.
    """

    zone: str
    first: str
    days: int
    weekdays: list[int]
    opens: str
    closes: str
    step_minutes: int
    visit_minutes: int
    bookings: list[tuple[str, str, str]]
    runs: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The local start times the peer found, and the median seconds it took to find them."""

    slots: list[datetime]
    seconds: float
    version: str


def search(calendar: Calendar) -> Answer:
    """Build the calendar in the peer's own database and have it searched."""
    driver = Path(__file__).with_name("django_appointment_driver.py")
    done = subprocess.run(
        [python(), "-W", "ignore", driver],
        input=json.dumps(asdict(calendar)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    return Answer(
        slots=[datetime.fromisoformat(slot) for slot in answer["slots"]],
        seconds=answer["seconds"],
        version=answer["version"],
    )
