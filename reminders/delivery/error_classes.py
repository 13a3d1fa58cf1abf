"""What a provider's error means for us, from a data table, and when to try again. Pure."""

import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal, cast

ErrorClass = Literal[
    "never", "opted_out", "later", "slow_down", "expired", "released", "alarm", "other"
]

TABLE = Path(__file__).with_name("error_classes.toml")
AGAIN: tuple[ErrorClass, ...] = ("later", "slow_down", "alarm")
MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


def class_of(code: str) -> ErrorClass:
    """What a raw code means; 'other' for one that nobody has written down."""
    return _by_code().get(code, "other")


def wait(tries: int, rng: Random) -> timedelta:
    """How long to wait after so many tries (1 or more) on a channel: doubled each time, half of it
    by chance, so that those who failed together do not come back together.
    """
    whole = min(FIRST_WAIT * (1 << min(tries - 1, 10)), LONGEST_WAIT)
    return whole / 2 + whole / 2 * rng.random()


@cache
def _by_code() -> dict[str, ErrorClass]:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))["classes"]
    return {code: cast(ErrorClass, name) for name, codes in table.items() for code in codes}
