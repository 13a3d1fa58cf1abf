"""The leader's pages of experiments: who may, what is refused and said, and what is never shown."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import attendance
from booking.platform.database import Session
from booking.platform.identity import Role
from reminders.experiments import service
from reminders.experiments.models import Experiment
from reminders.policies import service as policies
from reminders.policies.steps import from_json
from tests import factories as make
from tests.integration.reminders.experiments.conftest import Trial, trial, usual, without_first
from tests.integration.triage_rules.followup_pages.conftest import signed_in

__all__ = ["trial"]

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

DAY = datetime(2026, 12, 7, 8, tzinfo=UTC)


@pytest.fixture
def leader(app: Flask, trial: Trial) -> FlaskClient:
    """The leader's browser."""
    return signed_in(app, trial.leader_staff.username)


def at(number: int) -> datetime:
    """Twelve times a day, from 9 in the morning."""
    return DAY + timedelta(days=number // 12, minutes=30 * (number % 12))


def address(trial: Trial, rest: str = "") -> str:
    made = f"/klinik/{trial.place.clinic.id}/beskeder/forsoeg{rest}"
    trial.session.commit()  # who only reads stands in nobody's way
    return made


def again(app: Flask, trial: Trial) -> FlaskClient:
    """The leader signs in anew: time has passed."""
    username = trial.leader_staff.username
    trial.session.commit()
    return signed_in(app, username)


def of_draft(trial: Trial, rest: str = "") -> str:
    return address(trial, f"/{trial.experiment.id}{rest}")


def model(**changes: object) -> dict[str, object]:
    """The form of a model as the page shows it at first, with changes."""
    return {
        "name": "En uge før",
        "weight": 1,
        "send_help_call": "1", "amount_help_call": 7, "at_help_call": "16:00",
        "channels_help_call": "voice", "wording_help_call": "reminder",
        "send_three_days": "1", "amount_three_days": 3, "at_three_days": "10:00",
        "channels_three_days": "sms,voice", "wording_three_days": "reminder",
        "send_last_day": "1", "amount_last_day": 24,
        "channels_last_day": "sms,voice", "wording_last_day": "reminder_last",
        "amount_more_1": 7, "at_more_1": "10:00",
        "channels_more_1": "sms", "wording_more_1": "reminder",
        **changes,
    }  # fmt: skip


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.CLINICIAN])
def test_only_a_leader_sees_them(app: Flask, session: Session, trial: Trial, role: Role) -> None:
    other = make.staff(session, trial.place.clinic, role)
    session.commit()
    client = signed_in(app, other.username)
    for rest in ("", "/nyt", "/uden", f"/{trial.experiment.id}"):
        assert client.get(address(trial, rest)).status_code == 403
    assert client.post(of_draft(trial, "/start")).status_code == 403


def test_another_clinics_experiment_is_not_found(
    app: Flask, session: Session, trial: Trial
) -> None:
    elsewhere = make.clinic(session)
    other = make.staff(session, elsewhere, Role.LEADER)
    session.commit()
    client = signed_in(app, other.username)
    assert (
        client.get(f"/klinik/{elsewhere.id}/beskeder/forsoeg/{trial.experiment.id}").status_code
        == 404
    )
    assert (
        "Klinikken sender ikke beskeder endnu"
        in client.get(f"/klinik/{elsewhere.id}/beskeder/forsoeg").text
    )


def test_a_new_one_needs_a_question_and_a_day_to_come(
    leader: FlaskClient, session: Session, trial: Trial
) -> None:
    asked = {
        "name": "Opkald", "question": "Kommer flere?", "policy": trial.policy.id,
        "last_day": "2027-03-01",
    }  # fmt: skip
    for wrong in ({"question": ""}, {"last_day": "2026-11-23"}, {"last_day": "2031-01-01"}):
        answer = leader.post(address(trial, "/nyt"), data={**asked, **wrong})
        assert answer.status_code == 422
        assert "Opkald" in answer.text
    assert leader.post(address(trial, "/nyt"), data={**asked, "policy": 99999}).status_code == 404
    answer = leader.post(address(trial, "/nyt"), data=asked)
    assert answer.status_code == 303
    made = session.scalars(select(Experiment).order_by(Experiment.id.desc())).first()
    assert made is not None
    assert (made.name, made.state, made.made_by) == ("Opkald", "draft", "Lene Leder")
    assert made.ends_at == datetime(2027, 3, 1, 23, tzinfo=UTC)
    assert "Klinikken har ingen besøg bagud at regne på endnu" in leader.get(answer.location).text


def test_a_model_is_made_by_changing_what_is_sent_now(
    leader: FlaskClient, session: Session, trial: Trial
) -> None:
    page = leader.get(of_draft(trial, "/modeller/ny")).text
    assert "7 dage før kl. 16.00 · kun dem, der får ekstra hjælp" in page
    assert "Aflyst tid" not in page  # no text for something else than a visit ahead
    sent = model(amount_three_days=5, channels_last_day="voice", send_more_1="1", amount_more_1=14)
    assert leader.post(of_draft(trial, "/modeller/ny"), data=sent).status_code == 303
    session.refresh(trial.experiment)
    made = trial.experiment.arms[2]
    steps = {one.key: one for one in from_json(made.policy_version.body).steps}
    assert made.policy_version.counts_from is None
    assert steps["three_days"].when.amount == 5
    assert steps["last_day"].channels == ("voice",)
    assert steps["more_1"].when.amount == 14
    assert steps["booked"] == next(
        one for one in usual(session, trial.policy).steps if one.key == "booked"
    )
    page = leader.get(of_draft(trial)).text
    assert "I stedet for »3 dage før kl. 10.00«: 5 dage før kl. 10.00" in page
    assert "Desuden: 14 dage før kl. 10.00" in page
    # It is shown again as it was made.
    page = leader.get(of_draft(trial, f"/modeller/{made.id}")).text
    assert 'value="14"' in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Udfyld feltet."),
        ({"weight": 0}, "Skriv et tal fra 1 til 100."),
        ({"amount_three_days": ""}, "Udfyld feltet."),
        ({"at_three_days": ""}, "Udfyld feltet."),
        ({"amount_three_days": 100}, "En påmindelse ligger for langt fra besøget"),
        ({"channels_last_day": "letter"}, "Et brev kan ikke nå frem så tæt på besøget."),
        ({"channels_last_day": "pigeon"}, "Vælg en af mulighederne."),
        ({"wording_last_day": "cancelled"}, "Vælg en af mulighederne."),
    ],
)
def test_a_model_that_cannot_be_is_refused_and_what_was_typed_stays(
    leader: FlaskClient, session: Session, trial: Trial, wrong: dict[str, object], said: str
) -> None:
    sent = model(**{"name": "Bevaret", **wrong})
    answer = leader.post(of_draft(trial, "/modeller/ny"), data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert wrong.get("name") == "" or "Bevaret" in answer.text
    session.refresh(trial.experiment)
    assert len(trial.experiment.arms) == 2


def test_what_is_lacking_is_said_before_it_can_begin(
    leader: FlaskClient, session: Session, trial: Trial
) -> None:
    page = leader.get(of_draft(trial)).text
    assert "Hvem der har godkendt forsøget" in page
    assert "Sæt forsøget i gang</button>" not in page.replace("\n  ", "")
    refused = leader.post(of_draft(trial, "/start"), follow_redirects=True).text
    assert "Det står ikke, hvem der har godkendt forsøget" in refused
    said = {
        "name": "Én", "question": "Er én nok?", "approval": "Ledelsen",
        "last_day": "28-02-2027", "version": trial.experiment.version,
    }  # fmt: skip
    assert leader.post(of_draft(trial, "/ret"), data=said).status_code == 303
    again = leader.post(of_draft(trial, "/ret"), data=said)
    assert again.status_code == 409
    assert "En anden har ændret det samme imens" in again.text
    page = leader.post(of_draft(trial, "/start"), follow_redirects=True).text
    assert "Forsøget er i gang." in page
    assert "Resultatet kan ses efter slutdagen" in page
    for rest in ("/ret", "/start", "/som-nu", "/smid-vaek"):
        data = said if rest == "/ret" else {}
        answer = leader.post(of_draft(trial, rest), data=data, follow_redirects=True)
        assert "Forsøget er begyndt" in answer.text


def test_while_it_runs_no_page_tells_the_models_apart(
    app: Flask, leader: FlaskClient, session: Session, trial: Trial, freezer: FrozenDateTimeFactory
) -> None:
    trial.start()
    made = [trial.book(at(n)) for n in range(20)]
    freezer.move_to(DAY + timedelta(days=3))
    for one in made[:8]:
        attendance.did_not_come(session, trial.place.secretary, one)
    for one in made[8:]:
        attendance.done(session, trial.place.secretary, one)
    leader = again(app, trial)
    page = leader.get(of_draft(trial)).text
    assert "Hvordan besøgene endte, alle modeller under ét" in page
    assert "40,0\u00a0%" in page
    for hidden in (
        "Forskel fra",
        "Pr. sparet tid",
        "Andel af besøgene",
        'role="img" aria-labelledby="difference',
    ):
        assert hidden not in page
    freezer.move_to(trial.experiment.ends_at)
    leader = again(app, trial)
    page = leader.get(of_draft(trial)).text
    assert "Forskel fra »Som nu«" in page
    assert "Forsøget har ikke vist, om »Kun dagen før« er bedre" in page
    assert leader.get(of_draft(trial, "?sms=abc")).status_code in (400, 422)


def test_of_several_models_the_picture_shows_what_decides(
    app: Flask, session: Session, trial: Trial, freezer: FrozenDateTimeFactory
) -> None:
    nothing = replace(usual(session, trial.policy), quiet_from=time(19))
    service.add_arm(session, trial.leader, trial.experiment, "Stille fra syv", 1, nothing)
    trial.start()
    # So many that an arm without anybody is one chance in a hundred thousand.
    made = [trial.book(at(n)) for n in range(32)]
    freezer.move_to(DAY + timedelta(days=3))
    for number, one in enumerate(made):
        mark = attendance.done if number % 3 else attendance.did_not_come
        mark(session, trial.place.secretary, one)
    freezer.move_to(trial.experiment.ends_at)
    page = again(app, trial).get(of_draft(trial)).text
    picture = page[page.index('<svg class="plot"') :].split("</svg>")[0]
    assert "Tabte tider: forskel fra »Som nu«, i procentpoint" in picture
    assert picture.count("plot__main") == 2
    assert "plot__other" not in picture
    assert "Stille fra syv" in picture


def test_a_stopped_one_keeps_its_reason_and_shows_no_result(
    app: Flask, leader: FlaskClient, trial: Trial, freezer: FrozenDateTimeFactory
) -> None:
    trial.start()
    assert leader.post(of_draft(trial, "/stop"), data={"reason": ""}).status_code == 422
    leader.post(of_draft(trial, "/stop"), data={"reason": "En tekst var forkert"})
    freezer.move_to(trial.experiment.ends_at)
    leader = again(app, trial)
    page = leader.get(of_draft(trial)).text
    assert "En tekst var forkert" in page
    assert "Forsøget blev stoppet før tid" in page
    assert "Forskel fra" not in page


def test_the_model_that_won_becomes_the_policys_draft_and_nobodys_draft_is_lost(
    app: Flask, leader: FlaskClient, session: Session, trial: Trial, freezer: FrozenDateTimeFactory
) -> None:
    trial.start()
    use = of_draft(trial, f"/modeller/{trial.experiment.arms[1].id}/brug")
    assert "Forsøget er ikke slut" in leader.post(use, follow_redirects=True).text
    freezer.move_to(trial.experiment.ends_at)
    leader = again(app, trial)
    assert leader.post(use).status_code == 303
    session.refresh(trial.policy)
    assert from_json(trial.policy.draft or {}) == without_first(usual(session, trial.policy))
    session.commit()
    refused = leader.post(use, follow_redirects=True).text
    assert "Der er allerede en kladde til reglerne" in refused


def test_changed_rules_are_pointed_out_and_taken_in(
    leader: FlaskClient, session: Session, trial: Trial
) -> None:
    now = usual(session, trial.policy)
    policies.write_draft(session, trial.leader, trial.policy, without_first(now))
    policies.publish(session, trial.leader, trial.policy)
    session.commit()
    assert "»Som nu« er de gamle regler" in leader.get(of_draft(trial)).text
    page = leader.post(of_draft(trial, "/som-nu"), follow_redirects=True).text
    assert "»Som nu« er de gamle regler" not in page
    assert "Sender det samme som nu" in page


def test_a_model_and_a_draft_can_be_taken_away(
    leader: FlaskClient, session: Session, trial: Trial
) -> None:
    first, second = (arm.id for arm in trial.experiment.arms)
    session.commit()
    refused = leader.post(of_draft(trial, f"/modeller/{first}/fjern"), follow_redirects=True)
    assert "Der er intet at sammenligne" in refused.text
    assert leader.post(of_draft(trial, f"/modeller/{second}/fjern")).status_code == 303
    assert leader.post(of_draft(trial, f"/modeller/{second}/fjern")).status_code == 404
    page = leader.post(of_draft(trial, "/smid-vaek"), follow_redirects=True).text
    assert "Klinikken har ingen forsøg" in page


def test_without_an_experiment_it_says_what_cannot_be_said(
    app: Flask, leader: FlaskClient, session: Session, trial: Trial, freezer: FrozenDateTimeFactory
) -> None:
    assert "Der er ingen tal endnu" in leader.get(address(trial, "/uden")).text
    made = trial.book(DAY)
    freezer.move_to(DAY + timedelta(days=1))
    attendance.did_not_come(session, trial.place.secretary, made)
    leader = again(app, trial)
    page = leader.get(address(trial, "/uden")).text
    assert "Det kan ikke siges, om påmindelserne virker" in page
    assert "Ingen har trukket lod" in page
    assert "100,0\u00a0% (1 af 1)" in page
