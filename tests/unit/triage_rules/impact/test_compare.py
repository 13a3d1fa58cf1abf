"""What rules would change, against counting patient by patient."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.triage_rules.tables import asthma
from triage_rules.impact import compare
from triage_rules.impact.compare import NOTHING, Line, Pair, Step, changes, summary
from triage_rules.tables.decide import Chain, Decision
from triage_rules.tables.evaluate import Fact

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
COLOURS = ("red", "yellow", "green")


def after(weeks: int, days: int = 0) -> date:
    return TODAY + timedelta(weeks=weeks, days=days)


@st.composite
def steps(draw: st.DrawFn, *, planned: bool = True) -> Step:
    """Any next step; planned: one the calendar could hold as well as the rules."""
    colour = draw(st.sampled_from(COLOURS))
    action = draw(st.sampled_from(("contact", "look", "questionnaire", "none")))
    if action == "none":
        return NOTHING
    if action == "look":
        return Step("look", colour, TODAY, TODAY)
    on = TODAY + timedelta(days=draw(st.integers(0, 500)))
    if action == "questionnaire":
        return Step("questionnaire", colour, on, on)
    return Step(
        "contact",
        draw(st.sampled_from((colour, ""))) if planned else colour,
        on,
        on,
        draw(st.sampled_from(("in_person", "video", "phone"))),
        draw(st.sampled_from(("", "doctor", "nurse"))),
        draw(st.sampled_from((15, 30, 45))),
    )


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    found = []
    for number in range(draw(st.integers(0, 25))):
        before, then = draw(steps()), draw(steps())
        found.append(
            Line(
                number,
                draw(st.one_of(st.none(), st.integers(0, 104))),
                draw(st.booleans()),
                before,
                then,
                changes(before, then),
                draw(st.sampled_from(((), ("act",), ("act", "fev1")))),
            )
        )
    return found


def mirrored(several: list[Line]) -> list[Line]:
    return [replace(one, today=one.draft, draft=one.today) for one in several]


@given(lines())
def test_every_patient_is_counted_once_in_every_table(several: list[Line]) -> None:
    found = summary(several, TODAY)
    assert found.patients == len(several) == sum(found.moves.values())
    assert sum(pair.today for pair in found.actions.values()) == len(several)
    assert sum(pair.draft for pair in found.actions.values()) == len(several)
    assert sum(share.of for share in found.groups.values()) == len(several)
    assert sum(share.later for share in found.groups.values()) == len(found.later)


@given(lines())
def test_contacts_by_week_form_and_profession_are_the_same_contacts(several: list[Line]) -> None:
    found = summary(several, TODAY)
    contacts = Pair(
        sum(one.today.action == "contact" for one in several),
        sum(one.draft.action == "contact" for one in several),
    )
    for side in ("today", "draft"):
        expected = getattr(contacts, side)
        weekly = sum(getattr(week.contacts, side) for week in found.weeks)
        assert weekly + getattr(found.beyond, side) == expected
        assert sum(getattr(pair, side) for pair in found.forms.values()) == expected
        assert sum(getattr(pair, side) for pair in found.professions.values()) == expected
        assert getattr(found.minutes, side) == sum(getattr(one, side).minutes for one in several)


@given(lines())
def test_weeks_follow_each_other_from_this_week_and_are_no_more_than_a_year(
    several: list[Line],
) -> None:
    weeks = [week.monday for week in summary(several, TODAY).weeks]
    assert all(monday.weekday() == 0 for monday in weeks)
    assert all(then - before == timedelta(weeks=1) for before, then in itertools.pairwise(weeks))
    assert len(weeks) <= compare.WEEKS_SHOWN
    assert not weeks or weeks[0] == TODAY


@given(lines())
def test_those_seen_later_are_just_those_whom_a_person_sees_a_week_later_or_not_at_all(
    several: list[Line],
) -> None:
    def seen(one: Step) -> date | None:
        return one.on if one.action in ("contact", "look") else None

    expected = set()
    for one in several:
        before, then = seen(one.today), seen(one.draft)
        if before and (then is None or (then - before).days >= 7):
            expected.add(one.patient_id)
    found = summary(several, TODAY)
    assert {later.line.patient_id for later in found.later} == expected
    gone = [later.weeks is None for later in found.later]
    assert gone == sorted(gone, reverse=True)
    assert all(later.weeks is None or later.weeks > 0 for later in found.later)


@given(lines())
def test_sooner_is_later_the_other_way_round(several: list[Line]) -> None:
    decided = [replace(one, lacking=()) for one in several]
    assert summary(decided, TODAY).sooner == len(summary(mirrored(decided), TODAY).later)


@given(lines())
def test_nobody_is_seen_sooner_for_want_of_something_to_decide_by(several: list[Line]) -> None:
    wanting = [replace(one, lacking=("act",)) for one in several]
    looks = sum(one.draft.action == "look" for one in several)
    found = summary(wanting, TODAY)
    assert found.undecided == looks
    assert found.sooner <= found.actions.get("contact", Pair()).draft


@given(lines())
def test_rules_that_say_the_same_change_nobody(several: list[Line]) -> None:
    same = [replace(one, draft=one.today, changes=changes(one.today, one.today)) for one in several]
    found = summary(same, TODAY)
    assert (found.changed, found.sooner, len(found.later), found.asked_later) == (0, 0, 0, 0)
    assert all(pair.today == pair.draft for pair in found.actions.values())
    assert all(week.contacts.today == week.contacts.draft for week in found.weeks)


def test_a_contact_in_the_calendar_has_no_colour_to_change() -> None:
    booked = Step("contact", "", after(20), after(20), "in_person", "doctor", 30)
    rules = Step("contact", "green", after(20, 3), after(26), "in_person", "", 30)
    assert changes(booked, rules) == ()
    assert changes(booked, replace(rules, on=after(24), form="video")) == ("when", "form")


def test_a_questionnaire_instead_of_a_contact_is_being_seen_later() -> None:
    booked = Step("contact", "", after(4), after(4), "in_person", "doctor", 30)
    asked = Step("questionnaire", "green", after(2), after(2))
    one = Line(1, 70, True, booked, asked, changes(booked, asked))
    found = summary([one], TODAY)
    assert [later.weeks for later in found.later] == [None]
    assert found.groups == {("65-79", True): compare.Share(1, 1)}


def test_a_contact_more_than_a_year_away_is_counted_beyond_the_weeks() -> None:
    far = Step("contact", "green", after(60), after(60), "in_person", "doctor", 30)
    found = summary([Line(1, 40, False, NOTHING, far, changes(NOTHING, far))], TODAY)
    assert (found.beyond, list(found.weeks)) == (Pair(0, 1), [])


def decide(**facts: object) -> Decision:
    known = {name: Fact(value, NOW) for name, value in facts.items()}
    return Chain(asthma.rules())(known, NOW)


def test_a_decision_becomes_the_day_the_rules_aim_at() -> None:
    red = compare.step(decide(act=Decimal(12), breathless_at_rest=False), TODAY, 52)
    assert (red.action, red.colour, red.on, red.latest_on) == ("contact", "red", after(1), after(2))
    assert (red.form, red.profession, red.minutes) == ("in_person", "doctor", 30)


def test_a_missing_score_is_a_clinicians_today() -> None:
    found = compare.step(decide(act=Decimal(22)), TODAY, 52)
    assert (found.action, found.seen_on) == ("look", TODAY)


def test_decisions_differ_in_whom_to_call_though_the_step_is_the_same() -> None:
    calm = decide(act=Decimal(12), breathless_at_rest=False)
    flagged = decide(act=Decimal(12), breathless_at_rest=True)
    assert changes(compare.step(calm, TODAY, 52), compare.step(flagged, TODAY, 52)) == ()
    assert compare.otherwise(calm, flagged)
    assert not compare.otherwise(calm, calm)


def test_ages_fall_in_the_groups_the_page_shows() -> None:
    ages = (0, 17, 18, 39, 40, 64, 65, 79, 80, 104, None)
    assert [compare.age_group(age) for age in ages] == [
        "0-17", "0-17", "18-39", "18-39", "40-64", "40-64", "65-79", "65-79", "80+", "80+",
        "unknown",
    ]  # fmt: skip
