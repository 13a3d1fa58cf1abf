"""From a draft to a version in force, by two people; back again, and in shadow."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from booking.people.models import Staff, StaffRole
from booking.people.sign_in import actor_of
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.errors import (
    ChangedMeanwhile,
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
)
from booking.platform.identity import Actor, Role
from booking.platform.localtime import day_start
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.authoring.conftest import NOTE, REVIEW_BY, TODAY, House, sound
from tests.unit.triage_rules.tables import asthma
from triage_rules.authoring import editing, publishing, queries, service
from triage_rules.authoring.discarding import discard
from triage_rules.authoring.errors import (
    AlreadyBegun,
    HasDraft,
    InUse,
    NoneInForce,
    NothingBefore,
    NothingChanged,
    NotReady,
    NotUnderReview,
    OwnWork,
    UnderReview,
)
from triage_rules.authoring.models import RuleDraft, RuleRelease, RuleSet, RuleVersion
from triage_rules.authoring.publishing import Obstacle
from triage_rules.followup.models import Pathway
from triage_rules.tables import written
from triage_rules.tables.examples import Example
from triage_rules.tables.rule_set import RuleSet as Rules

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TOMORROW = TODAY + timedelta(days=1)
WRONG = Example("Rask", {"act": Decimal(22), "breathless_at_rest": False}, "red", "contact")


def draft_of(rule_set: RuleSet) -> RuleDraft:
    assert rule_set.draft is not None
    return rule_set.draft


def count_numbers(session: Session, rule_set: RuleSet) -> list[int]:
    return [one.number for one in queries.versions_of(session, rule_set.id)]


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
    service.send_to_review(session, sender, draft, draft.edition, NOTE)
    for one in (sender, house.approver):
        with pytest.raises(OwnWork):
            service.publish(session, one, draft, draft.edition, TODAY)


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


def test_the_second_of_two_people_is_told_and_nothing_is_lost(
    session: Session, rettid: Rettid, house: House
) -> None:
    rule_set = house.begin(session)
    edition = draft_of(rule_set).edition
    session.commit()
    with rettid.database.transaction() as other:
        theirs = queries.draft_here(other, house.clinic.id, rule_set.id)
        service.save(other, house.approver, theirs, edition, sound(latest_weeks=30))
    draft = draft_of(rule_set)
    with pytest.raises(ChangedMeanwhile):
        service.save(session, house.author, draft, edition, sound(latest_weeks=40))
    assert draft.rules.latest_weeks == 30
    assert (draft.edited_by, draft.edition) == ("Bo Lund", edition + 1)
    service.save(session, house.author, draft, edition + 1, sound(latest_weeks=40))
    assert draft.rules.latest_weeks == 40


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


def test_another_room_may_forbid_what_counts_and_not_what_only_runs_in_shadow(
    session: Session, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(_session: Session, _rule_set: RuleSet, rules: Rules) -> list[Obstacle]:
        return [Obstacle("other", text="For længe")] if rules.latest_weeks > 60 else []

    monkeypatch.setattr(publishing, "CHECKS", [too_long])
    rule_set = house.begin(session)
    house.published(session, rule_set)
    with pytest.raises(NotReady):
        house.next(session, rule_set, 70)
    draft = draft_of(rule_set)
    shadow = service.publish_in_shadow(session, house.approver, draft, draft.edition)
    with pytest.raises(NotReady):
        service.release(session, house.approver, shadow.version, TODAY)


def test_the_same_text_again_is_no_new_version(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    (version,) = queries.versions_of(session, rule_set.id)
    draft = service.draft_from(session, house.author, version)
    with pytest.raises(HasDraft):
        service.draft_from(session, house.author, version)
    house.sent(session, rule_set)
    with pytest.raises(NothingChanged):
        service.publish(session, house.approver, draft, draft.edition, TODAY)


def test_going_back_twice_goes_further_back(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    with pytest.raises(NothingBefore):
        service.roll_back(session, house.approver, rule_set, "Fejl")
    house.next(session, rule_set, 40)
    house.next(session, rule_set, 30)
    coming = house.next(session, rule_set, 20, TOMORROW)
    first = service.roll_back(session, house.approver, rule_set, "For mange røde")
    assert (first.version.number, first.kind, first.why) == (2, "rollback", "For mange røde")
    assert coming.withdrawn_at == session.now()
    assert service.roll_back(session, house.approver, rule_set, "Også").version.number == 1
    with pytest.raises(NothingBefore):
        service.roll_back(session, house.approver, rule_set, "Mere")
    session.commit()
    in_a_week = session.now() + timedelta(days=7)
    standing = queries.in_force(session, rule_set.id, in_a_week)
    assert standing is not None
    assert standing.number == 1
    assert count_numbers(session, rule_set) == [4, 3, 2, 1]
    with pytest.raises(NotAllowed):
        service.roll_back(session, house.author, rule_set, "Nej")


def test_an_older_text_never_follows_a_newer(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    next_week = house.next(session, rule_set, 40, TODAY + timedelta(days=7))
    tomorrow = house.next(session, rule_set, 30, TOMORROW)
    assert next_week.withdrawn_at is not None
    assert list(queries.coming(session, rule_set.id, session.now())) == [tomorrow]
    service.withdraw(session, house.approver, tomorrow)
    assert not queries.coming(session, rule_set.id, session.now())
    begun = queries.release_in_force(session, rule_set.id, session.now())
    assert begun is not None
    with pytest.raises(AlreadyBegun):
        service.withdraw(session, house.approver, begun)


def test_a_shadow_runs_beside_until_it_ends_or_comes_into_force(
    session: Session, house: House
) -> None:
    rule_set = house.begin(session)
    draft = house.sent(session, rule_set)
    with pytest.raises(NoneInForce):
        service.publish_in_shadow(session, house.approver, draft, draft.edition)
    session.rollback()
    rule_set = house.begin(session)
    one = house.published(session, rule_set).version
    draft = service.draft_from(session, house.author, one)
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=40))
    house.sent(session, rule_set)
    two = service.publish_in_shadow(session, house.approver, draft, draft.edition).version
    now = session.now()
    assert queries.in_force(session, rule_set.id, now) is one
    assert queries.in_shadow(session, rule_set.id, now) is two
    with pytest.raises(OwnWork):
        service.release(session, actor_of(as_approver(session, house)), two, TOMORROW)
    release = service.release(session, house.approver, two, TOMORROW)
    assert queries.in_shadow(session, rule_set.id, now) is two
    assert queries.in_shadow(session, rule_set.id, release.from_at) is None
    assert queries.in_force(session, rule_set.id, release.from_at) is two
    service.shadow(session, house.approver, two)
    service.end_shadow(session, house.approver, rule_set)
    assert queries.in_shadow(session, rule_set.id, now) is None


def as_approver(session: Session, house: House) -> Staff:
    house.writes.roles.append(StaffRole(clinic_id=house.clinic.id, role=Role.APPROVER))
    session.flush()
    return house.writes


def test_a_new_shadow_takes_the_place_of_the_old(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    one = house.published(session, rule_set).version
    two = house.next(session, rule_set, 40).version
    three = house.next(session, rule_set, 30).version
    service.shadow(session, house.approver, one)
    service.shadow(session, house.approver, two)
    assert queries.in_shadow(session, rule_set.id, session.now()) is two
    with pytest.raises(NothingChanged):
        service.shadow(session, house.approver, three)
    shadows = session.scalars(select(RuleRelease).where(RuleRelease.kind == "shadow"))
    assert [one.withdrawn_at is None for one in shadows] == [False, True]


def test_a_clinics_rule_sets_are_its_own(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    assert list(queries.of_clinic(session, house.clinic.id)) == [rule_set]
    elsewhere = make.clinic(session)
    assert not queries.of_clinic(session, elsewhere.id)
    for read in (queries.rule_set_here, queries.draft_here):
        with pytest.raises(NotFound):
            read(session, elsewhere.id, rule_set.id)
    with pytest.raises(NotFound):
        queries.version_here(session, house.clinic.id, rule_set.id, 1)
    assert rule_set.draft is not None
    assert rule_set.created_at.date() == date(2026, 11, 23)


def test_a_draft_is_thrown_away_and_so_is_a_rule_set_of_which_nothing_was_published(
    session: Session, house: House
) -> None:
    rule_set = house.begin(session)
    with pytest.raises(ChangedMeanwhile):
        discard(session, house.author, draft_of(rule_set), 7)
    with pytest.raises(NotAllowed):
        discard(session, house.leader, draft_of(rule_set), 1)
    assert discard(session, house.author, draft_of(rule_set), 1)
    assert not queries.of_clinic(session, house.clinic.id)
    rule_set = house.begin(session)
    version = house.published(session, rule_set).version
    draft = service.draft_from(session, house.author, version)
    assert not discard(session, house.author, draft, draft.edition)
    session.commit()
    assert rule_set.draft is None
    assert queries.in_force(session, rule_set.id, session.now()) is version


def test_a_rule_set_that_a_pathway_refers_to_stays(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    session.add(Pathway(clinic_id=house.clinic.id, name="Astma", rule_set=rule_set))
    session.commit()
    with pytest.raises(InUse):
        discard(session, house.author, draft_of(rule_set), 1)
    session.rollback()
    assert draft_of(rule_set).rules.label == "Astma"


def in_turn(rettid: Rettid, *acts: Callable[[Session], object]) -> list[object]:
    """What each act answers or raises, all let go at once in transactions of their own."""
    start, found = Barrier(len(acts)), []

    def run(act: Callable[[Session], object]) -> None:
        start.wait()
        try:
            with rettid.database.transaction() as own:
                found.append(act(own))
        except DomainError as error:
            found.append(type(error))
        except StaleDataError:
            found.append(ChangedMeanwhile)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_two_who_publish_at_once_one_does(
    session: Session, rettid: Rettid, house: House
) -> None:
    rule_set = house.begin(session)
    edition = house.sent(session, rule_set).edition
    both = [
        actor_of(make.staff(session, house.clinic, Role.CLINICIAN, Role.APPROVER)) for _ in "12"
    ]
    session.commit()

    def publish(by: Actor) -> Callable[[Session], object]:
        def act(own: Session) -> object:
            draft = queries.draft_here(own, house.clinic.id, rule_set.id)
            return service.publish(own, by, draft, edition, TODAY).version.number

        return act

    found = in_turn(rettid, *(publish(by) for by in both))
    assert 1 in found
    assert set(found) <= {1, ChangedMeanwhile, NotFound}
    assert count_numbers(session, rule_set) == [1]


def test_of_two_who_save_at_once_one_is_told(
    session: Session, rettid: Rettid, house: House
) -> None:
    rule_set = house.begin(session)
    session.commit()

    def save(by: Actor, weeks: int) -> Callable[[Session], object]:
        def act(own: Session) -> object:
            draft = queries.draft_here(own, house.clinic.id, rule_set.id)
            return service.save(own, by, draft, 1, sound(latest_weeks=weeks)).edition

        return act

    found = in_turn(rettid, save(house.author, 30), save(house.approver, 40))
    assert sorted(map(str, found)) == sorted(map(str, [2, ChangedMeanwhile]))
