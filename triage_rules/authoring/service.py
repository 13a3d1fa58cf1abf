"""What may be done with rule sets: begin, write, send to review, publish, roll back, shadow.

Clinicians write. Whoever publishes holds the approver's role, and is not who wrote it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, select

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile
from booking.platform.identity import Actor, Role
from triage_rules.authoring import publishing, queries, releasing
from triage_rules.authoring.approving import check_approver, check_not_own
from triage_rules.authoring.errors import (
    AlreadyBegun,
    HasDraft,
    NoneInForce,
    NothingBefore,
    NothingChanged,
    NotReady,
    NotUnderReview,
    UnderReview,
)
from triage_rules.authoring.models import DraftStep, RuleDraft, RuleRelease, RuleSet, RuleVersion
from triage_rules.authoring.ownership import nobodys
from triage_rules.authoring.publishing import Obstacle
from triage_rules.tables import examples as trying
from triage_rules.tables import written
from triage_rules.tables.examples import Example
from triage_rules.tables.rule_set import RuleSet as Rules

STEPS = 50  # how many saves of a draft can be undone


def begin(
    session: Session,
    by: Actor,
    clinic: Clinic,
    code: str,
    label: str,
    rules: Rules,
    examples: Sequence[Example] = (),
    origin: str = "",
) -> RuleSet:
    """Begin a rule set with a draft of these rules, called by the new code and label.

    origin: '' from nothing, 'library:<code>', 'file:<name>' or 'version:<code>/<number>'. What
    comes from the library is nobody's yet: its rows lose owner and review-by date, and so it
    cannot be published before the clinic has made every row its own.
    """
    by.at(clinic.id, Role.CLINICIAN)
    if origin.startswith("library:"):
        rules = nobodys(rules)
    rule_set = RuleSet(
        clinic_id=clinic.id,
        code=code,
        label=label,
        origin=origin,
        created_at=session.now(),
        created_by=by.name,
    )
    session.add(rule_set)
    session.flush()
    _write_draft(session, by, rule_set, replace(rules, name=code, label=label), examples)
    _act(session, by, "rules.begun", rule_set)
    return rule_set


def draft_from(session: Session, by: Actor, version: RuleVersion) -> RuleDraft:
    """Go on writing from a version; raises HasDraft where something is being written already."""
    rule_set = version.rule_set
    by.at(rule_set.clinic_id, Role.CLINICIAN)
    session.refresh(rule_set, with_for_update=True)
    if rule_set.draft is not None:
        raise HasDraft
    draft = _write_draft(
        session, by, rule_set, version.rules, trying.read(version.examples), version
    )
    _act(session, by, "rules.draft_begun", rule_set)
    return draft


def save(
    session: Session,
    by: Actor,
    draft: RuleDraft,
    edition: int,
    rules: Rules,
    examples: Sequence[Example] | None = None,
    undone: DraftStep | None = None,
) -> RuleDraft:
    """Save what was written upon an edition of the draft; examples: None leaves them be.

    undone: the earlier save that this one undoes, where it does; there is then nothing to undo.
    Raises ChangedMeanwhile where someone else saved in between, and then saves nothing; what
    they wrote is in `draft` by then. Raises UnderReview while the draft waits for approval.
    """
    rule_set = draft.rule_set
    by.at(rule_set.clinic_id, Role.CLINICIAN)
    lock(session, draft, edition)
    if draft.status == "review":
        raise UnderReview
    body = written.written(replace(rules, name=rule_set.code))
    tried = draft.examples if examples is None else trying.written(examples)
    if (body, tried) == (draft.body, draft.examples):
        return draft
    was = DraftStep(draft_id=draft.id, body=draft.body, examples=draft.examples, made_by_id=by.id)
    draft.body, draft.examples = body, tried
    draft.edited_at, draft.edited_by_id, draft.edited_by = session.now(), by.id, by.name
    rule_set.label = rules.label
    session.flush()
    if undone is None:
        was.edition = draft.edition
        session.add(was)
        past = DraftStep.draft_id == draft.id, DraftStep.edition <= draft.edition - STEPS
        session.execute(delete(DraftStep).where(*past))
    else:
        session.delete(undone)
    _act(session, by, "rules.edited", rule_set)
    return draft


def send_to_review(
    session: Session, by: Actor, draft: RuleDraft, edition: int, note: str
) -> RuleDraft:
    """Ask someone else to approve the draft; note: what was changed, and why.

    Raises NotReady for anything that the author can mend first.
    """
    by.at(draft.rule_set.clinic_id, Role.CLINICIAN)
    lock(session, draft, edition)
    if draft.status == "review":
        raise UnderReview
    day = today(session, draft.rule_set.clinic)
    found = publishing.obstacles(draft.rules, trying.read(draft.examples), day)
    if found:
        raise NotReady(found)
    draft.status, draft.note = "review", note
    draft.sent_at, draft.sent_by_id, draft.sent_by = session.now(), by.id, by.name
    session.flush()
    _act(session, by, "rules.sent_to_review", draft.rule_set)
    return draft


def take_back(session: Session, by: Actor, draft: RuleDraft) -> RuleDraft:
    """Go on writing what was sent to review."""
    by.at(draft.rule_set.clinic_id, Role.CLINICIAN)
    _reopen(session, draft)
    draft.note = ""
    session.flush()
    _act(session, by, "rules.taken_back", draft.rule_set)
    return draft


def send_back(session: Session, by: Actor, draft: RuleDraft, words: str) -> RuleDraft:
    """Ask the author to write on; words: what is the matter, kept as the draft's note."""
    check_approver(by, draft.rule_set)
    _reopen(session, draft)
    draft.note = f"{by.name}: {words}"
    session.flush()
    _act(session, by, "rules.sent_back", draft.rule_set)
    return draft


def publish(
    session: Session, by: Actor, draft: RuleDraft, edition: int, from_day: date
) -> RuleRelease:
    """Make the draft a version that counts from a local day, from now on where that is today.

    Anything of this rule set that was to come into force on that day or later is withdrawn: an
    older text never follows a newer. The draft is gone afterwards. Raises OwnWork, NotReady,
    NothingChanged, NotUnderReview, ChangedMeanwhile.
    """
    from_at = check_publication(session, by, draft, edition, from_day)
    return _published(session, by, _version(session, by, draft), from_at)


def publish_in_shadow(session: Session, by: Actor, draft: RuleDraft, edition: int) -> RuleRelease:
    """Make the draft a version that runs beside the one in force from now on, deciding nothing.

    Raises as `publish`, and NoneInForce where it would stand alone.
    """
    check_publication(session, by, draft, edition, None)
    return shadow(session, by, _version(session, by, draft))


def check_publication(
    session: Session,
    by: Actor,
    draft: RuleDraft,
    edition: int,
    from_day: date | None,
) -> datetime:
    """The instant the draft's version would count from; raises as `publish`, and does nothing.

    from_day: None for running in shadow, from now.
    """
    rule_set = draft.rule_set
    check_approver(by, rule_set)
    session.refresh(rule_set, with_for_update=True)
    lock(session, draft, edition)
    if draft.status != "review":
        raise NotUnderReview
    check_not_own(by, draft)
    day = from_day or today(session, rule_set.clinic)
    from_at = releasing.begins(session, rule_set, day)
    rules = draft.rules
    standing = queries.in_force(session, rule_set.id, from_at)
    if standing is not None and standing.hash == written.content_hash(rules):
        raise NothingChanged
    if standing is None and from_day is None:
        raise NoneInForce
    found: list[Obstacle] = publishing.obstacles(rules, trying.read(draft.examples), day)
    if from_day is not None:
        found += publishing.vetoes(session, rule_set, rules)
    if found:
        raise NotReady(found)
    return from_at


def release(session: Session, by: Actor, version: RuleVersion, from_day: date) -> RuleRelease:
    """Put a version that is there already (one in shadow, say) into force from a local day."""
    from_at = check_release(session, by, version, from_day)
    return _published(session, by, version, from_at)


def check_release(session: Session, by: Actor, version: RuleVersion, from_day: date) -> datetime:
    """The instant the version would count from; raises as `release`, and does nothing."""
    rule_set = version.rule_set
    check_approver(by, rule_set)
    check_not_own(by, version)
    session.refresh(rule_set, with_for_update=True)
    from_at = releasing.begins(session, rule_set, from_day)
    standing = queries.in_force(session, rule_set.id, from_at)
    if standing is not None and standing.hash == version.hash:
        raise NothingChanged
    rules, examples = version.rules, trying.read(version.examples)
    found = publishing.obstacles(rules, examples, from_day)
    found += publishing.vetoes(session, rule_set, rules)
    if found:
        raise NotReady(found)
    return from_at


def roll_back(session: Session, by: Actor, rule_set: RuleSet, why: str) -> RuleRelease:
    """Go back at once to the version that counted before; what was to come is withdrawn.

    Raises NothingBefore for the first version.
    """
    check_approver(by, rule_set)
    session.refresh(rule_set, with_for_update=True)
    now = session.now()
    version = queries.before(session, rule_set.id, now)
    if version is None:
        raise NothingBefore
    releasing.withdraw(session, by, queries.coming(session, rule_set.id, now))
    made = releasing.add(session, by, version, "rollback", now, why)
    _act(session, by, "rules.rolled_back", rule_set)
    return made


def withdraw(session: Session, by: Actor, release: RuleRelease) -> None:
    """Let a release that has not begun never begin; raises AlreadyBegun."""
    rule_set = release.version.rule_set
    check_approver(by, rule_set)
    session.refresh(rule_set, with_for_update=True)
    if release not in queries.coming(session, rule_set.id, session.now()):
        raise AlreadyBegun
    releasing.withdraw(session, by, [release])
    _act(session, by, "rules.release_withdrawn", rule_set)


def shadow(session: Session, by: Actor, version: RuleVersion) -> RuleRelease:
    """Run a version beside the one in force from now on; it takes the place of another shadow.

    Raises OwnWork, NoneInForce, NothingChanged.
    """
    rule_set = version.rule_set
    check_approver(by, rule_set)
    check_not_own(by, version)
    session.refresh(rule_set, with_for_update=True)
    now = session.now()
    standing = queries.in_force(session, rule_set.id, now)
    if standing is None:
        raise NoneInForce
    if standing.hash == version.hash:
        raise NothingChanged
    releasing.end_shadow(session, by, rule_set)
    made = releasing.add(session, by, version, "shadow", now)
    _act(session, by, "rules.shadowed", rule_set)
    return made


def end_shadow(session: Session, by: Actor, rule_set: RuleSet) -> None:
    """Let no version run in shadow any more."""
    check_approver(by, rule_set)
    releasing.end_shadow(session, by, rule_set)
    _act(session, by, "rules.shadow_ended", rule_set)


def _write_draft(
    session: Session,
    by: Actor,
    rule_set: RuleSet,
    rules: Rules,
    examples: Sequence[Example],
    version: RuleVersion | None = None,
) -> RuleDraft:
    draft = RuleDraft(
        rule_set=rule_set,
        based_on=version,
        body=written.written(rules),
        examples=trying.written(examples),
        edited_at=session.now(),
        edited_by_id=by.id,
        edited_by=by.name,
    )
    session.add(draft)
    session.flush()
    return draft


def lock(session: Session, draft: RuleDraft, edition: int | None = None) -> None:
    """Let nobody else write the draft; raises ChangedMeanwhile if it is gone, or not what was
    read."""
    found = session.scalars(
        select(RuleDraft)
        .where(RuleDraft.id == draft.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or edition not in (None, found.edition):
        raise ChangedMeanwhile


def _reopen(session: Session, draft: RuleDraft) -> None:
    lock(session, draft)
    if draft.status != "review":
        raise NotUnderReview
    draft.status, draft.sent_at, draft.sent_by_id, draft.sent_by = "editing", None, None, ""
    session.flush()


def _version(session: Session, by: Actor, draft: RuleDraft) -> RuleVersion:
    """The draft as a version, and the draft gone; what bars it has been checked."""
    rule_set = draft.rule_set
    assert draft.sent_by_id is not None
    version = RuleVersion(
        rule_set=rule_set,
        number=queries.next_number(session, rule_set.id),
        body=draft.body,
        examples=draft.examples,
        hash=written.content_hash(draft.rules),
        note=draft.note,
        writer_ids=draft.writer_ids,
        written_by_id=draft.sent_by_id,
        written_by=draft.sent_by,
        published_at=session.now(),
        published_by_id=by.id,
        published_by=by.name,
    )
    session.add(version)
    session.delete(draft)
    session.flush()
    session.expire(rule_set, ["draft"])
    return version


def _published(session: Session, by: Actor, version: RuleVersion, from_at: datetime) -> RuleRelease:
    made = releasing.put_into_force(session, by, version, from_at)
    _act(session, by, "rules.published", version.rule_set)
    return made


def _act(session: Session, by: Actor, act: str, rule_set: RuleSet) -> None:
    audit.record(session, by, act, reason=rule_set.label, clinic_id=rule_set.clinic_id)
