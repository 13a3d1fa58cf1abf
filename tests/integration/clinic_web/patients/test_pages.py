"""The secretary's pages about patients, as a browser meets them."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import lazy_gettext
from freezegun.api import FrozenDateTimeFactory
from markupsafe import Markup
from sqlalchemy import select

from booking.people import service
from booking.people.models import BookingCode, Patient, PatientNote
from booking.people.service import Details
from booking.platform.audit import AuditEntry
from booking.platform.extension import Tab
from booking.platform.identity import SYSTEM, Role
from booking.platform.web import Rettid
from tests.integration.clinic_web.patients.conftest import SignIn, Ward, looked_up

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TYPED = {"given_name": "Ny", "family_name": "Patient", "language": "da"}


def found(browser: FlaskClient, ward: Ward, text: str) -> str:
    """The page a search ends at."""
    answer = browser.post(ward.home, data={"text": text}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("text", ["østergård", "040361-1234", "20 30 10 20", "04-03-1961"])
def test_a_search_shows_the_patient_with_the_number_masked(
    secretary: FlaskClient, ward: Ward, text: str
) -> None:
    page = found(secretary, ward, text)
    assert "Karen Østergård" in page
    assert "040361-****" in page
    assert f'href="{ward.page}"' in page


def test_what_was_searched_for_is_in_no_address_and_not_readable_in_the_cookie(
    secretary: FlaskClient, ward: Ward
) -> None:
    answer = secretary.post(ward.home, data={"text": "040361-1234"})
    assert answer.status_code == 303
    assert answer.location == f"{ward.home}/fundet"
    cookie = secretary.get_cookie("rettid")
    assert cookie is not None
    assert "040361" not in cookie.value
    page = secretary.get(answer.location)
    assert "Karen" in page.text
    assert secretary.get(f"{ward.home}?text=karen").text.count("Karen") == 0


def test_a_search_finds_nobody_elsewhere_and_says_what_to_do(
    secretary: FlaskClient, ward: Ward
) -> None:
    page = found(secretary, ward, "050670-1111")
    assert "Fremmed" not in page
    assert f"{ward.home}/cpr" in page
    assert "Fremmed" not in found(secretary, ward, "fremmed")


def test_results_without_a_search_go_to_the_form(secretary: FlaskClient, ward: Ward) -> None:
    assert secretary.get(f"{ward.home}/fundet").location == ward.home


def test_one_patients_page_shows_the_whole_number_and_what_is_known(
    secretary: FlaskClient, ward: Ward
) -> None:
    page = secretary.get(ward.page).text
    for shown in ("040361-1234", "4. marts 1961", "65 år", "+45 20 30 10 20", "karen@example.org"):
        assert shown in page


def test_registering_keeps_what_was_typed_until_it_is_right(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    typed = {**TYPED, "cpr": "310261-1234", "phone": "12", "email": "nej", "address": "Vej 1"}
    answer = secretary.post(f"{ward.home}/ny", data=typed)
    assert answer.status_code == 422
    for kept in ("310261-1234", "Vej 1", "nej"):
        assert kept in answer.text
    typed |= {"cpr": "010170-0001", "phone": "20301021", "email": "ny@example.org"}
    answer = secretary.post(f"{ward.home}/ny", data=typed)
    assert answer.status_code == 303
    assert "010170-0001" in secretary.get(answer.location).text
    assert "0170" not in answer.location


def test_a_known_number_is_not_registered_again_and_the_try_is_logged(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    answer = secretary.post(f"{ward.home}/ny", data={**TYPED, "cpr": "050670-1111"})
    assert answer.status_code == 422
    assert "CPR-opslag" in answer.text
    assert "Fremmed" not in answer.text
    told = ("patient.cpr_known", "", [ward.stranger])
    assert looked_up(rettid) == [told]
    typed = {**TYPED, "cpr": "050670-1111", "version": "1"}
    assert secretary.post(f"{ward.page}/ret", data=typed).status_code == 422
    assert looked_up(rettid) == [told, told]


@pytest.mark.parametrize(
    "wrong",
    [
        {"cpr": "010170-0001", "birth_date": "02-01-1970"},
        {"birth_date": "01-01-2027"},
        {"cpr": "010130-5001"},  # born in 2030
    ],
)
def test_a_birth_date_must_agree_and_lie_behind(
    secretary: FlaskClient, ward: Ward, wrong: dict[str, str]
) -> None:
    assert secretary.post(f"{ward.home}/ny", data={**TYPED, **wrong}).status_code == 422


def test_editing_saves_and_the_second_of_two_is_told(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    form = secretary.get(f"{ward.page}/ret").text
    assert 'name="version" value="1"' in form
    typed = {**TYPED, "cpr": "040361-1234", "version": "1"}
    assert secretary.post(f"{ward.page}/ret", data=typed).status_code == 303
    late = secretary.post(f"{ward.page}/ret", data={**typed, "given_name": "Senere"})
    assert late.status_code == 409
    assert "Senere" in late.text
    assert f'href="{ward.page}/ret"' in late.text
    assert 'name="version" value="2"' in late.text
    with rettid.database.reading() as session:
        assert session.get_one(Patient, ward.karen).given_name == "Ny"


def test_a_search_sealed_with_a_key_that_is_gone_is_no_search(
    secretary: FlaskClient, ward: Ward
) -> None:
    with secretary.session_transaction() as cookie:
        cookie["search"] = "7:sealed-with-the-seventh-key"
    answer = secretary.get(f"{ward.home}/fundet")
    assert (answer.status_code, answer.headers["Location"]) == (303, ward.home)


def test_a_patient_is_brought_in_by_the_whole_number_and_a_reason(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    address = f"{ward.home}/cpr"
    assert secretary.post(address, data={"cpr": "050670-1111"}).status_code == 422
    nobody = secretary.post(address, data={"cpr": "050670-2222", "reason": "acute"})
    assert nobody.status_code == 422
    assert "050670-2222" in nobody.text
    answer = secretary.post(address, data={"cpr": "050670-1111", "reason": "acute"})
    assert answer.location == f"{ward.home}/{ward.stranger}"
    assert "Åse Fremmed" in secretary.get(answer.location).text
    with rettid.database.reading() as session:
        tries = session.execute(
            select(AuditEntry.action, AuditEntry.reason).where(AuditEntry.action.like("patient.%"))
        )
        assert tries.all()[-2:] == [
            ("patient.cpr_unknown", "acute"),
            ("patient.entered_by_cpr", "acute"),
        ]


def test_needs_are_ticked_and_cleared(secretary: FlaskClient, ward: Ward) -> None:
    ticked = {"needs": ["interpreter", "hearing"]}
    assert secretary.post(f"{ward.page}/behov", data=ticked).status_code == 303
    assert "Tolk" in secretary.get(ward.page).text
    assert secretary.get(f"{ward.page}/behov").text.count(" checked") == 2
    assert secretary.post(f"{ward.page}/behov", data={}).status_code == 303
    assert "Ingen særlige behov" in secretary.get(ward.page).text
    assert secretary.post(f"{ward.page}/behov", data={"needs": "jetpack"}).status_code == 422


def test_notes_are_added_and_an_empty_one_is_not(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    assert secretary.post(f"{ward.page}/noter", data={"text": " "}).status_code == 422
    text = "<script>alert(1)</script>\nRinger helst om morgenen."
    assert secretary.post(f"{ward.page}/noter", data={"text": text}).status_code == 303
    page = secretary.get(ward.page).text
    assert "Ringer helst om morgenen." in page
    assert "<script>alert" not in page
    with rettid.database.reading() as session:
        assert len(session.scalars(select(PatientNote)).all()) == 1


def test_a_new_code_is_shown_once_and_lets_the_patient_in(
    secretary: FlaskClient, ward: Ward, app: Flask, rettid: Rettid
) -> None:
    answer = secretary.post(f"{ward.page}/kode")
    assert (answer.status_code, answer.location) == (303, f"{ward.page}/kode")
    code = code_on(secretary.get(answer.location).text)
    assert code not in secretary.get(ward.page).text
    born = {"born_day": "4", "born_month": "3", "born_year": "1961"}
    assert app.test_client().post("/", data={"code": code, **born}).status_code == 303
    secretary.post(f"{ward.page}/kode")
    assert app.test_client().post("/", data={"code": code, **born}).status_code == 422
    with rettid.database.reading() as session:
        assert len(session.scalars(select(BookingCode)).all()) == 2


def code_on(page: str) -> str:
    """The booking code that a page shows."""
    return page.split("<strong>", 1)[1].split("</strong>", 1)[0]


def test_loading_the_page_of_a_new_code_again_shows_no_code_and_makes_none(
    secretary: FlaskClient, ward: Ward, app: Flask, rettid: Rettid
) -> None:
    shown = secretary.get(secretary.post(f"{ward.page}/kode").location)
    assert shown.headers["Cache-Control"] == "no-store"
    again = secretary.get(f"{ward.page}/kode", follow_redirects=True)
    assert again.request.path == ward.page
    assert "En kode vises kun én gang." in again.text
    assert code_on(shown.text) not in again.text
    with rettid.database.reading() as session:
        assert len(session.scalars(select(BookingCode)).all()) == 1
    born = {"born_day": "4", "born_month": "3", "born_year": "1961"}
    typed = {"code": code_on(shown.text), **born}
    assert app.test_client().post("/", data=typed).status_code == 303


def test_a_new_code_is_readable_in_no_address_cookie_or_log(
    secretary: FlaskClient, ward: Ward, rettid: Rettid, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = secretary.post(f"{ward.page}/kode")
    with secretary.session_transaction() as cookie:
        carried = dict(cookie)
    code = code_on(secretary.get(answer.location).text)
    assert code not in answer.location
    for form in (code, code.replace("-", "")):
        assert form not in str(carried)
        assert form not in "".join(capfd.readouterr())
    assert "new_code" in carried
    with secretary.session_transaction() as cookie:
        assert "new_code" not in cookie
    with rettid.database.reading() as session:
        entries = session.scalars(select(AuditEntry)).all()
        assert not any(code in f"{one.place}{one.reason}" for one in entries)


def test_a_new_code_is_shown_to_whoever_made_it_on_its_own_page_and_soon(
    secretary: FlaskClient,
    sign_in: SignIn,
    ward: Ward,
    rettid: Rettid,
    freezer: FrozenDateTimeFactory,
) -> None:
    with rettid.database.transaction() as session:
        other = service.register_patient(
            session, SYSTEM, ward.clinic, Details("Per", "Bo", birth_date=date(1970, 1, 1))
        )
        other_page = f"{ward.home}/{other.id}"
    page = f"{ward.page}/kode"

    def shown(browser: FlaskClient, address: str = page) -> bool:
        answer = browser.get(address)
        return answer.status_code == 200 and "<strong>" in answer.text

    secretary.post(page)
    with secretary.session_transaction() as cookie:
        sealed = cookie["new_code"]
    colleague = sign_in(Role.SECRETARY)
    with colleague.session_transaction() as cookie:
        cookie["new_code"] = sealed
    assert not shown(colleague)
    assert not shown(secretary, f"{other_page}/kode")
    assert not shown(secretary), "another page's visit has taken it out"
    secretary.post(page)
    freezer.tick(121)
    assert not shown(secretary)
    secretary.post(page)
    colleague.post(page)
    assert not shown(secretary), "replaced meanwhile, it would let nobody in"
    assert shown(colleague)
    with secretary.session_transaction() as cookie:
        cookie["new_code"] = "7:sealed-with-the-seventh-key"
    assert not shown(secretary)


def test_a_clinician_reads_and_notes_but_does_not_edit(sign_in: SignIn, ward: Ward) -> None:
    clinician = sign_in(Role.CLINICIAN)
    page = clinician.get(ward.page)
    assert page.status_code == 200
    assert f'{ward.page}/ret"' not in page.text
    assert clinician.post(f"{ward.page}/noter", data={"text": "Set i dag."}).status_code == 303
    assert clinician.get(f"{ward.page}/kode").status_code == 403
    for path in ("ret", "kode", "fuldmagter/ny"):
        assert clinician.post(f"{ward.page}/{path}", data={}).status_code == 403
    assert clinician.get(f"{ward.home}/ny").status_code == 403


def test_a_lost_code_of_a_patient_without_a_birth_date(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    with rettid.database.transaction() as session:
        made = service.register_patient(session, SYSTEM, ward.clinic, Details("Jane", "Doe"))
    assert "Skriv fødselsdatoen ind" in secretary.get(f"{ward.home}/{made.id}").text
    answer = secretary.post(f"{ward.home}/{made.id}/kode")
    assert answer.status_code == 409
    assert "Fødselsdatoen mangler" in answer.text


def test_cards_and_tabs_of_other_rooms_are_shown(
    app: Flask, rettid: Rettid, secretary: FlaskClient, ward: Ward
) -> None:
    rettid.parts.add_card(
        "staff.patient",
        lambda _session, actor, here: Markup("<p>{} ser {}</p>").format(
            actor.name, here.patient.name
        ),
    )
    rettid.parts.add_tab("staff.patient", Tab("staff_patients.needs_form", lazy_gettext("Behov")))
    page = secretary.get(ward.page).text
    assert "<p>Signe Sekretær ser Karen Østergård</p>" in page
    assert "Overblik" in page
