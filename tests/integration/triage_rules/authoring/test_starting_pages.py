"""A rule set is begun from nothing, from the library, or from a file, which it goes out as too."""

import io
import json

import pytest
from flask.testing import FlaskClient

from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.triage_rules.authoring.conftest import (
    House,
    home,
    lacks,
    rule_sets,
    says,
    sound,
    the_draft,
)
from triage_rules import library
from triage_rules.authoring import editing
from triage_rules.tables import written
from triage_rules.tables.dmn_files import read_rules, written_as_dmn

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
REFUSED = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="x"
 namespace="n">
 <inputData id="q" name="ACT"><variable id="v" name="ACT"
 typeRef="number"/></inputData><decision id="a" name="Activity"><informationRequirement id="ir">
 <requiredInput href="#q"/></informationRequirement><decisionTable id="t" hitPolicy="UNIQUE">
 <input id="i"><inputExpression id="ie" typeRef="number"><text>ACT</text></inputExpression></input>
 <output id="o" name="colour" typeRef="string"/><rule id="r1">
 <inputEntry id="e1"><text>? * 2 > 30</text></inputEntry>
 <outputEntry id="oe"><text>"red"</text></outputEntry></rule></decisionTable></decision>
 </definitions>"""


def test_a_blank_rule_set_is_begun_and_says_what_it_lacks(
    session: Session, house: House, author: FlaskClient
) -> None:
    says(author.get(home(house)), "Klinikken har ingen regler endnu", "Begynd et regelsæt")
    says(author.post(f"{home(house)}/ny", data={}), "Skriv, hvad regelsættet", status=422)
    made = author.post(f"{home(house)}/ny", data={"label": "Gigt, årlig"}, follow_redirects=True)
    says(made, "Gigt, årlig", "skal på plads", "Tabellen har ingen rækker endnu")
    lacks(made, "Send til godkendelse</button>")
    assert "/kladde?tabel=contact" in made.text
    (rule_set,) = rule_sets(session, house)
    assert rule_set.code == "gigt-aarlig"
    author.post(f"{home(house)}/ny", data={"label": "Gigt, årlig"})
    assert {one.code for one in rule_sets(session, house)} == {"gigt-aarlig", "gigt-aarlig-2"}


@pytest.mark.parametrize("code", library.CODES)
def test_what_is_cloned_from_the_library_is_not_approved_and_nobodys(
    session: Session, house: House, author: FlaskClient, code: str
) -> None:
    entry = library.entry(code)
    says(author.get(f"{home(house)}/ny"), entry.label, "Ikke godkendt")
    there = f"{home(house)}/ny/bibliotek/{code}"
    says(author.get(there), "Ikke godkendt", *entry.citations, "Holder")
    made = author.post(there, data={"label": "Vores egen"}, follow_redirects=True)
    says(made, "mangler en ansvarlig", f"Bibliotekets »{entry.label}«")
    draft = the_draft(session, *rule_sets(session, house))
    assert not any(row.owner for table in draft.rules.tables for row in table.rows)
    assert author.get(f"{home(house)}/ny/bibliotek/nothing").status_code == 404


def test_the_clinics_own_rules_are_copied_to_a_rule_set_of_its_own(
    session: Session, house: House, author: FlaskClient, approver: FlaskClient
) -> None:
    rule_set = house.begin(session)
    session.commit()
    there = f"{home(house)}/ny/kopi/{rule_set.id}"
    lacks(author.get(f"{home(house)}/ny"), "klinikkens egne")
    assert author.get(there).status_code == 404  # what is only a draft is nobody's to copy yet
    house.published(session, rule_set)
    house.next(session, rule_set, 26)
    session.commit()
    says(author.get(f"{home(house)}/ny"), "klinikkens egne", "Kopiér »Astma efter ACT«")
    says(author.get(there), "Kladden begynder som version 2")
    says(author.post(there, data={}), "Skriv, hvad regelsættet", status=422)
    made = author.post(there, data={"label": "Astma, unge"}, follow_redirects=True)
    says(made, "Kopien er lavet", "En kopi af »Astma efter ACT«, version 2", "Send til godkendelse")
    _old, copy = rule_sets(session, house)
    draft = the_draft(session, copy)
    assert draft.rules == sound(name="astma-unge", label="Astma, unge", latest_weeks=26)
    elsewhere = make.clinic(session)
    make.staff(session, elsewhere, Role.CLINICIAN)
    session.commit()
    assert author.get(f"/klinik/{elsewhere.id}/regler/ny/kopi/{rule_set.id}").status_code == 404


def test_a_dmn_file_comes_back_as_it_went_out(
    session: Session, house: House, author: FlaskClient
) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    session.commit()
    exported = author.get(f"{home(house, rule_set)}/versioner/1/dmn")
    assert exported.headers["Content-Disposition"] == "attachment; filename=astma-1.dmn"
    assert read_rules(exported.data) == sound(name="astma", label="Astma")
    sent = {"file": (io.BytesIO(exported.data), "astma-1.dmn"), "label": "Astma igen"}
    made = author.post(f"{home(house)}/ny/fil", data=sent, follow_redirects=True)
    says(made, "Filen er læst ind", "Astma igen", "Filen »astma-1.dmn«")
    _astma, again = rule_sets(session, house)
    draft = the_draft(session, again)
    assert draft.rules == sound(name="astma-igen", label="Astma igen")
    assert read_rules(author.get(f"{home(house, again)}/dmn").data) == draft.rules


def test_a_file_that_cannot_be_held_is_refused_naming_the_cell_and_nothing_is_made(
    session: Session, house: House, author: FlaskClient
) -> None:
    there = f"{home(house)}/ny/fil"
    says(author.get(there), "Læs en fil ind")
    says(author.post(there, data={}), "Vælg en fil.", status=422)
    sent = {"file": (io.BytesIO(REFUSED), "x.dmn")}
    place = "Beslutningen »Activity«, række 1, oplysning 1 (ACT)"
    why = "Feltet er skrevet på en måde, som Rettid ikke læser."
    refused = author.post(there, data=sent)
    says(refused, "afvist som helhed", place, why, "? * 2 > 30", status=422)
    lacks(refused, "row 1", "clinicians")
    for odd in (b"", b"no file of any kind", b"{}", b'{"rules": {"tables": 3}}', b"{" * 100_000):
        sent = {"file": (io.BytesIO(odd), "x.json")}
        says(author.post(there, data=sent), "afvist som helhed", status=422)
    assert not rule_sets(session, house)


def test_a_refusal_is_said_in_the_readers_language(house: House, author: FlaskClient) -> None:
    entry = library.entry("asthma")
    plain = json.loads(written.written(entry.rules))
    plain["tables"][1]["rows"][0]["review_by"] = "i morgen"
    row = plain["tables"][1]["rows"][0]["id"]
    document = json.dumps(plain).encode()
    for language, *texts in (
        ("da", f"»Sygdomsaktivitet«, »{row}«", "Datoen kan ikke læses."),
        ("en", f"“Disease activity”, “{row}”", "The date cannot be read."),
    ):
        author.get(f"/sprog/{language}")
        sent = {"file": (io.BytesIO(document), "a.json")}
        says(author.post(f"{home(house)}/ny/fil", data=sent), *texts, status=422)


def test_the_written_form_is_read_with_its_examples(
    session: Session, house: House, author: FlaskClient
) -> None:
    entry = library.entry("asthma")
    plain = {"rules": json.loads(written.written(entry.rules)), "examples": []}
    for document in (plain, plain["rules"]):
        sent = {"file": (io.BytesIO(json.dumps(document).encode()), "a.json")}
        made = author.post(f"{home(house)}/ny/fil", data=sent, follow_redirects=True)
        says(made, entry.rules.label)


def test_rules_that_dmn_cannot_carry_are_not_exported(
    session: Session, house: House, author: FlaskClient
) -> None:
    rules = sound()
    odd = editing.set_details(
        rules, "activity", "a1", editing.Details(told="Ring \x01 os", owner="AH")
    )
    rule_set = house.begin(session, odd)
    session.commit()
    says(author.get(f"{home(house, rule_set)}/dmn"), "Noget mangler", status=422)
    assert written_as_dmn(rules)
