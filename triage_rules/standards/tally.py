"""The ledger summed up: for each obligation how many have met it, against the share demanded.
Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from triage_rules.standards.obligations import Obligation, Standing, State


@dataclass(frozen=True)
class Tally:
    """One obligation over all who owe it.

    fulfilled of counted is the share met; newcomers in their first period are in `states` only.
    """

    obligation: Obligation
    states: Counter[State]
    fulfilled: int
    counted: int

    @property
    def share(self) -> int | None:
        """The share met in whole percent, rounded down; None with nobody to count."""
        return self.fulfilled * 100 // self.counted if self.counted else None

    @property
    def enough(self) -> bool | None:
        """True if the share demanded is reached; None where none is, or with nobody to count."""
        demanded = self.obligation.share
        if demanded is None or not self.counted:
            return None
        return self.fulfilled * 100 >= demanded * self.counted

    @property
    def patients(self) -> int:
        """How many owe it."""
        return self.states.total()


def tally(obligation: Obligation, standings: Iterable[Standing]) -> Tally:
    """Sum up those of the standings that are this obligation's."""
    mine = [one for one in standings if one.obligation.code == obligation.code]
    return Tally(
        obligation,
        Counter(one.state for one in mine),
        sum(one.fulfilled for one in mine if one.counts),
        sum(one.counts for one in mine),
    )
