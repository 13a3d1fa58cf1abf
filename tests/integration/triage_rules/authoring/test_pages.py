"""The pages of rule sets: sent, read, published, gone back from; and who may do what."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.triage_rules.authoring.conftest import (
    NOTE,
    REVIEW_BY,
    TODAY,
    House,
    browser,
    home,
    lacks,
    rule_sets,
    says,
    sound,
    the_draft,
)
from triage_rules.authoring import editing, publishing, queries, service
from triage_rules.authoring.models import RuleSet
from triage_rules.authoring.publishing import Obstacle
from triage_rules.tables.rule_set import RuleSet as Rules

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_a_draft_goes_from_its_author_through_review_into_force(
    session: Session, house: House, author: FlaskClient, approver: FlaskClient
) -> None:
    rule_set = house.begin(session)
    session.commit()
    here = home(house, rule_set)
    draft = the_draft(session, rule_set)
    says(author.get(here), "Ingen version gælder", "Send til godkendelse")
    says(author.post(f"{here}/send", data={"edition": 1}), "hvad der er ændret", status=422)
    sent = {"edition": draft.edition, "note": NOTE}
    says(author.post(f"{here}/send", data=sent, follow_redirects=True), "Venter på godkendelse")
    says(author.get(f"{here}/godkend"), NOTE, "Godkender af regler")
    page = approver.get(f"{here}/godkend")
    says(page, "Ingen fejl", "Ingen version gælder endnu, så alt er nyt", "ACT: mindst 20")
    edition = the_draft(session, rule_set).edition
    wrong = {"edition": edition, "use": "from", "from_day": "2026-11-22"}
    says(approver.post(f"{here}/godkend", data=wrong), "Dagen er gået", status=422)
    wrong["from_day"] = ""
    says(approver.post(f"{here}/godkend", data=wrong), "Vælg en dag.", status=422)
    right = {**wrong, "from_day": TODAY.isoformat()}
    says(author.post(f"{here}/godkend", data=right), "Det har du ikke adgang til", status=403)
    asked = approver.post(f"{here}/godkend", data=right)
    says(asked, "Skal version 1 gælde?", "Version 1 gælder fra nu af", "Det er den første version")
    says(asked, "Ingen patienter følges efter reglerne endnu.")
    assert queries.in_force(session, rule_set.id, session.now()) is None
    session.commit()
    done = approver.post(f"{here}/godkend", data={**right, "sure": "1"}, follow_redirects=True)
    says(done, "Version 1 er udgivet", "Gælder nu", "Anna Holm", "Bo Lund", "1. november 2027")
    says(author.get(home(house)), "Version 1", "siden mandag 23. november 2026")
    version = queries.in_force(session, rule_set.id, session.now())
    session.commit()
    assert version is not None
    says(author.get(f"{here}/versioner/1"), version.hash, NOTE, "Gælder")
    assert author.get(f"{here}/godkend").status_code == 404


def test_the_review_shows_the_difference_row_by_row(
    session: Session, house: House, approver: FlaskClient
) -> None:
    rule_set = house.begin(session)
    version = house.published(session, rule_set).version
    draft = service.draft_from(session, house.author, version)
    rules = editing.set_output(sound(latest_weeks=26), "contact", "c2", "form", "phone")
    rules = editing.copy_row(rules, "red_flags", "f1", "f9")
    service.save(session, house.author, draft, draft.edition, rules)
    session.commit()
    page = approver.get(f"{home(house, rule_set)}/godkend")
    says(page, "Ændret i forhold til version 1", "før: 52 uger", "nu: 26 uger", "Række 2")
    says(page, "før: video", "nu: telefon", "Ny Række 2", "Noget står i vejen")
    lacks(page, "Hvordan skal versionen bruges?")


def test_the_approver_sends_back_and_the_author_sees_why(
    session: Session, house: House, author: FlaskClient, approver: FlaskClient
) -> None:
    rule_set = house.begin(session)
    house.sent(session, rule_set)
    session.commit()
    here = home(house, rule_set)
    says(approver.post(f"{here}/godkend/tilbage", data={}), "Skriv, hvad der skal", status=422)
    approver.post(f"{here}/godkend/tilbage", data={"words": "Hvorfor 16?"})
    says(author.get(here), "Bo Lund: Hvorfor 16?", "Der skrives")


def test_what_was_taken_back_meanwhile_is_not_published(
    session: Session, house: House, author: FlaskClient, approver: FlaskClient
) -> None:
    rule_set = house.begin(session)
    edition = house.sent(session, rule_set).edition
    session.commit()
    here = home(house, rule_set)
    author.post(f"{here}/tag-tilbage")
    read = {"edition": edition, "use": "from", "from_day": TODAY.isoformat()}
    for sure in ({}, {"sure": "1"}):
        page = approver.post(f"{here}/godkend", data={**read, **sure})
        says(page, "ændret det samme imens", status=409)


def test_an_author_with_the_role_is_told_that_another_must_read_it(
    app: Flask, session: Session, house: House
) -> None:
    both = make.staff(session, house.clinic, Role.CLINICIAN, Role.APPROVER, name="Eva Begge")
    rule_set = house.begin(session)
    draft = rule_set.draft
    assert draft is not None
    service.save(session, actor_of(both), draft, draft.edition, sound(latest_weeks=40))
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=30))
    house.sent(session, rule_set)
    session.commit()
    eva, here = browser(app, both), home(house, rule_set)
    page = eva.get(f"{here}/godkend")
    says(page, "Du har selv skrevet i kladden", "Skrevet af Anna Holm og Eva Begge")
    edition = the_draft(session, rule_set).edition
    own = {"edition": edition, "use": "from", "from_day": TODAY.isoformat()}
    says(eva.post(f"{here}/godkend", data=own), "ikke sine egne regler", status=403)


def test_one_press_goes_back_and_a_leader_who_only_sees_has_none(
    app: Flask, session: Session, house: House, approver: FlaskClient
) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    house.next(session, rule_set, 40)
    house.next(session, rule_set, 30, TODAY + timedelta(days=7))
    session.commit()
    here = home(house, rule_set)
    leader = browser(app, house.leads)
    page = leader.get(here)
    says(page, "Version 3 gælder fra mandag 30. november 2026")
    lacks(page, "Gå tilbage til version", "Træk version 3 tilbage", "Skriv en ny version")
    assert leader.post(f"{here}/tilbage", data={"why": "x"}).status_code == 403
    says(approver.get(here), "Gå tilbage til version 1", "Træk version 3 tilbage")
    says(approver.post(f"{here}/tilbage", data={}), "Skriv hvorfor.", status=422)
    done = approver.post(f"{here}/tilbage", data={"why": "For mange"}, follow_redirects=True)
    says(done, "Version 1 gælder igen fra nu af", "For mange", "Trukket tilbage")
    says(approver.post(f"{here}/tilbage", data={"why": "Mere"}), "ingen tidligere", status=409)


def test_a_version_runs_in_shadow_and_is_then_taken_into_use(
    session: Session, house: House, author: FlaskClient, approver: FlaskClient
) -> None:
    rule_set = house.begin(session)
    version = house.published(session, rule_set).version
    draft = service.draft_from(session, house.author, version)
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=26))
    edition = house.sent(session, rule_set).edition
    session.commit()
    here = home(house, rule_set)
    shadow = {"edition": edition, "use": "shadow"}
    says(approver.post(f"{here}/godkend", data=shadow), "afgør intet", "Kør version 2 i skygge")
    shadow["sure"] = "1"
    done = approver.post(f"{here}/godkend", data=shadow, follow_redirects=True)
    says(done, "Version 2 kører i skygge", "Den afgør intet", "Stop skyggen")
    page = approver.get(f"{here}/versioner/2")
    says(page, "I skygge", "Ændret siden version 1", "Tag i brug")
    lacks(author.get(f"{here}/versioner/2"), "Tag i brug")
    says(approver.post(f"{here}/versioner/2/brug", data={}), "Vælg en dag.", status=422)
    late = {"from_day": (REVIEW_BY + timedelta(days=1)).isoformat()}
    says(
        approver.post(f"{here}/versioner/2/brug", data=late),
        "skulle have været set på igen",
        status=409,
    )
    begin = {"from_day": TODAY.isoformat()}
    asked = approver.post(f"{here}/versioner/2/brug", data=begin)
    says(asked, "Skal version 2 gælde?", "Den afløser version 1.")
    begin["sure"] = "1"
    done = approver.post(f"{here}/versioner/2/brug", data=begin, follow_redirects=True)
    says(done, "Version 2 er taget i brug")
    done = approver.post(f"{here}/versioner/1/skygge", follow_redirects=True)
    says(done, "Version 1 kører i skygge")
    lacks(approver.post(f"{here}/skygge/slut", follow_redirects=True), "Den afgør intet")


def test_before_publishing_is_said_what_it_replaces_and_what_is_withdrawn(
    session: Session, house: House, approver: FlaskClient
) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    house.next(session, rule_set, 40, TODAY + timedelta(days=14))
    (latest, *_) = queries.versions_of(session, rule_set.id)
    draft = service.draft_from(session, house.author, latest)
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=30))
    edition = house.sent(session, rule_set).edition
    session.commit()
    there = f"{home(house, rule_set)}/godkend"
    read = {"edition": edition, "use": "from", "from_day": "2026-11-30"}
    page = approver.post(there, data=read)
    says(page, "Version 3 gælder fra mandag 30. november 2026", "Den afløser version 1.")
    says(page, "Version 2, som skulle gælde fra mandag 7. december 2026, trækkes tilbage.")


def test_what_another_room_has_against_it_is_shown_with_its_link(
    session: Session,
    house: House,
    approver: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(_session: Session, _rule_set: RuleSet, _rules: Rules) -> list[Obstacle]:
        return [Obstacle("other", text="Bryder en standard", href="/klinik/1/standarder")]

    monkeypatch.setattr(publishing, "CHECKS", [never])
    rule_set = house.begin(session)
    edition = house.sent(session, rule_set).edition
    session.commit()
    here = f"{home(house, rule_set)}/godkend"
    page = approver.get(here)
    says(page, "Bryder en standard")
    assert 'href="/klinik/1/standarder"' in page.text
    sent = {"edition": edition, "use": "from", "from_day": TODAY.isoformat()}
    says(approver.post(here, data=sent), "Regelsættet er ikke klar", status=409)


def test_a_new_draft_begins_as_what_counts(
    session: Session, house: House, author: FlaskClient
) -> None:
    rule_set = house.begin(session)
    session.commit()
    here = home(house, rule_set)
    assert author.post(f"{here}/ny-kladde").status_code == 404  # there is no version to begin from
    house.published(session, rule_set)
    house.next(session, rule_set, 40, TODAY + timedelta(days=7))
    session.commit()
    done = author.post(f"{here}/ny-kladde", follow_redirects=True)
    says(done, "Den begynder som version 1", "Skriv i kladden")
    assert the_draft(session, rule_set).rules.latest_weeks == 52
    says(author.post(f"{here}/ny-kladde"), "Der skrives allerede", status=409)
    draft = the_draft(session, rule_set)
    changed = replace(draft.rules, label="Astma, voksne")
    service.save(session, house.author, draft, draft.edition, changed)
    session.commit()
    says(author.get(home(house)), "Astma, voksne")


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.SECRETARY, False),
        (Role.CLINICIAN, True),
        (Role.LEADER, True),
        (Role.APPROVER, True),
    ],
)
def test_who_sees_the_rules(
    app: Flask, session: Session, house: House, role: Role, sees: bool
) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    someone = make.staff(session, house.clinic, role)
    elsewhere = make.staff(session, make.clinic(session), Role.CLINICIAN, Role.APPROVER)
    session.commit()
    here = home(house, rule_set)
    theirs, other = browser(app, someone), browser(app, elsewhere)
    for address in (home(house), here, f"{here}/versioner/1", f"{here}/versioner/1/dmn"):
        assert theirs.get(address).status_code == (200 if sees else 403)
        assert other.get(address).status_code == 404
    if role is not Role.CLINICIAN:
        for address in (f"{home(house)}/ny", f"{here}/ny-kladde", f"{here}/send"):
            assert theirs.post(address).status_code == 403


def test_a_leader_gives_the_approvers_role_on_the_staffs_page(
    app: Flask, session: Session, house: House
) -> None:
    leader = browser(app, house.leads)
    there = f"/klinik/{house.clinic.id}/personale/{house.writes.id}"
    says(leader.get(there), "Godkender af regler")
    given = leader.post(f"{there}/roller/giv", data={"role": "approver"}, follow_redirects=True)
    says(given, "Rollen er givet", "Fjern rollen: Godkender af regler")
    session.rollback()
    session.expire_all()
    assert Role.APPROVER in {held.role for held in house.writes.roles}


def test_a_draft_is_thrown_away_by_someone_who_is_sure(
    session: Session, house: House, author: FlaskClient
) -> None:
    rule_set = house.begin(session)
    session.commit()
    here = home(house, rule_set)
    says(author.get(here), "Regelsættet forsvinder")
    says(author.post(f"{here}/kasser", data={"edition": 1}), "Sæt kryds", status=422)
    sure = {"edition": 1, "sure": "1"}
    done = author.post(f"{here}/kasser", data=sure, follow_redirects=True)
    says(done, "Kladden er kasseret", "Klinikken har ingen regler endnu")
    assert not rule_sets(session, house)
    rule_set = house.begin(session)
    version = house.published(session, rule_set).version
    service.draft_from(session, house.author, version)
    session.commit()
    here = home(house, rule_set)
    done = author.post(f"{here}/kasser", data=sure, follow_redirects=True)
    says(done, "Kladden er kasseret", "Der skrives ikke på regelsættet", "Version 1")
    typed = {"tabel": "activity", "raekke": "a2", "told": "Et langt svar til patienten"}
    for headers in ({}, {"Rettid-Fragment": "1"}):  # somebody else had a row of it open
        late = author.post(f"{here}/kladde/raekke", data=typed, headers=headers)
        says(late, "Kladden findes ikke mere", typed["told"], "Til regelsættet", status=404)
    says(author.get(f"{here}/godkend"), "Den er udgivet eller kasseret", status=404)
