"""The log by whole days, what is alike on a day gathered into one row."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory

from booking.people.audit_days import Days, days
from booking.people.audit_words import what_text, when_text
from booking.platform import audit
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import Actor

ZONE = ZoneInfo("Europe/Copenhagen")
SIGNE, ANNA = Actor("staff", 1, "Signe Sekretær"), Actor("staff", 2, "Anna Holm")
KAREN, PER = 7, 8


def looked(
    session: Session, freezer: FrozenDateTimeFactory, at: str, who: Actor, *patients: int
) -> None:
    """Someone sees patients at a local time."""
    freezer.move_to(datetime.fromisoformat(at).replace(tzinfo=ZONE).astimezone(UTC))
    audit.record(session, who, "look", patients, place="staff_patients.show", clinic_id=1)


def said(shown: Days) -> list[tuple[str, str, str]]:
    """The rows in words: when, who, what."""
    return [(when_text(like, ZONE), like.entry.actor_name, what_text(like)) for like in shown.rows]


def test_looks_of_one_person_on_one_local_day_are_one_row_with_the_first_and_last_time(
    session: Session, freezer: FrozenDateTimeFactory
) -> None:
    for at, who in (
        ("2026-11-23T23:59", SIGNE),
        ("2026-11-24T00:01", SIGNE),
        ("2026-11-24T09:12", SIGNE),
        ("2026-11-24T10:00", ANNA),
        ("2026-11-24T15:40", SIGNE),
    ):
        looked(session, freezer, at, who, KAREN)
    audit.record(session, SIGNE, "appointment.cancelled", [KAREN], reason="ill", clinic_id=1)
    assert said(days(session, audit.about_patient(KAREN), ZONE)) == [
        ("tirs. 24. nov. 2026 kl. 15.40", "Signe Sekretær", "Aflyste en tid (Syg)"),
        ("tirs. 24. nov. 2026 kl. 0.01–15.40", "Signe Sekretær", "Så oplysninger, 3 gange"),
        ("tirs. 24. nov. 2026 kl. 10.00", "Anna Holm", "Så oplysninger"),
        ("man. 23. nov. 2026 kl. 23.59", "Signe Sekretær", "Så oplysninger"),
    ]


def test_clinics_reasons_and_acts_are_kept_apart(
    session: Session, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-23T08:00:00Z")
    for act, reason, clinic in (
        ("look", "", 1),
        ("look", "", 2),
        ("patient.entered_by_cpr", "acute", 1),
        ("patient.entered_by_cpr", "referral", 1),
    ):
        audit.record(session, SIGNE, act, [KAREN], reason=reason, clinic_id=clinic)
    assert [like.count for like in days(session, audit.about_patient(KAREN), ZONE).rows] == [1] * 4


def test_in_ones_own_acts_only_the_very_same_patients_are_alike(
    session: Session, freezer: FrozenDateTimeFactory
) -> None:
    for minute, patients in enumerate([(KAREN,), (PER,), (KAREN, PER), (PER,), (PER, KAREN)]):
        looked(session, freezer, f"2026-11-23T09:0{minute}", SIGNE, *patients)
    rows = days(session, audit.by_actor(SIGNE), ZONE, by_patients=True).rows
    counted = [({s.patient_id for s in like.entry.subjects}, like.count) for like in rows]
    assert counted == [({KAREN, PER}, 2), ({PER}, 2), ({KAREN}, 1)]


def test_going_back_meets_every_entry_once_and_every_day_whole(
    session: Session, freezer: FrozenDateTimeFactory
) -> None:
    """A busy day, quiet ones, days with nothing, and the longest night of the year."""
    written = 0
    for day, times in ((1, 3), (5, 60), (6, 150), (7, 1), (20, 90), (25, 20)):
        for minute in range(times):
            freezer.move_to(datetime(2026, 10, day, 4, tzinfo=UTC) + timedelta(minutes=minute * 5))
            audit.record(session, SIGNE, "look", [KAREN], clinic_id=1)
            written += 1
    met: list[tuple[date, int]] = []
    until, pages = None, 0
    while pages == 0 or until is not None:
        shown = days(session, audit.about_patient(KAREN), ZONE, until)
        met += [(like.first.astimezone(ZONE).date(), like.count) for like in shown.rows]
        until, pages = shown.older, pages + 1
        assert pages < 10
    # 5 minutes apart from 6 in the morning, the last of the busy day's are past midnight or later.
    assert sum(count for _, count in met) == written
    assert [day for day, _ in met] == sorted({day for day, _ in met}, reverse=True)
    assert pages > 2


def test_a_day_before_everything_is_empty(session: Session, freezer: FrozenDateTimeFactory) -> None:
    looked(session, freezer, "2026-11-23T09:00", SIGNE, KAREN)
    assert days(session, audit.about_patient(KAREN), ZONE, date(1900, 1, 1)) == Days([], None)
    entries = days(session, audit.about_patient(KAREN), ZONE, date(2200, 1, 1)).rows
    assert isinstance(entries[0].entry, AuditEntry)
