"""`flask --app wsgi demo …`: fill the demo clinic, and serve it."""

import dataclasses
import socket

import click
import waitress
from flask import Flask, current_app
from flask.cli import AppGroup

from booking.demo import state
from booking.demo.clock import DemoClock, day_over
from booking.demo.founding import HOME_ZONE
from booking.demo.seed import STEPS, has_clinics, seed
from booking.platform import migrate
from booking.platform.config import Config
from booking.platform.embedded_jobs import EmbeddedJobs
from booking.platform.errors import ConfigurationError
from booking.platform.localtime import local_date
from booking.platform.web import Rettid, rettid

HOST = "127.0.0.1"
THREADS = 8

demo = AppGroup("demo", help="The demo clinic; its people are made up.")


@demo.command("seed")
@click.option("--fresh", is_flag=True, help="Throw the demo's own SQLite file away first.")
def seed_command(*, fresh: bool) -> None:
    """Fill the database with the demo clinic; nothing happens if it holds a clinic already."""
    if fresh:
        _begin_afresh(rettid())
    migrate.upgrade(rettid().database.engine)
    if not _seed_if_empty(rettid()):
        click.echo("There is a clinic already; nothing was changed (--fresh begins anew).")


@demo.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def serve_command(port: int) -> None:
    """Serve the demo clinic, made for today, until Ctrl-C."""
    parts = rettid()
    address = f"http://{HOST}:{port}"
    if parts.config.public_url == Config.public_url:
        parts.config = dataclasses.replace(parts.config, public_url=address)
    with _listening(port) as listener:
        migrate.upgrade(parts.database.engine)
        make_for_today(parts)
        _seed_if_empty(parts)
        jobs = EmbeddedJobs(parts.database, parts.jobs, parts.config.instance)
        try:
            jobs.start()
        except ConfigurationError as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"Rettid's demo clinic: {address}/\nSign in with one click: {address}/demo")
        click.echo("Ctrl-C stops it.")
        try:
            _serve(current_app._get_current_object(), listener)  # type: ignore[attr-defined]
        finally:
            jobs.stop()
    click.echo("Stopped.")


def _serve(app: Flask, listener: socket.socket) -> None:
    server = waitress.create_server(app, sockets=[listener], threads=THREADS)
    try:
        server.run()  # ends at Ctrl-C
    finally:
        server.close()


def _listening(port: int) -> socket.socket:
    """The port, taken before anything else is begun."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise click.ClickException(
            f"Port {port} cannot be used; something else may be listening there. "
            f"Choose another: make run PORT={port + 1 if port < 65535 else 8000}"
        ) from None
    return listener


def make_for_today(parts: Rettid) -> None:
    """A demo whose day is over is thrown away, as its calendar has gone stale."""
    with parts.database.reading() as session:
        made, now = state.made_at(session), session.now()
    if made is None or not day_over(made, now, HOME_ZONE):
        return
    day = local_date(made, HOME_ZONE)
    if state.own_file(parts.config) is None:
        click.echo(
            f"The demo was made for {day}, so its times are as old; start from an empty database."
        )
        return
    click.echo(f"The demo was made for {day}, which is over; it is made anew.")
    _begin_afresh(parts)
    migrate.upgrade(parts.database.engine)


def _begin_afresh(parts: Rettid) -> None:
    parts.database.engine.dispose()
    if not state.begin_afresh(parts.config):
        raise click.ClickException(
            "--fresh throws away only the demo's own SQLite file. DATABASE_URL names another "
            "database: give the demo an empty one instead."
        )


def _seed_if_empty(parts: Rettid) -> bool:
    """Fill the database if it has no clinic; True if it was filled."""
    with parts.database.reading() as session:
        if has_clinics(session):
            return False
    if isinstance(parts.clock, DemoClock):
        parts.clock.begin(HOME_ZONE)
    with click.progressbar(length=STEPS, label="Making the demo clinic") as bar:
        made = seed(parts.database, bar.update)
    state.keep_codes(parts.config, made.codes)
    click.echo(f"{made.patients} patients and {made.appointments} times, all made up.")
    return True
