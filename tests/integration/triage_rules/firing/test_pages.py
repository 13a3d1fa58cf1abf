"""The page that shows how often rules are used, its alerts, and the version in shadow."""

import pytest
from flask import Flask
from sqlalchemy import select

from booking.people.models import Staff
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.triage_rules.firing.conftest import (
    BEFORE,
    LATELY,
    beside,
    decided,
    drifted,
)
from tests.integration.triage_rules.firing.test_watching import a_year_of_green
from tests.integration.triage_rules.followup.conftest import Followed, contact, rules
from tests.integration.triage_rules.followup_pages.conftest import says, signed_in

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def rule_sets(here: Followed) -> str:
    return f"/klinik/{here.place.clinic.id}/regler"


def page(here: Followed) -> str:
    return f"{rule_sets(here)}/{here.rule_set.id}/maaling"


def test_what_stands_out_is_told_on_the_list_the_rule_set_and_its_own_page(
    app: Flask, session: Session, followed: Followed
) -> None:
    a_year_of_green(session, followed)
    session.commit()
    desk = signed_in(app, followed.clinician.username)
    says(desk.get(rule_sets(followed)), "Regler bruges ikke som før", "2 ting er ikke")
    says(
        desk.get(f"{rule_sets(followed)}/{followed.rule_set.id}"),
        "Noget er ikke, som det plejer",
        "Sygdomsaktivitet, række 1: Er blevet tavs",
    )
    says(
        desk.get(page(followed)),
        "De seneste 4 uger: 30 afgørelser. De 12 uger før: 120.",
        "Sygdomsaktivitet, række 1: Er blevet tavs. 0 af 30 (0 %), før 30 af 120 (25 %). "
        "Ansvarlig: AH.",
        "20 af 30 (67 %)",
        "Ikke brugt i perioden",
        "højst 1 chance ud af 50",
    )


def test_what_came_little_by_little_is_told_with_its_own_periods(
    app: Flask, session: Session, followed: Followed
) -> None:
    drifted(session, followed)
    session.commit()
    says(
        signed_in(app, followed.clinician.username).get(page(followed)),
        "Sygdomsaktivitet, række 1: Bruges efterhånden oftere. De seneste 8 uger 61 af 200 (30 %), "
        "de 26 uger før 108 af 650 (17 %).",
        "holde de seneste 8 uger op mod de 26 før",
    )


def test_rules_used_as_before_raise_no_alarm(
    app: Flask, session: Session, followed: Followed
) -> None:
    for days in (BEFORE, LATELY):
        decided(session, followed, days, 20, "activity/a3", "contact/c3")
        decided(session, followed, days, 20, "activity/a1", "contact/c1")
    session.commit()
    desk = signed_in(app, followed.clinician.username)
    assert "Regler bruges ikke som før" not in desk.get(rule_sets(followed)).text
    says(desk.get(page(followed)), "Intet tyder på", "Ingen sikker forskel")


def test_too_few_decisions_are_said_to_be_too_few(
    app: Flask, session: Session, followed: Followed
) -> None:
    desk = signed_in(app, followed.clinician.username)
    says(desk.get(page(followed)), "for få afgørelser", "mindst 20 i hver periode")


def test_where_the_version_in_shadow_disagrees_is_shown_with_whom(
    app: Flask, session: Session, followed: Followed
) -> None:
    green, also_green = decided(session, followed, LATELY, 2, "activity/a3", "contact/c3")
    shadow = followed.publish(
        session, rules(green=contact("contact", "phone", (4, 8, 16))), kind="shadow"
    )
    beside(session, green, shadow, "yellow", "look")
    beside(session, also_green, shadow, "green", "questionnaire")
    session.commit()
    desk = signed_in(app, followed.clinician.username)
    says(
        desk.get(page(followed)),
        "Version 2 er kørt ved siden af 2 afgørelser og sagde noget andet i 1 af 2 (50 %)",
        "grøn, kun nyt spørgeskema",
        "gul, en kliniker ser på det",
        followed.plan.patient.name,
    )
    looks = session.scalars(select(AuditEntry).where(AuditEntry.action == "look")).all()
    assert {one.patient_id for entry in looks for one in entry.subjects} == {
        followed.plan.patient_id
    }


def test_rules_that_are_not_in_force_have_nothing_to_show(
    app: Flask, session: Session, unpublished: Followed
) -> None:
    session.commit()
    desk = signed_in(app, unpublished.clinician.username)
    says(desk.get(page(unpublished)), "Ingen version gælder endnu")


@pytest.mark.parametrize("foreign", [True, False])
def test_others_do_not_see_it(
    app: Flask, session: Session, followed: Followed, *, foreign: bool
) -> None:
    clinic = make.clinic(session) if foreign else followed.place.clinic
    other: Staff = make.staff(session, clinic, Role.CLINICIAN if foreign else Role.SECRETARY)
    session.commit()
    answer = signed_in(app, other.username).get(page(followed))
    assert answer.status_code == (404 if foreign else 403)
