"""What one process does in a race over HTTP."""

import random
from collections import Counter
from dataclasses import dataclass
from itertools import cycle

from tests.serving import Browser, Visitor


@dataclass(frozen=True)
class Crowd:
    """What one process is given."""

    port: int
    seed: int
    visitors: list[Visitor]
    visit_type_id: int
    values: list[str]


def besiege(crowd: Crowd) -> dict[str, int]:
    """Each visitor tries one start, in an order of this process's own: holds and confirms it."""
    browser = Browser(crowd.port)
    outcomes: Counter[str] = Counter()
    wanted = cycle(random.Random(crowd.seed).sample(crowd.values, len(crowd.values)))
    for who, value in zip(crowd.visitors, wanted, strict=False):
        path = f"/ny-tid/{who.course_id}/{crowd.visit_type_id}"
        status, held, page = browser.post(who, path, {"start": value})
        if status == 303:
            status, receipt, page = browser.post(who, held, {})
            booked = status == 303 and receipt.endswith("/kvittering")
            outcomes["booked" if booked else f"confirming: {status}"] += 1
        else:
            said = "Tiden er lige blevet taget" in page
            outcomes["just taken" if status == 409 and said else f"choosing: {status}"] += 1
            outcomes["offered others"] += 'name="start"' in page
    browser.close()
    return dict(outcomes)
