"""The code a rule set is known by, made of its name."""

import re
import unicodedata
from collections.abc import Collection
from itertools import count

LONGEST = 60
LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def code_for(label: str, taken: Collection[str]) -> str:
    """A code that none of those taken is: 'gigt-aarlig' for 'Gigt, årlig'."""
    plain = unicodedata.normalize("NFKD", label.lower().translate(LETTERS))
    plain = plain.encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain)[: LONGEST - 5].strip("-") or "regler"
    candidates = (stem if n == 1 else f"{stem}-{n}" for n in count(1))
    return next(code for code in candidates if code not in taken)
