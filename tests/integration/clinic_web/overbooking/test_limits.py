"""The leader's page: the limits with last month's sessions before them, for whom, and the stop."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.overbooking import settings
from booking.overbooking.models import MissingModel, OverbookingSetting, OverbookingUse
from booking.platform.audit import AuditEntry
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.clinic_web.day.test_any_input import NONSENSE
from tests.integration.clinic_web.overbooking.test_pages import signed_in
from tests.integration.overbooking.morning import Morning, morning
from tests.integration.patient_web.conftest import Visitor

__all__ = ["morning"]
# A Monday, 9.00 in Denmark; the morning was on the Tuesday before.
pytestmark = pytest.mark.freeze_time("2026-11-30T08:00:00Z")

USUAL = {
    "version": 0, "late": "20", "wait": "20", "long_wait": "10", "extras": "1", "waiting": "1",
    "idle": "5", "overtime": "7,5",
}  # fmt: skip


@pytest.fixture
def leader(app: Flask, morning: Morning) -> Visitor:
    """The clinic's leader."""
    return signed_in(app, morning, morning.leader.id)


@pytest.fixture
def secretary(app: Flask, morning: Morning) -> Visitor:
    """The secretary, who sees the page and changes nothing."""
    return signed_in(app, morning, morning.secretary.id)


def there(morning: Morning) -> str:
    number = morning.clinic.id
    morning.session.commit()
    return f"/klinik/{number}/overbooking/graenser"


def setting_of(morning: Morning) -> OverbookingSetting | None:
    morning.session.expire_all()
    found = settings.setting_of(morning.session, morning.clinic)
    morning.session.commit()
    return found


def typed(visitor: Visitor) -> Iterator[tuple[str, str]]:
    """The fields of the limits and what stands in them."""
    for name in USUAL:
        (found,) = re.findall(rf'name="{name}" value="([^"]*)"', visitor.page.text)
        yield name, found


def test_it_says_when_it_helps_and_is_off_until_somebody_is_chosen(
    morning: Morning, leader: Visitor
) -> None:
    morning.session.delete(morning.session.scalars(select(OverbookingUse)).one())
    leader.get(there(morning)).says(
        "Venteliste og påmindelser kommer først",
        "Hvor 4–5 procent udebliver",
        "1 ud af 12 eller 8,3 procent",
        "Ventes at udeblive 12 %",
        "Forsigtigt regnet 10,8 %",
        "4.000 besøg; ved 480 udeblev patienten",
        "Der regnes med klinikkens egen andel, den samme for alle. Der er for få besøg til en",
        "i gennemsnit 12 bookede i en session. Med så mange skal mindst 8,3 %",
        "Slået fra",
        "Af 1 session kunne 1 have taget en ekstra.",
        "Patienter, der kommer for tidligt eller for sent",
    )
    assert "Stop overbooking nu" not in leader.text
    assert dict(typed(leader)) == {name: str(value) for name, value in USUAL.items()}
    assert setting_of(morning) is None


def test_what_is_typed_is_shown_without_being_saved(morning: Morning, leader: Visitor) -> None:
    fields = {**USUAL, "late": "9,5"}
    leader.post(f"{there(morning)}/vis", **fields).says(
        "De er ikke gemt",
        "Af 1 session kunne ingen have taget en ekstra; 1 ikke på grund af risikoen for over 15",
        "Grænse 9,5 %",
    )
    assert dict(typed(leader))["late"] == "9,5"
    assert setting_of(morning) is None
    leader.get(there(morning)).says("Af 1 session kunne 1 have taget en ekstra.")


def test_the_limits_are_saved_as_they_were_typed(morning: Morning, leader: Visitor) -> None:
    fields = {
        **USUAL, "late": "12,5 %", "wait": "17.5", "long_wait": "8", "extras": "2", "waiting": "2",
    }  # fmt: skip
    leader.post(there(morning), **fields).says("Grænserne er gemt.")
    saved = setting_of(morning)
    assert saved is not None
    assert (saved.late, saved.wait, saved.long_wait, saved.extras) == (0.125, 17.5, 0.08, 2)
    assert (saved.waiting, saved.idle, saved.overtime) == (2, 5, 7.5)
    shown = dict(typed(leader))
    assert (shown["version"], shown["late"]) == (str(saved.version), "12,5")
    assert (shown["wait"], shown["extras"]) == ("17,5", "2")
    acts = select(AuditEntry.action).where(AuditEntry.actor_id == morning.leader.id)
    assert "overbooking.limits" in morning.session.scalars(acts).all()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("late", "", "Skriv grænsen for risikoen for overarbejde."),
        ("late", "100,1", "Skriv et tal fra 0 til 100."),
        ("wait", "121", "Skriv et tal fra 0 til 120."),
        ("long_wait", "ti", "Skriv et tal med højst én decimal, for eksempel 7,5."),
        ("long_wait", "10,25", "Skriv et tal med højst én decimal, for eksempel 7,5."),
        ("extras", "6", "Skriv et tal fra 1 til 5."),
        ("extras", "1,5", "Skriv et helt tal."),
        ("waiting", "0", "Skriv et tal fra 0,1 til 100."),
        ("idle", "-1", "Skriv et tal med højst én decimal, for eksempel 7,5."),
        ("overtime", "nan", "Skriv et tal med højst én decimal, for eksempel 7,5."),
    ],
)
def test_what_cannot_be_a_limit_is_refused_and_kept_as_typed(
    morning: Morning, leader: Visitor, name: str, value: str, said: str
) -> None:
    for address in ("", "/vis"):
        leader.post(there(morning) + address, **{**USUAL, name: value}).says(said, status=422)
        assert dict(typed(leader)) == {**{k: str(v) for k, v in USUAL.items()}, name: value}
    assert setting_of(morning) is None


def test_two_leaders_at_once(morning: Morning, leader: Visitor) -> None:
    leader.post(there(morning), **{**USUAL, "late": "15"}).says("Grænserne er gemt.")
    leader.post(there(morning), **{**USUAL, "late": "30"}).says(
        "En anden har ændret det samme imens", status=409
    )
    again = dict(typed(leader))
    assert again["late"] == "30"
    leader.post(there(morning), **again).says("Grænserne er gemt.")
    saved = setting_of(morning)
    assert saved is not None
    assert saved.late == 0.3


def test_a_secretary_sees_and_changes_nothing(
    morning: Morning, secretary: Visitor, leader: Visitor
) -> None:
    secretary.get(there(morning)).says(
        "højst 20 %", "højst 20 minutter", "Klinikkens leder kan ændre grænserne",
        f"Anna Dahl: {morning.visit_type.name}",
    )  # fmt: skip
    assert "/overbooking/graenser/" not in secretary.page.text  # nothing to press
    for address in ("", "/vis", "/hvem", "/stop", "/start"):
        assert secretary.post(there(morning) + address, **USUAL).page.status_code == 403, address
    assert setting_of(morning) is None
    elsewhere = make.clinic(morning.session)
    morning.session.commit()
    away = f"/klinik/{elsewhere.id}/overbooking/graenser"
    assert leader.get(away).page.status_code == 404
    assert leader.post(f"{away}/stop").page.status_code == 404


def test_for_whom_it_is_on(morning: Morning, leader: Visitor) -> None:
    session, clinic = morning.session, morning.clinic
    group = make.visit_type(session, clinic, name="Leddegigtskole", group_capacity=8)
    field = f"hos_{morning.doctor.id}"
    leader.get(there(morning)).says(
        "Slået til", "Anna Dahl", "Leddegigtskole: holdkontakter har pladser af sig selv"
    )
    leader.post(f"{there(morning)}/hvem").says("slået fra for alle", "Slået fra")
    address = f"{there(morning)}/hvem"
    leader.post(address, **{field: [morning.visit_type.id]}).says("Det er gemt, hos hvem")
    leader.post(address, **{field: [group.id]}).says("kan ikke længere have en af de valgte")
    leader.post(address, **{field: ["x"]}).says("Vælg en af mulighederne.")
    uses = select(OverbookingUse.visit_type_id).where(OverbookingUse.clinic_id == clinic.id)
    assert session.scalars(uses).all() == [morning.visit_type.id]


def test_one_press_stops_it_and_one_starts_it(morning: Morning, leader: Visitor) -> None:
    leader.get(there(morning)).says("Stop overbooking nu")
    leader.post(f"{there(morning)}/stop").says(
        "Overbooking er stoppet.", "Overbooking er stoppet siden mandag 30. november 2026 kl. 9.00"
    )
    saved = setting_of(morning)
    assert saved is not None
    assert saved.stopped_at is not None
    leader.post(f"{there(morning)}/start").says("Overbooking er i gang igen.", "Slået til")
    saved = setting_of(morning)
    assert saved is not None
    assert saved.stopped_at is None


def test_how_long_visits_take_where_there_are_ten(morning: Morning, leader: Visitor) -> None:
    make.visit_type(morning.session, morning.clinic, name="Sjælden")
    for number, one in enumerate(morning.booked[:10]):
        one.status, one.called_in_at = "fulfilled", one.starts_at
        one.done_at = one.starts_at + timedelta(minutes=12 + number)
    told = f"Besøg på 20 minutter af typen {morning.visit_type.name} tager 16,5 (median af 10)."
    leader.get(there(morning)).says(told, "er registreret med tider for: Sjælden.")
    morning.session.get_one(Appointment, morning.booked[0].id).done_at = None
    leader.get(there(morning))
    assert told not in leader.text
    assert f"tider for: {morning.visit_type.name}, Sjælden." in leader.text


def test_why_the_model_is_not_in_force(morning: Morning, leader: Visitor) -> None:
    sound = {"noticed": [], "slope": 1.0, "brier": 0.1}
    for number, (evaluation, said) in enumerate(
        (
            ({**sound, "slope": 0.857}, "dens hældning var 0,86 og skal ligge mellem 0,9 og 1,1."),
            (sound, "den ramte ikke bedre end at sige det samme om alle"),
            ({**sound, "noticed": ["too_good"]}, "ser for gode ud til at være sande"),
        )
    ):
        trained = MissingModel(
            clinic_id=morning.clinic.id, number=2 + number, trained_at=morning.session.now(),
            trained_by="Rettid", visits=900, missed=45, rate=0.05, caution=0.8, passes=False,
            evaluation=evaluation,
        )  # fmt: skip
        make.add(morning.session, trained)
        leader.get(there(morning)).says("klinikkens egen andel, den samme for alle", said)


def test_a_new_clinic(app: Flask, morning: Morning) -> None:
    session, clinic = morning.session, make.clinic(morning.session)
    new = signed_in(app, morning, make.staff(session, clinic, Role.LEADER).id)
    at = f"/klinik/{clinic.id}/overbooking/graenser"
    nothing = "Ingen af klinikkens kontakttyper kan være en ekstra."
    new.get(at).says("Det er ikke regnet ud endnu", nothing, "Ingen af klinikkens behandlere har")
    make.visit_type(session, clinic, name="Kontrol")
    make.clinician(session, clinic)
    session.commit()
    new.get(at).says("Ingen var booket i de sidste fire uger hos dem, der kan have Kontrol.")


def test_whatever_is_sent_is_refused_in_words(morning: Morning, leader: Visitor) -> None:
    at, field = there(morning), f"hos_{morning.doctor.id}"
    for nonsense in NONSENSE:
        for name in USUAL:
            leader.post(at, **{**USUAL, name: nonsense})
            assert leader.page.status_code < 500, (name, nonsense)
        leader.post(f"{at}/hvem", **{field: nonsense})
        assert leader.page.status_code < 500, nonsense
