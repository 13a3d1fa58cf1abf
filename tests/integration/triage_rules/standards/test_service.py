"""Deviations, confirmations and exceptions: who may, what is kept, and what stops publishing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from booking.platform.database import Session
from booking.platform.errors import InvalidInput, NotAllowed
from tests.integration.triage_rules.followup.conftest import contact, rules
from tests.integration.triage_rules.standards.conftest import House
from triage_rules.authoring.publishing import vetoes
from triage_rules.standards import queries, service
from triage_rules.standards.errors import NotBroken, NotOwed, Withdrawn
from triage_rules.standards.models import ObligationDeviation

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
TODAY = date(2026, 11, 23)
SEEN = contact("contact", "phone", (0, 4, 26))


def deviate(
    session: Session, house: House, code: str = "diabetes_eyes_2y", **values: object
) -> ObligationDeviation:
    given = {
        "reason": "elsewhere",
        "words": "Øjnene undersøges hos egen øjenlæge.",
        "until": TODAY + timedelta(days=365),
        **values,
    }
    return service.deviate(
        session,
        house.here.as_clinician,
        house.here.place.clinic,
        house.here.plan.patient,
        code,
        **given,  # type: ignore[arg-type]
    )


def state(session: Session, house: House) -> str:
    """How the eyes stand."""
    return next(
        one.standing.state
        for one in queries.ledger(session, house.here.place.clinic)
        if one.standing.obligation.code == "diabetes_eyes_2y"
    )


def test_a_deviation_stands_with_its_reason_until_it_is_withdrawn(
    session: Session, house: House
) -> None:
    assert state(session, house) == "overdue"
    made = deviate(session, house)
    session.commit()
    assert state(session, house) == "deviated"
    service.withdraw(session, house.here.as_clinician, made)
    session.commit()
    assert state(session, house) == "overdue"
    with pytest.raises(Withdrawn):
        service.withdraw(session, house.here.as_clinician, made)
    place = house.here.place
    (kept,) = queries.deviations_of(session, place.clinic.id, house.here.plan.patient_id)
    assert (kept.words, kept.by_name, kept.withdrawn_by) == (
        "Øjnene undersøges hos egen øjenlæge.",
        "Lise Læge",
        "Lise Læge",
    )


@pytest.mark.parametrize("until", [TODAY - timedelta(days=1), TODAY + timedelta(days=732)])
def test_a_deviation_has_an_end_within_two_years(
    session: Session, house: House, until: date
) -> None:
    with pytest.raises(InvalidInput):
        deviate(session, house, until=until)


def test_only_a_clinician_deviates_and_only_from_what_is_owed(
    session: Session, house: House
) -> None:
    with pytest.raises(NotOwed):
        deviate(session, house, "asthma_yearly_control")
    with pytest.raises(NotAllowed):
        service.deviate(
            session,
            house.leads,
            house.here.place.clinic,
            house.here.plan.patient,
            "diabetes_eyes_2y",
            "other",
            "…",
            TODAY,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE obligation_deviation SET words = 'andet'",
        "DELETE FROM obligation_deviation",
        "UPDATE standard_confirmation SET by_name = 'En anden'",
        "DELETE FROM standard_exception",
    ],
)
def test_what_was_decided_is_never_written_over(
    session: Session, house: House, statement: str
) -> None:
    here = house.here
    deviate(session, house)
    (diabetes,) = (o for o in queries.in_force(session, TODAY) if o.code == "diabetes")
    service.confirm(session, house.leads, here.place.clinic, diabetes)
    service.make_exception(
        session, house.leads, here.rule_set, rules(), "diabetes_eyes_2y", "Aftalt med øjenlægerne."
    )
    session.commit()
    with pytest.raises(DBAPIError, match="standards_stand"):
        session.execute(text(statement))


def test_a_confirmation_is_for_an_edition_and_a_year(session: Session, house: House) -> None:
    clinic = house.here.place.clinic
    asthma = queries.standard_of(session, TODAY, "asthma")
    with pytest.raises(NotAllowed):
        service.confirm(session, house.here.as_clinician, clinic, asthma)
    service.confirm(session, house.leads, clinic, asthma)
    made = queries.confirmed(session, clinic.id)["asthma", "2016"]
    assert made.confirmed_on == TODAY
    assert not service.stale(made.confirmed_on, TODAY + timedelta(days=365))
    assert service.stale(made.confirmed_on, TODAY + timedelta(days=366))


def test_an_own_file_of_standards_is_what_holds(session: Session, house: House) -> None:
    session.ports[queries.PORT].write_text(
        """
[[standard]]
code = "diabetes"
title_da = "Diabetes"
title_en = "Diabetes"
population_da = "Alle"
population_en = "All"
source = "Regionen"
edition = "2026"
valid_from = 2026-01-01
[[standard.obligation]]
code = "diabetes_bp_yearly"
title_da = "Blodtryk"
title_en = "Blood pressure"
months = 6
ways = ["measurement:systolic"]
"""
    )
    house.measured(session, "systolic", 200)
    (owed,) = queries.ledger(session, house.here.place.clinic)
    assert owed.standing.state == "overdue"


def test_rules_that_break_a_standard_wait_for_a_leader(session: Session, house: House) -> None:
    here = house.here
    broken = vetoes(session, here.rule_set, rules())
    assert [(one.bar, one.table, one.row) for one in broken] == [("other", "contact", "c3")] * 4
    assert "Række 3" in str(broken[0].text)
    for code in ("diabetes_bp_yearly", "diabetes_albuminuria_2y", "diabetes_eyes_2y"):
        service.make_exception(session, house.leads, here.rule_set, rules(), code, "Aftalt.")
    (left,) = vetoes(session, here.rule_set, rules())
    assert "Fødder" in str(left.text)
    service.make_exception(
        session, house.leads, here.rule_set, rules(), "diabetes_feet_2y", "Aftalt."
    )
    assert vetoes(session, here.rule_set, rules()) == []
    # Other rules take another decision.
    assert len(vetoes(session, here.rule_set, rules(label="Nye regler"))) == 4


def test_rules_that_see_everybody_in_time_wait_for_nobody(session: Session, house: House) -> None:
    here = house.here
    seeing = rules(green=SEEN)
    assert vetoes(session, here.rule_set, seeing) == []
    with pytest.raises(NotBroken):
        service.make_exception(
            session, house.leads, here.rule_set, seeing, "diabetes_eyes_2y", "Aftalt."
        )
    with pytest.raises(NotAllowed):
        service.make_exception(
            session, here.as_clinician, here.rule_set, rules(), "diabetes_eyes_2y", "Aftalt."
        )


def test_a_leader_says_whom_a_standard_is_about(session: Session, house: House) -> None:
    here = house.here
    clinic, asthma = here.place.clinic, queries.standard_of(session, TODAY, "asthma")
    service.apply(session, house.leads, clinic, asthma, [here.pathway.id])
    assert here.pathway.standards == ["diabetes", "asthma"]
    diabetes = queries.standard_of(session, TODAY, "diabetes")
    service.apply(session, house.leads, clinic, diabetes, [])
    assert here.pathway.standards == ["asthma"]
