"""`rules replay`: stored decisions made again from their sealed inputs, with their own version."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, time

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from booking.platform.database import Session
from booking.platform.web import rettid
from triage_rules.authoring.models import RuleVersion
from triage_rules.commands.answering import REFUSED, WRONG
from triage_rules.commands.rule_files import rule_set_of
from triage_rules.followup import told
from triage_rules.followup.errors import DecisionSealed, DecisionTampered
from triage_rules.followup.models import FollowUpDecision, FollowUpPlan
from triage_rules.followup.recompute import again, words

AT_ONCE = 500
SEALED = "its inputs do not open with the data keys that are given"


@click.command("replay")
@click.option("--rule-set", "named", metavar="CLINICID/CODE", help="Only this one's decisions.")
@click.option("--since", "since", metavar="DAY", help="Only decisions from this day on (UTC).")
@with_appcontext
def replay_decisions(named: str | None, since: str | None) -> None:
    """Make every stored decision again and report those that come out otherwise.

    Exit code 1 where one differs, or where its rules or inputs are not those it was made from; 2
    where none could be opened. No patient is named, only the decisions' own numbers.
    """
    count = differing = 0
    sealed: list[str] = []  # told once one opens: else it is the keys that are wrong, not they
    with rettid().database.reading() as session:
        only = None if named is None else rule_set_of(session, named).id
        for decision in _decisions(session, only, _day(since)):
            count += 1
            wrong = differences(decision)
            if wrong:
                differing += 1
                version = decision.rule_version
                what = f"{version.rule_set.clinic_id}/{version.rule_set.code} v{version.number}"
                sealed.append(f"decision {decision.id} ({what}): {', '.join(wrong)}")
            if wrong != [SEALED]:
                _tell(sealed)
    if count and len(sealed) == count:
        click.echo(f"No decision opens with the data keys that are given ({count} tried)", err=True)
        raise click.exceptions.Exit(REFUSED)
    _tell(sealed)
    click.echo(f"{count} decisions, {differing} differ")
    if differing:
        raise click.exceptions.Exit(WRONG)


def differences(decision: FollowUpDecision) -> list[str]:
    """What a decision made again says otherwise; empty where it is the same."""
    try:
        made = again(decision)
        said = [(words(decision, made, one), _told(decision, one)) for one in told.LANGUAGES]
    except DecisionSealed:
        return [SEALED]
    except DecisionTampered:
        return ["its rules or inputs are not those it was made from"]
    kept = decision
    fired = [(one.table_name, one.name) for one in kept.trace if one.kind == "fired"]
    lacking = [(one.table_name, one.name, one.state) for one in kept.trace if one.kind == "lacking"]
    reasons = [{k: str(v) for k, v in asdict(reason).items()} for reason in made.reasons]
    pairs = {
        "colour": (kept.colour, made.colour),
        "action": (kept.action, made.action),
        "contact": (kept.contact, asdict(made.contact) if made.contact else None),
        "calls": (kept.calls, list(made.calls)),
        "reasons": (kept.reasons, reasons),
        "obligations": (kept.obligations, list(made.obligations)),
        "rows that fired": (fired, [(table, row.id) for table, row in made.fired]),
        "inputs that were lacking": (lacking, told.reads(made)),
        "the words to the patient": ([kept for _, kept in said], [anew for anew, _ in said]),
    }
    return [what for what, (before, now) in pairs.items() if before != now]


def _told(decision: FollowUpDecision, language: str) -> list[str]:
    """What the patient was told, but for whom to call."""
    text = decision.told_en if language == "en" else decision.told_da
    return text.splitlines()[len(decision.calls) :]


def _tell(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)
    lines.clear()


def _decisions(
    session: Session, rule_set_id: int | None, since: datetime | None
) -> Iterator[FollowUpDecision]:
    """In the order they were made, some hundreds at a time."""
    wanted = (
        select(FollowUpDecision)
        .options(
            selectinload(FollowUpDecision.rule_version),
            selectinload(FollowUpDecision.trace),
            selectinload(FollowUpDecision.outcome),
            joinedload(FollowUpDecision.plan).joinedload(FollowUpPlan.clinic),
        )
        .order_by(FollowUpDecision.id)
        .limit(AT_ONCE)
    )
    if rule_set_id is not None:
        wanted = wanted.join(RuleVersion).where(RuleVersion.rule_set_id == rule_set_id)
    if since is not None:
        wanted = wanted.where(FollowUpDecision.decided_at >= since)
    last = 0
    while found := session.scalars(wanted.where(FollowUpDecision.id > last)).all():
        yield from found
        last = found[-1].id
        session.expunge_all()


def _day(since: str | None) -> datetime | None:
    if since is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(since), time(), UTC)
    except ValueError:
        raise click.UsageError(f"{since!r} is no day (2026-11-23).") from None
