"""In which order to call those who have a time in about a week. Pure.

Calling the patients most likely to miss it a week before has kept 40 to 50 % of those visits
(Valero-Bover et al. 2022). A place on the list buys a call and nothing else. So what leaves this
module is an order: what it comes from is never returned, stored or shown.

    help = (missed visits + time since the booking + no answer + never been here
            + nothing has arrived + said to need more help) × how likely a call is answered

The weights are chosen, not learned from anyone's patients: each says in one line what it is worth,
measured in 'a patient of whom nothing is known'.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from types import MappingProxyType

FROM_DAYS, TO_DAYS = 5, 9
MAX_TRIES = 2

# Everyone counts as having missed half a visit of ten before their own are known: 5 %, as in a
# usual Danish clinic. One missed of one is then 14 %, not 100 %.
MISSED, OF = Fraction(1, 2), 10
BASE = MISSED / OF
# Booked a quarter of a year ago is worth as much as being anyone at all.
LONG_AGO = 91
NO_ANSWER = Fraction(1)
NEVER_HERE = Fraction(1, 2)
NOTHING_ARRIVED = Fraction(1)
SAID_TO_NEED_HELP = Fraction(1)
# Who did not take the first call takes the second about every other time.
SECOND_TRY = Fraction(1, 2)

# What is never asked about, and why. `Known` has no place for any of it.
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "age": "who somebody is, not what happened: help goes by what is known of their visits",
        "birth_date": "gives the age",
        "sex": "who somebody is",
        "gender": "who somebody is",
        "name": "gives sex and origin",
        "ethnicity": "who somebody is; orders blind to it have still been unfair (Samorani 2022)",
        "nationality": "who somebody is",
        "language": "gives the origin",
        "interpreter": "gives the language",
        "address": "gives income and origin",
        "postcode": "gives income and origin",
        "income": "who somebody is",
        "diagnosis": "sensitive, and it is urgency that goes by it, not help to come",
        "visit_type": "gives the diagnosis",
        "minutes": "the clinic's gain, not the patient's: a short visit is as needed",
    }
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one coming time before it, and all the order may come from.

    came, missed: the patient's earlier visits at the clinic. booked_days: local days from the
    booking to the start. answered: they have said yes to the time. unreached: a message about it
    has failed, and none has arrived. extra_help: someone at the clinic has said that they need
    more help to come. tries: calls about this time that nobody took.
    """

    appointment_id: int
    starts_at: datetime
    came: int
    missed: int
    booked_days: int
    answered: bool
    unreached: bool
    extra_help: bool
    tries: int


def order(known: Iterable[Known]) -> list[int]:
    """The appointments' ids, those first to whom a call can help most; ties by the nearest time."""
    placed = sorted(known, key=lambda one: (-_help(one), one.starts_at, one.appointment_id))
    return [one.appointment_id for one in placed]


def window(day: date, closed: Callable[[date], bool]) -> tuple[date, date]:
    """The local days whose times are called about on a day, the first and the last.

    From 5 to 9 days ahead; before days on which nobody works, also those that would first come up
    then: the Friday's list reaches over the weekend.
    """
    last = day + timedelta(TO_DAYS)
    while closed(last - timedelta(TO_DAYS - 1)):
        last += timedelta(1)
    return day + timedelta(FROM_DAYS), last


def _help(one: Known) -> Fraction:
    """Exact, so that two of whom the same is known are placed the same."""
    worth = _missed_share(one.came, one.missed) / BASE
    worth += Fraction(min(max(one.booked_days, 0), LONG_AGO), LONG_AGO)
    worth += NO_ANSWER * (not one.answered)
    worth += NEVER_HERE * (one.came == 0)
    worth += NOTHING_ARRIVED * one.unreached
    worth += SAID_TO_NEED_HELP * one.extra_help
    return worth * SECOND_TRY**one.tries


def _missed_share(came: int, missed: int) -> Fraction:
    """The share missed, drawn towards the base by few visits."""
    return (missed + MISSED) / (came + missed + OF)
