"""Kinds of cells beside those of the forms: marshmallow fields that know a mapping's formats."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext
from marshmallow import fields

from booking.imports import personal
from booking.imports.mapping import BETWEEN
from booking.people import cpr
from booking.platform.errors import AmbiguousLocalTime, NonexistentLocalTime
from booking.platform.forms import MISSING, Text
from booking.platform.localtime import to_utc

YEARS = range(1900, 2201)


def _(message: str) -> str:
    return cast(str, lazy_gettext(message))


@lru_cache(maxsize=4096)
def _parsed(text: str, formats: tuple[str, ...]) -> datetime | None:
    for one in formats:
        try:
            found = datetime.strptime(text, one)  # noqa: DTZ007 (the clinic's zone is added)
        except ValueError:
            continue
        return found if found.year in YEARS else None
    return None


class DayCell(fields.Field[date]):
    """A date in one of the mapping's formats."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Datoen er ikke skrevet på en af de måder, oversættelsen nævner."),
    }

    def __init__(self, formats: tuple[str, ...], **kwargs: Any) -> None:
        """formats: as for strptime."""
        self._formats = formats
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        found = _parsed(value, self._formats)
        if found is None:
            raise self.make_error("invalid")
        return found.date()


class ImpersonalCell(Text):
    """A text that is kept open, and so must not point to a person."""

    default_error_messages = {
        **Text.default_error_messages,
        "personal": _("Teksten ligner et CPR-nummer, et telefonnummer eller en e-mailadresse."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if personal.in_text(text):
            raise self.make_error("personal")
        return text


class ClockCell(fields.Field[time]):
    """A time of day in one of the mapping's formats."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Klokkeslættet er ikke skrevet på en af de måder, oversættelsen nævner."),
    }

    def __init__(self, formats: tuple[str, ...], **kwargs: Any) -> None:
        """formats: as for strptime."""
        self._formats = formats
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time:
        found = _parsed(value, self._formats)
        if found is None:
            raise self.make_error("invalid")
        return found.time()


class MomentCell(fields.Field[datetime]):
    """An instant: aware as written, or on the clinic's wall clock; loaded as aware UTC."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Tidspunktet er ikke skrevet på en af de måder, oversættelsen nævner."),
        "skipped": _("Klokkeslættet findes ikke: uret stilles frem den nat."),
        "doubled": _("Klokkeslættet findes to gange: uret stilles tilbage den nat."),
    }

    def __init__(self, formats: tuple[str, ...], zone: ZoneInfo, **kwargs: Any) -> None:
        """formats: as for strptime; zone: the clinic's, for times without one."""
        self._formats, self._zone = formats, zone
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        found = _parsed(value, self._formats)
        if found is None:
            raise self.make_error("invalid")
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        try:
            return to_utc(found, self._zone)
        except NonexistentLocalTime:
            raise self.make_error("skipped") from None
        except AmbiguousLocalTime:
            raise self.make_error("doubled") from None


class YesNoCell(fields.Boolean):
    """Yes or no, said in Danish, English or figures."""

    default_error_messages = {**MISSING, "invalid": _("Skriv ja eller nej.")}

    def __init__(self, **kwargs: Any) -> None:
        """An empty cell is neither."""
        yes, no = {"ja", "j", "yes", "y", "true", "1"}, {"nej", "n", "no", "false", "0"}
        super().__init__(truthy=yes, falsy=no, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        return bool(super()._deserialize(value.lower(), attr, data, **kwargs))


class ListCell(fields.Field[list[str]]):
    """Several words with | between them; of some codes only, where these are given."""

    default_error_messages = {**MISSING, "invalid": _("Vælg blandt mulighederne.")}

    def __init__(self, codes: Sequence[str] | None = None, **kwargs: Any) -> None:
        """codes: the words that may be used; any, if not given."""
        self._codes = codes
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        words = [word.strip() for word in value.split(BETWEEN) if word.strip()]
        if self._codes is not None and not set(words) <= set(self._codes):
            raise self.make_error("invalid")
        return words


class CprCell(fields.Field[str]):
    """A CPR number, loaded as its ten characters."""

    default_error_messages = {
        **MISSING,
        "invalid": _("CPR-nummeret har ikke ti tegn, eller dets dato findes ikke."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return cpr.normalise(value)
        except cpr.InvalidCpr:
            raise self.make_error("invalid") from None
