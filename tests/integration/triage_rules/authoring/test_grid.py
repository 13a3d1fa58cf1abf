"""A draft is edited cell by cell, row by row and column by column, and who may."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask

from booking.platform.database import Session
from booking.platform.identity import Role
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.authoring.conftest import REVIEW_BY, House
from tests.integration.triage_rules.authoring.grid import (
    A2,
    C1,
    Grid,
    grid,
    other,
    says,
    signed_in,
)
from triage_rules.authoring import queries
from triage_rules.standards.catalogue import PORT, SHIPPED
from triage_rules.tables.model import AnyValue, Cell, Interval, Is, Missing, OneOf

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
__all__ = ["grid", "other"]


def test_each_tab_is_shown(grid: Grid) -> None:
    says(grid.see(), "Kladde: Astma", "fra 16 til 19", "gul", "Tabellen har ingen huller")
    says(grid.see(tabel="contact"), "fremmøde", "2 uger", "speciallæge")
    says(grid.see(tabel="eksempler"), "En patient med", "tag det med")
    says(grid.see(tabel="regelsaet"), "ingen går længere end 52 uger", "ACT højst 0 fra grænsen 20")
    says(grid.see(tabel="nonsense"), "Sygdomsaktivitet")


WAYS: list[tuple[dict[str, str], Cell]] = [
    ({"how": "any"}, AnyValue()),
    ({"how": "missing"}, Missing()),
    ({"how": "known"}, Interval()),
    ({"how": "equal", "low": "17"}, Interval(Decimal(17), Decimal(17))),
    ({"how": "at_least", "low": "17"}, Interval(Decimal(17), None)),
    ({"how": "above", "low": "17"}, Interval(Decimal(17), None, low_closed=False)),
    ({"how": "at_most", "low": "17"}, Interval(None, Decimal(17))),
    ({"how": "below", "low": "17"}, Interval(None, Decimal(17), high_closed=False)),
    (
        {"how": "between", "low": "16", "high": "18", "high_closed": "1"},
        Interval(Decimal(16), Decimal(18), low_closed=False),
    ),
]
NO_WAYS = [
    ({"how": "at_least"}, "Skriv et tal."),
    ({"how": "at_least", "low": "tyve"}, "Skriv et tal som 7 eller 7,5."),
    ({"how": "at_least", "low": "26"}, "ACT går fra 5 til 25."),
    ({"how": "at_least", "low": "7,5"}, "ACT går i trin på 1."),
    ({"how": "between", "low": "9", "high": "8", "low_closed": "1"}, "større end det første"),
    ({"how": "nonsense"}, "Vælg en af mulighederne."),
    ({}, "Udfyld feltet."),
]


def test_a_number_is_asked_for_in_every_way(grid: Grid) -> None:
    for fields, expected in WAYS:
        saved = grid.send("/celle", {**A2, **fields})
        says(saved, "Fortryd det sidste")
        assert 'data-focus="c2-1"' in saved.text
        assert grid.row("a2").cells == (expected,)
        assert f'value="{fields["how"]}" selected' in grid.see("/celle", **A2).text
        assert grid.send("/celle", {**A2, **fields}).status_code == 200


def test_what_is_no_number_of_the_input_is_refused_at_its_field(grid: Grid) -> None:
    for fields, message in NO_WAYS:
        says(grid.send("/celle", {**A2, **fields}), message, status=422)
        page = grid.send("/celle", {**A2, **fields}, fragment=False)
        says(page, message, "Til kladden", status=422)
    assert grid.row("a2").cells == (Interval(Decimal(16), Decimal(19)),)


def test_choices_and_yes_or_no(grid: Grid) -> None:
    colour = {**C1, "oplysning": "colour"}
    grid.send("/celle", {**colour, "chosen": ["red", "yellow"]})
    assert grid.row("c1", "contact").cells == (OneOf(frozenset({"red", "yellow"})),)
    grid.send("/celle", colour)
    assert grid.row("c1", "contact").cells == (AnyValue(),)
    says(grid.send("/celle", {**colour, "chosen": ["blue"]}), "mulighederne", status=422)
    grid.send("/celle", {**colour, "missing": "1"})  # what is always known is never missing
    assert grid.row("c1", "contact").cells == (AnyValue(),)

    breath = {"tabel": "red_flags", "raekke": "f1", "oplysning": "breathless_at_rest"}
    for how, cell in (("no", Is(False)), ("missing", Missing()), ("any", AnyValue())):
        grid.send("/celle", {**breath, "how": how})
        assert grid.row("f1", "red_flags").cells == (cell,)


def test_only_the_answers_that_were_changed_are_saved(grid: Grid, other: Grid) -> None:
    was = {"was_form": "in_person", "was_minutes": "30", "was_profession": "doctor"}
    sent = grid.send("/svar", {**C1, **was, "form": "video", "minutes": "30", "profession": "any"})
    says(sent, "Fortryd det sidste")
    outputs = grid.row("c1", "contact").outputs
    assert (outputs[1], outputs[5], outputs[6], outputs[7]) == ("video", Decimal(30), "", "soon")
    says(grid.send("/svar", {**C1, "minutes": "500"}), "fra 0 til 240", status=422)
    says(grid.send("/svar", {**C1, "form": "by pigeon"}), "mulighederne", status=422)


def test_what_is_wrong_is_told_beside_the_grid_at_once(grid: Grid) -> None:
    sent = grid.send("/celle", {**A2, "how": "at_least", "low": "16"})
    says(sent, "Sygdomsaktivitet (1 problem)", "En patient med ACT 20 point", "række 2 og 3")
    assert 'data-said="Gemt. 1 problem i tabellen."' in sent.text
    sent = grid.send("/celle", {**A2, "how": "at_least", "low": "25"})
    says(sent, "ACT 16 point rammer ingen række. Hullet: ACT: fra 16 til 19.")
    # Gap 0 is filled by a row; the overlap at 25 stays.
    sent = grid.send("/raekker", {"tabel": "activity", "gap": "0"})
    new = grid.table().rows[-1]
    assert isinstance(new.cells[0], Interval)
    assert new.cells[0].has(Decimal(16))
    assert (new.evidence, new.owner, new.review_by) == ("EPR-3, AAFP 2009", "AH", REVIEW_BY)
    says(sent, "Række 5 mangler et svar")


def test_rows_are_added_copied_moved_merged_and_removed(grid: Grid) -> None:
    grid.send("/raekker", {"tabel": "activity", "raekke": "a1"})
    new = grid.table().rows[1].id
    grid.send("/raekke/goer", {"tabel": "activity", "raekke": new, "act": "remove"})
    copied = grid.send("/raekke/goer", {"tabel": "activity", "raekke": "a2", "act": "copy"})
    assert 'data-focus="c3-0"' in copied.text
    copy = grid.table().rows[2].id
    grid.send("/raekke/goer", {"tabel": "activity", "raekke": copy, "act": "up"})
    assert [row.id for row in grid.table().rows] == ["a1", copy, "a2", "a3", "a4"]
    grid.send("/raekke/goer", {"tabel": "activity", "raekke": copy, "act": "down"})
    grid.send("/raekke/goer", {"tabel": "activity", "raekke": copy, "act": "remove"})
    says(grid.send("/svar", {**A2, "colour": "red"}), "kan blive til én med ACT: højst 19")
    merged = grid.send("/saml", {"tabel": "activity", "first": "a1", "second": "a2"})
    says(merged, "Tabellen har ingen huller")
    assert [row.id for row in grid.table().rows] == ["a1", "a3", "a4"]
    for row_id in ("a1", "a3", "a4"):
        grid.send("/raekke/goer", {"tabel": "activity", "raekke": row_id, "act": "remove"})
    says(grid.see(), "Tabellen har ingen rækker endnu")


def test_the_details_of_a_row_and_of_those_that_lack_them(grid: Grid) -> None:
    told = {"told": "Ring\r\nnu.", "was_told": "", "evidence": "GINA", "was_evidence": "x"}
    grid.send("/raekke", {**A2, **told, "review_by": "2028-01-02"})
    row = grid.row("a2")
    assert (row.told, row.evidence, row.review_by) == ("Ring\nnu.", "GINA", date(2028, 1, 2))
    cleared = {"owner": "", "was_owner": row.owner, "was_told": row.told, "was_evidence": "GINA"}
    grid.send("/raekke", {**A2, **cleared, "was_review_by": "2028-01-02", "told": row.told})
    assert (grid.row("a2").owner, grid.row("a2").evidence, grid.row("a2").review_by) == (
        "",
        "",
        None,
    )
    says(grid.see(), "mangler begrundelse, ansvarlig og dato")
    grid.send("/begrundelser", {"evidence": "EPR-3", "owner": "AH", "review_by": "2028-01-02"})
    assert (grid.row("a2").owner, grid.row("a2").evidence) == ("AH", "EPR-3")
    says(grid.send("/raekke", {**A2, "review_by": "snart"}), "Skriv en dato", status=422)


def test_a_column_is_chosen_described_moved_and_removed(grid: Grid) -> None:
    says(grid.see("/oplysninger", tabel="activity"), "HbA1c", "Alder (år)")
    says(
        grid.see("/oplysninger/ny", tabel="activity"), "Vælg, hvad der skal spørges om.", status=422
    )
    form = {"tabel": "activity", "kilde": "measurement:hba1c"}
    says(grid.see("/oplysninger/ny", **form), "Spørg om HbA1c", "Må højst være")
    described = {"label": "HbA1c", "unit": "mmol/mol", "low": "20", "high": "150", "step": "1"}
    wrong = {**form, **described, "high": "10", "step": "1"}
    says(grid.send("/oplysninger/ny", wrong), "større end det mindste", status=422)
    grid.send("/oplysninger/ny", {**form, **described, "greatest_age_days": "90"})
    asked = grid.table().inputs[1]
    assert (asked.name, asked.low, asked.greatest_age_days) == ("hba1c", Decimal(20), 90)
    assert asked.source == "measurement:hba1c"

    column = {"tabel": "activity", "oplysning": "hba1c"}
    says(grid.see("/oplysning", **column), "Kommer fra", "Fjern kolonnen")
    grid.send("/oplysning", {**column, **described, "label": "Langtidsblodsukker"})
    assert (grid.table().inputs[1].label, grid.table().inputs[1].greatest_age_days) == (
        "Langtidsblodsukker",
        None,
    )
    says(grid.send("/oplysning", {**column, "source": "x"}), "Udfyld feltet", status=422)
    grid.send("/oplysning/goer", {**column, "act": "left"})
    assert [one.name for one in grid.table().inputs] == ["hba1c", "act"]
    grid.send("/oplysning/goer", {**column, "act": "right"})
    grid.send("/oplysning/goer", {**column, "act": "remove"})
    assert [one.name for one in grid.table().inputs] == ["act"]


def test_an_input_another_table_has_is_the_same_and_a_questionnaires_choices_have_words(
    grid: Grid,
) -> None:
    shared = {"tabel": "contact", "kilde": "score:act"}
    says(grid.see("/oplysninger", tabel="contact"), "ACT (point)")
    says(grid.see("/oplysninger/ny", **shared), "Bruges også i Sygdomsaktivitet")
    described = {"label": "ACT", "unit": "point", "low": "5", "high": "25", "step": "1"}
    grid.send("/oplysninger/ny", {**shared, **described, "greatest_age_days": "14"})
    assert grid.table("contact").inputs[1] == grid.table().inputs[0]
    assert grid.table().inputs[0].greatest_age_days == 14

    item = {"tabel": "activity", "kilde": "item:siden-sidst:siden-tilstand"}
    grid.send("/oplysninger/ny", {**item, "label": "Tilstand"})
    asked = grid.table().inputs[1]
    says(
        grid.see("/celle", tabel="activity", raekke="a1", oplysning=asked.name),
        "Bedre",
        "Meget dårligere",
    )
    worse = {"tabel": "activity", "raekke": "a1", "oplysning": asked.name}
    says(grid.send("/celle", {**worse, "chosen": ["much-worse"]}), "Meget dårligere")
    both = {**worse, "chosen": ["much-worse"], "missing": "1"}
    says(grid.send("/celle", both), "ikke begge dele", status=422)


def test_a_source_can_be_given_to_what_came_without_one(grid: Grid) -> None:
    column = {"tabel": "activity", "oplysning": "act"}
    described = {"label": "ACT", "unit": "point", "low": "5", "high": "25", "step": "1"}
    sent = grid.send("/oplysning", {**column, **described, "source": "measurement:act"})
    assert sent.status_code == 200
    assert grid.table().inputs[0].source == "measurement:act"
    wrong = {**column, **described, "source": "wishes_contact"}
    says(grid.send("/oplysning", wrong), "mulighederne", status=422)


def test_what_is_about_the_whole(grid: Grid) -> None:
    grid.send("/navn", {"label": "Astma, voksne", "latest_weeks": "40"})
    assert (grid.rules.label, grid.rules.latest_weeks) == ("Astma, voksne", 40)
    says(
        grid.send("/navn", {"label": "", "latest_weeks": "400"}), "Udfyld", "1 til 260", status=422
    )
    look = {"oplysning": "act", "limit": "15", "within": "1"}
    grid.send("/ekstra-blik", look)
    assert len(grid.rules.second_looks) == 2
    says(grid.send("/ekstra-blik", {**look, "within": "-1"}), "Skriv 0", status=422)
    grid.send("/ekstra-blik/fjern", {"oplysning": "act", "limit": "15"})
    assert len(grid.rules.second_looks) == 1
    says(grid.send("/forpligtelser", {}), "Hvad en national standard kræver")
    assert grid.table("obligations").rows == ()
    grid.send("/forpligtelser/fjern", {})
    assert grid.rules.table("obligations") is None
    says(grid.send("/maade", {"tabel": "activity", "policy": "FIRST"}), "Den første række")
    says(grid.send("/maade", {"tabel": "activity", "policy": "COLLECT"}), "mulighed", status=422)
    says(grid.see("/maade", tabel="activity"), "Rød går før gul")


def test_a_column_is_suggested_in_the_readers_language(grid: Grid) -> None:
    age = {"tabel": "contact", "kilde": "age"}
    assert 'value="Alder"' in grid.see("/oplysninger/ny", **age).text
    says(grid.see(tabel="contact"), "Farve")
    grid.browser.get("/sprog/en")
    assert 'value="Age"' in grid.see("/oplysninger/ny", **age).text
    says(grid.see("/oplysninger", tabel="contact"), "Age (years)", "Systolic blood pressure")
    says(grid.see(tabel="contact"), "Colour", "30 minutes")


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_column_that_is_suggested_can_be_added_as_it_is(grid: Grid, language: str) -> None:
    grid.browser.get(f"/sprog/{language}")
    pick = grid.see("/oplysninger", tabel="red_flags").text
    offered = [one for one in re.findall(r'<option value="([^"]+)"', pick) if "phq9" in one]
    assert len(offered) > 9
    for kilde in offered:
        form = {"tabel": "red_flags", "kilde": kilde}
        step = grid.see("/oplysninger/ny", **form).text
        typed = dict(re.findall(r'name="(label|unit|low|high|step)"[^>]* value="([^"]*)"', step))
        assert typed["label"]
        typed = {name: unescape(value) for name, value in typed.items()}
        assert grid.send("/oplysninger/ny", {**form, **typed}).status_code == 200, typed


def test_obligations_are_offered_as_the_installation_has_corrected_them(
    grid: Grid, rettid: Rettid
) -> None:
    grid.send("/forpligtelser", {})
    grid.send("/raekker", {"tabel": "obligations"})
    where = {"tabel": "obligations", "raekke": grid.table("obligations").rows[0].id}
    says(grid.see("/svar", **where), "Ambulant kontrol på sygehus hvert år")
    shipped = SHIPPED.read_text()
    corrected = shipped[: shipped.index("[[standard]]", 20 + shipped.index("[[standard]]"))]
    rettid.database.ports[PORT].write_text(corrected.replace("asthma_yearly_control", "peak_flow"))
    assert 'value="peak_flow"' in grid.see("/svar", **where).text
    assert "asthma_yearly_control" not in grid.see("/svar", **where).text
    grid.send("/svar", {**where, "obligation": "peak_flow", "was_obligation": ""})
    assert grid.table("obligations").rows[0].outputs == ("peak_flow",)


def test_a_draft_under_review_is_only_read(grid: Grid, session: Session, house: House) -> None:
    rule_set = queries.rule_set_here(session, grid.clinic_id, grid.rule_set_id)
    house.sent(session, rule_set)
    session.commit()
    page = grid.see()
    says(page, "venter på godkendelse", "fra 16 til 19")
    assert "data-open" not in page.text
    late = grid.send("/celle", {**A2, "how": "any"})
    says(late, "Kladden venter på godkendelse", "Du ville", "uanset", status=409)
    assert "<!doctype" not in late.text


def test_only_the_clinics_own_clinicians_write(
    app: Flask, grid: Grid, session: Session, house: House
) -> None:
    session.rollback()
    elsewhere = make.staff(session, make.clinic(session), Role.CLINICIAN)
    secretary = make.staff(session, house.clinic, Role.SECRETARY)
    session.commit()
    for staff, status in ((elsewhere, 404), (secretary, 403), (house.leads, 403)):
        browser = signed_in(app, staff)
        assert browser.get(grid.address()).status_code == status
        cell = {**A2, "how": "any", "edition": 1}
        assert browser.post(grid.address("/celle"), data=cell).status_code == status
    assert grid.row("a2").cells == (Interval(Decimal(16), Decimal(19)),)


def test_without_scripts_each_edit_leads_back_to_its_place(grid: Grid) -> None:
    sent = grid.send("/celle", {**A2, "how": "any"}, fragment=False)
    assert sent.status_code == 303
    assert sent.location.endswith("/kladde?tabel=activity#c2-1")
    says(grid.see("/celle", **A2), "ACT i række 2", "Til kladden")
    says(grid.see("/celle", tabel="activity", raekke="gone", oplysning="act"), "mere", status=409)
