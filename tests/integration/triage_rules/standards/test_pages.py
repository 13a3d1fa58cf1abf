"""The pages of the standards: what each role sees and does, and what stays in the log."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import rules
from tests.integration.triage_rules.followup_pages.conftest import says, signed_in
from tests.integration.triage_rules.standards.conftest import House
from triage_rules.authoring.models import RuleDraft, RuleSet
from triage_rules.followup.models import FollowUpPlan, Pathway
from triage_rules.standards.models import ObligationDeviation, StandardException
from triage_rules.tables import written

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def home(house: House) -> str:
    return f"/klinik/{house.here.place.clinic.id}/standarder"


def test_the_ledger_tells_how_each_obligation_stands(
    session: Session, house: House, leader: FlaskClient
) -> None:
    house.measured(session, "systolic", 10)
    session.commit()
    page = leader.get(home(house))
    says(page, "Diabetes", "Ikke bekræftet endnu", "100 % (1 af 1)", "0 % (0 af 1)", "Nået")
    assert 'class="share__demanded" x1="228"' in page.text
    says(page, "Standarder, der ikke er i brug", "Astma på sygehus")


def test_one_standard_lists_patients_by_obligation_and_state(
    session: Session, house: House, leader: FlaskClient
) -> None:
    house.measured(session, "systolic", 10)
    session.commit()
    name = house.here.plan.patient.name
    says(leader.get(f"{home(house)}/diabetes"), name, "4 krav", "Aldrig", "13. nov. 2027")
    chosen = leader.get(f"{home(house)}/diabetes?krav=diabetes_bp_yearly&stand=met")
    says(chosen, name, "1 krav", "13. nov. 2026")
    none = says(leader.get(f"{home(house)}/diabetes?stand=deviated"), "Ingen patienter svarer til")
    assert name not in none
    says(leader.get(f"{home(house)}/findes-ikke"), status=404)
    looked = session.scalars(select(AuditEntry).where(AuditEntry.action == "look")).all()
    assert {one.place for one in looked} == {"staff_standards.one"}


def test_many_patients_are_listed_fifty_at_a_time(
    session: Session, house: House, leader: FlaskClient
) -> None:
    here = house.here
    for _ in range(13):
        patient = make.patient(session, here.place.clinic)
        course = make.course(session, here.place.clinic, patient)
        plan = {"pathway": here.pathway, "clinic": here.place.clinic, "course": course}
        days = {"started_on": course.started_on, "latest_on": course.started_on}
        make.add(session, FollowUpPlan(patient=patient, **plan, **days))
    session.commit()
    first = leader.get(f"{home(house)}/diabetes?krav=&stand=")
    says(first, "56 krav", "Side 1 af 2")
    assert f'href="{home(house)}/diabetes?side=2#patients"' in first.text
    says(leader.get(f"{home(house)}/diabetes?side=2"), "Side 2 af 2")
    filtered = leader.get(f"{home(house)}/diabetes?krav=diabetes_bp_yearly")
    says(filtered, "14 krav")
    assert "Side 1 af" not in filtered.text


def test_a_leader_confirms_and_says_whom_it_is_about(
    session: Session, house: House, leader: FlaskClient, clinician: FlaskClient
) -> None:
    one = f"{home(house)}/asthma"
    says(clinician.post(f"{one}/bekraeft"), status=403)
    says(leader.post(f"{one}/bekraeft", follow_redirects=True), "Bekræftet", "Lene Leder")
    sent = {"pathways": [house.here.pathway.id]}
    says(leader.post(f"{one}/opfoelgningstyper", data=sent, follow_redirects=True), "1 krav")
    says(leader.get(home(house)), "Astma på sygehus", "Ingen andel krævet")


def test_another_clinics_pathway_is_refused_and_the_choice_stands(
    session: Session, house: House, leader: FlaskClient
) -> None:
    elsewhere = make.clinic(session)
    rule_set = RuleSet(
        clinic=elsewhere, code="x", label="X", created_at=session.now(), created_by="Lise"
    )
    theirs = make.add(session, Pathway(clinic=elsewhere, name="Diabetes", rule_set=rule_set))
    session.commit()
    sent = {"pathways": [theirs.id]}
    refused = leader.post(f"{home(house)}/diabetes/opfoelgningstyper", data=sent)
    says(refused, "Vælg blandt mulighederne.", status=422)
    session.refresh(house.here.pathway)
    assert house.here.pathway.standards == ["diabetes"]
    assert theirs.standards == []


def test_the_page_says_who_is_not_counted(
    session: Session, house: House, leader: FlaskClient
) -> None:
    clinic = house.here.place.clinic
    for page in (home(house), f"{home(house)}/diabetes"):
        text = says(leader.get(page), "Kun patienter, der følges i en opfølgningstype, tæller med.")
        assert "tæller ikke med" not in text
    make.course(session, clinic, make.patient(session, clinic))
    session.commit()
    for page in (home(house), f"{home(house)}/diabetes"):
        says(leader.get(page), "1 patient i et åbent forløb følges ikke og tæller ikke med")


def test_a_clinician_deviates_from_the_patients_page_and_takes_it_back(
    app: Flask, session: Session, house: House, clinician: FlaskClient, leader: FlaskClient
) -> None:
    here = house.here
    patient = f"/klinik/{here.place.clinic.id}/patienter/{here.plan.patient_id}"
    says(clinician.get(patient), "Krav fra nationale standarder", "Overskredet", "Fravig kravet")
    form = f"{patient}/krav/diabetes_eyes_2y"
    says(clinician.get(form), "Øjne undersøgt hvert 2. år", "måling: Øjenundersøgelse")
    says(clinician.post(form, data={}), "Vælg en grund.", "Skriv, hvorfor", status=422)
    typed = {"reason": "elsewhere", "words": "Hos øjenlægen", "until": "2027-11-23"}
    late = {**typed, "until": "2029-01-01"}
    says(clinician.post(form, data=late), "Højst to år frem", "Hos øjenlægen", status=422)
    says(clinician.post(form, data=typed, follow_redirects=True), "Fraveget", "Hos øjenlægen")
    says(leader.get(f"{home(house)}/diabetes?stand=deviated"), "Hos øjenlægen", "1 krav")
    assert "Fravig kravet" not in leader.get(patient).text
    (made,) = session.scalars(select(ObligationDeviation))
    session.commit()
    back = f"{patient}/krav/fravigelser/{made.id}/tilbage"
    says(leader.post(back), status=403)
    other = make.patient(session, here.place.clinic)
    neighbour = make.clinic(session)
    stranger = make.staff(session, neighbour, Role.CLINICIAN)
    theirs = make.patient(session, neighbour)
    session.commit()
    wrong = f"/klinik/{here.place.clinic.id}/patienter/{other.id}"
    says(clinician.post(f"{wrong}/krav/fravigelser/{made.id}/tilbage"), status=404)
    elsewhere = f"/klinik/{neighbour.id}/patienter/{theirs.id}"
    at_theirs = signed_in(app, stranger.username)
    says(at_theirs.get(elsewhere))
    says(at_theirs.post(f"{elsewhere}/krav/fravigelser/{made.id}/tilbage"), status=404)
    says(at_theirs.post(back), status=404)
    session.refresh(made)
    assert made.withdrawn_at is None
    session.commit()
    says(clinician.post(back, follow_redirects=True), "trukket tilbage", "Overskredet")


def test_a_leader_decides_that_rules_may_break_a_standard(
    session: Session, house: House, leader: FlaskClient, clinician: FlaskClient
) -> None:
    here = house.here
    session.add(
        RuleDraft(
            rule_set=here.rule_set,
            body=written.written(rules()),
            examples="[]",
            edited_at=session.now(),
            edited_by_id=here.clinician.id,
            edited_by=here.clinician.name,
        )
    )
    session.commit()
    page = f"{home(house)}/regelsaet/{here.rule_set.id}"
    rules_page = f"/klinik/{here.place.clinic.id}/regler/{here.rule_set.id}"
    says(clinician.get(rules_page), "Kladden bryder 4 krav", "før reglerne kan udgives")
    text = says(clinician.get(page), "Venter på en leders beslutning", "Række 3", "bed en leder")
    assert "Beslut, at reglerne må bryde kravet" not in text
    shown = written.content_hash(rules())
    chosen = {"obligation": "diabetes_eyes_2y", "rules": shown}
    says(leader.post(page, data=chosen), "Skriv, hvorfor det er i orden.", status=422)
    other = {**chosen, "rules": "0" * 64, "words": "Om reglerne, som de var"}
    changed = leader.post(page, data=other, follow_redirects=True)
    says(changed, "En anden har ændret det samme imens")
    assert session.scalars(select(StandardException)).all() == []
    session.commit()
    decided = leader.post(page, data={**chosen, "words": "Øjenlæge"}, follow_redirects=True)
    says(decided, "Besluttet af Lene Leder", "Øjenlæge")
    again = leader.post(page, data={**chosen, "words": "Igen"}, follow_redirects=True)
    says(again, "Der er ikke længere noget at beslutte")
    assert len(session.scalars(select(StandardException)).all()) == 1
    session.commit()
    says(leader.get(home(house)), "Regelsæt, der må bryde en standard", "Øjenlæge")
    own = says(leader.get(f"{home(house)}/diabetes"), "Regelsæt, der må bryde den", "Øjenlæge")
    assert "Besluttet af Lene Leder" in own
    assert "Øjenlæge" not in says(leader.get(f"{home(house)}/asthma"))
