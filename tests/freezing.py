"""Stopping the clock, over and over: what freezegun is told, and a quicker look at the modules.

Each time it begins, freezegun asks every module there is for its names, to find the clocks it has
to replace. With some three thousand modules that is 25 ms, and half the suite stops the clock.
"""

from types import ModuleType
from typing import Any

import freezegun
from freezegun import api

# These hold no clock that a test stops.
WITHOUT_CLOCKS = [
    "sqlalchemy",
    "psycopg",
    "alembic",
    "holidays",
    "playwright",
    "pygments",
    "procrastinate",
]

_known: dict[int, tuple[ModuleType, int, list[tuple[str, Any]]]] = {}


def _clocks(module: ModuleType) -> list[tuple[str, Any]]:
    """The names in `module` that stand for a clock; looked for again when it has got more names."""
    names = getattr(module, "__dict__", {})
    known = _known.get(id(module))
    if known is None or known[0] is not module or known[1] != len(names):
        api._setup_module_cache(module)
        known = (module, len(names), api._GLOBAL_MODULES_CACHE[module.__name__][1])
        _known[id(module)] = known
    return known[2]


def configure() -> None:
    freezegun.configure(extend_ignore_list=WITHOUT_CLOCKS)
    api._get_cached_module_attributes = _clocks
