"""Afterwards: whether the promise held, whom it cost, and the stop."""

import pytest
from flask import Flask
from sqlalchemy import select

from booking.overbooking import predicting, settings
from booking.people.models import Patient, PatientNeed, Staff
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.overbooking.afterwards import mornings_over
from tests.integration.overbooking.morning import TUESDAY, Morning, morning
from tests.integration.patient_web.conftest import Visitor

__all__ = ["morning"]
pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday, 9.00 in Denmark

STOP = "Stop overbooking nu"


def signed_in(app: Flask, morning: Morning, *roles: Role) -> Visitor:
    staff: Staff = make.staff(morning.session, morning.clinic, *roles)
    morning.session.commit()
    visitor = Visitor(app.test_client())
    visitor.post("/klinik/log-ind", username=staff.username, password=make.PASSWORD)
    return visitor


@pytest.fixture
def secretary(app: Flask, morning: Morning) -> Visitor:
    return signed_in(app, morning, Role.SECRETARY)


@pytest.fixture
def leader(app: Flask, morning: Morning) -> Visitor:
    return signed_in(app, morning, Role.LEADER)


def there(morning: Morning, months: str = "") -> str:
    address = f"/klinik/{morning.clinic.id}/overbooking/opfoelgning"
    return f"{address}?mdr={months}" if months else address


def test_before_anything_was_kept_the_page_says_when(morning: Morning, secretary: Visitor) -> None:
    secretary.get(there(morning)).says("Ingen sessioner i perioden", "Hver aften gemmer Rettid")
    assert "Løftet" not in secretary.text


def test_a_promise_that_held(morning: Morning, secretary: Visitor) -> None:
    mornings_over(morning, 60)
    secretary.get(there(morning)).says(
        "Løftet holdt",
        "60 sessioner i perioden har en forventning fra aftenen før. 60 er gjort op; 60 af dem "
        "havde ekstra patienter.",
        "Sluttede over 15 minutter for sent",
        "12,0 %",
        "6,0 min.",
        "10 % til under 15 %",
        "Passer",
    )
    assert secretary.page.text.count('<svg class="plot"') == 2
    assert STOP not in secretary.text
    for patient in morning.session.scalars(select(Patient)):
        assert patient.family_name not in secretary.text


def test_worse_than_promised_says_what_was(morning: Morning, secretary: Visitor) -> None:
    mornings_over(morning, 60, overtime=14.0, missed=3.0)
    secretary.get(there(morning)).says(
        "Det gik dårligere end lovet",
        "hvor mange sessioner der sluttede over 15 minutter for sent, "
        "hvor meget overarbejde der var.",
        "Flere end forventet",
    )


def test_what_is_worse_without_extras_too_is_not_laid_on_them(
    morning: Morning, secretary: Visitor
) -> None:
    both = "Det samme ses i sessioner uden ekstra patienter"
    mornings_over(morning, 40, overtime=14.0)
    secretary.get(there(morning)).says("Det gik dårligere end lovet")
    assert both not in secretary.text
    mornings_over(morning, 40, overtime=14.0, extras=0, before=40)
    secretary.get(there(morning)).says("Det gik dårligere end lovet", both)


def test_too_few_sessions_say_how_many_there_are(morning: Morning, secretary: Visitor) -> None:
    mornings_over(morning, 12)
    predicting.keep(morning.session, morning.clinic, TUESDAY)  # is still to come
    morning.session.commit()
    secretary.get(there(morning)).says(
        "For få sessioner endnu",
        "12 sessioner i perioden har en forventning fra aftenen før. 12 er gjort op",
        "sluttidspunktet kendt for 12 og ventetiden for 12",
        "For få sessioner",
    )


def test_the_period_is_three_or_twelve_months(morning: Morning, secretary: Visitor) -> None:
    mornings_over(morning, 120, extras=0)
    secretary.get(there(morning)).says("90 sessioner i perioden", "90 er gjort op; 0 af dem")
    secretary.get(there(morning, "12")).says("120 sessioner i perioden")
    secretary.get(there(morning, "7"))
    assert secretary.page.status_code in (400, 404, 422)


def test_who_waits_longer_is_said_and_small_groups_are_not(
    morning: Morning, secretary: Visitor
) -> None:
    mornings_over(morning, 60, longer=2.0)
    some = morning.session.scalars(select(Patient.id).order_by(Patient.id.desc()).limit(19))
    for patient in some.all():
        make.add(
            morning.session,
            PatientNeed(
                patient_id=patient, need="hearing", told_by="staff", since=morning.session.now()
            ),
        )
    morning.session.commit()
    secretary.get(there(morning)).says(
        "Nogle patienter venter længere end andre",
        "75 år og ældre 2,",
        "Venter længere",
        "Det gælder: Under 40 år, 65–74 år, Taler et andet sprog end dansk eller har tolk, "
        "Har et behov, der er noteret.",
        "Om patienterne er socialt udsatte, vides ikke her",
    )


def test_who_waits_alike_is_not_flagged(morning: Morning, secretary: Visitor) -> None:
    mornings_over(morning, 60)
    secretary.get(there(morning)).says("75 år og ældre")
    assert "Nogle patienter venter længere" not in secretary.text


def test_the_leader_stops_it_with_one_press(morning: Morning, leader: Visitor) -> None:
    mornings_over(morning, 12)
    leader.get(there(morning)).says(STOP)
    address = f"/klinik/{morning.clinic.id}/overbooking/graenser/stop"
    assert f'action="{address}"' in leader.page.text
    leader.post(address).says("Overbooking er stoppet")
    morning.session.expire_all()
    assert settings.policy_of(morning.session, morning.clinic).stopped_at is not None
    leader.get(there(morning)).says("Overbooking er stoppet siden")
    assert STOP not in leader.text


def test_another_clinic_is_not_there(morning: Morning, leader: Visitor) -> None:
    other = make.clinic(morning.session)
    morning.session.commit()
    leader.get(f"/klinik/{other.id}/overbooking/opfoelgning")
    assert leader.page.status_code == 404
