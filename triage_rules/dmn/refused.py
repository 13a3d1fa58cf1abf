"""The one answer for what lies outside the declared subset: a refusal that says where and why."""

from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """No answer is given. `where` names the decision, table, row and cell; `why` is a sentence.

    text: what stands there, for a reader who does not have the file at hand; '' for nothing.
    """

    def __init__(self, where: str, why: str, text: str = "") -> None:
        super().__init__(f"{where}: {why}" if where else why)
        self.where = where
        self.why = why
        self.text = text


@contextmanager
def at(where: str, text: str = "") -> Iterator[None]:
    """Name the place, and what stands there, for a refusal that does not know its own yet."""
    try:
        yield
    except Refused as refusal:
        if refusal.where:
            raise
        raise Refused(where, refusal.why, text) from None
