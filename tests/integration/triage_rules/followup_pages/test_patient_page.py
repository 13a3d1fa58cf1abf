"""A patient's follow-up for those who follow them: why, what over time, and a clinician's word."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.queries import open_items
from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import (
    GREEN,
    RED,
    YELLOW,
    Followed,
    rules,
)
from tests.integration.triage_rules.followup_pages.conftest import (
    of_patient,
    says,
    signed_in,
    words,
)
from triage_rules.followup import measuring, queries
from triage_rules.followup.models import DecisionReview, FollowUpDecision, FollowUpPlan, Measurement

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday


def decision_of(session: Session, here: Followed) -> int:
    """The number of the decision that stands; the write lock is let go."""
    found = queries.latest_decision(session, here.plan.id)
    assert found is not None
    number = found.id
    session.commit()
    return number


def test_the_page_says_what_was_decided_and_why(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, YELLOW)
    session.commit()
    page = desk.get(of_patient(followed))
    says(
        page,
        "Reglernes beslutning",
        "En kliniker skal se på det",
        "Patienten har svaret",
        "Depression, version 1",
        "Sygdomsaktivitet , række 2",
        "PHQ-9: fra 10 til 14 → Farve: gul",
        "12 point",
        "Hvad der ville have ændret beslutningen",
        "Farve: rød, hvis PHQ-9: mindst 15 (er 12 point)",
        "Opfølgningen er gul",
        "Ulæst",
    )
    assert "<svg" in page.text
    says(page, "PHQ-9, samlet (0–27) over tid", "Reglernes grænser: 9/10, 14/15.")


def test_what_is_missing_is_named(session: Session, followed: Followed, desk: FlaskClient) -> None:
    followed.publish(session, rules(measured=True))
    followed.answer(session, GREEN)
    session.commit()
    says(
        desk.get(of_patient(followed)),
        "Der mangler noget, som kunne have ændret beslutningen: HbA1c",
        "HbA1c",
        "Mangler",
    )


def test_a_decision_is_accepted(session: Session, followed: Followed, desk: FlaskClient) -> None:
    followed.answer(session, YELLOW)
    session.commit()
    number = decision_of(session, followed)
    done = desk.post(f"{of_patient(followed)}/beslutning/{number}/godkend", follow_redirects=True)
    says(done, "Beslutningen er godkendt", "Godkendt", "Lise Læge")
    assert "Godkend beslutningen" not in words(done)
    assert open_items(session, followed.place.clinic.id) == []


def test_something_else_is_done_with_a_coded_reason_and_words(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, YELLOW)
    session.commit()
    address = f"{of_patient(followed)}/beslutning/{decision_of(session, followed)}/andet"
    says(desk.get(address), "Gør noget andet end reglerne", "Klinisk vurdering", "Samtale")
    typed = {"action": "contact", "words": "Vil se hende selv."}
    says(
        desk.post(address, data=typed),
        "Vælg en grund.",
        "Vil se hende selv.",
        status=422,
    )
    unfolded = desk.post(address, data={"action": "questionnaire", "minutes": "9999"})
    says(unfolded, "Skriv et tal fra 0 til 240.", status=422)
    assert unfolded.text.count('<details class="fold" open>') == 2
    typed |= {"reason": "clinical_judgement"}
    says(desk.post(address, data=typed), "Vælg en kontakttype.", status=422)
    typed |= {
        "visit_type": str(followed.talk.id),
        "form": "video",
        "from_weeks": "1",
        "latest_weeks": "2",
    }
    done = desk.post(address, data=typed, follow_redirects=True)
    says(done, "Fraveget", "Klinisk vurdering", "Vil se hende selv.", "Tid: Samtale")
    review = session.scalars(select(DecisionReview)).one()
    assert (review.kind, review.action) == ("overridden", "contact")
    assert review.invitation is not None


def test_a_decision_that_was_replaced_meanwhile_is_not_accepted(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, YELLOW)
    session.commit()
    number = decision_of(session, followed)
    followed.answer(session, RED)
    session.commit()
    done = desk.post(f"{of_patient(followed)}/beslutning/{number}/godkend", follow_redirects=True)
    says(done, "nyere beslutning imens", "Rød")
    old = desk.get(f"{of_patient(followed)}/beslutning/{number}")
    says(old, "Der er taget en nyere beslutning siden", "12 point")


def test_a_secretary_sees_it_and_says_no_word_on_it(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, YELLOW)
    session.commit()
    number = decision_of(session, followed)
    client = signed_in(desk.application, followed.place.staff.username)
    page = client.get(of_patient(followed))
    says(page, "Reglernes beslutning", "Målinger")
    assert "Godkend beslutningen" not in words(page)
    assert "Afslut opfølgningen" not in words(page)
    assert client.post(f"{of_patient(followed)}/{followed.plan.id}/spoerg").status_code == 403
    assert client.post(f"{of_patient(followed)}/{followed.plan.id}/afslut").status_code == 403
    assert client.post(f"{of_patient(followed)}/beslutning/{number}/godkend").status_code == 403
    assert client.get(f"{of_patient(followed)}/beslutning/{number}/andet").status_code == 403


def test_what_waits_is_read_and_finished_with_words(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, RED)
    session.commit()
    item = session.scalars(select(WorklistItem)).first()
    assert item is not None
    number = item.id
    session.commit()
    address = f"{of_patient(followed)}/opgave/{number}"
    says(desk.post(address, data={}), "Skriv, hvad der kom ud af det.", status=422)
    done = desk.post(address, data={"outcome": "Talte med hende."}, follow_redirects=True)
    says(done, "Opgaven er færdig")


def test_a_measurement_is_typed_in_and_taken_back(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    address = f"{of_patient(followed)}/maalinger"
    typed = {"code": "hba1c", "value": "72,5", "taken_on": "2026-11-20", "plan": followed.plan.id}
    refused = desk.post(address, data=typed)
    says(refused, "i trin på 1", status=422)
    assert 'value="72,5"' in refused.text
    says(desk.post(address, data=typed | {"value": "mange"}), "Skriv et tal", status=422)
    done = desk.post(address, data=typed | {"value": "72"}, follow_redirects=True)
    says(done, "Målingen er gemt", "HbA1c", "72 mmol/mol", "Lise Læge")
    taken = session.scalars(select(Measurement)).one()
    assert taken.value == Decimal(72)
    number = taken.id
    session.commit()
    back = desk.post(f"{address}/{number}/tilbage", follow_redirects=True)
    says(back, "Målingen er trukket tilbage", "Trukket tilbage af Lise Læge")


def test_measurements_over_time_are_drawn(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.publish(session, rules(measured=True))
    place = followed.place
    for weeks, value in ((20, 60), (8, 70), (1, 78)):
        measuring.measure(
            session,
            followed.as_clinician,
            place.patient,
            place.clinic,
            "hba1c",
            Decimal(value),
            session.now() - timedelta(weeks=weeks),
        )
    session.commit()
    says(desk.get(of_patient(followed)), "HbA1c (mmol/mol) over tid", "Reglernes grænser: 74/75.")


def test_the_interval_is_set_within_the_rules_bounds(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, GREEN)
    session.commit()
    address = f"{of_patient(followed)}/{followed.plan.id}/interval"
    says(desk.get(of_patient(followed)), "Fra 4 til 26 uger efter reglerne")
    says(
        desk.post(address, data={"weeks": "40", "why": "Stabil"}),
        "Reglerne tillader fra 4 til 26 uger.",
        status=422,
    )
    done = desk.post(address, data={"weeks": "20", "why": "Stabil længe"}, follow_redirects=True)
    says(done, "Intervallet er gemt", "20 uger, sat af Lise Læge: Stabil længe")


def test_a_plan_is_ended_and_another_begun(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    ended = desk.post(f"{of_patient(followed)}/{followed.plan.id}/afslut", follow_redirects=True)
    says(ended, "Opfølgningen er afsluttet")
    session.commit()
    typed = {"course": followed.place.course.id}
    address = f"{of_patient(followed)}/begynd"
    says(desk.post(address, data=typed), "Vælg en opfølgningstype.", status=422)
    typed |= {"pathway": followed.pathway.id}
    past = desk.post(address, data=typed | {"ask_on": "2026-11-20"})
    says(past, "Vælg en dag fra i dag", status=422)
    begun = desk.post(address, data=typed | {"ask_on": "2026-12-07"}, follow_redirects=True)
    says(begun, "Patienten følges nu", "Næste spørgeskema mandag 7. december 2026")
    assert len(session.scalars(select(FollowUpPlan)).all()) == 2


def test_the_rules_are_asked_at_once(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    asked = desk.post(f"{of_patient(followed)}/{followed.plan.id}/spoerg", follow_redirects=True)
    says(asked, "Reglerne er spurgt", "Klinikken har spurgt reglerne")
    assert session.scalars(select(FollowUpDecision)).one().cause == "asked"


def test_others_patients_and_decisions_are_not_found(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, GREEN)
    other = make.patient(session, followed.place.clinic)
    stranger = make.patient(session, make.clinic(session))
    session.commit()
    number = decision_of(session, followed)
    here = f"/klinik/{followed.place.clinic.id}/patienter"
    assert desk.get(f"{here}/{stranger.id}/opfoelgning").status_code == 404
    assert desk.get(f"{here}/{other.id}/opfoelgning/beslutning/{number}").status_code == 404
    plan = f"{here}/{other.id}/opfoelgning/{followed.plan.id}"
    assert desk.post(f"{plan}/afslut").status_code == 404


def test_who_has_no_course_or_no_pathway_is_told_what_to_do(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    lone = make.patient(session, followed.place.clinic)
    elsewhere = make.clinic(session)
    doctor = make.staff(session, elsewhere, Role.CLINICIAN)
    there = make.patient(session, elsewhere)
    session.commit()
    here = f"/klinik/{followed.place.clinic.id}/patienter/{lone.id}/opfoelgning"
    says(desk.get(here), "Patienten har intet åbent forløb her")
    client = signed_in(desk.application, doctor.username)
    page = client.get(f"/klinik/{elsewhere.id}/patienter/{there.id}/opfoelgning")
    says(page, "Klinikken har ingen opfølgningstyper endnu")
