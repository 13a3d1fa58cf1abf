"""What a provider's error means for us, from a data table, and when to try again. Pure."""

import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal, cast

ErrorClass = Literal[
    "never", "opted_out", "later", "slow_down", "absent", "expired", "released", "alarm", "other"
]
Says = Literal["trouble", "account", "nothing", "works"]

TABLE = Path(__file__).with_name("error_classes.toml")
AGAIN: tuple[ErrorClass, ...] = ("later", "slow_down", "absent", "alarm")
MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=1)
# Whoever is not at home is not rung again and again.
MOST_CALLS = 3
FIRST_WAIT_TO_CALL = timedelta(minutes=30)
LONGEST_WAIT = timedelta(hours=1)


def class_of(code: str) -> ErrorClass:
    """What a raw code means; 'other' for one that nobody has written down."""
    return cast(ErrorClass, _by_code("classes").get(code, "other"))


def says(code: str) -> Says:
    """What a code that answers a send says of the provider itself."""
    return cast(Says, _by_code("provider").get(code, "works"))


def most_tries(kind: ErrorClass) -> int:
    """How many tries a channel gets that fails so."""
    return MOST_CALLS if kind == "absent" else MOST_TRIES


def wait(tries: int, rng: Random, kind: ErrorClass = "later") -> timedelta:
    """How long to wait after so many tries (1 or more) on a channel: doubled each time, half of it
    by chance, so that those who failed together do not come back together.
    """
    first = FIRST_WAIT_TO_CALL if kind == "absent" else FIRST_WAIT
    whole = min(first * (1 << min(tries - 1, 10)), LONGEST_WAIT)
    return whole / 2 + whole / 2 * rng.random()


@cache
def _by_code(table: str) -> dict[str, str]:
    named = tomllib.loads(TABLE.read_text(encoding="utf-8"))[table]
    return {code: name for name, codes in named.items() for code in codes}
