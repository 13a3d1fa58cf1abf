"""Languages, and how days and times are written in them. Danish is the source language."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context
from flask import session as cookie
from flask_babel import Babel, get_locale

LANGUAGES = {"da": "Dansk", "en": "English"}


def install(app: Flask) -> None:
    """Catalogues, the language chooser and the template filters."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "da")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=chosen_language)
    app.add_template_filter(long_day)
    app.add_template_filter(short_day)
    app.add_template_filter(clock_time)
    app.add_template_filter(moment)
    app.add_template_filter(time_span)


def chosen_language() -> str:
    """The language chosen on a page or known for the patient; Danish until then."""
    if not has_request_context():
        return "da"
    language = cookie.get("language", "da")
    return language if language in LANGUAGES else "da"


def language_code() -> str:
    """'da' or 'en', for the texts that are kept in both languages in the database."""
    locale = get_locale()
    return locale.language if locale else "da"


def said_in(language: str, text: str, **values: object) -> str:
    """A text of the catalogue in a language, for what is kept in both: no page need be made."""
    translated = _english().gettext(text) if language == "en" else text
    return translated % values if values else translated


@cache
def _english() -> NullTranslations:
    return Translations.load(Path(__file__).parent / "translations", ["en"])


def long_day(day: date) -> str:
    """'tirsdag 24. november 2026' or 'Tuesday 24 November 2026'."""
    if language_code() == "en":
        return format_date(day, "EEEE d MMMM y", locale="en_GB")
    return format_date(day, "EEEE d. MMMM y", locale="da")


def short_day(day: date) -> str:
    """'tir. 24. nov.' or 'Tue 24 Nov'."""
    if language_code() == "en":
        return format_date(day, "EEE d MMM", locale="en_GB")
    return format_date(day, "EEE d. MMM", locale="da")


def clock_time(instant: datetime, zone: ZoneInfo) -> str:
    """'9.15' or '9:15', on the clinic's wall clock."""
    local = instant.astimezone(zone)
    return f"{local.hour}{':' if language_code() == 'en' else '.'}{local.minute:02}"


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """'tirsdag 24. november 2026 kl. 9.15' or 'Tuesday 24 November 2026 at 9:15'."""
    word = "at" if language_code() == "en" else "kl."
    return f"{long_day(instant.astimezone(zone).date())} {word} {clock_time(instant, zone)}"


def time_span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """'9.15–9.45'."""
    return f"{clock_time(start, zone)}–{clock_time(end, zone)}"
