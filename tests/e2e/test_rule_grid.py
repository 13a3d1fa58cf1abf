"""The authoring grid in a browser: by keyboard alone, two authors, no scripts, axe."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Role
from tests import factories as make
from tests.e2e.axe import axe
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.unit.triage_rules.tables import asthma
from triage_rules.authoring import editing, queries, service
from triage_rules.library import entry
from triage_rules.questionnaires.shipped import install
from triage_rules.tables.model import (
    AnyValue,
    Cell,
    Input,
    Interval,
    Missing,
    OneOf,
    Table,
    Value,
)
from triage_rules.tables.rule_set import RuleSet as Rules
from triage_rules.tables.soundness import unsound

pytestmark = pytest.mark.browser

DUE = date(2027, 11, 11)  # the same whether a browser asks for the day or the month first
MOST_PRESSES = 350


@dataclass(frozen=True)
class Desk:
    """A clinic with two authors and one draft."""

    clinic_id: int
    authors: tuple[str, str]
    rule_set_id: int

    def address(self, live: Live, tab: str) -> str:
        return f"{live.url}/klinik/{self.clinic_id}/regler/{self.rule_set_id}/kladde?tabel={tab}"

    def rules(self, session: Session) -> Rules:
        """The draft as it is saved by now; the session is left without a transaction, in which
        nobody else could write."""
        session.expire_all()
        found = queries.draft_here(session, self.clinic_id, self.rule_set_id).rules
        session.rollback()
        return found


def desk(session: Session, rules: Rules) -> Desk:
    clinic = make.clinic(session)
    authors = (
        make.staff(session, clinic, Role.CLINICIAN, name="Anna Holm"),
        make.staff(session, clinic, Role.CLINICIAN, name="Bo Kjær"),
    )
    install(session, SYSTEM)
    rule_set = service.begin(session, actor_of(authors[0]), clinic, "astma", "Astma", rules)
    session.commit()
    return Desk(clinic.id, (authors[0].username, authors[1].username), rule_set.id)


def signed_in(browser: Browser, live: Live, username: str, **context: object) -> Page:
    page = browser.new_context(locale="da-DK", **context).new_page()  # type: ignore[arg-type]
    page.goto(f"{live.url}/klinik/log-ind")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(make.PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    return page


@dataclass
class Keys:
    """A keyboard, and nothing else. presses: so far, but for prose; prose: characters of it."""

    page: Page
    presses: int = 0
    prose: int = 0
    steps: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def type(self, text: str) -> None:
        """A number, or the beginning of a choice's words."""
        self.page.keyboard.type(text)
        self.presses += len(text)

    def write(self, text: str) -> None:
        """Words of the author's own."""
        self.page.keyboard.type(text)
        self.prose += len(text)

    def open(self, *keys: str) -> None:
        """Open a form over the grid."""
        self.press(*keys)
        expect(self.page.locator("dialog[open] #step-heading")).to_be_visible()

    def save(self, *keys: str) -> None:
        """Send it, and see the grid made anew."""
        edition = self.edition
        self.press(*(keys or ("Enter",)))
        expect(self.page.locator("[data-rule-content]")).not_to_have_attribute(
            "data-edition", edition
        )
        expect(self.page.locator("dialog[open]")).to_have_count(0)
        expect(self.page.locator("[data-rule-grid]")).not_to_have_attribute("aria-busy", "true")
        self.steps.append(" ".join(keys) or "Enter")

    def turn(self, key: str, tab: str) -> None:
        """Go to another table, and begin there."""
        self.press(key)
        self.page.wait_for_url(re.compile(f"tabel={tab}"))
        self.page.wait_for_function("document.activeElement !== document.body")

    @property
    def edition(self) -> str:
        found = self.page.locator("[data-rule-content]").get_attribute("data-edition")
        assert found is not None
        return found

    def to(self, control: str) -> None:
        """Press Tab until the control with this id has the focus."""
        for _ in range(60):
            if self.page.evaluate("document.activeElement.id") == control:
                return
            self.press("Tab")
        raise AssertionError(f"{control} is not reached by Tab")

    def choose(self, value: str) -> None:
        """An option of the list that has the focus, by as few of its first letters as will do."""
        options: list[list[str]] = self.page.evaluate(
            "[...document.activeElement.options].map(one => [one.value, one.text.toLowerCase()])"
        )
        now: str = self.page.evaluate("document.activeElement.value")
        text = next(text for code, text in options if code == value)
        for length in range(1, len(text) + 1):
            if now == value:
                return
            first = next(code for code, one in options if one.startswith(text[:length]))
            if first == value:
                self.type(text[:length])
                assert self.page.evaluate("document.activeElement.value") == value
                return
        raise AssertionError(f"{text} cannot be told from the others")

    # What an author does

    def ask_for(self, asked: Input) -> None:
        """A column more, no older than it says."""
        self.open("o")
        self.choose(asked.source)
        self.press("Enter")
        expect(self.page.locator("#step-heading")).to_have_text(re.compile("^Spørg om "))
        expect(self.page.locator("[data-rule-grid]")).not_to_have_attribute("aria-busy", "true")
        if asked.greatest_age_days:
            self.to("field-greatest_age_days")
            self.type(str(asked.greatest_age_days))
        self.save()

    def condition(self, asked: Input, cell: Cell) -> None:
        """A cell; the next one has the focus afterwards."""
        if isinstance(cell, AnyValue):
            self.press("ArrowRight")
        elif isinstance(cell, Missing):
            self.open("Enter")
            self.choose("missing")
            self.save()
        elif isinstance(cell, OneOf):
            self.open("Enter")
            for choice in asked.choices:
                if choice in cell.choices:
                    self.press("Space")
                self.press("Tab")
            self.save()
        elif isinstance(cell, Interval) and cell.low is not None and cell.high is not None:
            self.open("Enter")
            self.choose("between")
            self.press("Tab")
            self.type(str(cell.low))
            self.press("Tab", "Tab")
            self.type(str(cell.high))
            self.save()
        elif isinstance(cell, Interval):
            self.open(">" if cell.high is None else "<")
            self.type(str(cell.low if cell.high is None else cell.high))
            self.save()

    def answers(self, table: Table, values: tuple[Value, ...]) -> None:
        """A row's answers, all on one form."""
        self.open("Enter")
        for output, value in zip(table.outputs, values, strict=True):
            self.to(f"field-{output.name}")
            if output.name == "flag":
                self.write(str(value))
            elif isinstance(value, Decimal):
                self.type(str(value))
            else:
                self.choose("any" if output.name == "profession" and not value else str(value))
        self.save()

    def tell(self, told: str) -> None:
        """What the patient is told where the row fires."""
        self.open("Enter")
        self.write(told)
        self.to("field-owner")
        self.save()

    def table(self, table: Table) -> None:
        """A whole table, from empty."""
        for asked in table.inputs:
            if asked.name != "colour" or table.name != "contact":  # which it asks from the start
                self.ask_for(asked)
        if table.hit_policy not in ("UNIQUE", "RULE ORDER"):
            self.to("policy")
            self.open("Enter")
            self.press("ArrowDown")
            self.save()
        for row in table.rows:
            self.save("n")
            for asked, cell in zip(table.inputs, row.cells, strict=True):
                self.condition(asked, cell)
            self.answers(table, row.outputs)
            self.tell(row.told)


@pytest.fixture
def author(browser: Browser, live: Live, session: Session) -> Iterator[tuple[Desk, Page]]:
    """Someone at an empty draft."""
    made = desk(session, editing.blank("astma", "Astma"))
    page = signed_in(browser, live, made.authors[0], viewport=DESKTOP)
    yield made, page
    page.context.close()


def shape(table: Table) -> object:
    """What decides: everything but the words."""
    asked = [
        (one.source, one.kind, one.low, one.high, one.step, one.choices, one.greatest_age_days)
        for one in table.inputs
    ]
    return table.hit_policy, asked, [(row.cells, row.outputs, row.told) for row in table.rows]


def test_the_asthma_rules_are_entered_from_blank_by_keyboard_alone(
    author: tuple[Desk, Page],
    live: Live,
    session: Session,
    record_property: Callable[[str, object], None],
) -> None:
    made, page = author
    source = entry("asthma").rules
    tables = {table.name: table for table in source.tables}
    page.goto(made.address(live, "red_flags") + "#start")
    keys = Keys(page)

    keys.table(tables["red_flags"])
    keys.turn("PageDown", "activity")
    keys.table(tables["activity"])
    keys.turn("PageDown", "contact")
    keys.table(tables["contact"])
    assert unsound(made.rules(session)) == []

    keys.turn("PageDown", "eksempler")
    keys.turn("PageDown", "regelsaet")
    for look in source.second_looks:
        keys.to("new-look")
        keys.open("Enter")
        keys.choose(look.input)
        keys.press("Tab")
        keys.type(str(look.limit))
        keys.press("Tab")
        keys.type(str(look.within))
        keys.save()
    keys.to("obligations")
    keys.save("Enter")
    keys.table(tables["obligations"])
    keys.to("fill")
    keys.open("Enter")
    keys.write("EPR-3")
    keys.press("Tab")
    keys.write("Anna Holm")
    keys.press("Tab")
    keys.type("11112027")
    keys.save()

    entered = made.rules(session)
    assert unsound(entered) == []
    assert [shape(one) for one in entered.tables] == [shape(one) for one in source.tables]
    assert entered.second_looks == source.second_looks
    assert {row.review_by for table in entered.tables for row in table.rows} == {DUE}
    for name, number in (
        ("edits", len(keys.steps)),
        ("presses", keys.presses),
        ("prose", keys.prose),
    ):
        record_property(name, number)
    assert keys.presses <= MOST_PRESSES, f"{keys.presses} presses for {len(keys.steps)} edits"


def test_of_two_authors_the_second_is_told_and_does_it_again_upon_the_firsts(
    browser: Browser, live: Live, session: Session
) -> None:
    made = desk(session, asthma.rules())
    anna, bo = (signed_in(browser, live, one, viewport=DESKTOP) for one in made.authors)
    for page in (anna, bo):
        page.goto(made.address(live, "activity") + "#start")
    Keys(anna).condition(asthma.ACT, Interval(None, Decimal(14)))

    bo.get_by_role("button", name="Ny række").click()
    dialog = bo.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("En anden har gemt imens")
    expect(dialog).to_contain_text("Anna Holm gemte kl.")
    expect(dialog).to_contain_text("Du ville: I Sygdomsaktivitet: tilføje en række.")
    axe(bo)
    dialog.get_by_role("button", name="Gør det igen oven på deres").click()
    expect(bo.locator("tbody tr")).to_have_count(5)
    expect(bo.locator("#c1-0")).to_have_text("højst 14")
    assert unsound(made.rules(session)) != []

    # A form opened on the older page shows what is newest, and says so.
    anna.locator("#c2-1").click()
    expect(anna.get_by_role("dialog")).to_contain_text("Bo Kjær har gemt kl.")
    for page in (anna, bo):
        page.context.close()


def test_the_grid_is_worked_without_scripts(browser: Browser, live: Live, session: Session) -> None:
    made = desk(session, asthma.rules())
    page = signed_in(browser, live, made.authors[0], viewport=PHONE, java_script_enabled=False)
    page.goto(made.address(live, "activity"))
    page.locator("#c3-0").click()
    page.get_by_label("Skal være").select_option("above")
    page.get_by_label("Tal (frivilligt)").fill("18")
    page.get_by_role("button", name="Gem").click()
    expect(page.locator("#c3-0")).to_have_text("over 18")
    expect(
        page.get_by_text("En patient med ACT 19 point rammer både række 2 og 3.")
    ).to_be_visible()
    page.get_by_role("link", name="1", exact=True).click()
    page.get_by_role("button", name="Slet rækken").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.context.close()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_grid_and_its_forms_are_accessible(
    browser: Browser, live: Live, session: Session, viewport: dict[str, int]
) -> None:
    whole = editing.add_row(asthma.rules(), "activity", "blank")
    whole = editing.add_input(whole, "contact", asthma.ACT)
    made = desk(session, editing.with_obligations(whole))
    page = signed_in(browser, live, made.authors[0], viewport=viewport)
    for tab in ("red_flags", "activity", "contact", "obligations", "eksempler", "regelsaet"):
        page.goto(made.address(live, tab))
        axe(page)
    page.goto(made.address(live, "contact"))
    dialog = page.locator("dialog[open]")
    for opener in ("c1-0", "c1-1", "c1-2", "c1-10", "r1", "c0-1", "policy", "fill", "new-column"):
        page.locator(f"#{opener}").click()
        expect(dialog.locator("#step-heading")).to_be_visible()
        axe(page)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(page.locator(f"#{opener}")).to_be_focused()
    page.locator("#c1-1").click()
    dialog.get_by_label("Skal være").select_option("at_least")
    dialog.get_by_role("button", name="Gem").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    axe(page)
    page.context.close()


def test_suggested_examples_are_taken_in_and_a_red_one_is_seen(
    browser: Browser, live: Live, session: Session
) -> None:
    made = desk(session, asthma.rules())
    page = signed_in(browser, live, made.authors[0], viewport=DESKTOP)
    page.goto(made.address(live, "eksempler"))
    take = page.get_by_role("button", name=re.compile("tag det med"))
    for left in range(take.count(), 0, -1):
        expect(take).to_have_count(left)
        take.first.click()
    expect(take).to_have_count(0)
    expect(page.get_by_text("det samme")).to_have_count(5)

    page.get_by_role("link", name="Sygdomsaktivitet, række 1").click()
    page.get_by_label("Farve").select_option("green")
    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_text("Farve: reglerne siger rød")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Fortryd det sidste").click()
    expect(page.get_by_text("det samme")).to_have_count(5)
    page.context.close()
