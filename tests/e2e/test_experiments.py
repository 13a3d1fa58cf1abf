"""A clinic leader's experiment: from the question to the result, every page by axe."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import insert

from booking.appointments.models import Appointment
from booking.platform.database import Session
from reminders.experiments.models import ExperimentAssignment, ExperimentVisit
from tests import factories as make
from tests.e2e.axe import axe, sound_at_both_widths
from tests.e2e.conftest import DESKTOP, Live
from tests.e2e.test_follow_up import staff_in
from tests.integration.appointments.conftest import place
from tests.integration.reminders.conftest import Sending, sending
from tests.integration.reminders.experiments.conftest import Trial, drafted

__all__ = ["place", "sending"]

pytestmark = pytest.mark.browser

WEEK = timedelta(weeks=1)


def test_a_leader_begins_an_experiment(
    browser: Browser, live: Live, session: Session, sending: Sending
) -> None:
    last_day = (session.now() + 12 * WEEK).date()
    trial = drafted(session, sending.place, last_day)
    history(trial, session.now() - 6 * WEEK, missed=9)
    session.commit()
    context = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    staff_in(page, live, trial.leader_staff)
    page.goto(f"{live.url}/klinik/{trial.place.clinic.id}/beskeder/forsoeg")
    axe(page)
    page.get_by_role("link", name="Nyt forsøg").click()
    page.get_by_role("button", name="Lav en kladde").click()
    expect(page.get_by_role("alert")).to_be_visible()
    axe(page)
    page.get_by_label("Hvad skal forsøget hedde?").fill("Tidligere besked")
    page.get_by_label("Hvad vil I finde ud af?").fill("Kommer flere, hvis de får besked før?")
    page.get_by_label("Alle kontakttyper uden egne regler").check()
    page.get_by_label("Sidste dag").fill(last_day.isoformat())
    page.get_by_role("button", name="Lav en kladde").click()
    expect(page.get_by_role("heading", name="Tidligere besked")).to_be_visible()
    expect(page.get_by_text("En model at prøve mod det, I gør nu")).to_be_visible()
    page.get_by_role("link", name="Tilføj en model").click()
    axe(page)
    page.get_by_label("Hvad skal modellen hedde?").fill("En uge før")
    page.get_by_role("group", name="3 dage før kl. 10.00").get_by_label("Dage før").fill("7")
    page.get_by_role("button", name="Gem modellen").click()
    expect(page.get_by_text("7 dage før kl. 10.00: SMS")).to_be_visible()
    page.get_by_role("link", name="Hvem der har godkendt forsøget").click()
    axe(page)
    page.get_by_label("Hvem har godkendt forsøget").fill("Ledelsen og juristerne")
    page.get_by_role("button", name="Gem", exact=True).click()
    page.get_by_label("Hvor stor en forskel").fill("5")
    page.get_by_role("button", name="Regn ud").click()
    expect(page.get_by_text("patienter til i hver model")).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_role("button", name="Sæt forsøget i gang").click()
    expect(page.get_by_role("heading", name="Resultatet kan ses efter slutdagen")).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_role("link", name="Stop før tid").click()
    sound_at_both_widths(page)
    page.get_by_label("Hvorfor stoppes det?").fill("En tekst var forkert")
    page.get_by_role("button", name="Stop forsøget").click()
    expect(page.get_by_role("heading", name="Forsøget blev stoppet før tid")).to_be_visible()
    sound_at_both_widths(page)
    context.close()


def test_a_leader_reads_a_result_and_what_cannot_be_said_without(
    browser: Browser, live: Live, session: Session, sending: Sending
) -> None:
    trial = drafted(session, sending.place, (session.now() + WEEK).date())
    over(trial, session.now() - 9 * WEEK, usual_missed=60, other_missed=20)
    session.commit()
    context = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    staff_in(page, live, trial.leader_staff)
    page.goto(f"{live.url}/klinik/{trial.place.clinic.id}/beskeder/forsoeg/{trial.experiment.id}")
    expect(page.get_by_text("Med »Kun dagen før« gik færre tider tabt end som nu.")).to_be_visible()
    expect(page.get_by_role("img", name="Forskel fra »Som nu«")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    sound_at_both_widths(page)
    page.get_by_label("En del af en SMS, i øre").fill("200")
    page.get_by_role("button", name="Regn igen").click()
    expect(page.get_by_role("cell", name="0,00 kr.").first).to_be_visible()
    page.goto(f"{live.url}/klinik/{trial.place.clinic.id}/beskeder/forsoeg/uden")
    expect(
        page.get_by_role("heading", name="Det kan ikke siges, om påmindelserne virker")
    ).to_be_visible()
    sound_at_both_widths(page)
    context.close()


def history(trial: Trial, start: datetime, missed: int, came: int = 60) -> list[Appointment]:
    """Visits in the past, a patient each."""
    session, place = trial.session, trial.place
    start = start.replace(minute=0, second=0, microsecond=0)
    made = [
        Appointment(
            clinic_id=place.clinic.id,
            site_id=place.site.id,
            patient_id=make.patient(session, place.clinic).id,
            visit_type_id=place.control.id,
            clinician_id=place.doctor.id,
            form="in_person",
            starts_at=start + number * timedelta(minutes=30),
            ends_at=start + (number + 1) * timedelta(minutes=30),
            status="noshow" if number < missed else "fulfilled",
            booked_at=start - 2 * WEEK,
        )
        for number in range(missed + came)
    ]
    session.add_all(made)
    session.flush()
    return made


def over(trial: Trial, start: datetime, usual_missed: int, other_missed: int) -> None:
    """The experiment has run, and its day has come."""
    session, experiment = trial.session, trial.experiment
    experiment.approval, experiment.state = "Ledelsen", "ended"
    experiment.starts_at, experiment.ends_at = start - WEEK, start + 8 * WEEK
    session.flush()
    for arm, missed in zip(experiment.arms, (usual_missed, other_missed), strict=True):
        visits = history(trial, start + arm.number * WEEK, missed, 240 - missed)
        lots = [
            {
                "experiment_id": experiment.id,
                "arm_id": arm.id,
                "patient_id": one.patient_id,
                "assigned_at": start,
            }
            for one in visits
        ]
        session.execute(insert(ExperimentAssignment), lots)
        counted = [
            {
                "experiment_id": experiment.id,
                "arm_id": arm.id,
                "appointment_id": one.id,
                "planned_at": start,
            }
            for one in visits
        ]
        session.execute(insert(ExperimentVisit), counted)
