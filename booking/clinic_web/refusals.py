"""Answering a refusal with the page it came from, instead of an error page."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from booking.platform.database import constraint_of
from booking.platform.error_table import shown
from booking.platform.errors import ChangedMeanwhile, DomainError
from booking.platform.pages import db
from booking.platform.web import rettid


@contextmanager
def refusals() -> Iterator[None]:
    """Raise the domain's word for whatever the database refuses within the block.

    The transaction is unusable after that: the caller rolls it back before it shows a page.
    """
    try:
        yield
        db().flush()
    except IntegrityError as error:
        kind = rettid().constraints.get(constraint_of(error))
        if kind is None:
            raise
        raise kind from error
    except StaleDataError as error:
        raise ChangedMeanwhile from error


def in_words(error: DomainError) -> str:
    """What happened and what to do, in one line."""
    text = shown(error.code)
    return f"{text.heading}. {text.text}"
