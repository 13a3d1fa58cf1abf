"""The chain: what it decides, what bars it, and its written form."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings

from tests.unit.calendar.soak import examples
from tests.unit.triage_rules.tables.asthma import contact, rules
from tests.unit.triage_rules.tables.generated import tables
from triage_rules.tables.decide import Chain, Decision, Reason, alarmed, wants_contact
from triage_rules.tables.evaluate import Fact
from triage_rules.tables.model import OneOf, Table
from triage_rules.tables.rule_set import Malformed, RuleSet, check
from triage_rules.tables.soundness import Unsound, unsound
from triage_rules.tables.written import content_hash, read, written

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def decided(rule_set: RuleSet | None = None, **facts: object) -> Decision:
    known = {name: Fact(value, NOW - timedelta(days=2)) for name, value in facts.items()}
    return Chain(rule_set or rules())(known, NOW)


def changed(rule_set: RuleSet, stage: str, row: str, **values: object) -> RuleSet:
    """The same rules with one row written otherwise."""

    def one(table: Table) -> Table:
        if table.name != stage:
            return table
        rows = tuple(replace(r, **values) if r.id == row else r for r in table.rows)  # type: ignore[arg-type]
        return replace(table, rows=rows)

    return replace(rule_set, tables=tuple(one(table) for table in rule_set.tables))


@pytest.mark.parametrize(
    ("act", "colour", "form", "latest"),
    [(12, "red", "in_person", 2), (17, "yellow", "video", 6), (24, "green", "phone", 26)],
)
def test_a_score_decides_the_colour_and_the_contact(
    act: int, colour: str, form: str, latest: int
) -> None:
    made = decided(act=Decimal(act), breathless_at_rest=False)
    assert made.contact is not None
    assert (made.colour, made.action) == (colour, "contact")
    assert (made.contact.form, made.contact.latest_weeks) == (form, latest)
    assert made.reasons == ()
    assert [table for table, _row in made.fired] == ["activity", "contact"]


def test_a_red_flag_stands_whatever_else_is_said_or_missing() -> None:
    fine = decided(act=Decimal(25), breathless_at_rest=True)
    assert (fine.colour, fine.calls, fine.action) == ("red", ("112",), "contact")
    assert fine.contact is not None
    assert fine.contact.urgency == "soon", "the contact table was asked about red, not green"
    alone = decided(breathless_at_rest=True)
    assert (alone.colour, alone.calls) == ("red", ("112",))


def test_what_is_missing_is_a_clinicians_to_look_at_and_never_green() -> None:
    unknown_flag = decided(act=Decimal(25))
    assert (unknown_flag.colour, unknown_flag.action) == ("yellow", "look")
    assert unknown_flag.reasons == (Reason("missing", "red_flags", "breathless_at_rest"),)
    nothing = decided()
    assert (nothing.colour, nothing.action) == ("yellow", "look")
    odd = decided(act=Decimal(99), breathless_at_rest=False)
    assert odd.action == "look"
    assert Reason("missing", "activity", "act") in odd.reasons


def test_a_red_patients_contact_does_not_wait_for_what_is_missing_elsewhere() -> None:
    made = decided(act=Decimal(12))
    assert (made.colour, made.action) == ("red", "contact")
    assert made.reasons == (Reason("missing", "red_flags", "breathless_at_rest"),)


def test_green_near_the_limit_gets_a_second_look() -> None:
    made = decided(act=Decimal(20), breathless_at_rest=False)
    assert (made.colour, made.action) == ("yellow", "look")
    assert made.reasons == (Reason("near_limit", "activity", "act"),)


def test_no_window_reaches_beyond_the_safety_net() -> None:
    made = decided(rules(latest_weeks=10), act=Decimal(24), breathless_at_rest=False)
    assert made.contact is not None
    assert (made.contact.from_weeks, made.contact.target_weeks, made.contact.latest_weeks) == (
        4,
        10,
        10,
    )


def test_asking_to_be_contacted_always_wins() -> None:
    lazy = changed(
        rules(), "contact", "c3", outputs=contact("questionnaire", "none", 4, 12, 26, "routine")
    )
    green = decided(lazy, act=Decimal(24), breathless_at_rest=False)
    assert (green.colour, green.action) == ("green", "questionnaire")
    asked = wants_contact(green)
    assert (asked.colour, asked.action) == ("yellow", "look")
    assert asked.reasons == (Reason("asked"),)


def test_an_alarm_is_red_and_a_clinicians_whatever_the_rules_say() -> None:
    lazy = changed(
        rules(), "contact", "c3", outputs=contact("questionnaire", "none", 4, 12, 26, "routine")
    )
    for act, action in ((Decimal(24), "look"), (Decimal(18), "contact"), (Decimal(10), "contact")):
        made = alarmed(decided(lazy, act=act, breathless_at_rest=False))
        assert (made.colour, made.action, made.calls) == ("red", action, ("clinic",))
        assert made.reasons[0] == Reason("alarm")
        assert made.contact is not None
        assert made.contact.urgency == "acute"
        assert alarmed(wants_contact(made)).action == action
    flagged = decided(lazy, act=Decimal(24), breathless_at_rest=True)
    assert alarmed(flagged).calls == flagged.calls


def test_the_example_is_sound_and_each_kind_of_flaw_bars_it() -> None:
    assert unsound(rules()) == []
    backwards = changed(
        rules(), "contact", "c2", outputs=contact("look", "video", 6, 4, 2, "routine")
    )
    assert unsound(backwards) == [Unsound("contact", "window_order", "c2")]
    formless = changed(
        rules(), "contact", "c2", outputs=contact("contact", "none", 2, 4, 6, "routine")
    )
    assert unsound(formless) == [Unsound("contact", "no_form", "c2")]
    silent = changed(rules(), "red_flags", "f1", outputs=(" ", "112"))
    assert unsound(silent) == [Unsound("red_flags", "nothing_said", "f1")]
    careless = changed(rules(), "activity", "a4", outputs=("green",))
    assert unsound(careless) == [Unsound("activity", "green_when_missing", "a4")]
    lazy = changed(
        rules(),
        "contact",
        "c1",
        cells=(OneOf(frozenset({"red"})),),
        outputs=contact("questionnaire", "none", 1, 1, 1, "routine"),
    )
    assert unsound(lazy) == [Unsound("contact", "flag_overruled", "c1")]
    gap = changed(rules(), "activity", "a4", cells=(OneOf(frozenset()),))
    with pytest.raises(Malformed):
        check(gap)


def test_even_an_unsound_rule_set_never_sends_red_home_with_a_questionnaire() -> None:
    lazy = changed(
        rules(), "contact", "c1", outputs=contact("questionnaire", "none", 1, 1, 1, "routine")
    )
    made = decided(lazy, act=Decimal(10), breathless_at_rest=False)
    assert (made.colour, made.action) == ("red", "look")


def test_the_written_form_reads_back_the_same_and_names_the_same_hash() -> None:
    rule_set = rules()
    again = read(written(rule_set))
    assert again == rule_set
    assert content_hash(again) == content_hash(rule_set)
    other = changed(rule_set, "activity", "a1", told="Noget andet.")
    assert content_hash(other) != content_hash(rule_set)


def test_the_written_form_of_today_is_read_for_ever() -> None:
    """The hash of a rule set as it is written now: if this changes, old decisions lose theirs."""
    assert content_hash(rules()) == PINNED


@settings(max_examples=examples(100), deadline=None)
@given(tables(("UNIQUE", "FIRST", "ANY", "PRIORITY")))
def test_any_table_reads_back_the_same(table: Table) -> None:
    rule_set = rules()
    activity = replace(
        table,
        name="activity",
        outputs=rule_set.tables[1].outputs,
        rows=tuple(replace(row, outputs=row.outputs[:1]) for row in table.rows),
    )
    made = replace(
        rule_set, tables=(rule_set.tables[0], activity, rule_set.tables[2]), second_looks=()
    )
    assert read(written(made)) == made


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain.pop("name"),
        lambda plain: plain.update(more=1),
        lambda plain: plain["tables"].reverse(),
        lambda plain: plain["tables"].pop(0),
        lambda plain: plain["tables"][1].update(hit_policy="SOME"),
        lambda plain: plain["tables"][1].update(hit_policy="COLLECT"),
        lambda plain: plain["tables"][1]["rows"][0]["cells"].append({"cell": "any"}),
        lambda plain: plain["tables"][1]["rows"][0]["cells"].__setitem__(
            0, {"cell": "is", "value": True}
        ),
        lambda plain: plain["tables"][1]["rows"][0]["cells"].__setitem__(0, {"cell": "wish"}),
        lambda plain: plain["tables"][1]["rows"][0]["cells"].__setitem__(0, 7),
        lambda plain: plain["tables"][1]["inputs"][0].update(step={"number": "0"}),
        lambda plain: plain["tables"][1]["inputs"][0].update(low={"number": "NaN"}),
        lambda plain: plain["tables"][1]["rows"][1].update(id="a1"),
        lambda plain: plain["tables"][2]["rows"][0]["outputs"].__setitem__(2, 4.5),
        lambda plain: plain.update(latest_weeks=0),
        lambda plain: plain.update(latest_weeks=True),
        lambda plain: plain["tables"][1]["rows"][0].update(review_by="i morgen"),
    ],
)
def test_anything_else_is_refused(spoil: object) -> None:
    plain = json.loads(written(rules()))
    spoil(plain)  # type: ignore[operator]
    with pytest.raises(Malformed):
        read(json.dumps(plain))
    with pytest.raises(Malformed):
        read("{")


def test_a_row_for_anyone_lets_only_those_go_whom_no_row_before_it_has() -> None:
    outputs = contact("questionnaire", "none", 1, 2, 3, "routine")
    last = changed(rules(), "contact", "c3", outputs=outputs)
    assert unsound(last) == []
    before = changed(last, "contact", "c1", cells=(OneOf(frozenset({"yellow"})),))
    assert Unsound("contact", "flag_overruled", "c3") in unsound(before)


PINNED = "911710849bc34d70e6055721ce9353121b11826836fa89702376dfd47d6e1b15"
