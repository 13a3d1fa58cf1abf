"""The library's rule sets: sound, exemplified, cited, and true to what was published."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from booking.calendar.professions import PROFESSIONS
from booking.platform.errors import NotFound
from triage_rules import library
from triage_rules.followup.measurements import MEASURES
from triage_rules.library import CODES, OBLIGATIONS, entry, titles
from triage_rules.questionnaires.fhir import read as read_questionnaire
from triage_rules.questionnaires.shipped import source
from triage_rules.standards.breaks import breaks, named_in
from triage_rules.standards.catalogue import applying, standards_on
from triage_rules.tables.decide import Chain, Decision
from triage_rules.tables.evaluate import Fact
from triage_rules.tables.examples import run_all, touched
from triage_rules.tables.model import Input
from triage_rules.tables.soundness import unsound
from triage_rules.tables.written import content_hash, read, written

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
UNCITED = "Fastsættes af klinikken; intet kildetal"
WEEKS_TO_ANSWER = 2
WEEKS_A_MONTH = Decimal("365.25") / 12 / 7

# Somebody of whom nothing is wrong.
WELL: dict[str, dict[str, object]] = {
    "asthma": {"act": 24, "change": "same"},
    "rheumatoid_arthritis": {"das28": 2, "flare_ra": 0, "change": "same"},
    "ibd": {"calprotectin": 40, "change": "same", "new_worry": False},
    "depression": {"phq9_total": 2, "phq9_item9": "0"},
    "epilepsy": {"change": "same", "days_affected": 0, "new_worry": False, "wish": "none"},
    "diabetes": {"hba1c": 50, "change": "same", "new_worry": False, "wish": "none"},
}


def decided(code: str, **facts: object) -> Decision:
    """What is decided for somebody who is well, but for these facts; None for a missing one."""
    known = {**WELL[code], "months_since_contact": 2, **facts}
    given = {
        name: Fact(Decimal(str(value)) if type(value) in (int, float) else value, NOW)
        for name, value in known.items()
        if value is not None
    }
    return Chain(entry(code).rules)(given, NOW)


def colour(code: str, **facts: object) -> str:
    """What the activity table itself answers, before any second look."""
    [answer] = [one for one in decided(code, **facts).answers if one.table.name == "activity"]
    assert answer.value is not None
    return str(answer.value[0])


@pytest.mark.parametrize("code", CODES)
def test_a_set_is_sound_and_its_examples_hold_and_touch_every_row(code: str) -> None:
    found = entry(code)
    assert unsound(found.rules) == []
    outcomes = run_all(found.rules, found.examples, NOW)
    assert [(one.example.name, one.differences) for one in outcomes if not one.held] == []
    rows = {(table.name, row.id) for table in found.rules.tables for row in table.rows}
    assert touched(found.rules, found.examples) == rows
    names = [one.name for one in found.examples]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("code", CODES)
def test_every_row_says_what_it_stands_on_and_tells_the_patient_in_both_languages(
    code: str,
) -> None:
    found = entry(code)
    assert found.about
    assert found.citations
    for table in found.rules.tables:
        for row in table.rows:
            assert row.evidence, row.id
            assert row.told, row.id
            assert row.told_en, row.id
            assert row.owner, row.id
            assert row.review_by is not None, row.id


@pytest.mark.parametrize("code", CODES)
def test_a_set_reads_back_the_same_and_names_one_hash(code: str) -> None:
    rules = entry(code).rules
    assert read(written(rules)) == rules
    assert content_hash(read(written(rules))) == content_hash(rules)


def test_the_library_holds_what_its_files_hold_and_none_is_approved() -> None:
    stored = {one.name.removesuffix(".json"): one for one in files(library).iterdir()}
    assert {name for name, one in stored.items() if one.name.endswith(".json")} == set(CODES)
    for code in CODES:
        about = json.loads(stored[code].read_text(encoding="utf-8"))["about"]
        assert about["status"] == "unapproved"
    assert titles()[0] == ("asthma", "Astma efter ACT")
    with pytest.raises(NotFound):
        entry("gout")


def test_the_obligations_are_those_that_are_listed() -> None:
    named = set()
    for code in CODES:
        owed = entry(code).rules.table("obligations")
        assert owed is not None
        named |= {str(row.outputs[0]) for row in owed.rows}
    assert named == set(OBLIGATIONS)


@pytest.mark.parametrize("code", CODES)
def test_no_set_breaks_a_national_standard_that_it_names(code: str) -> None:
    rules = entry(code).rules
    owed = applying(standards_on(NOW.date()), named_in(rules))
    assert bool(owed) == (code in ("asthma", "diabetes"))
    assert breaks(rules, owed, ("phq9", "siden-sidst")) == []


def inputs() -> list[tuple[str, Input]]:
    return [(code, one) for code in CODES for t in entry(code).rules.tables for one in t.inputs]


def test_every_input_comes_from_where_one_can_come() -> None:
    known = {"age", "months_since_contact", "wishes_contact", "digital_exempt"}
    known |= {"table:activity", "table:red_flags"}
    forms = {code: read_questionnaire(source(code)) for code in ("phq9", "siden-sidst")}
    for _code, one in inputs():
        kind, _, rest = one.source.partition(":")
        if kind == "measurement":
            measure = MEASURES[rest]
            assert (one.low, one.high, one.step) == (measure.low, measure.high, measure.step)
            assert one.unit == measure.unit
            continue
        if kind not in ("item", "score"):
            assert one.source in known, one.source
            continue
        form, _, name = rest.partition(":")
        if kind == "score":
            [score] = [score for score in forms[form].scores if score.name == name]
            assert (one.low, one.high) == (score.low, score.high)
            continue
        question = forms[form].question(name)
        assert question is not None, one.source
        assert one.choices == tuple(option.code for option in question.options)


def test_whoever_is_asked_to_see_a_patient_is_a_known_profession() -> None:
    for code in CODES:
        contact = entry(code).rules.table("contact")
        assert contact is not None
        assert {str(row.outputs[6]) for row in contact.rows} <= {"", *PROFESSIONS}


BOUNDARIES: list[tuple[str, str, Any, str]] = [
    # EPR-3 (American Family Physician 2009): ACT 20 and more, 16-19, 15 and less
    ("asthma", "act", 5, "red"),
    ("asthma", "act", 15, "red"),
    ("asthma", "act", 16, "yellow"),
    ("asthma", "act", 19, "yellow"),
    ("asthma", "act", 20, "green"),
    ("asthma", "act", 25, "green"),
    # DAS28: remission below 2.6, low to 3.2, moderate to 5.1, high above
    ("rheumatoid_arthritis", "das28", 2.5, "green"),
    ("rheumatoid_arthritis", "das28", 2.6, "green"),
    ("rheumatoid_arthritis", "das28", 3.2, "green"),
    ("rheumatoid_arthritis", "das28", 3.3, "yellow"),
    ("rheumatoid_arthritis", "das28", 5.1, "yellow"),
    ("rheumatoid_arthritis", "das28", 5.2, "red"),
    # FLARE-RA 2: below it a flare is ruled out; at it nothing is ruled in
    ("rheumatoid_arthritis", "flare_ra", 1.9, "green"),
    ("rheumatoid_arthritis", "flare_ra", 2, "yellow"),
    ("rheumatoid_arthritis", "flare_ra", 10, "yellow"),
    # Kroenke 2001: 5, 10, 15 and 20
    ("depression", "phq9_total", 0, "green"),
    ("depression", "phq9_total", 4, "green"),
    ("depression", "phq9_total", 5, "yellow"),
    ("depression", "phq9_total", 9, "yellow"),
    ("depression", "phq9_total", 10, "yellow"),
    ("depression", "phq9_total", 14, "yellow"),
    ("depression", "phq9_total", 15, "red"),
    ("depression", "phq9_total", 19, "red"),
    ("depression", "phq9_total", 20, "red"),
    ("depression", "phq9_total", 27, "red"),
]


@pytest.mark.parametrize(("code", "name", "value", "expected"), BOUNDARIES)
def test_the_published_limits_hold_at_every_boundary(
    code: str, name: str, value: Any, expected: str
) -> None:
    assert colour(code, **{name: value}) == expected


@pytest.mark.parametrize(
    ("code", "facts", "window"),
    [
        # EPR-3: again within 2 weeks, in 2-6 weeks, in 1-6 months
        ("asthma", {"act": 15}, (0, 2)),
        ("asthma", {"act": 16}, (2, 6)),
        ("asthma", {"act": 19}, (2, 6)),
        ("asthma", {"act": 25}, (4, 26)),
        # STRIDE: every 3 months in a flare, every 6-12 months in remission
        ("ibd", {"calprotectin": 800}, (4, 13)),
        ("ibd", {}, (26, 52)),
    ],
)
def test_the_published_intervals_hold(
    code: str, facts: dict[str, object], window: tuple[int, int]
) -> None:
    contact = decided(code, **facts).contact
    assert contact is not None
    assert (contact.from_weeks, contact.latest_weeks) == window


@pytest.mark.parametrize("total", [*range(28), None])
@pytest.mark.parametrize("ninth", ["1", "2", "3"])
@pytest.mark.parametrize("months", [0, 40, None])
def test_any_ninth_answer_above_nought_overrides_everything(
    ninth: str, total: int | None, months: int | None
) -> None:
    made = decided("depression", phq9_item9=ninth, phq9_total=total, months_since_contact=months)
    assert (made.colour, made.action) == ("red", "contact")
    assert made.calls == ("clinic", "1813")
    assert made.contact is not None
    assert (made.contact.urgency, made.contact.latest_weeks) == ("acute", 1)
    assert "suicide_risk_assessed" in made.obligations


@pytest.mark.parametrize("code", CODES)
def test_nobody_with_an_answer_missing_is_green(code: str) -> None:
    for name in WELL[code]:
        assert decided(code, **{name: None}).colour != "green", name


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("asthma", {"act": 21}),
        ("rheumatoid_arthritis", {"das28": 3.1}),
        ("rheumatoid_arthritis", {"flare_ra": 1.5}),
        ("ibd", {"calprotectin": 200}),
        ("depression", {"phq9_total": 4}),
        ("epilepsy", {"days_affected": 2}),
        ("diabetes", {"hba1c": 57}),
    ],
)
def test_near_a_limit_a_clinician_takes_a_second_look(code: str, facts: dict[str, object]) -> None:
    made = decided(code, **facts)
    assert colour(code, **facts) == "green"
    assert (made.colour, made.action) == ("yellow", "look")
    assert [reason.why for reason in made.reasons] == ["near_limit"]


@pytest.mark.parametrize(
    ("code", "most"),
    [
        ("asthma", 52),
        ("rheumatoid_arthritis", 52),
        ("depression", 52),
        ("diabetes", 52),
        ("ibd", 104),
        ("epilepsy", 104),
    ],
)
def test_whoever_is_always_well_is_still_seen_in_time(code: str, most: int) -> None:
    """However the questionnaires fall within their windows, two weeks to answer each, and the
    contact at its latest."""
    assert entry(code).rules.latest_weeks <= most
    longest, ahead = 0, {0}
    while ahead:
        week = ahead.pop()
        assert week <= most
        made = decided(code, months_since_contact=int(week / WEEKS_A_MONTH))
        assert made.contact is not None
        assert (made.colour, made.reasons) == ("green", ())
        if made.action == "contact":
            longest = max(longest, week + made.contact.latest_weeks)
        else:
            first, last = made.contact.from_weeks, made.contact.latest_weeks
            ahead |= {week + weeks for weeks in range(first, last + WEEKS_TO_ANSWER + 1)}
    assert most - 13 <= longest <= most


def test_what_no_source_gives_is_marked_so() -> None:
    """Limits of our own devising never pass for published ones."""
    for code, names in (("ibd", ("250",)), ("diabetes", ("75", "59"))):
        activity = entry(code).rules.table("activity")
        assert activity is not None
        own = [row.evidence for row in activity.rows if any(n in row.evidence for n in names)]
        assert own
        assert all(UNCITED in evidence for evidence in own)
    epilepsy = entry("epilepsy").rules.table("activity")
    assert epilepsy is not None
    assert {row.evidence for row in epilepsy.rows if row.id != "a5"} == {UNCITED}
