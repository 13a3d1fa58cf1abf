"""`rules eval` without --spec: an answer that no missing fact could have changed, or none."""

import json
from pathlib import Path

import pytest

from tests.integration.triage_rules.commands.conftest import Run
from tests.unit.triage_rules.dmn.models import decision, given, model, table
from tests.unit.triage_rules.tables.asthma import rules
from triage_rules.tables.dmn_files import written_as_dmn

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def asthma(tmp_path: Path) -> Path:
    """The asthma rules as a file."""
    file = tmp_path / "asthma.dmn"
    file.write_bytes(written_as_dmn(rules()))
    return file


def asked(run: Run, file: Path, name: str, facts: object, *options: str) -> dict[str, object]:
    given_facts = file.with_suffix(".json")
    given_facts.write_text(json.dumps(facts))
    code, text = run("eval", file, "--decision", name, "--facts", given_facts, "--json", *options)
    found: dict[str, object] = json.loads(text)
    assert text == f"{text.strip()}\n"
    assert code == (2 if "refused" in found else 0)
    return found


def test_complete_facts_are_answered(run: Run, asthma: Path) -> None:
    found = asked(run, asthma, "contact", {"act": 24, "breathless_at_rest": False})
    assert found == {
        "decision": "contact",
        "value": {
            "action": "contact",
            "form": "phone",
            "from_weeks": 4,
            "target_weeks": 12,
            "latest_weeks": 26,
            "minutes": 30,
            "profession": "doctor",
            "urgency": "routine",
        },
        "fired": [
            {"table": "decision 'activity'", "row": 3, "id": "activity.a3"},
            {"table": "decision 'contact'", "row": 3, "id": "contact.c3"},
        ],
    }


def test_what_is_missing_goes_to_a_clinician_and_says_why(run: Run, asthma: Path) -> None:
    found = asked(run, asthma, "contact", {"act": 24})
    assert found == {
        "decision": "contact",
        "value": None,
        "fired": [{"table": "decision 'activity'", "row": 3, "id": "activity.a3"}],
        "needs_clinician": [
            {"table": "decision 'red_flags'", "input": "breathless_at_rest", "state": "absent"}
        ],
    }


def test_what_is_broken_goes_to_a_clinician(run: Run, asthma: Path) -> None:
    broken: list[tuple[object, str]] = [
        (99, "out_of_range"),
        (24.5, "mistyped"),
        ("24", "mistyped"),
        (1e300, "mistyped"),
        ({"value": [24]}, "mistyped"),
    ]
    for act, state in broken:
        found = asked(run, asthma, "activity", {"act": act})
        need = {"table": "decision 'activity'", "input": "act", "state": state}
        assert (found["value"], found["needs_clinician"]) == (None, [need])


def test_a_fact_is_of_the_instant_it_says(run: Run, asthma: Path) -> None:
    flag = {"value": False, "at": "2026-11-10T08:00:00Z"}
    facts = {"act": {"value": 24, "at": "2026-11-10T08:00:00Z"}, "breathless_at_rest": flag}
    found = asked(run, asthma, "contact", facts)
    assert found["needs_clinician"] == [
        {"table": "decision 'red_flags'", "input": "breathless_at_rest", "state": "stale"}
    ], "a flag is asked about every week"
    then = asked(run, asthma, "contact", facts, "--at", "2026-11-12T08:00:00+01:00")
    assert "needs_clinician" not in then
    unknown = {"act": 24, "breathless_at_rest": {"value": False, "at": None}}
    assert asked(run, asthma, "contact", unknown)["needs_clinician"] == found["needs_clinician"]
    later = asked(run, asthma, "contact", facts, "--at", "2026-11-09T08:00:00+01:00")
    assert later["value"] is None, "what is not yet true is not known"


def test_what_cannot_be_meant_is_refused(run: Run, asthma: Path) -> None:
    meant: list[tuple[object, tuple[str, ...]]] = [
        ({"actt": 24}, ()),
        ({"act": {"at": "2026-11-10T08:00:00Z"}}, ()),
        ({"act": {"value": 24, "when": "2026-11-10"}}, ()),
        ({"act": {"value": 24, "at": "2026-11-10T08:00:00"}}, ()),
        ({"act": {"value": 24, "at": 7}}, ()),
        ({"colour": "green"}, ()),
        ({"act": 24}, ("--at", "soon")),
    ]
    for facts, options in meant:
        assert set(asked(run, asthma, "activity", facts, *options)) == {"refused"}


def test_the_whole_rule_set_answers_to_its_own_name(run: Run, asthma: Path) -> None:
    found = asked(run, asthma, "astma", {"act": 20, "breathless_at_rest": False})
    value = found["value"]
    assert isinstance(value, dict)
    assert (value["colour"], value["action"]) == ("yellow", "look")
    assert value["reasons"] == [{"why": "near_limit", "table": "activity", "input": "act"}]
    assert value["contact"]["form"] == "phone"
    unknown = asked(run, asthma, "astma", {"act": 24})["value"]
    assert isinstance(unknown, dict)
    assert unknown["reasons"][0]["input"] == "breathless_at_rest"


def test_a_model_from_elsewhere_is_read_strictly_too(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "m.dmn"
    logic = table(["score"], [([">= 20"], ['"high"']), (["< 20"], ['"low"'])])
    file.write_bytes(model(given("score", "number"), decision("urgency", logic, ["score"])))
    assert asked(run, file, "urgency", {"score": 20.5})["value"] == "high"
    assert asked(run, file, "urgency", {})["value"] is None
    computed = logic.replace("&gt;= 20", "&gt;= 10 + 10")
    file.write_bytes(model(given("score", "number"), decision("urgency", computed, ["score"])))
    refused = asked(run, file, "urgency", {"score": 20})["refused"]
    assert isinstance(refused, dict)
    assert refused["where"] == "decision 'urgency', row 1, input 1 (score)"
    assert asked(run, file, "urgency", {"score": 20}, "--spec")["value"] == "high"


def test_a_time_is_for_the_strict_reading_only(run: Run, asthma: Path) -> None:
    facts = asthma.with_suffix(".json")
    facts.write_text("{}")
    code, _ = run(
        "eval", asthma, "--decision", "x", "--facts", facts, "--spec", "--at", "2026-11-10T08:00Z"
    )
    assert code == 2
