"""A check-up left as it is, and a clinician's word taken back while nothing was done."""

import pytest
from sqlalchemy import select

from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.errors import NotAllowed
from tests.integration.triage_rules.checkups.conftest import House, answered, kinds
from tests.integration.triage_rules.followup.conftest import GREEN, YELLOW
from triage_rules.checkups import looking, service
from triage_rules.checkups.errors import Settled

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_rejected_it_stands_and_says_why(session: Session, house: House) -> None:
    answered(session, house, GREEN)
    _made, time = house.planned(session, 6)
    assert time is not None
    (line,) = house.lines(session, house.review(session))
    service.settle(
        session,
        house.here.as_clinician,
        [line],
        accept=False,
        reason="clinical",
        words="Skal ses efter operation.",
    )
    session.commit()
    assert (line.status, line.reason, line.freed) == ("rejected", "clinical", 0)
    assert time.status == "booked"
    assert kinds(session, house) == []


def test_a_slip_is_mended_a_rejected_or_kept_line_is_opened_again_and_the_rules_look_anew(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    house.planned(session, 6)
    review = house.review(session)
    (line,) = house.lines(session, review)
    clinician = house.here.as_clinician
    service.settle(session, clinician, [line], accept=False, reason="wish", words="Nej tak.")
    answered(session, house, YELLOW)
    service.reopen(session, clinician, line)
    session.commit()
    assert (line.status, line.proposal, line.reason, line.words) == ("open", "unsure", "", "")
    assert (line.at, line.by_id, line.by_name) == (None, None, "")
    service.settle(session, clinician, [line], accept=True)
    assert line.outcome == "kept"
    service.reopen(session, clinician, line)
    assert (line.status, line.outcome) == ("open", "")
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("checkup.%")))
    assert list(actions) == [
        "checkup.rejected", "checkup.reopened", "checkup.accepted", "checkup.reopened",
    ]  # fmt: skip


def test_what_was_carried_out_or_is_put_away_is_not_opened_again(
    session: Session, house: House
) -> None:
    answered(session, house, GREEN)
    for weeks in (4, 6):
        house.planned(session, weeks)
    review = house.review(session)
    done, rejected = house.lines(session, review)
    clinician = house.here.as_clinician
    service.settle(session, clinician, [done], accept=True)
    service.settle(session, clinician, [rejected], accept=False, reason="wish")
    with pytest.raises(Settled):
        service.reopen(session, clinician, done)
    with pytest.raises(NotAllowed):
        service.reopen(session, house.leads, rejected)
    service.close(session, house.leads, review)
    with pytest.raises(Settled):
        service.reopen(session, clinician, rejected)
    assert rejected.status == "rejected"


def test_a_closed_review_is_not_looked_at_again(session: Session, house: House) -> None:
    answered(session, house, GREEN)
    house.planned(session, 6)
    review = house.review(session)
    service.close(session, house.leads, review)
    with pytest.raises(Settled):
        looking.again(session, review, house.lines(session, review))
    with pytest.raises(Settled):
        service.accept_line(session, house.here.as_clinician, house.lines(session, review)[0])
