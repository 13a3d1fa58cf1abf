"""Example rule sets to begin from: unapproved drafts with their citations.

Each is a JSON file beside this one: what it is about, the rules in their written form, and
example patients that between them touch every row. They can be cloned, never published as they
are. What no source gives says so in its row's evidence.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from booking.platform.errors import NotFound
from triage_rules.tables import examples, written
from triage_rules.tables.examples import Example
from triage_rules.tables.rule_set import RuleSet

CODES = ("asthma", "rheumatoid_arthritis", "ibd", "depression", "epilepsy", "diabetes")

# Every obligation that the library's rules name.
OBLIGATIONS = (
    "asthma_yearly_control",
    "diabetes_albuminuria_2y",
    "diabetes_bp_yearly",
    "diabetes_eyes_2y",
    "diabetes_feet_2y",
    "ibd_flare_review_3m",
    "ibd_review_yearly",
    "ra_yearly_visit",
    "safety_net_review",
    "suicide_risk_assessed",
)


@dataclass(frozen=True)
class Entry:
    """A rule set of the library. about: what it stands on and what the clinic must settle."""

    code: str
    label: str
    about: str
    citations: tuple[str, ...]
    rules: RuleSet
    examples: tuple[Example, ...]


def titles() -> tuple[tuple[str, str], ...]:
    """(code, label) of every entry, in the order they are shown."""
    return tuple((code, entry(code).label) for code in CODES)


@cache
def entry(code: str) -> Entry:
    """An entry by its code; raises NotFound for one there is none of."""
    if code not in CODES:
        raise NotFound
    text = (Path(__file__).parent / f"{code}.json").read_text(encoding="utf-8")
    plain = json.loads(text)
    about = plain["about"]
    return Entry(
        code,
        about["title"],
        about["summary"],
        tuple(about["citations"]),
        written.read(json.dumps(plain["rules"])),
        examples.read(json.dumps(plain["examples"])),
    )
