"""How the demo's followed patients have fared, and what they answered. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from random import Random

from triage_rules.questionnaires.form import Answers

# Days before now of the earlier questionnaires.
EARLIER = (182, 91)
# Days before now, at the most, of the latest.
LATELY = 6


@dataclass(frozen=True)
class Life:
    """One patient's. calm: the answers of the earlier times, all well. lately: the latest
    answers, None for somebody who has not answered; asked: how many days ago they were asked.
    measured: code -> (days before now, value). seen: days before now of contacts.
    said: what the clinician made of the latest decision, if anything.
    """

    calm: tuple[Answers, ...]
    lately: Answers | None
    asked: int
    measured: dict[str, tuple[tuple[int, Decimal], ...]]
    seen: tuple[int, ...]
    said: str = ""


WELL: Answers = {"siden-tilstand": "same", "siden-dage": 1, "siden-nyt": False,
                 "siden-oenske": "none"}  # fmt: skip
TWO_DAYS: Answers = {**WELL, "siden-dage": 2}  # what the version in shadow sees otherwise
WORSE: Answers = {**WELL, "siden-tilstand": "worse", "siden-dage": 5}
MUCH_WORSE: Answers = {**WELL, "siden-tilstand": "much-worse", "siden-dage": 7}
WORRIED: Answers = {**WELL, "siden-nyt": True, "siden-nyt-hvad": "Jeg sover dårligt."}
BY_PHONE: Answers = {**WELL, "siden-oenske": "phone"}
BY_VIDEO: Answers = {**WELL, "siden-oenske": "video"}
A_VISIT: Answers = {**WELL, "siden-oenske": "visit"}

# The latest of each: most are well, some wait, few are red.
LATEST: tuple[Answers | None, ...] = (
    WELL, TWO_DAYS, MUCH_WORSE, WORSE, None, WELL, BY_PHONE, WELL, WORRIED, WELL,
    WELL, WORSE, WELL, None, WELL, A_VISIT, WELL, WELL, WELL, BY_VIDEO,
)  # fmt: skip
SAID = ("", "", "", "accepted", "")


def diabetes(rng: Random) -> Iterator[Life]:
    """Patients with diabetes, without end."""
    for number, (lately, said) in enumerate(zip(cycle(LATEST), cycle(SAID), strict=False)):
        base = rng.choice((46, 48, 50, 52, 54, 56))
        last = base + rng.randint(-3, 3) if lately is not MUCH_WORSE else 78
        if number % 11 == 2:
            last = 66
        figures = ((200, base), (105, base + 1), (rng.randint(8, 60), last))
        measured = {"hba1c": tuple((days, Decimal(value)) for days, value in figures)}
        if number % 7:
            days = rng.randint(20, 330)
            measured["systolic"] = ((days, Decimal(rng.randint(112, 148))),)
            measured["diastolic"] = ((days, Decimal(rng.randint(66, 90))),)
        else:
            measured["systolic"] = ((rng.randint(380, 500), Decimal(138)),)
        if number % 9 != 4:
            measured["albuminuria"] = ((rng.randint(30, 690), Decimal(rng.randint(3, 28))),)
        for code, every in (("eye_exam", 6), ("foot_exam", 8)):
            late = number % every == 1
            days = rng.randint(740, 900) if late else rng.randint(30, 690)
            measured[code] = ((days, Decimal(1)),)
        yield _life(rng, lately, measured, said)


def arthritis(rng: Random) -> Iterator[Life]:
    """Patients with rheumatoid arthritis, without end."""
    for number, (lately, said) in enumerate(zip(cycle(LATEST), cycle(SAID), strict=False)):
        base = Decimal(rng.randint(18, 29)) / 10
        last = base + Decimal(rng.randint(-2, 2)) / 10
        if number % 13 == 6:
            last = Decimal("4.1")
        figures = ((330, base), (rng.randint(40, 80), last))
        yield _life(rng, lately, {"das28": figures}, said)


def _life(
    rng: Random,
    lately: Answers | None,
    measured: dict[str, tuple[tuple[int, Decimal], ...]],
    said: str,
) -> Life:
    calm = tuple({**WELL, "siden-dage": rng.randint(0, 2)} for _ in EARLIER)
    latest = None if lately is None else dict(lately)
    if lately is WELL:
        latest = {**WELL, "siden-dage": rng.randint(0, 2)}
    asked = rng.choice((3, 5, 17)) if lately is None else rng.randint(1, LATELY)
    seen = (rng.randint(215, 260), rng.randint(40, 150))
    return Life(calm, latest, asked, measured, seen, said)
