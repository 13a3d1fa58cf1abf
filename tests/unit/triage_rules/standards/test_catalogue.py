"""The standards that are shipped, a clinic's corrections, and what is refused in a file."""

from datetime import date
from pathlib import Path

import pytest

from triage_rules.standards.catalogue import (
    SHIPPED,
    MalformedStandards,
    applying,
    load,
    standards_on,
)

TODAY = date(2026, 11, 23)
OWN = """
[[standard]]
code = "asthma"
title_da = "Astma"
title_en = "Asthma"
population_da = "Alle"
population_en = "All"
source = "Klinikken"
edition = "{edition}"
valid_from = {first}
[[standard.obligation]]
code = "asthma_yearly_control"
title_da = "Kontrol"
title_en = "Control"
months = 12
share = 90
ways = ["contact:in_person", "contact:video"]
"""


def test_the_shipped_standards_demand_what_they_are_cited_for() -> None:
    demanded = {
        one.code: (one.months, one.share)
        for standard in standards_on(TODAY)
        for one in standard.obligations
    }
    assert demanded == {
        "asthma_yearly_control": (12, None),
        "diabetes_bp_yearly": (12, 95),
        "diabetes_albuminuria_2y": (24, 95),
        "diabetes_eyes_2y": (24, 90),
        "diabetes_feet_2y": (24, 95),
        "copd_fev1_yearly": (12, 90),
        "copd_bmi_yearly": (12, 90),
        "copd_mrc_yearly": (12, 90),
        "copd_smoking_yearly": (12, 90),
        "spa_basdai_yearly": (12, 80),
        "spa_basfi_yearly": (12, 80),
        "spa_basmi_yearly": (12, 80),
    }


def test_most_demand_a_measurement_and_not_a_visit() -> None:
    every = [one for standard in standards_on(TODAY) for one in standard.obligations]
    assert [one.code for one in every if one.needs_contact] == ["asthma_yearly_control"]


def test_a_standard_holds_from_its_day() -> None:
    assert {one.code for one in standards_on(date(2015, 6, 1))} == {"spondyloarthritis"}
    assert standards_on(date(2014, 12, 31)) == ()


def test_a_clinics_own_file_replaces_the_standard_it_names_and_no_other(tmp_path: Path) -> None:
    corrections = tmp_path / "standards.toml"
    corrections.write_text(OWN.format(edition="2030", first="2020-01-01"))
    found = {one.code: one for one in standards_on(TODAY, corrections)}
    assert found["asthma"].edition == "2030"
    assert found["asthma"].obligations[0].share == 90
    assert found["diabetes"] == {one.code: one for one in standards_on(TODAY)}["diabetes"]
    assert "asthma" not in {one.code for one in standards_on(date(2019, 1, 1), corrections)}


def test_the_latest_edition_begun_is_the_one_that_holds() -> None:
    editions = load(
        OWN.format(edition="1", first="2018-01-01") + OWN.format(edition="2", first="2026-11-23")
    )
    assert [one.edition for one in editions if one.in_force(TODAY)] == ["1", "2"]


def test_a_pathway_names_a_standard_or_one_obligation_of_it() -> None:
    standards = standards_on(TODAY)
    assert len(applying(standards, ["diabetes"])) == 4
    assert [o.code for o in applying(standards, ["copd_fev1_yearly"])] == ["copd_fev1_yearly"]
    assert applying(standards, ["unknown"]) == []


@pytest.mark.parametrize(
    ("was", "instead", "where"),
    [
        ("months = 12", 'months = "12"', "asthma/asthma_yearly_control/months"),
        ("months = 12", "month = 12", "asthma/asthma_yearly_control"),
        ("share = 90", "share = 101", "asthma/asthma_yearly_control/share"),
        ("contact:video", "contact:letter", "asthma/asthma_yearly_control/ways"),
        ("contact:video", "hba1c", "asthma/asthma_yearly_control/ways"),
        ('title_da = "Astma"', 'title_da = ""', "asthma/title_da"),
        ("valid_from = 2018-01-01", 'valid_from = "2018"', "asthma/valid_from"),
        ("valid_from = 2018-01-01", "valid_from = 2018-01-01\nvalid_to = 2017-01-01", "asthma/v"),
        ("[[standard.obligation]]", "[[standard.obligations]]", "asthma"),
        ("[[standard]]", "[[standards]]", ""),
        ("=", ":", ""),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_the_place(was: str, instead: str, where: str) -> None:
    text = OWN.format(edition="1", first="2018-01-01").replace(was, instead)
    with pytest.raises(MalformedStandards) as refused:
        load(text)
    assert refused.value.where.startswith(where)


def test_the_same_edition_twice_is_refused() -> None:
    with pytest.raises(MalformedStandards):
        load(SHIPPED.read_text() + SHIPPED.read_text())
