"""An author at the grid of a draft, without a browser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from booking.people.models import Staff
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from tests import factories as make
from tests.integration.triage_rules.authoring.conftest import House
from triage_rules.authoring import queries
from triage_rules.questionnaires.shipped import install
from triage_rules.tables import examples as trying
from triage_rules.tables.examples import Example
from triage_rules.tables.model import Row, Table
from triage_rules.tables.rule_set import RuleSet as Rules


@dataclass
class Grid:
    """One author at the draft. Everything is sent upon the edition that was last seen."""

    browser: FlaskClient
    session: Session
    clinic_id: int
    rule_set_id: int
    edition: int = 1

    def address(self, page: str = "") -> str:
        return f"/klinik/{self.clinic_id}/regler/{self.rule_set_id}/kladde{page}"

    def see(self, page: str = "", **where: str) -> TestResponse:
        found = self.browser.get(self.address(page), query_string=where)
        seen = re.search(r'data-edition="(\d+)"', found.text)
        self.edition = int(seen[1]) if seen else self.edition
        return found

    def send(
        self, page: str, fields: Mapping[str, object], *, fragment: bool = True
    ) -> TestResponse:
        headers = {"Rettid-Fragment": "1"} if fragment else {}
        sent = self.browser.post(
            self.address(page), data={"edition": self.edition, **fields}, headers=headers
        )
        seen = re.search(r'data-edition="(\d+)"', sent.text)
        self.edition = int(seen[1]) if seen else self.edition
        return sent

    @property
    def rules(self) -> Rules:
        self.session.expire_all()
        found = queries.draft_here(self.session, self.clinic_id, self.rule_set_id).rules
        self.session.rollback()  # a transaction that stays open lets nobody else write
        return found

    @property
    def examples(self) -> tuple[Example, ...]:
        self.session.expire_all()
        draft = queries.draft_here(self.session, self.clinic_id, self.rule_set_id)
        found = trying.read(draft.examples)
        self.session.rollback()
        return found

    def table(self, stage: str = "activity") -> Table:
        found = self.rules.table(stage)
        assert found is not None
        return found

    def row(self, row_id: str, stage: str = "activity") -> Row:
        return next(row for row in self.table(stage).rows if row.id == row_id)


def signed_in(app: Flask, staff: Staff) -> FlaskClient:
    browser = app.test_client()
    browser.post("/klinik/log-ind", data={"username": staff.username, "password": make.PASSWORD})
    return browser


def says(page: TestResponse, *texts: str, status: int = 200) -> None:
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))
    assert page.status_code == status, text
    for one in texts:
        assert one in text, f"{one!r} is not on the page:\n{text}"


@pytest.fixture
def grid(app: Flask, session: Session, house: House) -> Grid:
    """The author at a draft of the asthma rules."""
    install(session, SYSTEM)
    rule_set = house.begin(session)
    session.commit()
    return Grid(signed_in(app, house.writes), session, house.clinic.id, rule_set.id)


@pytest.fixture
def other(app: Flask, grid: Grid, house: House) -> Grid:
    """Another author at the same draft."""
    browser = signed_in(app, house.approves)
    return Grid(browser, grid.session, grid.clinic_id, grid.rule_set_id)


A2 = {"tabel": "activity", "raekke": "a2", "oplysning": "act"}
C1 = {"tabel": "contact", "raekke": "c1"}
