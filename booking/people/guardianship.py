"""Until when a parent may act for a child. Pure."""

from datetime import date, timedelta

OWN_AGE = 15


def birthday(born: date, age: int) -> date:
    """The day someone turns `age`; born on 29 February, that is 1 March in a common year."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def last_day_as_child(born: date) -> date:
    """The last day on which a parent may act: the day before the 15th birthday."""
    return birthday(born, OWN_AGE) - timedelta(days=1)
