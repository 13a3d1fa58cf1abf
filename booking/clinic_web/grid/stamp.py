"""Whether a day looks as it did: one short text for everything the grid shows of it.

It is made of the very values the grid is drawn from, so nothing can change on the page without it,
and of nothing else, so it is the same in every process.
"""

from hashlib import blake2b

from booking.clinic_web.grid.reading import Day


def stamp(day: Day, *more: object) -> str:
    """The stamp of a day. more: what else decides how the page looks (the language, say)."""
    return blake2b(repr((day, more)).encode(), digest_size=12).hexdigest()
