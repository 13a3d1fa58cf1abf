"""`flask --app wsgi overbooking …`."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.overbooking import (
    described,
    model_card,
    outcomes,
    picture_files,
    predicting,
    queries,
    service,
    sessions,
    simulation,
)
from booking.overbooking.deciding import Decision, Limits, decide
from booking.overbooking.intervals import Interval
from booking.overbooking.session_risk import Patient
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.localtime import local_date, to_local
from booking.platform.web import rettid

PICTURE = click.Path(dir_okay=False, path_type=Path)

overbooking = AppGroup("overbooking", help="What one more patient would do to a session.")


@overbooking.command("evaluate-session")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="All figures, with every digit, as JSON.")
def evaluate_session(file: Path, as_json: bool) -> None:
    """The exact risk of the session described in FILE: docs/overbooking.md."""
    try:
        patients, planned_end = described.read(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8 text.") from None
    except described.Unreadable as unreadable:
        raise click.ClickException(str(unreadable)) from None
    found = described.answer(patients, planned_end)
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo("  at   expected wait   P(wait > 30)")
    for one, wait, long in zip(patients, found["waits"], found["p_wait_over_30"], strict=True):
        click.echo(f"{one.at:4d} {wait:11.1f} min {long:13.1%}")
    click.echo(
        f"Overtime {found['expected_overtime']:.1f} min expected; over 15 min with probability "
        f"{found['p_overtime_over_15']:.1%}. Idle {found['expected_idle']:.1f} min expected."
    )


@overbooking.command("train")
@click.option("--clinic", "clinic_id", type=int, help="The clinic's number; all without it.")
def train(clinic_id: int | None) -> None:
    """Train what each clinic believes of who misses, test it, and keep it as data."""
    database = rettid().database
    with database.reading() as session:
        numbers = [clinic.id for clinic in _clinics(session, clinic_id)]
    for number in numbers:
        with database.reading() as session:
            learnt = service.learn(session, session.get_one(Clinic, number))
        with database.transaction() as session:
            clinic = session.get_one(Clinic, number)
            made = service.keep(session, SYSTEM, clinic, learnt)
            click.echo(f"{clinic.name}: training {made.number}")
            click.echo(model_card.result(made))


@overbooking.command("evaluate-model")
@click.option("--clinic", "clinic_id", type=int, required=True, help="The clinic's number.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day to test on.")
@click.option("--json", "as_json", is_flag=True, help="All figures as JSON.")
@click.option("--picture", type=PICTURE, help="Where to write its calibration as SVG.")
def evaluate_model(
    clinic_id: int, since: datetime | None, as_json: bool, picture: Path | None
) -> None:
    """The model card: train on the days before, test from then on. Nothing is kept."""
    with rettid().database.reading() as session:
        (clinic,) = _clinics(session, clinic_id)
        learnt = service.learn(session, clinic, since.date() if since else None)
        made = service.as_training(session, SYSTEM, clinic, learnt)
        days = [one.day for one in outcomes.of_clinic(session, clinic)]
    if as_json:
        click.echo(json.dumps(made.evaluation))
    else:
        click.echo(model_card.card(clinic.name, made, days))
    if picture is not None:
        if learnt.trained is None:
            raise click.ClickException("Too few visits to fit a model: there is no picture.")
        _write(picture, picture_files.of_model(learnt.trained.evaluation.bins))


@overbooking.command("sessions")
@click.option("--clinic", "clinic_id", type=int, required=True, help="The clinic's number.")
@click.option("--visit-type", "visit_type_id", type=int, required=True, help="Of the extra.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The local day; today without it.")
def tell_sessions(clinic_id: int, visit_type_id: int, day: datetime | None) -> None:
    """Each session of a day: how many may miss, and whether it could carry one extra patient.

    By the usual limits; nothing is granted.
    """
    with rettid().database.reading() as session:
        (clinic,) = _clinics(session, clinic_id)
        visit_type = session.get(VisitType, visit_type_id)
        if visit_type is None or visit_type.clinic_id != clinic.id:
            raise click.ClickException(f"The clinic has no visit type {visit_type_id}.")
        trained = queries.newest(session, clinic)
        if trained is None:
            raise click.ClickException("Train first: overbooking train.")
        on = day.date() if day else local_date(session.now(), clinic.zone)
        found = sessions.read(session, clinic, on, on, queries.in_force(trained))
        minutes = visit_type.base_minutes
        how_long = sessions.ServiceTimes(session, clinic).of(visit_type.id, minutes).distribution
        for one in found:
            rate = one.missing / len(one.booked) if one.booked else 0.0
            extra = Patient(0, 1.0 - rate, how_long)
            decision = decide(one.question(visit_type, minutes), extra, Limits())
            begins = to_local(one.start, clinic.zone)
            click.echo(
                f"{begins:%H.%M}, {one.length} min, clinician {one.clinician_id}: "
                f"{len(one.booked)} booked, {one.expected:.1f} expected missing "
                f"(cautiously {one.missing:.1f}). {_verdict(decision, one.start, clinic)}"
            )


def _verdict(decision: Decision, start: datetime, clinic: Clinic) -> str:
    late = f"Over 15 min late {decision.before.late:.0%}"
    for at in decision.granted:
        when = to_local(start + timedelta(minutes=at), clinic.zone)
        worst = max(decision.after.waits)
        return (
            f"One extra possible at {when:%H.%M}. {late} -> {decision.after.late:.0%}, "
            f"longest expected wait {worst:.0f} min."
        )
    why = ", ".join(f"{one.limit} {one.value:.2f} ({one.allowed:.2f})" for one in decision.refused)
    return f"No extra: {why or 'no start fits'}. {late}."


@overbooking.command("predict")
@click.option("--clinic", "clinic_id", type=int, required=True, help="The clinic's number.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The local day; else tomorrow.")
def predict(clinic_id: int, day: datetime | None) -> None:
    """Keep what is expected of a day's sessions that have not begun, to be held against what comes.

    A job does it every evening.
    """
    with rettid().database.transaction() as session:
        (clinic,) = _clinics(session, clinic_id)
        tomorrow = local_date(session.now(), clinic.zone) + timedelta(days=1)
        on = day.date() if day else tomorrow
        count = predicting.keep(session, clinic, on)
    click.echo(f"{clinic.name}, {on}: {count} sessions")


@overbooking.command("simulate")
@click.option("--seed", type=int, default=20261123, show_default=True)
@click.option("--mornings", type=click.IntRange(10), default=simulation.SESSIONS, show_default=True)
@click.option("--picture", type=PICTURE, help="Where to write it as SVG.")
def simulate(seed: int, mornings: int, picture: Path | None) -> None:
    """A year at clinics where 4, 10, 15 and 20 % are missed, as a table: docs/overbooking.md."""
    click.echo(
        "| missed | overbooking | extras | P(over 15 min late) | overtime, min | wait, min |"
        " P(wait > 30) | worked, min | gained, min | against always one | waiting ratio | waits |\n"
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )
    rows = simulation.strategies(seed, mornings)
    for row in rows:
        found, (low, high) = row.figures, row.figures.interval
        click.echo(
            f"| {row.missing:.0%} | {row.strategy} | {found.extras}"
            f" | {found.late[0]:.3f} → {found.late[1]:.3f}"
            f" | {found.overtime[0]:.1f} → {found.overtime[1]:.1f}"
            f" | {found.waiting[0]:.1f} → {found.waiting[1]:.1f}"
            f" | {found.long_waits[0]:.3f} → {found.long_waits[1]:.3f}"
            f" | {found.worked.mean():.1f} | {_minutes(row.gained)} | {_minutes(row.against)}"
            f" | {found.ratio:.3f} ({low:.3f}–{high:.3f}) | {min(found.waits)} |"
        )
    if picture is not None:
        _write(picture, picture_files.of_year(rows))


@overbooking.command("picture")
@click.argument("file", type=PICTURE)
def draw(file: Path) -> None:
    """Where one extra can be put in a morning of twelve, as SVG: docs/overbooking-klinik.md."""
    _write(file, picture_files.of_starts())


def _write(file: Path, drawn: str) -> None:
    file.write_text(f"{drawn}\n", encoding="utf-8")


def _minutes(gained: Interval) -> str:
    return f"{gained.value:.1f} ± {gained.high - gained.value:.1f}"


def _clinics(session: Session, clinic_id: int | None) -> list[Clinic]:
    if clinic_id is None:
        return list(session.scalars(select(Clinic).order_by(Clinic.id)))
    clinic = session.get(Clinic, clinic_id)
    if clinic is None:
        raise click.ClickException(f"There is no clinic {clinic_id}.")
    return [clinic]
