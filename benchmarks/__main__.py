"""`python -m benchmarks [name…]`: every measure, or those of the named modules, one line each."""

import sys
from collections.abc import Callable

from benchmarks import (
    booking_http,
    day_grid,
    find_time,
    messages,
    move_day,
    refill,
    rules,
    session_risk,
    slot_search,
    slot_search_core,
)
from benchmarks.measure import Measure

MEASURES: dict[str, Callable[[], list[Measure]]] = {
    "slot_search_core": slot_search_core.measures,
    "slot_search": slot_search.measures,
    "find_time": find_time.measures,
    "booking_http": booking_http.measures,
    "day_grid": day_grid.measures,
    "rules": rules.measures,
    "messages": messages.measures,
    "refill": refill.measures,
    "move_day": move_day.measures,
    "session_risk": session_risk.measures,
}


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        sys.exit(f"No measure called {', '.join(unknown)}; there are {', '.join(MEASURES)}.")
    for name in names or MEASURES:
        for measure in MEASURES[name]():
            print(measure.line(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
