"""A referral's way: received, checked, triaged to a time, told by letter; or sent back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from booking.appointments.errors import WrongState
from booking.appointments.invitations.service import live_appointment
from booking.appointments.undo import last_act, undo
from booking.appointments.worklist.models import WorklistItem
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.localtime import local_date
from booking.referrals import queries, sending, service, setup, watching
from booking.referrals.clocks import Clock
from booking.referrals.errors import LetterNotMade, ReferralOver
from booking.referrals.letter_of_referral import of_referral
from booking.referrals.models import Referral, ReferralCriterion
from booking.referrals.service import Intake, Triage
from tests import factories as make
from tests.integration.appointments.conftest import Place, place

__all__ = ["place"]

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TODAY = date(2026, 11, 23)


def received(session: Session, place: Place, **changes: object) -> Referral:
    fields = {
        "received_on": TODAY, "sender": "Lægerne Torvet",
        "problem": "Hævede fingerled, anti-CCP positiv", "problem_code": "M059",
    } | changes  # fmt: skip
    intake = Intake(**fields)  # type: ignore[arg-type]
    return service.receive(session, place.secretary, place.clinic, place.patient, intake)


def clocks(session: Session, referral: Referral) -> dict[str, Clock]:
    return {one.code: one for one in queries.clocks_of(session, [referral])[referral.id]}


def triaged(session: Session, place: Place, referral: Referral, urgency: str = "routine") -> None:
    decided = Triage(place.control, "in_person", urgency, place.doctor)  # type: ignore[arg-type]
    service.triage(session, place.secretary, referral, decided)


def items(session: Session) -> dict[str, WorklistItem]:
    found = session.scalars(select(WorklistItem).where(WorklistItem.kind == watching.KIND))
    return {str(one.details["clock"]): one for one in found if one.status == "open"}


def test_triage_reserves_a_time_before_the_nearest_clock_and_the_letter_stops_its_own(
    session: Session, place: Place
) -> None:
    referral = received(session, place)
    assert {code: one.due_on for code, one in clocks(session, referral).items()} == {
        "letter": date(2026, 12, 3),
        "workup": date(2026, 12, 23),
        "plan": date(2026, 12, 23),
    }
    triaged(session, place, referral, "soon")
    invitation = referral.invitation
    assert invitation is not None
    assert (invitation.deadline_on, invitation.deadline_kind) == (date(2026, 12, 23), "workup")
    assert invitation.window_to == TODAY + timedelta(days=14)
    appointment = live_appointment(session, invitation)
    assert appointment is not None
    assert appointment.participant == "needs-action"
    assert local_date(appointment.starts_at, place.clinic.zone) <= invitation.window_to
    assert referral.course is not None
    assert referral.course.responsible == place.doctor
    pdf = sending.letter(session, place.secretary, referral, public_url="https://tid.example")
    assert pdf.startswith(b"%PDF")
    assert clocks(session, referral)["letter"].state == "running"  # made is not sent
    assert sending.sent(session, place.secretary, referral)
    assert clocks(session, referral)["letter"].state == "met"
    kinds = [one.kind for one in referral.events]
    assert kinds == ["received", "triaged", "letter_made", "letter_sent"]
    logged = set(session.scalars(select(AuditEntry.action)))
    assert {"referral.received", "referral.triaged", "referral.letter_sent"} <= logged


def test_a_letter_made_from_the_invitation_is_the_referrals_as_well(
    session: Session, place: Place
) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    assert referral.invitation is not None
    sending.letter_of(
        session, place.secretary, referral.invitation, public_url="https://tid.example"
    )
    assert referral.events[-1].kind == "letter_made"
    assert referral.events[-1].words
    service.note(session, place.secretary, referral, "letter_sent", TODAY)
    assert clocks(session, referral)["letter"].state == "met"


def test_a_letter_that_was_never_made_is_not_sent_by_one_press(
    session: Session, place: Place
) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    with pytest.raises(LetterNotMade):
        sending.sent(session, place.secretary, referral)
    service.note(session, place.secretary, referral, "letter_sent", TODAY)  # written elsewhere
    assert clocks(session, referral)["letter"].state == "met"


def test_a_letter_without_a_time_does_not_stop_its_clock(session: Session, place: Place) -> None:
    referral = received(session, place, received_on=TODAY - timedelta(days=40))
    triaged(session, place, referral)
    sending.letter(session, place.secretary, referral, public_url="https://tid.example")
    assert not sending.sent(session, place.secretary, referral)
    assert clocks(session, referral)["letter"].state == "late"
    assert clocks(session, referral)["letter"].open


def test_the_letter_says_how_long_the_wait_is_and_what_the_plan_is(
    session: Session, place: Place
) -> None:
    referral = received(session, place, received_on=TODAY - timedelta(days=4))
    triaged(session, place, referral)
    service.write_plan(session, place.secretary, referral, "MR i januar.\nSvar 20. januar.")
    assert referral.invitation is not None
    told = of_referral(referral, live_appointment(session, referral.invitation))
    assert [one["heading"] for one in told] == ["Din henvisning", "Din plan"]
    assert told[0]["paragraphs"][0] == "Vi fik din henvisning torsdag 19. november 2026."
    assert "dage, fra vi fik henvisningen" in told[0]["paragraphs"][1]
    assert told[1]["paragraphs"] == ["MR i januar.", "Svar 20. januar."]


def test_a_referral_is_triaged_once(session: Session, place: Place) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    with pytest.raises(WrongState):
        triaged(session, place, referral)
    with pytest.raises(WrongState):
        service.return_with_advice(session, place.secretary, referral, "Prøv fysioterapi.")


def test_before_triage_there_is_no_letter(session: Session, place: Place) -> None:
    referral = received(session, place)
    with pytest.raises(WrongState):
        sending.letter(session, place.secretary, referral, public_url="https://tid.example")
    assert clocks(session, referral)["letter"].state == "running"


def test_what_is_missing_is_asked_for_while_the_clocks_run(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    referral = received(session, place)
    criterion = make.add(
        session, ReferralCriterion(clinic_id=place.clinic.id, text="Anti-CCP er målt")
    )
    service.check(session, place.secretary, referral, criterion, met=False)
    service.ask_missing(session, place.secretary, referral, "Send venligst anti-CCP.")
    assert referral.status == "waiting"
    freezer.tick(timedelta(days=11))
    assert clocks(session, referral)["letter"].state == "late"
    service.missing_answered(session, place.secretary, referral, "Anti-CCP er 120.")
    service.check(session, place.secretary, referral, criterion, met=True)
    assert [one.met for one in referral.checks] == [True]
    assert referral.status == "received"
    triaged(session, place, referral)


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({}, True),
        ({"problem": "Noget andet"}, True),  # the same code
        ({"problem_code": "", "problem": "hævede fingerled - ANTI-CCP positiv."}, True),
        ({"problem_code": "", "problem": "Ondt i ryggen"}, False),
    ],
)
def test_the_same_problem_again_is_noticed(
    session: Session, place: Place, change: dict[str, object], again: bool
) -> None:
    first = received(session, place, received_on=TODAY - timedelta(days=400))
    service.return_with_advice(session, place.secretary, first, "Start methotrexat.")
    second = received(session, place, **change)
    assert (second.earlier is first) is again
    assert queries.earlier(session, second) == ([first] if again else [])


def test_of_two_written_in_for_the_same_day_the_first_is_the_earlier(
    session: Session, place: Place
) -> None:
    first, second = (received(session, place, received_on=TODAY - timedelta(1)) for _n in "12")
    assert queries.earlier(session, second) == [first]
    assert queries.earlier(session, first) == []


def test_after_two_years_or_of_another_patient_it_is_new(session: Session, place: Place) -> None:
    received(session, place, received_on=TODAY - timedelta(days=800))
    other = make.patient(session, place.clinic)
    service.receive(
        session, place.secretary, place.clinic, other,
        Intake(TODAY, "Lægehuset", "Hævede fingerled, anti-CCP positiv", "M059"),
    )  # fmt: skip
    assert received(session, place).earlier is None


def test_how_far_back_is_the_clinics_own(session: Session, place: Place) -> None:
    first = received(session, place, received_on=TODAY - timedelta(days=100))
    assert received(session, place).earlier is first
    setup.look_back(session, place.secretary, place.clinic, place.clinic.version, 3)
    assert queries.earlier(session, received(session, place, received_on=TODAY))[-1] is not first
    with pytest.raises(InvalidInput):
        setup.look_back(session, place.secretary, place.clinic, place.clinic.version, 0)


def test_criteria_are_put_in_order_and_taken_out_of_use(session: Session, place: Place) -> None:
    by, clinic = place.secretary, place.clinic
    details = [setup.CriterionDetails(text, "", required=True) for text in ("CRP", "Anti-CCP")]
    crp, ccp = (setup.add_criterion(session, by, clinic, one) for one in details)
    setup.move_up(session, by, ccp)
    setup.move_up(session, by, ccp)
    assert list(queries.criteria(session, clinic.id)) == [ccp, crp]
    setup.edit_criterion(session, by, ccp, details[1], active=False)
    assert list(queries.criteria(session, clinic.id)) == [crp]
    assert {"criterion.added", "criterion.changed"} <= set(
        session.scalars(select(AuditEntry.action))
    )


def test_standard_texts_have_titles_of_their_own(session: Session, place: Place) -> None:
    by, details = place.secretary, setup.TextDetails("advice", "Træning", "Prøv træning.")
    made = setup.add_text(session, by, place.clinic, details)
    with pytest.raises(InvalidInput):
        setup.add_text(session, by, place.clinic, details)
    setup.edit_text(session, by, made, setup.TextDetails("advice", "Træning", "Prøv vægttab."))
    assert [one.body for one in queries.texts(session, place.clinic.id, "advice")] == [
        "Prøv vægttab."
    ]
    setup.remove_text(session, by, made)
    assert not queries.texts(session, place.clinic.id, "advice")


def test_the_clock_that_presses_is_found_by_patient(session: Session, place: Place) -> None:
    other = make.patient(session, place.clinic)
    referral = received(session, place)
    received(session, place, received_on=TODAY - timedelta(days=4), problem="Ondt i ryggen",
             problem_code="")  # fmt: skip
    found = queries.pressing(session, place.clinic.id, [place.patient.id, other.id])
    assert set(found) == {place.patient.id}
    older, clock = found[place.patient.id]
    assert older is not referral
    assert (clock.code, clock.due_on) == ("letter", date(2026, 12, 1))


def test_a_word_for_a_clock_it_does_not_have_is_refused(session: Session, place: Place) -> None:
    referral = received(session, place)
    with pytest.raises(InvalidInput):
        service.explain(session, place.secretary, referral, "package", "capacity", "")
    assert referral.delays == []


def test_a_plan_in_time_and_the_milestones(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    freezer.move_to(datetime(2026, 12, 22, 9, tzinfo=UTC))
    service.write_plan(session, place.secretary, referral, "MR i januar, svar 20. januar.")
    assert clocks(session, referral)["plan"].state == "met"
    assert clocks(session, referral)["workup"].state == "stopped"
    service.note(session, place.secretary, referral, "consented", date(2026, 12, 21))
    assert clocks(session, referral)["treatment"].due_on == date(2027, 1, 20)
    for day in (date(2026, 11, 22), date(2026, 12, 23)):
        with pytest.raises(InvalidInput):
            service.note(session, place.secretary, referral, "workup_done", day)
    with pytest.raises(InvalidInput):  # a time stands
        service.note(session, place.secretary, referral, "discharged", date(2026, 12, 22))
    assert referral.invitation is not None
    referral.invitation.status = "completed"
    service.note(session, place.secretary, referral, "discharged", date(2026, 12, 22))
    assert referral.status == "closed"


def test_withdrawn_the_time_is_given_up_and_the_clocks_stop(session: Session, place: Place) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    service.withdraw(session, place.secretary, referral, "Patienten er flyttet.")
    assert referral.invitation is not None
    assert live_appointment(session, referral.invitation) is None
    assert {one.state for one in clocks(session, referral).values()} == {"stopped"}


def test_a_withdrawal_is_not_undone_by_taking_its_cancellation_back(
    session: Session, place: Place
) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    assert referral.invitation is not None
    had = live_appointment(session, referral.invitation)
    assert had is not None
    service.withdraw(session, place.secretary, referral, "Patienten er flyttet.")
    session.commit()
    change = last_act(session, place.secretary, had)
    assert change is not None
    with pytest.raises(ReferralOver):
        undo(session, place.secretary, change)
    session.rollback()
    assert live_appointment(session, referral.invitation) is None


def test_what_nears_its_end_is_on_the_worklist_once_and_late_it_is_red(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    referral = received(session, place)
    assert watching.look(session) == 0
    freezer.move_to(datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert (watching.look(session), watching.look(session)) == (1, 0)
    (letter,) = items(session).values()
    assert (letter.due_on, letter.urgency) == (date(2026, 12, 3), "")
    freezer.move_to(datetime(2026, 12, 4, 9, tzinfo=UTC))
    assert watching.look(session) == 0
    assert items(session)["letter"].urgency == "red"
    triaged(session, place, referral)
    sending.letter(session, place.secretary, referral, public_url="https://tid.example")
    sending.sent(session, place.secretary, referral)
    watching.look(session)
    assert "letter" not in items(session)
    freezer.move_to(datetime(2026, 12, 18, 9, tzinfo=UTC))
    watching.look(session)
    assert set(items(session)) == {"workup", "plan"}


def test_received_after_its_clock_has_run_out_a_person_decides(
    session: Session, place: Place
) -> None:
    referral = received(session, place, received_on=TODAY - timedelta(days=40))
    triaged(session, place, referral)
    assert referral.invitation is not None
    assert live_appointment(session, referral.invitation) is None
    kinds = set(session.scalars(select(WorklistItem.kind)))
    assert "no_time_in_window" in kinds


@pytest.mark.parametrize("change", [{"received_on": TODAY + timedelta(days=1)}, {"track": "x"}])
def test_what_cannot_be_is_refused(
    session: Session, place: Place, change: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput):
        received(session, place, **change)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE referral_event SET happened_on = '2026-01-01'", "DELETE FROM referral_event"],
)
def test_what_happened_stands(session: Session, place: Place, statement: str) -> None:
    received(session, place)
    with pytest.raises(DatabaseError, match="history_stands"):
        session.execute(text(statement))
