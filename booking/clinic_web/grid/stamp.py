"""Whether a grid looks as it did: one short text for everything it shows.

It is made of the very values the grid is drawn from, so nothing can change on the page without it,
and of nothing else, so it is the same in every process.
"""

from hashlib import blake2b

from booking.clinic_web.grid.reading import Shown


def stamp(shown: Shown, *more: object) -> str:
    """The stamp of what is shown. more: what else decides how it looks (the language, say)."""
    return blake2b(repr((shown, more)).encode(), digest_size=12).hexdigest()
