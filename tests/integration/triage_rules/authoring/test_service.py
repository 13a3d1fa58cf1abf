"""From a draft to a version in force, by two people."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from booking.people.sign_in import actor_of
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.errors import (
    ChangedMeanwhile,
    InvalidInput,
    NotAllowed,
    NotFound,
)
from booking.platform.identity import Role
from booking.platform.localtime import day_start
from tests import factories as make
from tests.integration.triage_rules.authoring.conftest import (
    NOTE,
    REVIEW_BY,
    TODAY,
    House,
    draft_of,
    sound,
)
from tests.unit.triage_rules.tables import asthma
from triage_rules.authoring import editing, queries, service
from triage_rules.authoring.errors import (
    NotReady,
    NotUnderReview,
    OwnWork,
    UnderReview,
)
from triage_rules.authoring.models import RuleRelease, RuleVersion
from triage_rules.tables import written
from triage_rules.tables.examples import Example
from triage_rules.tables.rule_set import RuleSet as Rules

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
TOMORROW = TODAY + timedelta(days=1)
WRONG = Example("Rask", {"act": Decimal(22), "breathless_at_rest": False}, "red", "contact")


def test_two_people_bring_a_draft_into_force(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    assert queries.in_force(session, rule_set.id, session.now()) is None
    house.published(session, rule_set)
    session.commit()
    version = queries.in_force(session, rule_set.id, session.now())
    assert version is not None
    assert version.rules == sound(name="astma", label="Astma")
    assert (version.number, version.note) == (1, NOTE)
    assert version.hash == written.content_hash(version.rules)
    assert (version.written_by, version.published_by) == ("Anna Holm", "Bo Lund")
    assert rule_set.draft is None
    acts = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert acts == ["rules.begun", "rules.sent_to_review", "rules.published"]


def test_a_version_counts_from_the_clinics_midnight(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    release = house.published(session, rule_set, TOMORROW)
    midnight = day_start(TOMORROW, house.clinic.zone)
    assert release.from_at == midnight
    just_before = midnight - timedelta(microseconds=1)
    assert queries.in_force(session, rule_set.id, just_before) is None
    assert queries.in_force(session, rule_set.id, midnight) is release.version


def test_nothing_counts_back_in_time(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    with pytest.raises(InvalidInput):
        house.published(session, rule_set, TODAY - timedelta(days=1))
    draft = draft_of(rule_set)
    release = service.publish(session, house.approver, draft, draft.edition, TODAY)
    assert release.from_at == session.now()


@pytest.mark.parametrize(
    "roles",
    [
        [Role.CLINICIAN],
        [Role.LEADER],
        [Role.APPROVER],
        [Role.SECRETARY, Role.APPROVER],
    ],
    ids=str,
)
def test_only_an_approver_who_is_clinician_or_leader_publishes(
    session: Session, house: House, roles: list[Role]
) -> None:
    rule_set = house.begin(session)
    draft = house.sent(session, rule_set)
    someone = actor_of(make.staff(session, house.clinic, *roles))
    with pytest.raises(NotAllowed):
        service.publish(session, someone, draft, draft.edition, TODAY)
    elsewhere = make.staff(session, make.clinic(session), Role.CLINICIAN, Role.APPROVER)
    with pytest.raises(NotFound):
        service.publish(session, actor_of(elsewhere), draft, draft.edition, TODAY)


def test_a_leader_may_be_the_approver(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    draft = house.sent(session, rule_set)
    both = actor_of(make.staff(session, house.clinic, Role.LEADER, Role.APPROVER))
    assert service.publish(session, both, draft, draft.edition, TODAY).version.number == 1


def test_nobody_approves_what_they_sent_or_edited(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    draft = draft_of(rule_set)
    sender = actor_of(make.staff(session, house.clinic, Role.CLINICIAN, Role.APPROVER))
    service.save(session, house.approver, draft, draft.edition, sound(latest_weeks=40))
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=30))
    service.send_to_review(session, sender, draft, draft.edition, NOTE)
    for one in (sender, house.approver):
        with pytest.raises(OwnWork):
            service.publish(session, one, draft, draft.edition, TODAY)


def test_nobody_runs_what_they_edited_in_shadow_or_takes_it_into_use(
    session: Session, house: House
) -> None:
    rule_set = house.begin(session)
    third = actor_of(make.staff(session, house.clinic, Role.CLINICIAN, Role.APPROVER))
    draft = service.draft_from(session, house.author, house.published(session, rule_set).version)
    service.save(session, third, draft, draft.edition, sound(latest_weeks=40))
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=30))
    edition = house.sent(session, rule_set).edition
    with pytest.raises(OwnWork):
        service.publish_in_shadow(session, third, draft, edition)
    version = service.publish_in_shadow(session, house.approver, draft, edition).version
    service.end_shadow(session, house.approver, rule_set)
    with pytest.raises(OwnWork):
        service.shadow(session, third, version)
    with pytest.raises(OwnWork):
        service.release(session, third, version, TODAY)
    service.shadow(session, house.approver, version)


def test_going_back_is_open_to_every_approver(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    both = actor_of(make.staff(session, house.clinic, Role.CLINICIAN, Role.APPROVER))
    (first,) = queries.versions_of(session, rule_set.id)
    draft = service.draft_from(session, both, first)
    service.save(session, both, draft, draft.edition, sound(latest_weeks=40))
    house.published(session, rule_set)
    assert service.roll_back(session, both, rule_set, "For mange").version is first


@pytest.fixture
def written_by_three(session: Session, house: House) -> RuleVersion:
    """A version sent by its author, and edited by the leader on the way; published by another."""
    rule_set = house.begin(session)
    draft = draft_of(rule_set)
    both = actor_of(make.staff(session, house.clinic, Role.CLINICIAN, Role.APPROVER))
    service.save(session, both, draft, draft.edition, sound(latest_weeks=40))
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=30))
    version = house.published(session, rule_set).version
    session.commit()
    assert version.writer_ids == [house.writes.id, both.id]
    return version


@pytest.mark.parametrize("kind", ["publish", "shadow"])
def test_the_database_refuses_a_release_by_any_of_the_writers(
    session: Session, written_by_three: RuleVersion, kind: str
) -> None:
    for writer in written_by_three.writer_ids:
        made = RuleRelease(
            rule_set_id=written_by_three.rule_set_id,
            version=written_by_three,
            kind=kind,
            from_at=session.now(),
            released_at=session.now(),
            released_by_id=writer,
            released_by="",
        )
        session.add(made)
        with pytest.raises(IntegrityError, match="rules_own_work"):
            session.flush()
        session.rollback()


@pytest.mark.parametrize("kept", [True, False], ids=["named", "left out"])
def test_the_database_refuses_a_version_by_any_of_the_drafts_writers(
    session: Session, house: House, kept: bool
) -> None:
    rule_set = house.begin(session)
    draft = draft_of(rule_set)
    service.save(session, house.approver, draft, draft.edition, sound(latest_weeks=40))
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=30))
    session.add(
        RuleVersion(
            rule_set=rule_set,
            number=1,
            body=draft.body,
            examples="[]",
            hash=written.content_hash(draft.rules),
            writer_ids=draft.writer_ids if kept else [house.writes.id],
            written_by_id=house.writes.id,
            written_by="",
            published_at=session.now(),
            published_by_id=house.approves.id,
            published_by="",
        )
    )
    with pytest.raises(IntegrityError, match="rules_own_work"):
        session.flush()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rule_draft SET writer_ids = '[]'",
        "UPDATE rule_draft SET writer_ids = '[{author}]'",
        "UPDATE rule_draft SET edited_by_id = {leader}",
    ],
)
def test_no_code_path_forgets_who_wrote(session: Session, house: House, statement: str) -> None:
    draft = draft_of(house.begin(session))
    service.save(session, house.approver, draft, draft.edition, sound(latest_weeks=40))
    ids = {"author": house.writes.id, "leader": house.leads.id}
    with pytest.raises(IntegrityError, match="rules_writers_stay"):
        session.execute(text(statement.format(**ids)))


@pytest.mark.parametrize("database_role", [Role.CLINICIAN])
def test_the_database_holds_that_two_people_are_needed(
    session: Session, house: House, database_role: Role
) -> None:
    rule_set = house.begin(session)
    alone = make.staff(session, house.clinic, database_role)
    rules = sound()
    session.add(
        RuleVersion(
            rule_set=rule_set,
            number=1,
            body=written.written(rules),
            examples="[]",
            hash=written.content_hash(rules),
            writer_ids=[house.writes.id],
            written_by_id=alone.id,
            written_by=alone.name,
            published_at=session.now(),
            published_by_id=alone.id,
            published_by=alone.name,
        )
    )
    with pytest.raises(IntegrityError, match="two_people"):
        session.flush()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rule_version SET body = '{}'",
        "UPDATE rule_version SET note = ''",
        "DELETE FROM rule_version",
        "DELETE FROM rule_release",
        "UPDATE rule_release SET from_at = released_at, why = 'x'",
        "UPDATE rule_release SET version_id = version_id",
    ],
)
def test_no_code_path_changes_what_is_published(
    session: Session, house: House, statement: str
) -> None:
    house.published(session, house.begin(session))
    session.commit()
    with pytest.raises(IntegrityError, match="rules_stand"):
        session.execute(text(statement))


def test_saving_what_stands_is_no_edition(session: Session, house: House) -> None:
    draft = draft_of(house.begin(session))
    service.save(session, house.approver, draft, 1, draft.rules)
    assert (draft.edition, draft.edited_by) == (1, "Anna Holm")


def test_what_waits_for_approval_is_not_edited_until_it_is_taken_back(
    session: Session, house: House
) -> None:
    draft = house.sent(session, house.begin(session))
    with pytest.raises(UnderReview):
        service.save(session, house.author, draft, draft.edition, sound(latest_weeks=9))
    with pytest.raises(UnderReview):
        service.send_to_review(session, house.author, draft, draft.edition, NOTE)
    service.take_back(session, house.author, draft)
    assert (draft.status, draft.note, draft.sent_by_id) == ("editing", "", None)
    with pytest.raises(NotUnderReview):
        service.publish(session, house.approver, draft, draft.edition, TODAY)
    with pytest.raises(NotUnderReview):
        service.take_back(session, house.author, draft)
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=9))


def test_the_approver_sends_back_with_words(session: Session, house: House) -> None:
    draft = house.sent(session, house.begin(session))
    with pytest.raises(NotAllowed):
        service.send_back(session, house.author, draft, "Nej")
    service.send_back(session, house.approver, draft, "Hvorfor 16?")
    assert (draft.status, draft.note) == ("editing", "Bo Lund: Hvorfor 16?")


def test_what_was_changed_since_it_was_read_is_not_published(
    session: Session, house: House
) -> None:
    rule_set = house.begin(session)
    read = house.sent(session, rule_set).edition
    draft = draft_of(rule_set)
    service.take_back(session, house.author, draft)
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=9))
    house.sent(session, rule_set)
    with pytest.raises(ChangedMeanwhile):
        service.publish(session, house.approver, draft, read, TODAY)


def bars(raised: pytest.ExceptionInfo[NotReady]) -> set[tuple[str, str, str]]:
    return {(one.bar, one.table, one.row) for one in raised.value.obstacles}


def without_row(rules: Rules, table: str, row: str) -> Rules:
    tables = (
        replace(one, rows=tuple(r for r in one.rows if r.id != row)) if one.name == table else one
        for one in rules.tables
    )
    return replace(rules, tables=tuple(tables))


def test_a_table_that_fails_is_not_sent_to_review(session: Session, house: House) -> None:
    rule_set = house.begin(session, without_row(sound(), "activity", "a2"))
    with pytest.raises(NotReady) as raised:
        house.sent(session, rule_set)
    assert bars(raised) == {("unsound", "activity", "")}


def test_a_red_example_bars(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    draft = draft_of(rule_set)
    service.save(session, house.author, draft, draft.edition, sound(), [WRONG])
    with pytest.raises(NotReady) as raised:
        house.sent(session, rule_set)
    assert [one.example for one in raised.value.obstacles] == ["Rask"]
    service.save(session, house.author, draft, draft.edition, sound(), [])
    house.published(session, rule_set)


def test_every_row_is_answered_for(session: Session, house: House) -> None:
    rule_set = house.begin(session, asthma.rules())
    draft = draft_of(rule_set)
    rules = draft.rules
    rows = {(table.name, row.id) for table in rules.tables for row in table.rows}
    with pytest.raises(NotReady) as raised:
        house.sent(session, rule_set)
    assert bars(raised) == {("review_by", *place) for place in rows}
    answered = editing.fill_details(draft.rules, "", "Anna Holm", REVIEW_BY)
    service.save(session, house.author, draft, draft.edition, answered)
    house.published(session, rule_set)


def test_a_review_by_date_that_is_gone_when_the_version_begins_bars(
    session: Session, house: House
) -> None:
    rule_set = house.begin(session)
    draft = house.sent(session, rule_set)
    with pytest.raises(NotReady) as raised:
        service.publish(
            session, house.approver, draft, draft.edition, REVIEW_BY + timedelta(days=1)
        )
    assert {one.bar for one in raised.value.obstacles} == {"review_passed"}
    service.publish(session, house.approver, draft, draft.edition, REVIEW_BY)


def test_what_comes_from_the_library_is_nobodys_until_someone_answers_for_it(
    session: Session, house: House
) -> None:
    rule_set = service.begin(
        session, house.author, house.clinic, "a", "A", sound(), origin="library:asthma"
    )
    draft = draft_of(rule_set)
    with pytest.raises(NotReady) as raised:
        house.sent(session, rule_set)
    assert {one.bar for one in raised.value.obstacles} == {"owner", "review_by"}
    answered = editing.fill_details(draft.rules, "", "Anna Holm", REVIEW_BY)
    service.save(session, house.author, draft, draft.edition, answered)
    house.published(session, rule_set)
