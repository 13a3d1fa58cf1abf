"""Every text of the pages stands in the catalogue, with an English translation that fits it."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask
from flask_babel import force_locale, gettext, ngettext

from booking.platform.config import ROOT
from booking.platform.error_table import ERRORS, UNKNOWN

PACKAGES = ("booking", "reminders", "triage_rules")
CATALOGUE = ROOT / "booking" / "platform" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
# As `make translations` asks for them; a value says which arguments are texts.
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!\{)\{\w+\}")
TAG = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)
EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
# A name, a unit, a sign; and an attribute or a query that a macro writes by itself.
NOT_TRANSLATED = re.compile(r"""\bRettid\b|\bmin\b|&\w+;|[\w-]+="[^"]*"?|\?\w+=""")
SHOWN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title", "data-title")
TEMPLATES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.html")
    if "templates" in path.parts
)


@cache
def extracted() -> frozenset[str | tuple[str, ...]]:
    """Every text the code and the templates ask for."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        mappings = tomllib.load(file)["tool"]["babel"]["mappings"]
    methods = [(one["pattern"], one["method"]) for one in mappings]
    found: set[str | tuple[str, ...]] = set()
    for package in PACKAGES:
        for _, _, text, _, _ in extract_from_dir(ROOT / package, methods, keywords=KEYWORDS):
            found.add(tuple(text) if isinstance(text, (list, tuple)) else text)
    return frozenset(found)


@cache
def catalogue() -> Catalog:
    """The English catalogue as it is kept."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database: these pages read nothing from it."""
    return f"sqlite:///{tmp_path_factory.mktemp('empty') / 'empty.sqlite3'}"


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue compiled afresh, in a folder of translations."""
    folder = tmp_path_factory.mktemp("translations")
    compiled = folder / "en" / "LC_MESSAGES" / "messages.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        write_mo(file, catalogue())
    return folder


def forms(text: object) -> tuple[str, ...]:
    """A text's forms: one, or the singular and the plural."""
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def kept() -> list[Message]:
    return [message for message in catalogue() if message.id]


def test_every_text_is_in_the_catalogue_and_nothing_else() -> None:
    in_catalogue = {
        message.id if isinstance(message.id, str) else tuple(message.id) for message in kept()
    }
    assert extracted() - in_catalogue == set(), "run `make translations` and translate"
    assert in_catalogue - extracted() == set(), "run `make translations`"


def test_every_text_has_an_english_translation() -> None:
    wanting = [
        message.id for message in kept() if message.fuzzy or not all(forms(message.string or ""))
    ]
    assert wanting == []


def test_no_translation_is_left_in_danish() -> None:
    danish = re.compile("[æøåÆØÅ]")
    assert [one.id for one in kept() if danish.search("".join(forms(one.string)))] == []


def test_a_translation_has_the_same_placeholders() -> None:
    for message in kept():
        wanted = [sorted(PLACEHOLDER.findall(form)) for form in forms(message.id)]
        for form in forms(message.string):
            assert sorted(PLACEHOLDER.findall(form)) in wanted, message.id


def test_danish_has_a_singular_and_a_plural_of_its_own(app: Flask) -> None:
    with app.test_request_context(), force_locale("da"):
        said = [
            ngettext("%(num)d patient", "%(num)d patienter", number) for number in (0, 1, 2, 21)
        ]
    assert said == ["0 patienter", "1 patient", "2 patienter", "21 patienter"]


def test_every_plural_is_said_in_english(english: Path) -> None:
    said = Translations.load(str(english), ["en"])
    for message in kept():
        if not isinstance(message.id, str):
            singular, plural = forms(message.id)
            said_of_one, said_of_two = forms(message.string)
            assert said.ngettext(singular, plural, 1) == said_of_one
            assert said.ngettext(singular, plural, 2) == said_of_two


def test_the_pages_find_the_catalogue(app: Flask, english: Path) -> None:
    folder = Path(app.root_path) / app.config["BABEL_TRANSLATION_DIRECTORIES"]
    assert folder == CATALOGUE.parents[2]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(english)
    client = app.test_client()
    client.get("/sprog/en")
    page = client.get("/was").text
    assert '<html lang="en">' in page
    assert "Accessibility statement" in page


def test_every_error_is_said_in_english(app: Flask, english: Path) -> None:
    said = Translations.load(str(english), ["en"])
    with app.test_request_context(), force_locale("da"):
        for shown in [UNKNOWN, *ERRORS.values()]:
            for text in (str(shown.heading), str(shown.text)):
                assert gettext(text) == text
                assert said.gettext(text) != text


class VisibleText(HTMLParser):
    """What a template itself says: its text, and the attributes that are read out."""

    def __init__(self) -> None:
        """Nothing read yet."""
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        """Note the text between tags."""
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes that people see or hear."""
        self.found += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]


def spoken(template: str) -> Iterator[str]:
    """The words a template says outside its expressions."""
    parser = VisibleText()
    parser.feed(EXPRESSION.sub(" ", TAG.sub(" ", template)))
    parser.close()
    for text in parser.found:
        for word in NOT_TRANSLATED.sub(" ", text).split():
            if any(sign.isalpha() for sign in word):
                yield word


def test_the_check_of_templates_sees_what_it_should() -> None:
    page = """{# note #}{% if a > b %}<p title="{{ _('Navn') }}">{{ _('Ja') }}, 30 min – Rettid</p>
        <a href="/x" aria-label="Luk">{{ name }}: se her</a>{% endif %}"""
    assert list(spoken(page)) == ["Luk", "se", "her"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_says_nothing_outside_the_catalogue(template: Path) -> None:
    assert list(spoken(template.read_text())) == []
