"""Two people bring rules into force in a browser, each on their own screen; every page by axe."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from booking.people.models import Staff
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from tests import factories as make
from tests.e2e.axe import axe
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.e2e.rule_keys import Keys
from tests.integration.triage_rules.authoring.conftest import House, house
from triage_rules.authoring import editing, queries
from triage_rules.questionnaires.shipped import install
from triage_rules.tables.model import AnyValue, Row, Table, Value

__all__ = ["house"]

pytestmark = pytest.mark.browser

A_YEAR = timedelta(days=365)


class Screens:
    """A browser window for each member of staff."""

    def __init__(self, browser: Browser, live: Live) -> None:
        self.browser, self.live = browser, live

    def of(self, staff: Staff, *, phone: bool = False) -> Page:
        """Somebody's window, signed in."""
        size = PHONE if phone else DESKTOP
        page = self.browser.new_context(viewport=size, locale="da-DK").new_page()
        page.goto(f"{self.live.url}/klinik/log-ind")
        page.locator("[name=username]").fill(staff.username)
        page.locator("[name=password]").fill(make.PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/dag**")
        return page


@pytest.fixture
def screens(browser: Browser, live: Live) -> Iterator[Screens]:
    """Windows that are closed at the end."""
    before = list(browser.contexts)
    yield Screens(browser, live)
    for context in browser.contexts:
        if context not in before:
            context.close()


@pytest.fixture
def rules_home(session: Session, live: Live, house: House) -> str:
    """Where the clinic's rules are; the questionnaires they ask are there too."""
    install(session, SYSTEM)
    session.commit()
    return f"{live.url}/klinik/{house.clinic.id}/regler"


def cloned(page: Page, home: str, review_by: date) -> None:
    """A clinician makes the library's rules for asthma the clinic's own, and sends them."""
    page.goto(home)
    axe(page)
    page.get_by_role("link", name="Begynd et regelsæt").first.click()
    axe(page)
    page.get_by_role("link", name="Astma efter ACT").click()
    expect(page.get_by_role("heading", name="Ikke godkendt")).to_be_visible()
    axe(page)
    page.get_by_label("Hvad skal regelsættet hedde?").fill("Astma, voksne")
    page.get_by_role("button", name="Lav en kladde").click()
    expect(page.get_by_text("alle rækker mangler en ansvarlig").first).to_be_visible()
    axe(page)
    answered_for(page, review_by)


def answered_for(page: Page, review_by: date) -> None:
    """Every row that lacks it gets its evidence, an owner and a date."""
    page.get_by_role("link", name="Skriv begrundelse, ansvarlig og dato").click()
    page.get_by_label("Begrundelse").fill("Besluttet af klinikken.")
    page.get_by_label("Ansvarlig").fill("Anna Holm")
    page.get_by_label("Ses på igen senest").fill(review_by.isoformat())
    page.locator("main form[action*=begrundelser] button[type=submit]").first.click()
    page.wait_for_load_state()


def sent(page: Page, there: str, note: str) -> None:
    page.goto(there)
    page.get_by_label("Hvad er ændret, og hvorfor?").fill(note)
    page.get_by_role("button", name="Send til godkendelse").click()
    expect(page.get_by_text("Venter på godkendelse")).to_be_visible()


def publish(page: Page) -> None:
    """Two steps with Enter: the first says what happens, the second does it."""
    page.get_by_role("button", name="Fortsæt").press("Enter")
    expect(page.get_by_role("heading", name="gælde?")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Lad version").press("Enter")


def everybody(stage: str, *outputs: Value) -> Table:
    """A table with one row, for every patient."""
    blank = editing.blank("", "").table(stage)
    assert blank is not None
    cells = tuple(AnyValue() for _asked in blank.inputs)
    return replace(blank, rows=(Row("r", cells, outputs, told="Vi ser på det sammen."),))


def test_two_people_bring_a_blank_rule_set_into_force(
    session: Session, screens: Screens, house: House, rules_home: str
) -> None:
    anna, bo = screens.of(house.writes), screens.of(house.approves)
    anna.goto(f"{rules_home}/ny")
    anna.get_by_label("Hvad skal regelsættet hedde?").fill("Epilepsi")
    anna.get_by_role("button", name="Begynd tomt").click()
    expect(anna.get_by_text("2 ting skal på plads")).to_be_visible()
    there = anna.url
    axe(anna)
    anna.get_by_role("link", name="Sygdomsaktivitet: Tabellen har ingen rækker endnu").click()
    anna.goto(f"{anna.url}#start")
    keys = Keys(anna)
    keys.table(everybody("activity", "yellow"))
    keys.turn("PageDown", "contact")
    weeks = (Decimal(0), Decimal(2), Decimal(4))
    keys.table(everybody("contact", "contact", "phone", *weeks, Decimal(20), "doctor", "routine"))
    anna.goto(there)
    answered_for(anna, session.now().date() + A_YEAR)
    sent(anna, there, "Alle ringes op, indtil vi har flere svar.")

    bo.goto(f"{there}/godkend")
    expect(bo.get_by_text("Ingen version gælder endnu, så alt er nyt")).to_be_visible()
    expect(bo.get_by_text("Vi ser på det sammen.").first).to_be_visible()
    publish(bo)
    expect(bo.get_by_text("Version 1 er udgivet")).to_be_visible()
    (rule_set,) = queries.of_clinic(session, house.clinic.id)
    version = queries.in_force(session, rule_set.id, session.now())
    assert version is not None
    assert version.rules.label == "Epilepsi"
    assert (version.written_by, version.published_by) == ("Anna Holm", "Bo Lund")


def test_two_people_bring_rules_from_the_library_into_force(
    session: Session, screens: Screens, house: House, rules_home: str
) -> None:
    anna, bo = screens.of(house.writes), screens.of(house.approves, phone=True)
    cloned(anna, rules_home, session.now().date() + A_YEAR)
    (rule_set,) = queries.of_clinic(session, house.clinic.id)
    session.commit()
    there = f"{rules_home}/{rule_set.id}"
    sent(anna, there, "Bibliotekets grænser, set igennem af lungelægerne.")
    axe(anna)
    anna.get_by_role("link", name="Se, hvad der er ændret").click()
    expect(anna.get_by_role("button", name="Fortsæt")).not_to_be_visible()

    bo.goto(rules_home)
    bo.get_by_role("link", name="Astma, voksne").click()
    bo.get_by_role("link", name="Læs og godkend").click()
    expect(bo.get_by_text("Ingen fejl")).to_be_visible()
    axe(bo)
    bo.get_by_label("Hvad skal der ses på?").fill("Hvem er ansvarlig for PEF?")
    bo.get_by_role("button", name="Send tilbage").click()

    sent(anna, there, "Anna Holm er ansvarlig for det hele.")
    bo.goto(f"{there}/godkend")
    publish(bo)
    expect(bo.get_by_text("Version 1 er udgivet")).to_be_visible()
    axe(bo)
    bo.get_by_role("link", name="Version 1", exact=True).click()
    axe(bo)
    version = queries.in_force(session, rule_set.id, session.now())
    assert version is not None
    assert (version.written_by, version.published_by) == ("Anna Holm", "Bo Lund")


def test_a_second_version_is_read_row_by_row_runs_in_shadow_and_is_gone_back_from(
    session: Session, screens: Screens, house: House, rules_home: str
) -> None:
    anna, bo = screens.of(house.writes), screens.of(house.approves)
    cloned(anna, rules_home, session.now().date() + A_YEAR)
    (rule_set,) = queries.of_clinic(session, house.clinic.id)
    session.commit()
    there = f"{rules_home}/{rule_set.id}"
    sent(anna, there, "Første version.")
    bo.goto(f"{there}/godkend")
    publish(bo)
    anna.goto(there)
    anna.get_by_role("button", name="Skriv en ny version").click()
    anna.goto(f"{there}/kladde/navn")
    anna.locator("[name=latest_weeks]").fill("40")
    anna.locator("main form[action*=navn] button[type=submit]").first.click()
    anna.wait_for_load_state()
    sent(anna, there, "Ingen skal vente længere end 40 uger.")
    bo.goto(f"{there}/godkend")
    expect(bo.get_by_text("52 uger")).to_be_visible()
    expect(bo.get_by_text("40 uger").first).to_be_visible()
    axe(bo)
    bo.get_by_label("I skygge").check()
    bo.get_by_role("button", name="Fortsæt").click()
    axe(bo)
    bo.get_by_role("button", name="Kør version 2 i skygge").click()
    expect(bo.get_by_text("Version 2 kører i skygge")).to_be_visible()
    bo.goto(f"{there}/versioner/2")
    axe(bo)
    bo.get_by_role("button", name="Tag i brug").click()
    bo.get_by_role("button", name="Lad version 2").click()
    expect(bo.get_by_text("Version 2 er taget i brug")).to_be_visible()
    bo.get_by_text("Gå tilbage til version 1").first.click()
    axe(bo)
    bo.get_by_label("Hvorfor?").fill("For mange kom for tidligt.")
    bo.get_by_role("button", name="Gå tilbage til version 1 nu").click()
    expect(bo.get_by_text("Version 1 gælder igen fra nu af")).to_be_visible()
    axe(bo)


def test_a_file_is_read_in_on_a_page_that_everyone_can_use(
    screens: Screens, house: House, rules_home: str
) -> None:
    anna = screens.of(house.writes, phone=True)
    anna.goto(f"{rules_home}/ny/fil")
    axe(anna)
    wrong: FilePayload = {"name": "x.dmn", "mimeType": "text/xml", "buffer": b"<definitions/>"}
    anna.get_by_label("Fil").set_input_files(wrong)
    anna.get_by_role("button", name="Læs filen ind").click()
    expect(anna.get_by_text("afvist som helhed")).to_be_visible()
    axe(anna)
