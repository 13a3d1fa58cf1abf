"""Two people at one draft: the second is told, and nothing is lost; and throwing it away."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy.orm.exc import StaleDataError

from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.errors import (
    ChangedMeanwhile,
    DomainError,
    NotAllowed,
)
from booking.platform.identity import Actor, Role
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.authoring.conftest import (
    TODAY,
    House,
    count_numbers,
    draft_of,
    sound,
)
from triage_rules.authoring import queries, service
from triage_rules.authoring.discarding import discard
from triage_rules.authoring.errors import (
    InUse,
    NoDraft,
)
from triage_rules.followup.models import Pathway

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


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
    assert draft_of(rule_set).rules.label == "Astma"  # for the page that says so
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
    assert set(found) <= {1, ChangedMeanwhile, NoDraft}
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
