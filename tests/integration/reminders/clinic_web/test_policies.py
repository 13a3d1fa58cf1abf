"""Writing a policy: drafts, what is found in them, what taking them into use would change."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from reminders.experiments.models import Experiment
from reminders.messages.models import Message
from reminders.policies import queries
from reminders.policies.models import ReminderPolicy
from reminders.policies.steps import Conditions, Step, When, from_json
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.reminders.conftest import Sending
from tests.integration.triage_rules.followup_pages.conftest import says

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
TEN = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
FIVE_DAYS = {
    "on": "days_before",
    "days": "5",
    "at": "9.15",
    "channel1": "sms",
    "channel2": "voice",
    "wording": "reminder",
}


@pytest.fixture
def policy(session: Session, sending: Sending) -> ReminderPolicy:
    """The clinic's policy for all."""
    (found,) = queries.policies_of(session, sending.place.clinic.id)
    return found


@pytest.fixture
def there(home: str, session: Session, policy: ReminderPolicy) -> str:
    """Its page."""
    address = f"{home}/regler/{policy.id}"
    session.rollback()
    return address


def test_a_step_is_drafted_counted_and_taken_into_use(
    session: Session, desk: FlaskClient, sending: Sending, policy: ReminderPolicy, there: str
) -> None:
    sending.book(TEN)
    sending.book(TEN + timedelta(days=7))
    assert len(sending.planned()) == 6
    says(desk.get(there), "Reglerne gælder", "7. 3 dage før kl. 10.00", "Udgave 1 Gælder")
    says(press(desk, f"{there}/trin/nyt", FIVE_DAYS), "Gemt i kladden", "9. 5 dage før kl. 9.15")
    press(desk, f"{there}/trin/three_days/fjern")
    last = {**FIVE_DAYS, "on": "hours_before", "hours": "48", "wording": "reminder_last"}
    press(desk, f"{there}/trin/last_day", last)
    assert len(sending.planned()) == 6  # a draft changes nothing
    counted = says(desk.get(f"{there}/tag-i-brug"), "Reglerne er for 2 kommende tider")
    assert "Nye beskeder 2 Ændres (tid, kanal eller tekst) 2 Trækkes tilbage 2" in counted
    assert "Bliver, som de er 2" in counted
    assert len(sending.planned()) == 6  # nor does asking
    says(press(desk, f"{there}/tag-i-brug"), "Reglerne er taget i brug", "Udgave 2 Gælder")
    due = {one.step: one.due_at for one in sending.messages() if one.state == "planned"}
    assert due["last_day"] == TEN + timedelta(days=7, hours=-48)
    assert due["step_1"] == datetime(2026, 12, 9, 8, 15, tzinfo=UTC)
    withdrawn = [one.step for one in sending.messages() if one.state == "withdrawn"]
    assert withdrawn == ["three_days", "three_days"]
    says(desk.get(f"{there}/versioner/1"), "3 dage før kl. 10.00", "af Rettid")
    assert "messages.policy_published" in set(session.scalars(select(AuditEntry.action)))


def test_every_condition_is_kept_and_shown(
    session: Session, desk: FlaskClient, policy: ReminderPolicy, there: str
) -> None:
    typed = {
        **FIVE_DAYS,
        "channel3": "letter",
        "channel4": "email",
        "forms": ["in_person", "video"],
        "lead_days_from": "14",
        "lead_days_to": "60",
        "interpreter": "yes",
        "extra_help": "no",
        "answered": "no",
    }
    says(
        press(desk, f"{there}/trin/nyt", typed),
        "SMS, så opkald, så brev, så e-mail",
        "Kun fremmøde og video · booket 14–60 dage før · kun med tolk · kun dem, der ikke får "
        "ekstra hjælp · kun hvis patienten ikke har sagt ja",
    )
    asked = Conditions(frozenset({"in_person", "video"}), 14, 60, True, False, "no")
    step = drafted(session, policy)[-1]
    assert step == Step(
        "step_1",
        When("days_before", 5, datetime(2026, 1, 1, 9, 15).time()),
        ("sms", "voice", "letter", "email"),
        "reminder",
        asked,
    )
    session.rollback()
    form = desk.get(f"{there}/trin/step_1").text
    for kept in ('value="5"', 'value="09:15"', 'value="14"', 'value="60"'):
        assert kept in form
    assert form.count(" checked") == 5
    assert form.count(" selected") == 6


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"days": ""}, "Skriv, hvor mange dage før."),
        ({"at": ""}, "Skriv klokkeslættet."),
        ({"at": "25.00"}, "Skriv et klokkeslæt som 9.15."),
        ({"days": "91"}, "Skriv et tal fra 0 til 90."),
        ({"on": "hours_before"}, "Skriv, hvor mange timer før."),
        ({"on": "hours_before", "hours": "337"}, "Skriv et tal fra 1 til 336."),
        ({"on": "never"}, "Vælg en af mulighederne."),
        ({"channel1": ""}, "Vælg den kanal, der prøves først."),
        ({"channel2": "sms"}, "Kanalen er valgt to gange."),
        ({"wording": ""}, "Vælg en tekst."),
        ({"wording": "whose"}, "Vælg en tekst."),
        ({"on": "questionnaire"}, "et spørgeskema har ingen tid"),
        ({"lead_days_from": "9", "lead_days_to": "3"}, "er under det mindste"),
    ],
)
def test_a_step_that_cannot_be_is_not_kept_and_what_was_typed_stays(
    session: Session,
    desk: FlaskClient,
    policy: ReminderPolicy,
    there: str,
    typed: dict[str, str],
    said: str,
) -> None:
    data = FIVE_DAYS | {"lead_days_from": "14", "version": str(policy.version)} | typed
    session.rollback()
    page = desk.post(f"{there}/trin/nyt", data=data)
    says(page, said, status=422)
    assert f'name="lead_days_from" value="{data["lead_days_from"]}"' in page.text
    session.expire_all()
    assert policy.draft is None


def test_what_bars_a_draft_is_said_with_its_step_and_it_is_not_taken_into_use(
    session: Session, desk: FlaskClient, policy: ReminderPolicy, there: str
) -> None:
    by_letter = {**FIVE_DAYS, "days": "2", "channel1": "letter", "channel2": ""}
    page = press(desk, f"{there}/trin/nyt", by_letter)
    says(page, "Det skal rettes", "Trin 9: 2 dage før kl. 9.15. Et brev er fem dage")
    asked = desk.get(f"{there}/tag-i-brug")
    says(asked, "Det skal rettes")
    assert "Tag i brug</button>" not in asked.text
    says(press(desk, f"{there}/tag-i-brug"), "Reglerne kan ikke tages i brug endnu")
    session.expire_all()
    assert policy.draft is not None
    assert len(queries.versions_of(session, policy.id)) == 1


def test_quiet_hours_are_drafted_and_the_draft_thrown_away(
    session: Session, desk: FlaskClient, policy: ReminderPolicy, there: str
) -> None:
    hours = {"quiet_from": "21.00", "quiet_to": "7.00"}
    says(press(desk, f"{there}/stille", hours), "Ingen beskeder kl. 21.00–7.00")
    says(
        press(desk, f"{there}/stille", {"quiet_from": "9.00", "quiet_to": "8.00"}),
        "Der er under fire timer om dagen",
    )
    says(press(desk, f"{there}/kasser"), "Kladden er kasseret", "Ingen beskeder kl. 20.00–8.00")
    says(press(desk, f"{there}/kasser"), "Der er ingen kladde")
    says(desk.get(f"{there}/tag-i-brug", follow_redirects=True), "Der er ingen kladde")


def test_of_two_who_write_at_once_the_later_sees_what_the_earlier_did(
    session: Session, desk: FlaskClient, policy: ReminderPolicy, there: str
) -> None:
    version = str(policy.version)
    session.rollback()
    first = desk.post(f"{there}/trin/nyt", data=FIVE_DAYS | {"version": version})
    assert first.status_code == 303
    again = FIVE_DAYS | {"days": "6", "version": version}
    late = desk.post(f"{there}/trin/nyt", data=again)
    says(late, "En anden har ændret det samme imens", status=409)
    assert 'value="6"' in late.text
    for path in ("trin/booked/fjern", "trin/booked/ned", "kasser", "tag-i-brug"):
        page = desk.post(f"{there}/{path}", data={"version": version}, follow_redirects=True)
        says(page, "En anden har ændret det samme imens")
    steps = drafted(session, policy)
    assert [step.key for step in steps][:2] == ["booked", "offered"]
    assert [step.when.amount for step in steps][-1] == 5


def test_steps_are_moved_one_place_at_a_time(
    session: Session, desk: FlaskClient, policy: ReminderPolicy, there: str
) -> None:
    press(desk, f"{there}/trin/booked/ned")
    press(desk, f"{there}/trin/last_day/op")
    keys = [step.key for step in drafted(session, policy)]
    assert (keys[:2], keys[-2:]) == (["offered", "booked"], ["last_day", "three_days"])
    session.rollback()
    assert desk.post(f"{there}/trin/nobody/op").status_code == 404
    assert desk.post(f"{there}/trin/booked/hen").status_code == 404


def test_a_visit_type_has_a_policy_of_its_own_once_it_is_taken_into_use(
    session: Session, desk: FlaskClient, sending: Sending, home: str, there: str
) -> None:
    sending.book(TEN)
    visit_type = sending.place.control.id
    session.rollback()
    for _again in range(2):
        begun = desk.post(f"{home}/regler/egne", data={"visit_type": visit_type})
    own = begun.location
    says(desk.get(own), "Kladde", "Indtil da gælder reglerne for alle")
    press(desk, f"{own}/trin/last_day/fjern")
    # Until it counts, the clinic's own policy is for these times too.
    press(desk, f"{there}/trin/three_days/fjern")
    says(desk.get(f"{there}/tag-i-brug"), "Reglerne er for 1 kommende tid.", "Trækkes tilbage 1")
    press(desk, f"{there}/kasser")
    says(desk.get(f"{own}/tag-i-brug"), "1 kommende tid", "Trækkes tilbage 1")
    press(desk, f"{own}/tag-i-brug")
    assert [one.step for one in sending.messages() if one.state == "planned"] == [
        "booked",
        "three_days",
    ]
    press(desk, f"{there}/trin/three_days/fjern")
    says(desk.get(f"{there}/tag-i-brug"), "Reglerne er for 0 kommende tider")


def test_a_draft_of_ones_own_may_be_thrown_away_and_begun_again(
    session: Session, desk: FlaskClient, sending: Sending, home: str
) -> None:
    visit_type = sending.place.control.id
    session.rollback()
    own = desk.post(f"{home}/regler/egne", data={"visit_type": visit_type}).location
    press(desk, f"{own}/kasser")
    says(desk.get(own), "Kontakttypen følger reglerne for alle")
    assert desk.post(f"{home}/regler/egne", data={"visit_type": visit_type}).location == own
    says(desk.get(own), "Kladde", "24 timer før")


def test_under_a_running_experiment_nothing_is_taken_into_use(
    session: Session, desk: FlaskClient, policy: ReminderPolicy, there: str
) -> None:
    press(desk, f"{there}/trin/nyt", FIVE_DAYS)
    make.add(
        session,
        Experiment(
            clinic_id=policy.clinic_id,
            policy_id=policy.id,
            name="Hvornår?",
            approval="Ledelsen",
            salt="s",
            state="running",
            starts_at=session.now(),
            ends_at=session.now() + timedelta(days=30),
            made_by="Lea",
            made_at=session.now(),
        ),
    )
    session.commit()
    says(desk.get(there), "Et forsøg kører under reglerne")
    asked = desk.get(f"{there}/tag-i-brug")
    assert "Tag i brug</button>" not in asked.text
    says(press(desk, f"{there}/tag-i-brug"), "Et forsøg kører under reglerne", "kladden er gemt")
    session.expire_all()
    assert policy.draft is not None


def test_another_clinics_policy_is_not_found(
    session: Session, place: Place, desk: FlaskClient, home: str, policy: ReminderPolicy
) -> None:
    other = make.clinic(session)
    foreign = make.add(session, ReminderPolicy(clinic_id=other.id))
    session.commit()
    address = f"{home}/regler/{foreign.id}"
    session.rollback()
    assert desk.get(address).status_code == 404
    for path in ("trin/nyt", "kasser", "tag-i-brug", "stille"):
        assert desk.post(f"{address}/{path}", data=FIVE_DAYS).status_code == 404


def test_who_may_not_write_sees_the_steps_and_no_buttons(
    session: Session, doctor: FlaskClient, policy: ReminderPolicy, there: str
) -> None:
    page = doctor.get(there)
    says(page, "3 dage før kl. 10.00")
    assert "Tilføj et trin" not in page.text
    assert "<form" not in page.text.split("<main", 1)[1]
    for path in ("trin/nyt", "trin/booked", "trin/booked/fjern", "kasser", "tag-i-brug", "stille"):
        assert doctor.post(f"{there}/{path}", data=FIVE_DAYS).status_code == 403
    assert session.scalars(select(Message)).all() == []


def press(
    desk: FlaskClient, address: str, data: Mapping[str, object] | None = None
) -> TestResponse:
    """Send a form with the version that its policy's page shows now."""
    page = desk.get(re.match(r".*/regler/\d+", address)[0])  # type: ignore[index]
    version = page.text.split('name="version" value="', 1)[1].split('"', 1)[0]
    return desk.post(address, data={**(data or {}), "version": version}, follow_redirects=True)


def drafted(session: Session, policy: ReminderPolicy) -> tuple[Step, ...]:
    session.expire_all()
    assert policy.draft is not None
    return from_json(policy.draft).steps
