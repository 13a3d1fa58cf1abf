"""What was decided stands, whoever goes round the code; and no decision mixes two versions."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from booking.appointments.models import Appointment
from booking.appointments.worklist.models import WorklistItem
from booking.platform.audit import AuditEntry
from booking.platform.database import Base, Database, Session
from booking.platform.events import EventBus
from booking.platform.identity import SYSTEM
from booking.platform.rotation import rotate, stale_texts
from booking.platform.vault import Vault
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import (
    ASKED_LATER,
    GREEN,
    LOOKED_AT,
    RED,
    TO_THE_CLINIC,
    YELLOW,
    Followed,
    phq9,
    rules,
)
from tests.integration.triage_rules.followup.seen import decision
from triage_rules.authoring.models import RuleSet
from triage_rules.followup import recompute, service
from triage_rules.followup.errors import DecisionTampered
from triage_rules.followup.events import FollowUpDecided
from triage_rules.followup.models import FollowUpDecision, FollowUpPlan, ShadowDecision
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.models import QuestionnaireRequest
from triage_rules.tables.model import Table
from triage_rules.tables.rule_set import RuleSet as Rules

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE follow_up_decision SET colour = 'green'",
        "UPDATE follow_up_decision SET inputs_hash = 'x'",
        "UPDATE follow_up_decision SET told_da = 'Alt er godt.'",
        "DELETE FROM follow_up_decision",
        "UPDATE decision_trace SET name = 'a3'",
        "DELETE FROM decision_trace",
        "UPDATE decision_outcome SET kind = 'questionnaire'",
        "UPDATE rule_version SET body = '{}'",
    ],
)
def test_what_was_decided_stands(session: Session, followed: Followed, attempt: str) -> None:
    followed.answer(session, RED)
    session.commit()
    with pytest.raises(DBAPIError, match=r"decisions_stand|rules_stand"):
        session.execute(text(attempt))
    session.rollback()
    assert decision(session, followed).colour == "red"


def test_a_course_never_has_two_plans(session: Session, followed: Followed) -> None:
    plan = followed.plan
    with pytest.raises(IntegrityError):
        make.add(
            session,
            FollowUpPlan(
                course_id=plan.course_id,
                patient_id=plan.patient_id,
                clinic_id=plan.clinic_id,
                pathway_id=plan.pathway_id,
                started_on=plan.started_on,
                latest_on=plan.latest_on,
            ),
        )


def test_a_decision_is_made_again_exactly_years_later(session: Session, followed: Followed) -> None:
    followed.answer(session, YELLOW)
    followed.publish(session, rules(yellow=TO_THE_CLINIC))
    followed.answer(session, RED)
    session.commit()
    for made in session.scalars(select(FollowUpDecision)):
        again = recompute.again(made)
        assert (again.colour, again.action) == (made.colour, made.action)
        fired = [(one.table_name, one.name) for one in made.trace if one.kind == "fired"]
        assert [(table, row.id) for table, row in again.fired] == fired


def test_inputs_that_are_not_those_that_were_sealed_are_never_shown(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, RED)
    made = decision(session, followed)
    forged = session.vault.seal('{"facts": {}, "wish": false}')
    session.execute(text("UPDATE follow_up_decision SET inputs_sealed = :it"), {"it": forged})
    session.expire(made)
    with pytest.raises(DecisionTampered):
        recompute.again(made)


def test_the_sealing_of_inputs_may_be_renewed(
    session: Session, rettid: Rettid, followed: Followed
) -> None:
    followed.answer(session, RED)
    session.commit()
    config = rettid.config
    newer = Vault({**config.data_keys, 2: Fernet.generate_key().decode()}, config.lookup_key)
    opened = Database(config.database_url, clock=rettid.clock, events=EventBus(), vault=newer)
    assert sum(rotate(opened, Base.metadata)) > 0
    with opened.reading() as reading:
        assert stale_texts(reading, Base.metadata) == 0
        [made] = reading.scalars(select(FollowUpDecision)).all()
        assert recompute.again(made).colour == "red"
    opened.engine.dispose()


def test_a_shadow_says_its_own_and_leads_to_nothing(session: Session, followed: Followed) -> None:
    followed.publish(session, rules(green=LOOKED_AT), kind="shadow")
    followed.answer(session, GREEN)
    followed.answer(session, RED)
    session.commit()
    beside = session.scalars(select(ShadowDecision).order_by(ShadowDecision.id)).all()
    assert [(one.action, one.differs) for one in beside] == [("look", True), ("contact", False)]
    assert [one.decision.action for one in beside] == ["questionnaire", "contact"]


def test_a_handler_that_fails_takes_everything_with_it(
    session: Session, rettid: Rettid, followed: Followed
) -> None:
    """The answers, the decision, the item, the invitation and its time: all or nothing."""

    def fail(_session: object, _event: object) -> None:
        raise RuntimeError("a feature that fails")

    rettid.events.subscribe(FollowUpDecided, fail)
    with pytest.raises(RuntimeError):
        followed.answer(session, RED)
    session.rollback()
    for table in (FollowUpDecision, WorklistItem, Appointment):
        assert session.scalars(select(table)).all() == []
    assert session.scalars(select(QuestionnaireRequest.status)).all() == ["open"]


def test_every_act_is_in_the_log(session: Session, followed: Followed) -> None:
    followed.answer(session, RED)
    service.end_plan(session, followed.as_clinician, followed.plan)
    session.commit()
    acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    ours = [act for act in acts if act.startswith(("follow_up.", "invitation.", "appointment."))]
    assert ours == [
        "follow_up.started",
        "invitation.created",
        "appointment.booked",
        "follow_up.decided",
        "follow_up.ended",
    ]


def named(wanted: Rules, suffix: str) -> Rules:
    """The same rules, whose rows can be told from another version's."""

    def renamed(table: Table) -> Table:
        rows = tuple(replace(row, id=f"{row.id}{suffix}") for row in table.rows)
        return replace(table, rows=rows)

    return replace(wanted, tables=tuple(renamed(table) for table in wanted.tables))


def test_publishing_while_patients_answer_never_mixes_versions(
    session: Session, rettid: Rettid, followed: Followed, soak: int
) -> None:
    """Each decision is one version's from its first row to its last."""
    even, odd = named(rules(green=ASKED_LATER), "-even"), named(rules(green=LOOKED_AT), "-odd")
    followed.publish(session, odd)
    requests = _many(session, followed, 12 * soak)
    session.commit()
    rule_set_id = followed.rule_set.id

    def publish(turn: int) -> None:
        with rettid.database.transaction() as opened:
            here = replace(followed, rule_set=opened.get_one(RuleSet, rule_set_id))
            here.publish(opened, even if turn % 2 else odd)

    def answer(request_id: int) -> None:
        with rettid.database.transaction() as opened:
            asking.submit(
                opened, SYSTEM, opened.get_one(QuestionnaireRequest, request_id), phq9(GREEN)
            )

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(answer, one) for one in requests]
        for turn in range(6 * soak):
            publish(turn)
        for answered in done:
            answered.result()
    session.expire_all()
    made = session.scalars(select(FollowUpDecision)).all()
    assert len(made) == len(requests)
    for one in made:
        suffix = {row.name.partition("-")[2] for row in one.trace if row.kind == "fired"}
        wanted = "odd" if one.action == "look" else "even"
        assert suffix == {wanted}
        assert one.version_hash == one.rule_version.hash
        assert {row.id for row in one.rule_version.rules.tables[1].rows} >= {f"a1-{wanted}"}
        assert recompute.again(one).action == one.action


def _many(session: Session, here: Followed, count: int) -> list[int]:
    """Requests of PHQ-9 to so many followed patients."""
    requests = []
    for _ in range(count):
        patient = make.patient(session, here.place.clinic)
        course = make.course(session, here.place.clinic, patient, responsible=here.place.doctor)
        service.start_plan(session, here.as_clinician, course, here.pathway)
        requests.append(
            asking.ask(
                session,
                SYSTEM,
                patient,
                course,
                here.questionnaire,
                date(2026, 11, 23) + timedelta(days=14),
            ).id
        )
    return requests
