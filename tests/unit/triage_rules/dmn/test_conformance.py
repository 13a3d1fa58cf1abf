"""Every case of the DMN conformance kit's decision tables, in `spec` mode.

The kit is outside the project (RETTID_REFERENCE_DIR); without it these tests are skipped by name.
"""

import os
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from triage_rules.dmn.evaluate import evaluate
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused
from triage_rules.tables.dmn_strict import StrictModel
from triage_rules.tables.evaluate import Fact

ROOT = Path(__file__).parents[4]
DIRECTORY = Path(os.environ.get("RETTID_REFERENCE_DIR", ROOT.parent / "shared")) / "dmn-tck"
CASES_IN_THE_KIT = 51
KIT = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not DIRECTORY.exists(), reason="no dmn-tck in RETTID_REFERENCE_DIR"),
]


def cases() -> list[tuple[Path, Element]]:
    found: list[tuple[Path, Element]] = []
    for file in sorted(DIRECTORY.glob("*/*-test-*.xml")):
        suite = fromstring(file.read_bytes())
        model = file.parent / (suite.findtext(f"{KIT}modelName") or "")
        found += [(model, case) for case in suite.findall(f"{KIT}testCase")]
    return found


def value_of(node: Element) -> object:
    """A value of the kit, as JSON would give it."""
    parts = node.findall(f"{KIT}component")
    if parts:
        return {part.get("name"): value_of(part) for part in parts}
    listed = node.find(f"{KIT}list")
    if listed is not None:
        return tuple(value_of(item) for item in listed.findall(f"{KIT}item"))
    value = node.find(f"{KIT}value")
    if value is None or value.get(f"{XSI}nil") == "true":
        return None
    return _typed(value.text or "", value.get(f"{XSI}type", "xsd:string").partition(":")[2])


def _typed(text: str, kind: str) -> object:
    match kind:
        case "decimal" | "double" | "integer":
            return Decimal(text)
        case "boolean":
            return text == "true"
        case "date":
            return date.fromisoformat(text)
    assert kind == "string"
    return text


def test_the_kit_is_whole() -> None:
    assert len(cases()) == CASES_IN_THE_KIT


@pytest.mark.parametrize(
    ("model", "case"),
    [pytest.param(m, c, id=f"{m.stem}-{c.get('id')}") for m, c in cases()],
)
def test_a_case_of_the_kit(model: Path, case: Element) -> None:
    definitions = read(model.read_bytes())
    facts = {str(node.get("name")): value_of(node) for node in case.findall(f"{KIT}inputNode")}
    results = case.findall(f"{KIT}resultNode")
    assert results
    for result in results:
        expected = result.find(f"{KIT}expected")
        assert expected is not None
        assert evaluate(definitions, str(result.get("name")), facts).value == value_of(expected)


@pytest.mark.parametrize(
    ("model", "case"),
    [pytest.param(m, c, id=f"{m.stem}-{c.get('id')}") for m, c in cases()],
)
def test_read_strictly_a_case_is_answered_alike_or_refused(model: Path, case: Element) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    inputs = case.findall(f"{KIT}inputNode")
    facts = {str(node.get("name")): Fact(value_of(node), now) for node in inputs}
    strict = StrictModel(read(model.read_bytes()))
    for result in case.findall(f"{KIT}resultNode"):
        expected = result.find(f"{KIT}expected")
        assert expected is not None
        outcome: object = None
        with suppress(Refused):  # a clinicians' table has no default
            outcome = strict(str(result.get("name")), facts, now).value
        unread = outcome is None and b"defaultOutputEntry" in model.read_bytes()
        assert unread or outcome == value_of(expected)
