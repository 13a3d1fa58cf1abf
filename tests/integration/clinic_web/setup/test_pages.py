"""The set-up pages: every page opens, every form saves, keeps what was typed, and never breaks."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from booking.appointments.visit_types.models import Requirement, VisitType
from booking.calendar.models import Clinic, Closure, Resource, Site, WeekTemplate
from booking.platform.database import Session
from tests import factories as make
from tests.integration.clinic_web.setup.conftest import Here, Saved, SignIn

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday

CLINIC = {"name": "Endokrinologisk Ambulatorium", "phone": "97 66 00 00", "horizon_weeks": "8"}
SITE = {"name": "Frederikshavn", "address": "Barfredsvej 83, 9900 Frederikshavn", "active": "1"}
CLINICIAN = {"name": "Bo Lund", "profession": "nurse", "active": "1"}
HOURS = {
    "weekdays": ["0", "2"],
    "weekday": "0",
    "weeks": "odd",
    "start": "8.00",
    "end": "12:30",
    "valid_from": "24-11-2026",
}
CLOSURE = {"place": "clinic", "first": "2026-12-01", "reason": "Personaledag"}
VISIT_TYPE = {
    "name": "Hold om gigt",
    "forms": ["in_person", "video"],
    "base_minutes": "45",
    "cap_minutes": "60",
    "grid_minutes": "15",
    "mode": "web",
    "closing_hours": "48",
    "move_limit": "2",
    "need_interpreter": "15",
    "active": "1",
}
FIELDS = """
    version name phone specialty phone_hours phone_hours_en zone_name horizon_weeks closures
    other_closures address directions directions_en active profession title title_en source
    site_id staff_id video_url clinic_ids
    weekdays weekday weeks start end valid_from valid_to place first last reason decision forms
    base_minutes cap_minutes grid_minutes buffer_before buffer_after mode closing_hours
    move_limit clinicians clinicians_needed group_capacity preparation need_interpreter
    demand1_label demand1_options demand1_every_form
"""
NONSENSE = dict.fromkeys(FIELDS.split(), "\x00<script>'\";--%s{{7*7}}" + "9" * 400)


@pytest.fixture
def office(here: Here, signed_in: SignIn) -> FlaskClient:
    return signed_in(here.secretary)


def template_of(session: Session, here: Here) -> WeekTemplate:
    return session.scalars(
        select(WeekTemplate).where(
            WeekTemplate.resource_id == here.doctor.id, WeekTemplate.weekday == 0
        )
    ).one()


def closure_of(session: Session, here: Here, **values: Any) -> Closure:
    closure = make.add(
        session,
        Closure(
            clinic_id=here.clinic.id,
            starts_at=session.now(),
            ends_at=session.now().replace(month=12),
            **values,
        ),
    )
    session.commit()
    return closure


def forms(session: Session, here: Here) -> list[str]:
    """The address of every form of the set-up."""
    template, closure = template_of(session, here), closure_of(session, here)
    return [
        "/klinik/ny-klinik",
        *(
            f"{here.setup}/{path}"
            for path in (
                "klinik",
                "steder/nyt",
                f"steder/{here.site.id}",
                "ressourcer/ny/clinician",
                "ressourcer/ny/room",
                "ressourcer/ny/equipment",
                f"ressourcer/{here.doctor.id}/ret",
                f"ressourcer/{here.doctor.id}/skema",
                f"ressourcer/{here.doctor.id}/kopier",
                f"skemaer/{template.id}",
                "lukninger/ny",
                f"lukninger/{closure.id}",
                "kontakttyper/ny",
                f"kontakttyper/{here.control.id}",
            )
        ),
    ]


def buttons(session: Session, here: Here) -> list[str]:
    """The addresses that only take a press."""
    template = template_of(session, here)
    closure = closure_of(session, here, status="requested", resource_id=here.doctor.id)
    return [
        f"{here.setup}/skemaer/{template.id}/ophoer",
        f"{here.setup}/skemaer/{template.id}/slet",
        f"{here.setup}/lukninger/{closure.id}/slet",
        f"{here.setup}/lukninger/{closure.id}/svar",
    ]


def test_every_page_opens(session: Session, here: Here, office: FlaskClient) -> None:
    wish = closure_of(session, here, status="requested", resource_id=here.doctor.id)
    pages = [
        here.setup,
        *(f"{here.setup}/ressourcer?vis={kind}" for kind in ("clinician", "room", "equipment")),
        f"{here.setup}/ressourcer/{here.doctor.id}",
        f"{here.setup}/ressourcer/{here.room.id}",
        f"{here.setup}/lukninger",
        f"{here.setup}/lukninger?vis=tidligere",
        f"{here.setup}/lukninger/{wish.id}",
        f"{here.setup}/kontakttyper",
        f"{here.setup}/ramte",
        f"{here.setup}/ramte?fra=2026-12-01&til=2026-12-24&ressource={here.doctor.id}",
        *forms(session, here),
    ]
    for page in pages:
        answer = office.get(page)
        assert answer.status_code == 200, page
        assert "<h1>" in answer.text, page
        assert "style=" not in answer.text, page


def test_an_empty_form_says_what_is_missing(
    session: Session, here: Here, office: FlaskClient
) -> None:
    for form in forms(session, here):
        answer = office.post(form, data={})
        assert answer.status_code == 422, form
        assert "Ret dette, og send igen" in answer.text, form


def test_nonsense_is_kept_and_never_breaks_a_page(
    session: Session, here: Here, office: FlaskClient
) -> None:
    for form in forms(session, here):
        answer = office.post(form, data=NONSENSE)
        assert answer.status_code == 422, form
        assert "&lt;script&gt;" in answer.text, form
    for button in buttons(session, here):
        assert office.post(button, data=NONSENSE).status_code == 303, button
        assert office.post(button, data={}).status_code == 303, button
    for page in ("ressourcer?vis=%00", "ramte?fra=x", "ramte?ressource=99999999999999999999"):
        assert office.get(f"{here.setup}/{page}").status_code == 422, page


def test_foreign_things_are_not_found(session: Session, here: Here, office: FlaskClient) -> None:
    other = here.foreign.clinics[0]
    make.open_weekdays(session, here.foreign, other.sites[0], days=[0])
    theirs = make.visit_type(session, other)
    closure = make.add(
        session,
        Closure(
            clinic_id=other.id, starts_at=session.now(), ends_at=session.now().replace(month=12)
        ),
    )
    template = session.scalars(
        select(WeekTemplate).where(WeekTemplate.resource_id == here.foreign.id)
    ).one()
    session.commit()
    foreign = [
        f"steder/{other.sites[0].id}",
        f"ressourcer/{here.foreign.id}",
        f"ressourcer/{here.foreign.id}/ret",
        f"ressourcer/{here.foreign.id}/skema",
        f"ressourcer/{here.foreign.id}/kopier",
        f"skemaer/{template.id}",
        f"lukninger/{closure.id}",
        f"kontakttyper/{theirs.id}",
        f"ramte?ressource={here.foreign.id}",
        "ressourcer/ny/helikopter",
        "ressourcer/999999999999999",
    ]
    for path in foreign:
        assert office.get(f"{here.setup}/{path}").status_code == 404, path
    for path in (
        f"skemaer/{template.id}/ophoer",
        f"skemaer/{template.id}/slet",
        f"lukninger/{closure.id}/slet",
        f"lukninger/{closure.id}/svar",
        f"ressourcer/{here.foreign.id}/deling/{other.id}",
        f"ressourcer/{here.doctor.id}/deling/{other.id}",
    ):
        assert office.post(f"{here.setup}/{path}").status_code == 404, path
    assert office.get(f"/klinik/{other.id}/opsaetning").status_code == 404


def test_foreign_ids_in_a_form_are_refused(saved: Saved, here: Here, office: FlaskClient) -> None:
    foreign_site = here.foreign.site_id
    tries: list[tuple[str, dict[str, Any]]] = [
        ("ressourcer/ny/room", {"name": "Rum 9", "site_id": foreign_site}),
        ("ressourcer/ny/clinician", {**CLINICIAN, "staff_id": 4711}),
        ("ressourcer/ny/clinician", {**CLINICIAN, "clinic_ids": [here.foreign.clinics[0].id]}),
        (f"ressourcer/{here.doctor.id}/skema", {**HOURS, "site_id": foreign_site}),
        (
            f"ressourcer/{here.doctor.id}/kopier",
            {"source": here.foreign.id, "valid_from": "2026-12-01"},
        ),
        ("lukninger/ny", {**CLOSURE, "place": f"resource-{here.foreign.id}"}),
        ("lukninger/ny", {**CLOSURE, "place": f"site-{foreign_site}"}),
        ("kontakttyper/ny", {**VISIT_TYPE, "clinicians": [here.foreign.id]}),
        ("kontakttyper/ny", {**VISIT_TYPE, "clinicians": [here.room.id]}),
        (
            "kontakttyper/ny",
            {**VISIT_TYPE, "demand1_label": "Rum", "demand1_options": [here.foreign.id]},
        ),
    ]
    before = [saved.all(select(table.id)) for table in (Resource, Closure, VisitType)]
    for path, data in tries:
        assert office.post(f"{here.setup}/{path}", data=data).status_code == 404, (path, data)
    after = [saved.all(select(table.id)) for table in (Resource, Closure, VisitType)]
    assert before == after


def test_a_clinic_from_nothing_to_its_first_visit_type(
    saved: Saved, here: Here, office: FlaskClient
) -> None:
    closed = {"closures": ["12-24", "06-05"], "other_closures": "23-12, 27/12"}
    answer = office.post("/klinik/ny-klinik", data={**CLINIC, **closed})
    (clinic,) = saved.all(select(Clinic).where(Clinic.name == CLINIC["name"]))
    assert (clinic.phone, clinic.optional_closures) == ("+4597660000", "06-05,12-23,12-24,12-27")
    setup = f"/klinik/{clinic.id}/opsaetning"
    assert answer.location == setup
    assert office.post(f"{setup}/steder/nyt", data=SITE).location == setup
    (site,) = saved.all(select(Site).where(Site.clinic_id == clinic.id))
    room = {"name": "Rum 1", "site_id": site.id}
    room_page = office.post(f"{setup}/ressourcer/ny/room", data=room).location
    bo_page = office.post(f"{setup}/ressourcer/ny/clinician", data=CLINICIAN).location
    hours = {**HOURS, "site_id": site.id}
    assert office.post(f"{bo_page}/skema", data=hours).location == bo_page
    assert office.get(bo_page).text.count("8.00–12.30") == 2
    room_id, bo_id = (int(page.rpartition("/")[2]) for page in (room_page, bo_page))
    visit = {
        **VISIT_TYPE,
        "demand1_label": "Undersøgelsesrum",
        "demand1_options": [room_id],
        "clinicians": [bo_id],
    }
    assert office.post(f"{setup}/kontakttyper/ny", data=visit).status_code == 303
    parts = (
        selectinload(VisitType.need_additions),
        selectinload(VisitType.clinicians),
        selectinload(VisitType.requirements).selectinload(Requirement.options),
    )
    (made,) = saved.all(select(VisitType).where(VisitType.clinic_id == clinic.id).options(*parts))
    assert made.form_list == ["in_person", "video"]
    assert {a.need: a.minutes for a in made.need_additions} == {"interpreter": 15}
    assert [[o.id for o in r.options] for r in made.requirements] == [[room_id]]
    assert [c.id for c in made.clinicians] == [bo_id]
    assert "Hold om gigt" in office.get(f"{setup}/kontakttyper").text
    assert "Undersøgelsesrum" in office.get(f"{setup}/kontakttyper/{made.id}").text


def test_many_own_closed_days_are_kept_and_can_be_saved_again(
    saved: Saved, here: Here, office: FlaskClient
) -> None:
    ticked = ["05-01", "06-05", "12-24", "12-31"]
    typed = ", ".join(f"{day}-1" for day in range(2, 32))
    data = {**CLINIC, "version": "1", "closures": ticked, "other_closures": typed}
    assert office.post(f"{here.setup}/klinik", data=data).status_code == 303
    (clinic,) = saved.all(select(Clinic).where(Clinic.id == here.clinic.id))
    assert len(clinic.optional_closures.split(",")) == 34
    shown = ", ".join(f"{day:02}-01" for day in range(2, 32))
    assert shown in office.get(f"{here.setup}/klinik").text
    again = {**data, "version": clinic.version, "other_closures": shown}
    assert office.post(f"{here.setup}/klinik", data=again).status_code == 303


def test_a_closure_that_ends_on_the_short_day_in_march_shows_all_its_days(
    saved: Saved, here: Here, office: FlaskClient
) -> None:
    data = {**CLOSURE, "first": "2027-03-26", "last": "2027-03-28", "start": "", "end": ""}
    assert office.post(f"{here.setup}/lukninger/ny", data=data).status_code == 303
    (closure,) = saved.all(select(Closure))
    page = office.get(f"{here.setup}/lukninger/{closure.id}").text
    assert 'value="2027-03-28"' in page or 'value="28-03-2027"' in page


@pytest.mark.parametrize(
    ("path", "data", "message"),
    [
        (
            "klinik",
            {
                **CLINIC,
                "other_closures": ",".join(f"{n % 28 + 1}-{n // 28 + 1}" for n in range(51)),
            },
            "højst 50 faste lukkedage",
        ),
        ("klinik", {**CLINIC, "phone": "12"}, "Skriv et telefonnummer"),
        ("klinik", {**CLINIC, "zone_name": "Europe/Aalborg"}, "et navn fra IANA-listen"),
        ("klinik", {**CLINIC, "horizon_weeks": "0"}, "Skriv et tal fra 1 til 104."),
        ("klinik", {**CLINIC, "other_closures": "32-13"}, "Skriv dag og måned med komma"),
        ("ressourcer/ny/room", {"name": "Rum 9"}, "Vælg det sted, rummet ligger."),
        ("ressourcer/ny/clinician", {"name": "Bo"}, "Vælg en faggruppe."),
        (
            "ressourcer/ny/clinician",
            {**CLINICIAN, "video_url": "javascript:alert(1)"},
            "begynder med https://",
        ),
        ("lukninger/ny", {**CLOSURE, "last": "2026-11-30"}, "ligger før den første"),
        (
            "lukninger/ny",
            {**CLOSURE, "first": "2027-03-28", "start": "2.30", "end": "4.00"},
            "stilles uret frem",
        ),
        (
            "lukninger/ny",
            {**CLOSURE, "first": "2027-10-31", "start": "2.30", "end": "4.00"},
            "stilles uret tilbage",
        ),
        ("lukninger/ny", {**CLOSURE, "first": "2026-11-02"}, "Perioden er forbi."),
        ("kontakttyper/ny", {**VISIT_TYPE, "cap_minutes": "30"}, "ikke være under grundlængden"),
        ("kontakttyper/ny", {**VISIT_TYPE, "forms": []}, "mindst én kontaktform"),
        ("kontakttyper/ny", {**VISIT_TYPE, "grid_minutes": "7"}, "Vælg en af mulighederne."),
        ("kontakttyper/ny", {**VISIT_TYPE, "demand2_label": "Rum"}, "Vælg mindst én mulighed"),
    ],
)
def test_each_wrong_field_is_named_in_danish(
    here: Here, office: FlaskClient, path: str, data: dict[str, Any], message: str
) -> None:
    answer = office.post(f"{here.setup}/{path}", data={"version": "1", **data})
    assert answer.status_code == 422
    assert message in answer.text
    kept = data.get("name") or data.get("reason")
    assert f'value="{kept}"' in answer.text


def test_what_hangs_on_a_visit_type_is_part_of_its_version(
    saved: Saved, here: Here, office: FlaskClient
) -> None:
    page = f"{here.setup}/kontakttyper/{here.control.id}"
    data = {**VISIT_TYPE, "demand1_label": "Rum", "demand1_options": [here.room.id]}
    version = select(VisitType.version).where(VisitType.id == here.control.id)

    def save(minutes: str, on_version: int) -> int:
        filled = {**data, "need_interpreter": minutes, "version": on_version}
        return office.post(page, data=filled).status_code

    (first,) = saved.all(version)
    assert save("20", first) == 303
    (second,) = saved.all(version)
    assert save("25", second) == 303
    assert save("30", second) == 409


def test_hours_are_changed_ended_and_removed(saved: Saved, here: Here, office: FlaskClient) -> None:
    mondays = (
        select(WeekTemplate)
        .where(WeekTemplate.resource_id == here.doctor.id, WeekTemplate.weekday == 0)
        .order_by(WeekTemplate.valid_from)
    )
    (old,) = saved.all(mondays)
    page = f"{here.setup}/skemaer/{old.id}"
    hours = {**HOURS, "weeks": "any", "site_id": here.site.id, "version": old.version}
    assert office.post(page, data=hours).status_code == 303
    old, new = saved.all(mondays)
    assert [f"{one.end_time:%H:%M}" for one in (old, new)] == ["16:00", "12:30"]
    new_page = f"{here.setup}/skemaer/{new.id}"
    end = {"valid_to": "2027-06-30", "version": new.version}
    assert office.post(f"{new_page}/ophoer", data=end).status_code == 303
    assert "til og med 30-06-2027" in office.get(f"{here.setup}/ressourcer/{here.doctor.id}").text
    refused = office.post(f"{page}/slet", follow_redirects=True)
    assert "er begyndt og kan ikke slettes" in refused.text
    assert office.post(f"{new_page}/slet").status_code == 303
    assert [one.id for one in saved.all(mondays)] == [old.id]
