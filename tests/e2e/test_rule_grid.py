"""The authoring grid in a browser: by keyboard alone, two authors, no scripts, axe."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Role
from tests import factories as make
from tests.e2e.axe import axe, sound_at_both_widths
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.e2e.rule_keys import Keys
from tests.unit.triage_rules.tables import asthma
from triage_rules.authoring import editing, queries, service
from triage_rules.library import entry
from triage_rules.questionnaires.shipped import install
from triage_rules.tables.model import (
    Interval,
    Table,
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
    page.goto(made.address(live, "red_flags"))
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


def test_the_keys_work_from_arrival_and_the_signs_mean_what_they_say(
    browser: Browser, live: Live, session: Session
) -> None:
    made = desk(session, asthma.rules())
    page = signed_in(browser, live, made.authors[0], viewport=DESKTOP)
    page.goto(made.address(live, "activity"))
    expect(page.locator("#c1-0")).to_be_focused()
    assert page.evaluate("window.scrollY") == 0
    keys = Keys(page)
    for typed, said in (
        (">17", "over 17"),
        (">=17", "mindst 17"),
        ("<17", "under 17"),
        ("<=17", "højst 17"),
        ("=17", "17"),
        ("17", "17"),
    ):
        page.locator("#c2-0").focus()
        keys.open(typed[0])
        for key in typed[1:]:
            keys.press(key)
        if typed != "17":  # which the cell says already
            keys.save()
        expect(page.locator("#c2-0")).to_have_text(said)
    page.keyboard.press("Escape")

    page.goto(made.address(live, "activity"))
    keys.save("n")
    expect(page.locator("tbody tr")).to_have_count(5)
    for tab in ("contact", "eksempler", "regelsaet"):
        keys.turn("PageDown", tab)
    page.goto(made.address(live, "activity"))
    keys.open("o")
    page.context.close()


def test_edits_are_undone_one_by_one_by_a_key_also_after_the_page_is_loaded_again(
    browser: Browser, live: Live, session: Session
) -> None:
    made = desk(session, asthma.rules())
    page = signed_in(browser, live, made.authors[0], viewport=DESKTOP)
    page.goto(made.address(live, "activity"))
    keys = Keys(page)
    for _ in range(3):
        keys.save("n")
    page.reload()
    for left in (6, 5, 4):
        keys.save("z")
        expect(page.locator("tbody tr")).to_have_count(left)
    expect(page.locator("#undo")).to_have_count(0)
    page.context.close()


def test_a_draft_that_waits_is_turned_by_the_same_keys(
    browser: Browser, live: Live, session: Session
) -> None:
    made = desk(session, asthma.rules())
    queries.draft_here(session, made.clinic_id, made.rule_set_id).status = "review"
    session.commit()
    page = signed_in(browser, live, made.authors[0], viewport=DESKTOP)
    page.goto(made.address(live, "activity"))
    Keys(page).turn("PageDown", "contact")
    page.context.close()


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


@pytest.mark.one_database
def test_the_grid_and_its_forms_are_accessible(
    browser: Browser, live: Live, session: Session
) -> None:
    whole = editing.add_row(asthma.rules(), "activity", "blank")
    whole = editing.add_input(whole, "contact", asthma.ACT)
    made = desk(session, editing.with_obligations(whole))
    page = signed_in(browser, live, made.authors[0], viewport=DESKTOP)
    for tab in ("red_flags", "activity", "contact", "obligations", "eksempler", "regelsaet"):
        page.goto(made.address(live, tab))
        sound_at_both_widths(page)
    page.goto(made.address(live, "contact"))
    dialog = page.locator("dialog[open]")
    for opener in ("c1-0", "c1-1", "c1-2", "c1-10", "r1", "c0-1", "policy", "fill", "new-column"):
        page.locator(f"#{opener}").click()
        expect(dialog.locator("#step-heading")).to_be_visible()
        sound_at_both_widths(page)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(page.locator(f"#{opener}")).to_be_focused()
    page.locator("#c1-1").click()
    dialog.get_by_label("Skal være").select_option("at_least")
    dialog.get_by_role("button", name="Gem").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    sound_at_both_widths(page)
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
    expect(page.get_by_text("det samme", exact=True)).to_have_count(5)

    page.get_by_role("link", name="Sygdomsaktivitet, række 1").click()
    page.get_by_label("Farve").select_option("green")
    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_text("Farve: reglerne siger rød")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Fortryd det sidste").click()
    expect(page.get_by_text("det samme", exact=True)).to_have_count(5)
    page.context.close()
