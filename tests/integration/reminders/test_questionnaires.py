"""A patient who has a questionnaire to answer is told, and nothing more once it is settled."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from reminders.delivery.dispatch import dispatch
from reminders.policies import editing, queries, service
from reminders.policies.checking import Flaw
from reminders.policies.errors import PolicyNotReady, WordingNotReady
from tests.integration.reminders.conftest import Sending
from triage_rules.questionnaires import service as questionnaires
from triage_rules.questionnaires.models import QuestionnaireRequest
from triage_rules.questionnaires.shipped import install

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
EVENING = "2026-11-23T20:30:00Z"


def ask(sending: Sending, session: Session) -> QuestionnaireRequest:
    version = install(session, SYSTEM)[0]
    place = sending.place
    request = questionnaires.ask(
        session, place.secretary, place.patient, place.course, version, date(2026, 12, 7)
    )
    session.commit()
    return request


def test_asked_told_once(sending: Sending, session: Session, rettid: Rettid) -> None:
    ask(sending, session)
    assert sending.planned() == [("questionnaire", datetime(2026, 11, 23, 8, tzinfo=UTC))]
    assert dispatch(rettid.database) == 1
    assert "skema" in sending.telephone()[0].body
    assert dispatch(rettid.database) == 0


def test_taken_back_before_morning_is_not_told(
    sending: Sending, session: Session, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(EVENING)
    request = ask(sending, session)
    questionnaires.withdraw(session, sending.place.secretary, request)
    session.commit()
    freezer.move_to("2026-11-24T08:00:00Z")
    assert dispatch(rettid.database) == 0
    assert [one.state for one in sending.messages()] == ["withdrawn"]


def test_no_text_about_a_questionnaire_names_a_time(sending: Sending, session: Session) -> None:
    policy = queries.policies_of(session, sending.place.clinic.id)[0]
    counts = service.draft_of(session, policy)
    told = next(step for step in counts.steps if step.when.on == "questionnaire")
    wrong = editing.with_step(counts, replace(told, wording="reminder"))
    service.write_draft(session, SYSTEM, policy, wrong)
    with pytest.raises(PolicyNotReady) as refused:
        service.publish(session, SYSTEM, policy)
    assert refused.value.context["flaws"] == [Flaw("time_named", (told.key,))]
    service.throw_away(session, SYSTEM, policy)

    texts = {one.code: one for one in queries.named_wordings(session, sending.place.clinic.id)}
    timed: service.Texts = {"da": {"sms": ["", "Svar på skemaet før {dag}."]}}
    with pytest.raises(WordingNotReady):
        service.write_wording(session, SYSTEM, texts["questionnaire"], timed)
    assert service.write_wording(session, SYSTEM, texts["reminder"], timed).number == 2
