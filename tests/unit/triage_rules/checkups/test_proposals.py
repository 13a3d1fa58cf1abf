"""What the rules make of a planned check-up: every proposal, and the properties they share."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from triage_rules.checkups.proposals import ACTED, Checkup, propose, without_contact
from triage_rules.standards.obligations import FORMS, Done, Obligation, Way, standing
from triage_rules.tables.decide import Contact, Decision, Reason, alarmed

TODAY = date(2026, 11, 23)
LONG_AGO = date(2020, 1, 1)
CONTROL = Obligation("control", "K", "C", 12, frozenset({Way("contact", "in_person")}))
MEASURED = Obligation("hba1c", "H", "H", 12, frozenset({Way("measurement", "hba1c")}))


def decision(action: str, contact: Contact | None, colour: str = "green") -> Decision:
    reasons = (Reason("missing", "activity", "act"),) if action == "look" else ()
    return Decision(colour, action, contact, (), reasons, (), ())  # type: ignore[arg-type]


def asked(form: str, first: int, latest: int, minutes: int = 20) -> Contact:
    return Contact(form, first, first, latest, minutes, "doctor", "routine")


def in_weeks(weeks: int, form: str = "in_person") -> Checkup:
    return Checkup(TODAY + timedelta(weeks=weeks), form, 30)


def seen(days_ago: int) -> list[Done]:
    return [Done(Way("contact", "in_person"), TODAY - timedelta(days=days_ago))]


def owed(obligation: Obligation, days_ago: int) -> list[object]:
    return [standing(obligation, seen(days_ago), LONG_AGO, [], TODAY)]


LATER = decision("questionnaire", asked("none", 4, 26))


def test_a_questionnaire_instead_makes_the_visit_unneeded_and_frees_its_minutes() -> None:
    found = propose(in_weeks(8), LATER, [], TODAY)
    assert (found.kind, found.freed) == ("unneeded", 30)


def test_a_standard_that_only_a_visit_meets_keeps_the_visit_it_needs_in_time() -> None:
    due_soon, seen_lately = owed(CONTROL, 300), owed(CONTROL, 10)
    assert propose(in_weeks(8), LATER, due_soon, TODAY).demands == ("control",)  # type: ignore[arg-type]
    assert propose(in_weeks(8), LATER, seen_lately, TODAY).kind == "unneeded"  # type: ignore[arg-type]
    # A phone call would not have met it, and a measurement needs no visit.
    assert propose(in_weeks(8, "phone"), LATER, due_soon, TODAY).kind == "unneeded"  # type: ignore[arg-type]
    assert propose(in_weeks(8), LATER, owed(MEASURED, 900), TODAY).kind == "unneeded"  # type: ignore[arg-type]


def test_whose_answer_alarms_a_clinician_looks_at_whatever_the_rules_would_have() -> None:
    for rules_say in (LATER, decision("contact", asked("phone", 2, 10), "yellow")):
        assert propose(in_weeks(8), alarmed(rules_say), [], TODAY).kind == "unsure"


def test_another_form_sooner_and_later() -> None:
    phone = decision("contact", asked("phone", 2, 10), "yellow")
    visit = decision("contact", asked("in_person", 2, 10), "yellow")
    found = propose(in_weeks(8), phone, [], TODAY)
    assert (found.kind, found.freed) == ("other_form", 10)
    assert propose(in_weeks(8), phone, owed(CONTROL, 300), TODAY).kind == "demanded"  # type: ignore[arg-type]
    assert propose(in_weeks(11), visit, [], TODAY).kind == "sooner"
    assert propose(in_weeks(11), phone, [], TODAY).kind == "sooner"
    assert propose(in_weeks(1), visit, [], TODAY).kind == "later"
    assert propose(in_weeks(5), visit, [], TODAY).kind == "keep"


def test_both_ends_of_the_rules_window_are_inside_it() -> None:
    visit = decision("contact", asked("in_person", 2, 10), "yellow")
    assert propose(in_weeks(2), visit, [], TODAY).kind == "keep"
    assert propose(in_weeks(10), visit, [], TODAY).kind == "keep"
    day = timedelta(days=1)
    early, late = in_weeks(2).on - day, in_weeks(10).on + day
    assert propose(Checkup(early, "in_person", 30), visit, [], TODAY).kind == "later"
    assert propose(Checkup(late, "in_person", 30), visit, [], TODAY).kind == "sooner"


def test_another_form_frees_only_what_it_is_shorter_by() -> None:
    for minutes, freed in ((29, 1), (30, 0), (45, 0), (0, 0)):  # 0: not said
        phone = decision("contact", asked("phone", 2, 10, minutes), "yellow")
        found = propose(in_weeks(8), phone, [], TODAY)
        assert (found.kind, found.freed) == ("other_form", freed), minutes


def test_another_form_that_meets_the_standard_too_is_not_stood_in_the_way_of() -> None:
    ways = frozenset({Way("contact", "in_person"), Way("contact", "phone")})
    either = Obligation("control", "K", "C", 12, ways)
    phone = decision("contact", asked("phone", 2, 10), "yellow")
    assert propose(in_weeks(8), phone, owed(either, 300), TODAY).kind == "other_form"  # type: ignore[arg-type]


def test_what_must_be_met_on_the_very_last_day_is_demanded_and_told_of() -> None:
    seen_on = date(2026, 5, 24)  # and so again by 24 May 2027, when the rules' 26 weeks end
    control = standing(CONTROL, [Done(Way("contact", "in_person"), seen_on)], LONG_AGO, [], TODAY)
    last = TODAY + timedelta(weeks=26)
    assert control.next_on == last
    assert propose(in_weeks(8), LATER, [control], TODAY).kind == "demanded"
    day_longer = standing(
        CONTROL, [Done(Way("contact", "in_person"), date(2026, 5, 25))], LONG_AGO, [], TODAY
    )
    assert propose(in_weeks(8), LATER, [day_longer], TODAY).kind == "unneeded"
    measured = standing(MEASURED, [Done(Way("measurement", "hba1c"), seen_on)], LONG_AGO, [], TODAY)
    assert without_contact([measured], last) == ("hba1c",)
    assert without_contact([measured], last - timedelta(days=1)) == ()


def test_what_the_rules_are_unsure_of_is_a_clinicians() -> None:
    assert propose(in_weeks(8), decision("look", None), [], TODAY).kind == "unsure"
    looked = decision("look", asked("phone", 1, 2), "yellow")
    assert propose(in_weeks(8), looked, [], TODAY).kind == "unsure"


def test_what_takes_no_contact_is_told_of_before_one_goes() -> None:
    owing = [*owed(MEASURED, 900), *owed(CONTROL, 900)]
    assert without_contact(owing, TODAY) == ("hba1c",)  # type: ignore[arg-type]
    measured = [Done(Way("measurement", "hba1c"), TODAY)]
    fresh = standing(MEASURED, measured, LONG_AGO, [], TODAY)
    assert without_contact([fresh], TODAY + timedelta(weeks=26)) == ()


@given(
    st.sampled_from(("contact", "look", "questionnaire")),
    st.sampled_from((*FORMS, "none")),
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 60),
    st.sampled_from(FORMS),
    st.integers(0, 800),
)
def test_only_a_sure_answer_changes_anything_and_no_due_control_is_taken_away(
    action: str, form: str, first: int, more: int, weeks: int, planned: str, days_ago: int
) -> None:
    made = decision(action, asked(form, first, first + more))
    control = standing(CONTROL, seen(days_ago), LONG_AGO, [], TODAY)
    found = propose(in_weeks(weeks, planned), made, [control], TODAY)
    if action == "look":
        assert found.kind == "unsure"
    if found.kind in ("unneeded", "other_form") and planned == "in_person":
        # The patient is seen again, or asked, before the control is overdue.
        assert control.next_on > TODAY + timedelta(weeks=first + more)
        assert control.next_on > in_weeks(weeks).on
    assert found.kind in ACTED or found.freed == 0
    assert (found.kind == "demanded") == bool(found.demands)
