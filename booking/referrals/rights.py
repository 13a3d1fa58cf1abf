"""How long the law lets a patient wait, by date: data that may be corrected, not constants."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).with_name("rights.toml")


@dataclass(frozen=True)
class Rights:
    """Calendar days from the referral: to a work-up, and to the start of treatment."""

    workup_days: int
    treatment_days: int


def rights_on(day: date, corrections: Path | None = None) -> Rights:
    """What holds on a day. corrections: a file shaped as rights.toml; its entries come first."""
    shipped = tomllib.loads(SHIPPED.read_text())
    own: dict[str, Any] = {}
    if corrections is not None and corrections.exists():
        own = tomllib.loads(corrections.read_text())
    return Rights(
        _days_on(day, own.get("workup", []), shipped["workup"]),
        _days_on(day, own.get("treatment", []), shipped["treatment"]),
    )


def _days_on(day: date, *tables: list[dict[str, Any]]) -> int:
    """The latest entry in force of the first table that has one."""
    for table in tables:
        in_force = [entry for entry in table if entry["from"] <= day]
        if in_force:
            return int(max(in_force, key=lambda entry: entry["from"])["days"])
    return int(tables[-1][0]["days"])
