"""`flask --app wsgi worker`: one of the processes that run the jobs, on PostgreSQL."""

import click
from flask.cli import with_appcontext

from booking.platform.errors import ConfigurationError
from booking.platform.web import rettid

MOST_AT_ONCE = 12  # each may need a connection, and the pool has fifteen


@click.command("worker")
@click.option(
    "--concurrency",
    type=click.IntRange(1, MOST_AT_ONCE),
    default=4,
    show_default=True,
    help="How many jobs at once.",
)
@click.option("--prepare", is_flag=True, help="Make the queue, and end. Stop the workers before.")
@with_appcontext
def work(*, concurrency: int, prepare: bool) -> None:
    """Run the jobs until SIGTERM, beside other workers on this machine or others."""
    # Only here, as no other process has a use for Procrastinate.
    from booking.platform.procrastinate_jobs import ProcrastinateJobs, QueueUnusable

    parts = rettid()
    try:
        worker = ProcrastinateJobs(parts.database, parts.jobs, parts.config.database_url)
        if parts.config.run_jobs:
            raise ConfigurationError(
                "RETTID_JOBS=embedded: a server runs the jobs. "
                "Workers want RETTID_JOBS=procrastinate, there and here"
            )
        if prepare:
            worker.prepare()
            click.echo("The queue is ready for workers.")
            return
        if not worker.prepared():
            raise ConfigurationError(
                "the queue is missing, or another version's: "
                "stop every worker and run `flask --app wsgi worker --prepare`"
            )
        click.echo(f"Running the jobs, {concurrency} at once. SIGTERM or Ctrl-C stops it.")
        worker.run(concurrency)
    except (ConfigurationError, QueueUnusable) as error:
        raise click.ClickException(str(error)) from None
    click.echo("Stopped.")
