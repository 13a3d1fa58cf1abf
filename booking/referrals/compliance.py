"""How often a clinic's clocks are met, and why the others were not. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from booking.referrals.clocks import Clock

UNSAID = ""


@dataclass(frozen=True)
class Share:
    """One clock over many referrals.

    late: not met, ended or not. by_reason: reason code ('' where nobody has said) -> how many of
    the late. running and stopped are in neither.
    """

    code: str
    met: int
    late: int
    running: int
    stopped: int
    by_reason: Mapping[str, int]

    @property
    def met_share(self) -> float | None:
        """Of those that are decided, how many were met, 0 to 1; None where none is."""
        decided = self.met + self.late
        return self.met / decided if decided else None

    @property
    def unexplained(self) -> int:
        """Late without anybody's word for why."""
        return self.by_reason.get(UNSAID, 0)


def compliance(referrals: Iterable[tuple[Iterable[Clock], Mapping[str, str]]]) -> list[Share]:
    """One share a clock, by code; for each referral its clocks, and clock code -> reason."""
    states: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for clocks, why in referrals:
        for clock in clocks:
            states[clock.code][clock.state] += 1
            if clock.state == "late":
                reasons[clock.code][why.get(clock.code, UNSAID)] += 1
    return [
        Share(
            code, seen["met"], seen["late"], seen["running"], seen["stopped"], dict(reasons[code])
        )
        for code, seen in sorted(states.items())
    ]
