"""How far back a draft's saves can be undone."""

import pytest

from booking.platform.database import Session
from tests.integration.triage_rules.authoring.conftest import House, draft_of, sound
from triage_rules.authoring import queries, service
from triage_rules.tables import written

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_the_latest_saves_can_be_undone_and_no_more_are_kept(
    session: Session, house: House
) -> None:
    draft = draft_of(house.begin(session))
    weeks = [one % 40 + 1 for one in range(service.STEPS + 5)]
    for latest in weeks:
        service.save(session, house.author, draft, draft.edition, sound(latest_weeks=latest))
    for latest in weeks[-2 : -service.STEPS - 2 : -1]:
        step = queries.step_to_undo(session, draft, house.author.id)
        assert step is not None
        was = written.read(step.body)
        assert was.latest_weeks == latest
        service.save(session, house.author, draft, draft.edition, was, undone=step)
    assert queries.step_to_undo(session, draft, house.author.id) is None
