"""Asking, answering, correcting, withdrawing; and that silence reaches a person."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.queries import open_items
from booking.platform.audit import AuditEntry
from booking.platform.database import Base, Database, Session
from booking.platform.errors import NotAllowed, NotFound
from booking.platform.identity import SYSTEM, Role
from booking.platform.rotation import rotate, stale_texts
from booking.platform.vault import Vault
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.triage_rules.questionnaires.conftest import DUE, NINE
from triage_rules.questionnaires import events, queries, service
from triage_rules.questionnaires.errors import (
    AlreadyAnswered,
    AnswersLacking,
    AnswersTampered,
    NoLongerAsked,
)
from triage_rules.questionnaires.models import (
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireVersion,
    ResponseDraft,
)
from triage_rules.questionnaires.shipped import source

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
Versions = dict[str, QuestionnaireVersion]


def heard(rettid: Rettid, kind: type) -> list[object]:
    """What is told of one kind of event from now on."""
    told: list[object] = []
    rettid.events.subscribe(kind, lambda _session, happened: told.append(happened))
    return told


def acts(session: Session) -> list[str]:
    """What the log says was done, in order."""
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_patient_is_asked_and_answers(
    session: Session, rettid: Rettid, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    told = heard(rettid, events.QuestionnaireAnswered)
    assert [one.id for one in queries.waiting(session, place.patient.id)] == [request_of_phq9.id]
    response = service.submit(session, place.as_patient, request_of_phq9, NINE)
    session.commit()
    assert response.score("phq9-total") == 9
    assert response.answers == NINE
    assert (response.given_by, response.number) == ("patient", 1)
    assert request_of_phq9.status == "answered"
    assert told == [events.QuestionnaireAnswered(response.id, place.patient.id, place.clinic.id)]
    assert queries.waiting(session, place.patient.id) == []
    assert acts(session)[-2:] == ["questionnaire.asked", "questionnaire.answered"]


def test_a_handler_that_fails_takes_the_answers_with_it(
    session: Session, rettid: Rettid, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    def fail(_session: object, _event: object) -> None:
        raise NotAllowed

    rettid.events.subscribe(events.QuestionnaireAnswered, fail)
    with pytest.raises(NotAllowed):
        service.submit(session, place.as_patient, request_of_phq9, NINE)
    session.rollback()
    assert session.scalars(select(QuestionnaireResponse)).all() == []
    assert request_of_phq9.status == "open"


def test_answers_are_sealed_and_open_under_the_newest_key(
    session: Session, rettid: Rettid, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    service.save_draft(session, place.as_patient, request_of_phq9, {"phq9-1": "hemmeligt"})
    session.commit()
    old = rettid.config.data_keys
    keys = {**old, 2: Fernet.generate_key().decode()}
    raw = session.execute(text("SELECT typed_sealed FROM response_draft")).scalar_one()
    assert raw.startswith("1:")
    other = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, other)
    asked = service.ask(session, SYSTEM, other, course, request_of_phq9.version, DUE)
    response = service.submit(session, place.secretary, asked, NINE)
    session.commit()
    assert "phq9" not in response.answers_sealed
    opened = Database(
        rettid.config.database_url,
        clock=rettid.clock,
        events=rettid.events,
        vault=Vault(keys, rettid.config.lookup_key),
    )
    assert sum(rotate(opened, Base.metadata)) >= 2
    with opened.reading() as anew:
        assert stale_texts(anew, Base.metadata) == 0
        again = anew.get_one(QuestionnaireResponse, response.id)
        assert again.answers_sealed.startswith("2:")
        assert again.answers == NINE
        draft = anew.get_one(QuestionnaireRequest, request_of_phq9.id)
        assert service.draft_of(anew, draft) == {"phq9-1": "hemmeligt"}
    opened.engine.dispose()


def test_a_half_filled_one_is_kept_until_it_is_handed_in(
    session: Session, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    service.save_draft(session, place.as_patient, request_of_phq9, {"phq9-1": "3"})
    service.save_draft(session, place.as_patient, request_of_phq9, {"phq9-1": "2", "phq9-2": "x"})
    session.commit()
    assert service.draft_of(session, request_of_phq9) == {"phq9-1": "2", "phq9-2": "x"}
    service.submit(session, place.as_patient, request_of_phq9, NINE)
    session.commit()
    assert session.scalars(select(ResponseDraft)).all() == []


def test_what_lacks_is_named_and_nothing_is_kept(
    session: Session, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    answers = {name: "1" for name in NINE if name != "phq9-9"}
    with pytest.raises(AnswersLacking) as lacking:
        service.submit(session, place.as_patient, request_of_phq9, {**answers, "phq9-1": "7"})
    assert lacking.value.problems == {"phq9-1": "not_an_option", "phq9-9": "unanswered"}
    assert request_of_phq9.status == "open"


def test_it_is_answered_once(
    session: Session, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    service.submit(session, place.as_patient, request_of_phq9, NINE)
    with pytest.raises(AlreadyAnswered):
        service.submit(session, place.as_patient, request_of_phq9, NINE)
    with pytest.raises(AlreadyAnswered):
        service.withdraw(session, place.secretary, request_of_phq9)


def test_who_answered_is_kept(session: Session, place: Place, versions: Versions) -> None:
    parent = make.patient(session)
    for by, given_by in (
        (place.as_patient, "patient"),
        (make.as_patient(parent), "proxy"),
        (place.secretary, "staff"),
    ):
        asked = service.ask(session, SYSTEM, place.patient, place.course, versions["phq9"], DUE)
        written = datetime(2026, 11, 20, 10, tzinfo=UTC)
        response = service.submit(session, by, asked, NINE, completed_at=written)
        assert (response.given_by, response.actor_name) == (given_by, by.name)
        assert (response.completed_at, response.entered_at) == (written, session.now())


def test_a_correction_is_a_new_response_that_names_the_old(
    session: Session, rettid: Rettid, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    told = heard(rettid, events.QuestionnaireCorrected)
    first = service.submit(session, place.as_patient, request_of_phq9, NINE)
    with pytest.raises(NotAllowed):
        service.correct(session, place.as_patient, first, NINE, "typing")
    second = service.correct(session, place.secretary, first, {**NINE, "phq9-1": "3"}, "typing")
    session.commit()
    assert (second.number, second.replaces_id) == (2, first.id)
    assert second.score("phq9-total") == 11
    assert second.completed_at == first.completed_at
    assert request_of_phq9.response is second
    assert first.score("phq9-total") == 9
    assert told == [
        events.QuestionnaireCorrected(second.id, first.id, place.patient.id, place.clinic.id)
    ]
    with pytest.raises(AlreadyAnswered):
        service.correct(session, place.secretary, first, NINE, "typing")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE questionnaire_response SET completed_at = entered_at",
        "UPDATE questionnaire_response SET answers_hash = 'x'",
        "DELETE FROM questionnaire_response",
        "UPDATE response_score SET thousandths = 0",
        "DELETE FROM response_score",
        "UPDATE questionnaire_version SET fhir = '{}'",
        "DELETE FROM questionnaire_version",
    ],
)
def test_the_database_keeps_what_was_published_and_answered(
    session: Session, place: Place, request_of_phq9: QuestionnaireRequest, statement: str
) -> None:
    service.submit(session, place.as_patient, request_of_phq9, NINE)
    session.commit()
    with pytest.raises(DBAPIError, match="questionnaires_stand"):
        session.execute(text(statement))


def test_other_answers_under_a_good_seal_are_noticed(
    session: Session, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    response = service.submit(session, place.as_patient, request_of_phq9, NINE)
    forged = session.vault.seal(response.fhir.replace('"code":"1"', '"code":"0"'))
    session.execute(
        text("UPDATE questionnaire_response SET answers_sealed = :forged"), {"forged": forged}
    )
    session.refresh(response)
    with pytest.raises(AnswersTampered):
        _ = response.answers


def test_silence_reaches_a_person_once_and_a_late_answer_takes_it_off_again(
    session: Session,
    rettid: Rettid,
    place: Place,
    request_of_phq9: QuestionnaireRequest,
    freezer: FrozenDateTimeFactory,
) -> None:
    told = heard(rettid, events.QuestionnaireOverdue)
    session.commit()
    # The last moment of 7 December in Denmark, and the first after it.
    freezer.move_to("2026-12-07T22:59:59Z")
    assert rettid.jobs.run_now(rettid.database, "questionnaires_overdue") == 0
    freezer.move_to("2026-12-07T23:00:00Z")
    assert rettid.jobs.run_now(rettid.database, "questionnaires_overdue") == 1
    assert rettid.jobs.run_now(rettid.database, "questionnaires_overdue") == 0
    session.refresh(request_of_phq9)
    assert request_of_phq9.status == "overdue"
    (item,) = open_items(session, place.clinic.id)
    assert (item.kind, item.patient_id, item.due_on) == (
        "questionnaire_overdue",
        place.patient.id,
        date(2026, 12, 8),
    )
    assert told == [
        events.QuestionnaireOverdue(request_of_phq9.id, place.patient.id, place.clinic.id)
    ]
    service.submit(session, place.as_patient, request_of_phq9, {**NINE, "phq9-9": "0"})
    assert open_items(session, place.clinic.id) == []


def test_what_is_withdrawn_cannot_be_answered(
    session: Session, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    service.save_draft(session, place.as_patient, request_of_phq9, {"phq9-1": "1"})
    service.withdraw(session, place.secretary, request_of_phq9)
    assert queries.waiting(session, place.patient.id) == []
    with pytest.raises(NoLongerAsked):
        service.submit(session, place.as_patient, request_of_phq9, NINE)
    assert session.scalars(select(ResponseDraft)).all() == []


def test_asking_again_for_what_waits_moves_its_day(
    session: Session, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    later = date(2026, 12, 20)
    version = request_of_phq9.version
    again = service.ask(session, SYSTEM, place.patient, place.course, version, later)
    assert again is request_of_phq9
    assert again.due_on == later


def test_a_clinic_asks_its_own_and_shared_questionnaires_only(
    session: Session, place: Place, versions: Versions
) -> None:
    other = make.clinic(session)
    theirs = service.publish(session, SYSTEM, "theirs", source("siden-sidst"), other.id)
    titles = [one.questionnaire.code for one in queries.available(session, place.clinic.id)]
    assert titles == ["phq9", "siden-sidst"]
    assert queries.version_for(session, other.id, theirs.id) is theirs
    with pytest.raises(NotFound):
        queries.version_for(session, place.clinic.id, theirs.id)
    with pytest.raises(NotFound):
        service.ask(session, SYSTEM, place.patient, place.course, theirs, DUE)
    with pytest.raises(NotAllowed):
        service.publish(session, SYSTEM, "theirs", source("siden-sidst"), place.clinic.id)


def test_publishing_the_same_again_is_the_same_version(
    session: Session, versions: Versions
) -> None:
    again = service.publish(session, SYSTEM, "phq9", source("phq9"))
    assert again is versions["phq9"]
    changed = source("phq9").replace("Næsten hver dag", "Hver dag")
    newer = service.publish(session, SYSTEM, "phq9", changed)
    assert (newer.number, newer.hash != again.hash) == (2, True)
    assert queries.latest(session, "phq9") is newer
    assert json.loads(again.fhir)["resourceType"] == "Questionnaire"


def test_who_wants_contact_stands_on_todays_list_once(
    session: Session, rettid: Rettid, place: Place
) -> None:
    told = heard(rettid, events.PatientWantsContact)
    for words in ("", "Ring efter kl. 15", "Ring efter kl. 15"):
        service.wish_contact(session, place.as_patient, place.patient, place.clinic, words)
    (item,) = session.scalars(select(WorklistItem))
    assert (item.kind, item.words, item.due_on) == (
        "wants_contact",
        "Ring efter kl. 15",
        date(2026, 11, 23),
    )
    assert told[0] == events.PatientWantsContact(place.patient.id, place.clinic.id)
    assert (item.urgency, item.owner_id) == ("yellow", None)  # the leaders', as nobody is
    assert item.escalate_at == session.now() + timedelta(hours=24)


def test_a_wish_pressed_again_after_it_was_read_must_be_read_again(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    clinician = make.staff(session, place.clinic, Role.CLINICIAN)
    place.doctor.staff_id = clinician.id
    place.course.responsible = place.doctor
    service.wish_contact(session, place.as_patient, place.patient, place.clinic)
    (item,) = session.scalars(select(WorklistItem))
    assert item.owner_id == clinician.id
    first = item.escalate_at
    freezer.tick(timedelta(hours=1))
    service.wish_contact(session, place.as_patient, place.patient, place.clinic)
    assert item.escalate_at == first  # pressing again does not put it off
    worklist.mark_read(session, place.secretary, item)
    service.wish_contact(session, place.as_patient, place.patient, place.clinic, "Ring nu")
    assert (item.read_at, item.escalate_at) == (None, session.now() + timedelta(hours=24))


def test_staff_elsewhere_find_nothing(
    session: Session, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    other = make.clinic(session)
    make.staff(session, other, Role.CLINICIAN)
    with pytest.raises(NotFound):
        queries.of_clinic(session, other.id, place.patient.id, request_of_phq9.id)
    with pytest.raises(NotFound):
        queries.of_patients(session, {place.patient.id + 1}, request_of_phq9.id)
