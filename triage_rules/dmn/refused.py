"""The one answer for what lies outside the declared subset: a refusal that says where and why."""

from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """No answer is given. `where` names the decision, table, row and cell; `why` is a sentence."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}" if where else why)
        self.where = where
        self.why = why


@contextmanager
def at(where: str) -> Iterator[None]:
    """Name the place for a refusal that does not know its own yet."""
    try:
        yield
    except Refused as refusal:
        if refusal.where:
            raise
        raise Refused(where, refusal.why) from None
