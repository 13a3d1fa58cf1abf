"""What a benchmark answers, and how time is taken."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of each side, both in `unit`, taken in the same run, and the ratio asked about.

    more: further figures of ours, by name; they stand in the line beside the others.
    """

    name: str
    ours: float
    peer: float
    ratio: float
    unit: str
    more: dict[str, float] = field(default_factory=dict)

    def line(self) -> str:
        """The measure as one line of JSON, to four significant digits."""
        figures = {
            key: float(f"{value:.4g}") if isinstance(value, float) else value
            for key, value in {**asdict(self), **self.more}.items()
            if key != "more"
        }
        return json.dumps(figures)


def median_seconds(call: Callable[[], object], runs: int) -> float:
    """The median time of `runs` calls, after one that is not counted."""
    call()
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
