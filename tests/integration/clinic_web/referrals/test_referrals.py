"""Referrals at the clinic's pages: from the letter in the post to the time, or back again."""

from datetime import date

import pytest
from flask import Flask
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.appointments.worklist.models import WorklistItem
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.referrals import queries, service, watching
from booking.referrals.models import Referral, ReferralCriterion, ReferralEvent, ReferralText
from booking.referrals.service import Intake
from tests import factories as make
from tests.integration.appointments.conftest import Place, place
from tests.integration.patient_web.conftest import Visitor

__all__ = ["place"]
pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def secretary(app: Flask, session: Session, place: Place) -> Visitor:
    """The secretary at the clinic's pages."""
    session.commit()
    visitor = Visitor(app.test_client())
    visitor.post("/klinik/log-ind", username=place.staff.username, password=make.PASSWORD)
    return visitor


def written_in(session: Session, place: Place, secretary: Visitor, day: str) -> str:
    """A referral received on a day; its page's address."""
    clinic = f"/klinik/{place.clinic.id}"
    secretary.post(
        f"{clinic}/patienter/{place.patient.id}/henvisninger/ny", received_on=day,
        sender="Lægerne Torvet", problem="Hævede fingerled", problem_code="M059", track="general",
    )  # fmt: skip
    newest = select(Referral.id).order_by(Referral.id.desc())
    address = f"{clinic}/henvisninger/{session.scalars(newest).first()}"
    session.commit()
    return address


def test_from_intake_to_time_and_letter(session: Session, place: Place, secretary: Visitor) -> None:
    clinic = f"/klinik/{place.clinic.id}"
    secretary.get(f"{clinic}/henvisninger").says("Ingen henvisninger", "Skriv henvisning ind")
    secretary.get(f"{clinic}/patienter/{place.patient.id}/henvisninger/ny").says("Modtaget")
    there = written_in(session, place, secretary, "2026-11-23")
    secretary.get(f"{clinic}/henvisninger").says(place.patient.name, "8 arbejdsdage tilbage")
    secretary.get(f"{clinic}/patienter/{place.patient.id}").says("Hævede fingerled")
    secretary.post(
        f"{there}/visiter", visit_type=place.control.id, form="in_person", urgency="soon",
        responsible=place.doctor.id,
    ).says("er reserveret", "Lav brevet", "Visiteret")  # fmt: skip
    assert secretary.post(f"{there}/brev.pdf").page.data.startswith(b"%PDF")
    secretary.get(there).says("Brev lavet", "Udskrevet og sendt")
    invitation = session.scalars(select(Referral.invitation_id)).one()
    session.commit()
    secretary.get(f"{clinic}/invitationer/{invitation}").says("Skriv på henvisningen, når brevet")
    secretary.post(f"{there}/sendt").says(
        "Brev sendt", "Overholdt", "fristen for brevet er stoppet"
    )
    looks = select(AuditEntry.place).where(AuditEntry.action == "look")
    assert {"staff_referrals.overview", "staff_referral.show"} <= set(session.scalars(looks))


def test_what_is_missing_then_back_with_advice_and_here_again(
    session: Session, place: Place, secretary: Visitor
) -> None:
    asked = ReferralCriterion(
        clinic_id=place.clinic.id, text="Anti-CCP er målt", missing_text="Send anti-CCP."
    )
    text = ReferralText(
        clinic_id=place.clinic.id, kind="advice", title="Fysioterapi", body="Prøv fysioterapi."
    )
    make.add(session, asked)
    make.add(session, text)
    session.commit()
    there = written_in(session, place, secretary, "2026-11-20")
    secretary.post(f"{there}/kriterier").says("Kriterierne er gemt", "Send anti-CCP.")
    secretary.post(f"{there}/mangler", asked="").says("Skriv, hvad der mangler.", status=422)
    secretary.post(f"{there}/mangler", asked="Send anti-CCP.").says("Fristerne løber videre")
    secretary.post(f"{there}/svar", answered="120").says("Oplysningerne er modtaget")
    secretary.get(f"{there}?tekst={text.id}").says("Prøv fysioterapi.")
    secretary.post(f"{there}/raad", advice="Prøv fysioterapi.").says("sendt tilbage med råd")
    secretary.post(f"{there}/raad", advice="Igen.")
    assert "Igen." not in [one.advice for one in session.scalars(select(Referral))]
    session.commit()
    again = written_in(session, place, secretary, "2026-11-23")
    secretary.get(again).says("Henvist for det samme før", "Prøv fysioterapi.")


def test_late_with_a_reason_a_plan_and_taken_back(
    session: Session, place: Place, secretary: Visitor
) -> None:
    there = written_in(session, place, secretary, "2026-10-12")
    secretary.get(there).says("12 dage over fristen")
    secretary.post(f"{there}/grund", clock="workup", reason="capacity", why="Ferie")
    secretary.says("Grunden er gemt", "Mangel på ledige tider", "Ferie")
    shares = f"/klinik/{place.clinic.id}/henvisninger/overholdelse"
    secretary.get(shares).says("1 henvisning modtaget", "Mangel på ledige tider: 1", "0 % (0)")
    secretary.get(f"{shares}?mdr=12").says("De sidste 12 måneder")
    secretary.post(f"{there}/plan", plan="MR i december.").says("Planen er gemt")
    note = secretary.post(f"{there}/noter", kind="workup_done", day="2026-12-24")
    note.says("Skriv en dag fra henvisningen til i dag.", status=422)
    secretary.post(f"{there}/noter", kind="workup_done", day="2026-11-20").says("Det er noteret")
    watching.look(session)
    assert session.scalars(select(WorklistItem.id)).first() is not None
    session.commit()
    secretary.get(f"/klinik/{place.clinic.id}/arbejdsliste").says("Se henvisningen")
    secretary.post(f"{there}/traek", withdrawn="Flyttet.").says("er trukket tilbage")


def test_a_refused_form_leaves_the_others_as_they_were(
    session: Session, place: Place, secretary: Visitor
) -> None:
    asked = make.add(
        session, ReferralCriterion(clinic_id=place.clinic.id, text="CRP", missing_text="Send CRP.")
    )
    met = {"met": str(asked.id)}
    session.commit()
    there = written_in(session, place, secretary, "2026-11-20")
    assert " checked>" in secretary.post(f"{there}/kriterier", **met).page.text
    page = secretary.post(f"{there}/mangler", asked="").page.text
    assert '<option value="routine" selected>' in page
    assert 'name="day" value="2026-11-23"' in page
    assert " checked>" in page
    assert " checked>" not in secretary.post(f"{there}/visiter", visit_type="").page.text
    secretary.post(f"{there}/noter", day="2026-11-23").says("Udfyld feltet.", status=422)


def test_a_criterion_out_of_use_is_not_asked_for(
    session: Session, place: Place, secretary: Visitor
) -> None:
    asked = make.add(
        session, ReferralCriterion(clinic_id=place.clinic.id, text="CRP", missing_text="Send CRP.")
    )
    session.commit()
    there = written_in(session, place, secretary, "2026-11-20")
    secretary.post(f"{there}/kriterier").says("Send CRP.")
    asked.active = False
    session.commit()
    assert "Send CRP." not in secretary.get(there).text


def test_given_up_it_is_triaged_again_and_what_was_noted_is_taken_back(
    session: Session, place: Place, secretary: Visitor
) -> None:
    there = written_in(session, place, secretary, "2026-11-20")
    decided = {"visit_type": place.control.id, "form": "in_person", "urgency": "soon"}
    secretary.post(f"{there}/visiter", track="cancer", **decided).says("Almindelig → Kræft")
    secretary.post(f"{there}/noter", kind="letter_sent", day="2026-11-20").says("Brevet er sendt")
    noted = session.scalars(select(ReferralEvent.id).order_by(ReferralEvent.id.desc())).first()
    booked = session.scalars(select(Appointment.id)).one()
    session.commit()
    secretary.post(f"{there}/fortryd", event=noted, because="").says("Udfyld", status=422)
    secretary.post(f"{there}/fortryd", event=noted, because="Det var en anden.").says(
        "fristerne er regnet om", "Notering taget tilbage", "Brev sendt, fredag 20. november 2026"
    )
    secretary.post(f"{there}/sendt").says("Brevet er ikke lavet endnu")
    secretary.post(f"/klinik/{place.clinic.id}/tider/{booked}/afbud", reason="ill", new_time="no")
    secretary.get(there).says("Visiter igen", "Visiter, og reserver en tid")
    secretary.post(f"{there}/visiter", **decided).says("er reserveret", "Lav brevet")


def test_a_form_sent_twice_is_one_referral(
    session: Session, place: Place, secretary: Visitor, freezer: FrozenDateTimeFactory
) -> None:
    first = written_in(session, place, secretary, "2026-11-20")
    assert written_in(session, place, secretary, "2026-11-20") == first
    assert secretary.path == first
    freezer.tick(61)
    assert written_in(session, place, secretary, "2026-11-20") != first


def test_another_clinics_referral_is_not_found(
    session: Session, place: Place, secretary: Visitor
) -> None:
    there = written_in(session, place, secretary, "2026-11-23")
    elsewhere = make.clinic(session)
    number = there.rsplit("/", 1)[1]
    session.commit()
    for address in ("", f"/{number}"):
        page = secretary.get(f"/klinik/{elsewhere.id}/henvisninger{address}").page
        assert page.status_code == 404
    assert secretary.get(f"/klinik/{place.clinic.id}/henvisninger/99999").page.status_code == 404


def test_nothing_of_another_clinic_is_had_through_ones_own(
    session: Session, place: Place, secretary: Visitor
) -> None:
    elsewhere = make.clinic(session)
    patient = make.patient(session, elsewhere)
    intake = Intake(date(2026, 11, 23), "Lægerne Torvet", "Hævede fingerled")
    referral = service.receive(session, place.secretary, elsewhere, patient, intake)
    criterion = make.add(session, ReferralCriterion(clinic_id=elsewhere.id, text="CRP"))
    text = make.add(
        session, ReferralText(clinic_id=elsewhere.id, kind="advice", title="Nej", body="Nej.")
    )
    own, setup = f"/klinik/{place.clinic.id}", "opsaetning/henvisninger"
    there = f"{own}/henvisninger/{referral.id}"
    looks = [
        there,
        f"{own}/patienter/{patient.id}/henvisninger/ny",
        f"{own}/{setup}/kriterier/{criterion.id}",
        f"{own}/{setup}/tekster/{text.id}",
    ]
    acts = [
        "kriterier", "visiter", "mangler", "svar", "raad", "plan", "noter", "fortryd", "grund",
        "traek", "brev.pdf", "sendt",
    ]  # fmt: skip
    session.commit()
    for address in looks:
        assert secretary.get(address).page.status_code == 404
    for act in acts:
        assert secretary.post(f"{there}/{act}").page.status_code == 404
    assert secretary.post(f"{looks[-1]}/slet").page.status_code == 404
    session.expire_all()
    assert queries.texts(session, elsewhere.id, "advice") == [text]


def test_the_office_sets_up_criteria_texts_and_how_far_back(
    session: Session, place: Place, secretary: Visitor
) -> None:
    clinic = f"/klinik/{place.clinic.id}"
    setup = f"{clinic}/opsaetning/henvisninger"
    secretary.get(f"{clinic}/opsaetning").says("Se og ret kriterier og standardtekster")
    secretary.get(f"{clinic}/henvisninger").says("Kriterier og standardtekster")
    secretary.get(setup).says("Ingen kriterier endnu", "Ingen endnu.")
    secretary.post(f"{setup}/kriterier/ny", text="").says("Skriv kriteriet.", status=422)
    for text in ("CRP er målt", "Anti-CCP er målt"):
        secretary.post(f"{setup}/kriterier/ny", text=text, required="1").says("er oprettet", text)
    second = session.scalars(
        select(ReferralCriterion).order_by(ReferralCriterion.position.desc())
    ).first()
    assert second is not None
    session.commit()
    secretary.post(f"{setup}/kriterier/{second.id}/op")
    secretary.post(
        f"{setup}/kriterier/{second.id}", text="Anti-CCP", missing_text="Send den."
    ).says("Kriteriet er gemt", "Ikke i brug", "Send den.")
    secretary.get(f"{setup}/kriterier/{second.id}").says("Ret et kriterium")
    new = {"kind": "advice", "title": "Træning", "body": "Prøv træning."}
    secretary.post(f"{setup}/tekster/ny", **new).says("Teksten er oprettet", "Træning")
    secretary.post(f"{setup}/tekster/ny", **new).says("allerede en tekst", status=422)
    text_id = session.scalars(select(ReferralText.id)).one()
    session.commit()
    secretary.get(f"{setup}/tekster/{text_id}").says("Prøv træning.")
    secretary.post(f"{setup}/tekster/{text_id}", **new | {"body": "Gå en tur."}).says("Gå en tur.")
    secretary.post(f"{setup}/tekster/{text_id}/slet").says("Teksten er slettet")
    version = str(place.clinic.version)
    session.commit()
    secretary.post(f"{setup}/gentagen", version=version, months="6").says("Det er gemt")
    secretary.post(f"{setup}/gentagen", version=version, months="9").says(status=409)
    secretary.get(f"{clinic}/henvisninger?vis=returned").says("Ingen henvisninger")
    session.expire_all()
    assert place.clinic.re_referral_months == 6
    secretary.get(f"{setup}/kriterier/999").says(status=404)


def test_the_clock_stands_wherever_the_patient_does(
    session: Session, place: Place, secretary: Visitor
) -> None:
    clinic = f"/klinik/{place.clinic.id}"
    there = written_in(session, place, secretary, "2026-11-12")
    told = "Brev til patienten: 1 arbejdsdag tilbage"
    secretary.post(
        f"{there}/visiter", visit_type=place.control.id, form="in_person", urgency="soon",
        responsible=place.doctor.id,
    ).says(told)  # fmt: skip
    booked = session.scalars(select(Appointment)).one()
    day, appointment_id = booked.starts_at.date(), booked.id
    watching.look(session)
    session.commit()
    secretary.get(f"{clinic}/tider/{appointment_id}").says(told)
    secretary.get(f"{clinic}/dag?dato={day}&hos=alle").says(told)
    secretary.get(f"{clinic}/arbejdsliste").says(told)
    secretary.post(f"{clinic}/soeg", text=place.patient.family_name).says(
        "henvisning, brev til patienten: 1 arbejdsdag tilbage"
    )
