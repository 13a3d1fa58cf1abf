"""In English, the patient's pages say nothing in Danish that is known in both languages."""

import re
from datetime import date

import pytest

from booking.people.models import Proxy
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.patient_web.conftest import Visitor, invited

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

DANISH = re.compile(
    r"[æøåÆØÅ]|\b(?:og|til|din|dig|tid|tiden|klinikken|du|kl|med|eller|ikke|har|den|fra|er|uge)\b"
)


def in_english(visitor: Visitor) -> None:
    """Assert that nothing on the page but the name of the language reads as Danish."""
    text = visitor.text.replace("Dansk", "")
    found = DANISH.search(text)
    assert found is None, f"{visitor.path}: …{text[max(0, found.start() - 60) : found.end() + 60]}…"


@pytest.fixture
def named(session: Session, place: Place) -> Place:
    """The clinic with names that are the same in both languages, or are known in both."""
    place.control.name, place.control.name_en = "Kontrol hos læge", "Check-up"
    place.control.preparation = "Tag din medicin med."
    place.control.preparation_en = "Bring your medicine."
    place.site.directions, place.site.directions_en = "Gå ind ad dør 7.", "Use entrance 7."
    place.site.name, place.site.address = "Parkhuset", "Park 1"
    place.clinic.name, place.staff.name = "Reuma", "Signe"
    place.doctor.name, place.other_doctor.name = "Ann Holm", "Bo Lund"
    place.patient.family_name = "Holst"
    for number, room in enumerate(place.rooms):
        room.name = f"R{number}"
    session.commit()
    return place


def test_every_page_of_the_journey_is_in_english(
    named: Place, visitor: Visitor, session: Session
) -> None:
    _, appointment = invited(session, named)
    free = make.visit_type(
        session, named.clinic, mode="free", forms="video,phone", name="Samtale", name_en="Talk"
    )
    child = make.patient(session, named.clinic, family_name="Q", birth_date=date(2016, 1, 1))
    session.add(
        Proxy(holder=named.patient, patient=child, kind="parent", valid_from=date(2026, 1, 1))
    )
    theirs = make.course(session, named.clinic, child)
    make.invitation(session, theirs, named.control, date(2026, 12, 7), date(2026, 12, 11))
    planned = (date(2027, 5, 3), date(2027, 5, 14))
    make.invitation(session, theirs, named.control, *planned, status="planned")
    session.commit()
    visit, needs = f"/tid/{appointment.id}", f"/behov/{named.patient.id}"
    in_english(visitor.get("/sprog/en?til=/mine-tider"))
    for path in (
        visit,
        f"{visit}/flyt",
        f"{visit}/afbud",
        f"{visit}/ingen-passer",
        "/ny-tid",
        f"/ny-tid/{named.course.id}/{free.id}",
        "/behov",
        needs,
        "/hvem-har-set",
        "/hjaelp",
        "/was",
        "/tider/x",
        "/tid/99999",
    ):
        in_english(visitor.get(path))
    visitor.get(visit).says("Check-up", "Bring your medicine.", "Use entrance 7.")
    in_english(visitor.post(needs, needs=["interpreter", "walking_aid"]))
    held = visitor.get(f"{visit}/flyt").times[5]
    in_english(visitor.post(f"{visit}/flyt"))
    in_english(visitor.post(f"{visit}/flyt", start=held))
    hold = visitor.path
    in_english(visitor.post(f"{hold}/forlaeng"))
    in_english(visitor.post(hold))
    in_english(visitor.post(f"{visit}/afbud"))
    in_english(visitor.post(f"{visit}/afbud", new_time="no", reason="ill"))
    for path in ("/mine-tider", "/hvem-har-set"):
        in_english(visitor.get(path))
    in_english(visitor.post("/log-ud"))
    in_english(visitor.post("/", code="x", born_day="1", born_month="1", born_year="61"))
