"""How many examples a property test draws: a modest number, times RETTID_SOAK."""

import os


def examples(count: int) -> int:
    return count * int(os.environ.get("RETTID_SOAK", "1"))
