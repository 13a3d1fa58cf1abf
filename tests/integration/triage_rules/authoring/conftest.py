"""A clinic where one clinician writes the rules for asthma and another may approve them."""

import re
from dataclasses import dataclass
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from booking.calendar.models import Clinic
from booking.people.models import Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor, Role
from tests import factories as make
from tests.unit.triage_rules.tables import asthma
from triage_rules.authoring import editing, queries, service
from triage_rules.authoring.models import RuleDraft, RuleRelease, RuleSet
from triage_rules.tables.rule_set import RuleSet as Rules

TODAY = date(2026, 11, 23)
REVIEW_BY = date(2027, 11, 1)
NOTE = "Grænserne følger EPR-3."


def sound(**changes: object) -> Rules:
    """The rules for asthma, every row answered for."""
    return editing.fill_details(asthma.rules(**changes), "", "Anna Holm", REVIEW_BY)


@dataclass
class House:
    """The clinic, and the people at work in it."""

    clinic: Clinic
    writes: Staff
    approves: Staff
    leads: Staff

    @property
    def author(self) -> Actor:
        """A clinician."""
        return actor_of(self.writes)

    @property
    def approver(self) -> Actor:
        """A clinician who may approve what others write."""
        return actor_of(self.approves)

    @property
    def leader(self) -> Actor:
        """A leader, who is neither."""
        return actor_of(self.leads)

    def begin(self, session: Session, rules: Rules | None = None) -> RuleSet:
        """The author begins a rule set."""
        return service.begin(session, self.author, self.clinic, "astma", "Astma", rules or sound())

    def sent(self, session: Session, rule_set: RuleSet) -> RuleDraft:
        """The author sends the draft to review."""
        draft = rule_set.draft
        assert draft is not None
        return service.send_to_review(session, self.author, draft, draft.edition, NOTE)

    def published(self, session: Session, rule_set: RuleSet, from_day: date = TODAY) -> RuleRelease:
        """What is being written is sent to review, and the approver publishes it."""
        draft = self.sent(session, rule_set)
        return service.publish(session, self.approver, draft, draft.edition, from_day)

    def next(
        self, session: Session, rule_set: RuleSet, latest_weeks: int, from_day: date = TODAY
    ) -> RuleRelease:
        """The next version, with another safety net than the one before."""
        (latest, *_) = queries.versions_of(session, rule_set.id)
        draft = service.draft_from(session, self.author, latest)
        rules = sound(latest_weeks=latest_weeks)
        service.save(session, self.author, draft, draft.edition, rules)
        return self.published(session, rule_set, from_day)


@pytest.fixture
def house(session: Session) -> House:
    """The clinic, committed so that other connections see it."""
    clinic = make.clinic(session)
    made = House(
        clinic,
        make.staff(session, clinic, Role.CLINICIAN, name="Anna Holm"),
        make.staff(session, clinic, Role.CLINICIAN, Role.APPROVER, name="Bo Lund"),
        make.staff(session, clinic, Role.LEADER, name="Lene Leder"),
    )
    session.commit()
    return made


def browser(app: Flask, staff: Staff) -> FlaskClient:
    """A browser of a member of staff."""
    client = app.test_client()
    data = {"username": staff.username, "password": make.PASSWORD}
    client.post("/klinik/log-ind", data=data)
    return client


@pytest.fixture
def author(app: Flask, house: House) -> FlaskClient:
    return browser(app, house.writes)


@pytest.fixture
def approver(app: Flask, house: House) -> FlaskClient:
    return browser(app, house.approves)


def says(page: TestResponse, *texts: str, status: int = 200) -> None:
    """Assert the status, and that the page has each of these texts."""
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))
    assert page.status_code == status, text
    for one in texts:
        assert one in text, f"{one!r} is not on the page:\n{text}"


def lacks(page: TestResponse, *texts: str) -> None:
    for one in texts:
        assert one not in unescape(page.text)


def home(house: House, rule_set: RuleSet | None = None) -> str:
    return f"/klinik/{house.clinic.id}/regler" + (f"/{rule_set.id}" if rule_set else "")


def rule_sets(session: Session, house: House) -> list[RuleSet]:
    """The clinic's rule sets as they are now; nothing is locked afterwards."""
    session.expire_all()
    found = list(queries.of_clinic(session, house.clinic.id))
    session.commit()
    return found


def the_draft(session: Session, rule_set: RuleSet) -> RuleDraft:
    """The draft as it is now; nothing is locked afterwards."""
    session.expire_all()
    draft = queries.draft_here(session, rule_set.clinic_id, rule_set.id)
    session.refresh(draft)
    session.commit()
    return draft


def draft_of(rule_set: RuleSet) -> RuleDraft:
    assert rule_set.draft is not None
    return rule_set.draft


def count_numbers(session: Session, rule_set: RuleSet) -> list[int]:
    return [one.number for one in queries.versions_of(session, rule_set.id)]
