"""The help list's page: whom to call, what to say, and what each answer leads to."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from booking.platform.audit import about_patient
from booking.platform.phone import readable
from tests.integration.reminders.help_list.conftest import WEEK_ON, Ward, ward
from tests.integration.triage_rules.followup_pages.conftest import says, words

__all__ = ["ward"]

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def here(home: str) -> str:
    """Where it is."""
    return f"{home}/hjaelpeliste"


def test_nobody_to_call(desk: FlaskClient, here: str) -> None:
    says(desk.get(here), "Ingen at ringe til i dag")


def test_whom_to_call_and_what_to_say(desk: FlaskClient, here: str, ward: Ward) -> None:
    appointment = ward.book(WEEK_ON, ward.patient(given_name="Åse", family_name="Øst"))
    page = desk.get(here)
    says(
        page,
        "Åse Øst",
        "+45 20 30 10 01",
        "mandag 30. november 2026 kl. 8.00",
        "Må jeg få din fødselsdato",
        "Listen ser aldrig på alder, køn, sprog, herkomst eller adresse.",
        "ingen får en dårligere tid af det",
    )
    assert 'href="tel:+4520301001"' in page.text
    assert f"/tider/{appointment.id}" in page.text
    looks = [one.action for one in ward.session.scalars(about_patient(appointment.patient_id))]
    assert "look" in looks


def test_no_figure_says_how_likely_anyone_is_to_miss_their_time(
    desk: FlaskClient, here: str, ward: Ward
) -> None:
    times = [ward.book(WEEK_ON, ward.patient(given_name="Åse", family_name="Øst"))]
    ward.past(times[0].patient, "noshow", 3)
    ward.past(times[0].patient, "fulfilled", 4)
    page = desk.get(here)
    text = words(page).replace("mandag 30. november 2026 kl. 8.00", "")
    text = text.replace(readable("+4520301001"), "").replace(readable("+4599320000"), "")
    for day in ("lørdag 28. november 2026", "onsdag 2. december 2026"):
        text = text.replace(day, "")
    text = text.replace(ward.place.clinic.name, "")
    assert not re.search(r"\d", text), text
    attributes = re.findall(r'(?:data-[\w-]+|value|title|aria-label)="([^"]*)"', page.text)
    assert {one for one in attributes if one.isdecimal()} == {"10"}  # the calls of a day
    for word in ("risiko", "sandsynlig", "score", "udeblev"):
        assert word not in text.lower()


@pytest.mark.parametrize(
    ("outcome", "onwards"), [("moved", "/flyt"), ("cancelled", "/afbud"), ("comes", "hjaelpeliste")]
)
def test_an_answer_leads_on(
    desk: FlaskClient, here: str, ward: Ward, outcome: str, onwards: str
) -> None:
    number = ward.book(WEEK_ON).id
    answer = desk.post(f"{here}/{number}", data={"outcome": outcome, "antal": "5"})
    assert answer.status_code == 303
    assert onwards in (answer.location or "")
    says(desk.get(answer.location or ""))
    shown = says(desk.get(here), "Ringet i dag", ward.place.staff.name)
    assert ("Ikke gjort endnu" in shown) == (outcome != "comes")


def test_a_need_stands_on_the_worklist(desk: FlaskClient, here: str, ward: Ward) -> None:
    number = ward.book(WEEK_ON).id
    sent = {"outcome": "needs_other", "words": ""}
    says(
        desk.post(f"{here}/{number}", data=sent),
        "Skriv, hvad patienten mangler hjælp til.",
        status=422,
    )
    kept = desk.post(f"{here}/{number}", data={**sent, "words": "Bor 010203-1234"})
    says(kept, "Skriv det uden CPR-nummer.", "Bor 010203-1234", status=422)
    desk.post(f"{here}/{number}", data={**sent, "words": "Kan ikke finde indgangen."})
    says(desk.get(here), "Mangler hjælp, står på arbejdslisten", "Kan ikke finde indgangen.")
    worklist = here.replace("beskeder/hjaelpeliste", "arbejdsliste")
    says(desk.get(worklist), "Patienten mangler hjælp til at komme", "Kan ikke finde indgangen.")


def test_whoever_is_far_down_a_long_list_keeps_what_was_typed(
    desk: FlaskClient, here: str, ward: Ward
) -> None:
    times = [ward.book(WEEK_ON + timedelta(minutes=30 * n)) for n in range(12)]
    sent = {"outcome": "comes", "words": "Ring til 010203-1234", "antal": "20"}
    says(desk.post(f"{here}/{times[-1].id}", data=sent), "Ring til 010203-1234", status=422)


def test_a_colleague_was_first(desk: FlaskClient, here: str, ward: Ward) -> None:
    appointment = ward.book(WEEK_ON)
    ward.call(appointment, "comes")
    again = desk.post(
        f"{here}/{appointment.id}", data={"outcome": "no_answer"}, follow_redirects=True
    )
    says(again, "Der er allerede ringet om tiden")


def test_the_clinic_chooses_how_many_calls(desk: FlaskClient, here: str, ward: Ward) -> None:
    names = ["Agnes", "Bodil", "Clara"]
    for half, name in enumerate(names):
        start = WEEK_ON.replace(hour=8 + half)
        ward.book(start, ward.patient(given_name=name, family_name="Prøve"))
    text = says(desk.get(f"{here}?antal=2"), "Agnes Prøve", "Bodil Prøve")
    assert "Clara" not in text
    says(desk.get(f"{here}?antal=0"), "Skriv et tal fra 1 til 50.", status=422)
    says(desk.get(f"{here}?antal=mange"), "Skriv et helt tal.", status=422)


def test_those_without_a_number_are_named(desk: FlaskClient, here: str, ward: Ward) -> None:
    ward.book(WEEK_ON, ward.patient(phone_sealed=None, phone_hash=None, family_name="Uden"))
    says(desk.get(here), "Har ikke noget telefonnummer", "Karen Uden")


def test_another_clinics_time_is_not_found(desk: FlaskClient, here: str, ward: Ward) -> None:
    number = ward.book(WEEK_ON).id
    assert desk.post(f"{here}/{number + 99}", data={"outcome": "comes"}).status_code == 404
    foreign = here.replace("/klinik/", "/klinik/9")
    assert desk.get(foreign).status_code in (403, 404)
