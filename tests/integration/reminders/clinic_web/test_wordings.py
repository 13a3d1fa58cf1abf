"""The texts: versions, what is found in them, and what they say."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from booking.platform.database import Session
from reminders.policies import queries
from reminders.policies.models import ReminderWording, ReminderWordingVersion
from tests import factories as make
from tests.integration.reminders.conftest import Sending
from tests.integration.triage_rules.followup_pages.conftest import says

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
TEN = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
PLAIN = "Vi ses på {sted} {dag} kl. {kl}. {svar}"


@pytest.fixture
def there(home: str, session: Session, sending: Sending) -> str:
    """The page of the text of the last reminder."""
    address = f"{home}/tekster/{wording(session, sending, 'reminder_last').id}"
    session.rollback()
    return address


def test_a_text_says_where_it_is_used_what_it_may_hold_and_how_it_reads(
    desk: FlaskClient, there: str, home: str
) -> None:
    says(desk.get(f"{home}/tekster"), "Sidste påmindelse", "{sted} {dag}", "1 trin")
    says(
        desk.get(there),
        "24 timer før Alle kontakttyper uden egne regler",
        "{telefon} Klinikkens telefonnummer",
        "Vi venter dig på Sygehus Nord mandag 7/12 kl. 10.00.",
        "Højst 1 SMS-del",
        "Udgave 1 Gælder",
        "af Rettid",
    )
    english = desk.get(f"{there}?sprog=en")
    says(english, "Reply 1=OK, 2=can't come, 3=new time.")
    assert 'lang="en"' in english.text


def test_a_new_version_is_for_new_messages_and_planned_ones_keep_theirs(
    session: Session, desk: FlaskClient, sending: Sending, there: str
) -> None:
    booked = sending.book(TEN)
    session.rollback()
    saved = desk.post(there, data=texts(desk, there, sms=PLAIN), follow_redirects=True)
    says(saved, "Teksten er gemt", "Udgave 2 Gælder", "af Signe Sekretær", "Vi ses på Sygehus Nord")
    (version, first) = versions(session, sending)
    assert version.texts["da"]["sms"] == ["", PLAIN]
    assert version.texts["en"] == first.texts["en"]
    assert version.texts["da"]["letter"] == first.texts["da"]["letter"]  # line by line
    (kept,) = [one for one in sending.messages() if one.step == "last_day"]
    assert kept.wording_version_id == first.id
    session.rollback()
    same = desk.post(there, data=texts(desk, there), follow_redirects=True)
    says(same, "Intet er gemt")
    assert len(versions(session, sending)) == 2
    assert booked.status == "booked"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"sms": "Hej {navn}"}, "SMS: Det må ikke stå i en besked: {navn}."),
        ({"sms": "Hej {hvad}"}, "SMS: Feltet findes ikke: {hvad}."),
        ({"sms": "Hej {valg}"}, "ved ikke, hvad der skal stå i: {valg}"),
        ({"sms": "Din diabetes {dag}"}, "Teksten kan røbe en sygdom: »diabetes«"),
        ({"sms": "Svar CANCEL. {svar}"}, "Den, der svarer »CANCEL«, får aldrig flere beskeder"),
        ({"sms": "Svar YES. {svar}"}, "tager »YES« som en tilmelding"),
        ({"sms": "Se {link} {svar}"}, "afsenderen må ikke sende links"),
        ({"sms": "010190-1234 {svar}"}, "CPR-nummer"),
        ({"sms": ""}, "Der mangler en SMS på dansk"),
        ({"email_subject": ""}, "E-mail: Emnet mangler."),
        ({"letter": "{svar}"}, "Brev: Feltet {svar} kan kun stå i en SMS."),
    ],
)
def test_a_text_with_a_fault_is_not_saved_and_what_was_typed_stays(
    session: Session,
    desk: FlaskClient,
    sending: Sending,
    there: str,
    typed: dict[str, str],
    said: str,
) -> None:
    page = desk.post(there, data=texts(desk, there, **typed))
    says(page, "Teksten er ikke gemt", said, status=422)
    for text in typed.values():
        assert text in page.text
    assert len(versions(session, sending)) == 1


@pytest.mark.parametrize(
    ("sms", "said"),
    [
        (PLAIN + " x" * 80, "Beskeden kan blive til 2 SMS-dele"),
        ("Vi ses – {dag}. {svar}", "Tegnene – gør, at en SMS-del kun rummer 70 tegn"),
        ("Vi ses {dag}", "Sæt feltet {svar} ind"),
    ],
)
def test_a_doubt_is_shown_and_must_be_accepted(
    session: Session, desk: FlaskClient, sending: Sending, there: str, sms: str, said: str
) -> None:
    typed = texts(desk, there, sms=sms)
    says(desk.post(there, data=typed), said, "Se på advarslerne", status=422)
    assert len(versions(session, sending)) == 1
    session.rollback()
    says(desk.post(there, data=typed | {"accepted": "1"}, follow_redirects=True), "er gemt", said)


def test_of_two_who_write_at_once_the_later_sees_the_earlier(
    session: Session, desk: FlaskClient, sending: Sending, there: str
) -> None:
    typed = texts(desk, there, sms=PLAIN)
    assert desk.post(there, data=typed).status_code == 303
    late = desk.post(there, data=typed | {"sms": PLAIN + " Hej"})
    says(late, "En anden har ændret det samme imens", "Udgave 2", status=409)
    assert PLAIN + " Hej" in late.text
    assert len(versions(session, sending)) == 2
    session.rollback()
    again = {**typed, "sms": PLAIN + " Hej", "version": "2"}
    assert desk.post(there, data=again).status_code == 303


def test_a_language_may_be_left_out_but_not_danish(
    session: Session, desk: FlaskClient, sending: Sending, there: str
) -> None:
    address = f"{there}?sprog=en"
    nothing = {"version": "1"}
    says(desk.post(address, data=nothing, follow_redirects=True), "Engelsk (mangler)")
    assert list(versions(session, sending)[0].texts) == ["da"]
    session.rollback()
    says(desk.post(there, data={"version": "2"}), "Teksten mangler på dansk.", status=422)


def test_a_text_of_the_clinics_own_is_a_copy_and_can_be_chosen(
    session: Session, desk: FlaskClient, sending: Sending, home: str
) -> None:
    like = wording(session, sending, "reminder").id
    session.rollback()
    says(desk.post(f"{home}/tekster/ny", data={"like": like}), "Skriv, hvad teksten", status=422)
    typed = {"name": "Påmindelse ved video", "like": like}
    page = desk.post(f"{home}/tekster/ny", data=typed, follow_redirects=True)
    says(page, "Teksten er oprettet", "Påmindelse ved video", "Ingen trin i reglerne bruger den")
    (policy,) = queries.policies_of(session, sending.place.clinic.id)
    step = f"{home}/regler/{policy.id}/trin/nyt"
    session.rollback()
    assert '<option value="own_1">Påmindelse ved video</option>' in desk.get(step).text


def test_a_text_for_questionnaires_speaks_of_no_time(
    session: Session, desk: FlaskClient, sending: Sending, home: str
) -> None:
    about = wording(session, sending, "questionnaire").id
    session.rollback()
    typed = {"sms": "Svar på skemaet før {dag}. Ring {telefon}", "version": "1"}
    page = desk.post(f"{home}/tekster/{about}", data=typed)
    says(page, "Teksten bruges om spørgeskemaer", status=422)


def test_a_text_that_no_longer_goes_with_the_sender_is_told_of(
    session: Session, desk: FlaskClient, sending: Sending, there: str, home: str
) -> None:
    desk.post(
        there, data=texts(desk, there, sms="Svar 2, hvis du ikke kan komme {dag} kl. {kl} {svar}")
    )
    version = desk.get(f"{home}/afsender").text.split('name="version" value="')[1].split('"')[0]
    named = {"kind": "name", "name": "SygehusNord", "place": "Sygehus Nord", "a_minute": "60"}
    saved = desk.post(f"{home}/afsender", data=named | {"version": version}, follow_redirects=True)
    says(saved, "Nogle tekster passer ikke længere. Ret dem: Sidste påmindelse.")
    says(desk.get(f"{home}/tekster"), "Fejl")
    says(desk.get(there), "Teksten beder om svar, men beskeder fra denne afsender")


def test_another_clinics_text_is_not_found(
    session: Session, desk: FlaskClient, sending: Sending, home: str
) -> None:
    other = make.clinic(session)
    foreign = make.add(session, ReminderWording(clinic_id=other.id, code="x", name="X")).id
    session.commit()
    assert desk.get(f"{home}/tekster/{foreign}").status_code == 404
    assert desk.post(f"{home}/tekster/{foreign}", data={"version": "0"}).status_code == 404


def test_who_may_not_write_reads_the_text(doctor: FlaskClient, there: str, home: str) -> None:
    page = doctor.get(there)
    says(page, "Vi venter dig på Sygehus Nord")
    assert "<textarea" not in page.text
    assert doctor.post(there, data={"sms": PLAIN, "version": "1"}).status_code == 403
    assert doctor.get(f"{home}/tekster/ny").status_code == 403


def wording(session: Session, sending: Sending, code: str) -> ReminderWording:
    found = queries.named_wordings(session, sending.place.clinic.id)
    return next(one for one in found if one.code == code)


def versions(session: Session, sending: Sending) -> list[ReminderWordingVersion]:
    session.expire_all()
    last = wording(session, sending, "reminder_last")
    return list(queries.wording_versions(session, last.id))


def texts(desk: FlaskClient, there: str, **typed: str) -> dict[str, str]:
    """What a browser would send of the page as it stands, with some of it typed anew."""
    page = desk.get(there).text
    sent = {"version": page.split('name="version" value="', 1)[1].split('"', 1)[0]}
    for name in ("sms", "voice", "email", "letter", "digital_post"):
        area = page.split(f'name="{name}"', 1)[1].split(">", 1)[1].split("</textarea>", 1)[0]
        sent[name] = area.removeprefix("\n").replace("\n", "\r\n")
    for name in ("email_subject", "letter_subject", "digital_post_subject"):
        sent[name] = page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]
    return sent | typed
