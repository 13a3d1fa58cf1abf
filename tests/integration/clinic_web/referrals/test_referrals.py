"""Referrals at the clinic's pages: from the letter in the post to the time, or back again."""

import pytest
from flask import Flask
from sqlalchemy import select

from booking.appointments.worklist.models import WorklistItem
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.referrals import watching
from booking.referrals.models import Referral, ReferralCriterion, ReferralText
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
    secretary.get(there).says("Brev sendt", "Overholdt")
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
    secretary.post(f"{there}/mangler", asked="").says("Udfyld feltet.", status=422)
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
