"""Whatever is sent to the staff's daily pages: never a server error, never another's secrets."""

from datetime import date

import pytest

from booking.appointments.models import Appointment
from tests import factories as make
from tests.integration.clinic_web.day.conftest import Work
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday

NONSENSE = ("", "æøå", "-1", "0", "99999999999999999999", "2026-13-45", "<b>", "' OR 1=1", "\x00")
STARTS = (
    "20261124T0800Z|1|1",
    "20261124T0800Z|999999999|999999999|in_person|",
    "2026-11-24T08:00Z.1.1.999999999",
    "2026-02-30T08:00Z.1.1.0",
    "2999-12-31T23:59Z.1.1.0",
    "2000-01-01T00:00Z.1.1.0",
    "9999-12-31T23:59Z.1.1.0",
)
FIELDS = (
    "do", "hos", "fra", "reason", "new_time", "channel", "words", "start", "late", "visit_type",
    "form", "weeks", "weeks_from", "weeks_to", "clinician", "purpose", "deadline_on",
    "deadline_kind", "course", "title", "responsible", "replace",
)  # fmt: skip
QUERIES = ("dato", "hos", "uge", "form", "sted", "dagdel", "efter")


def addresses(at: str, work: Work, booked: Appointment, group_type: int) -> list[str]:
    place = work.place
    invitation = booked.invitation_id
    person = f"{at}/patienter/{place.patient.id}"
    return [
        f"{at}/dag",
        f"{at}/tider/{booked.id}",
        f"{at}/tider/{booked.id}/dagen",
        f"{at}/tider/{booked.id}/behold",
        f"{at}/tider/{booked.id}/afbud",
        f"{at}/tider/{booked.id}/flyt",
        f"{at}/invitationer/{invitation}",
        f"{at}/invitationer/{invitation}/tider",
        f"{at}/invitationer/{invitation}/tilbage",
        f"{at}/invitationer/{invitation}/brev.pdf",
        f"{at}/forlob/{place.course.id}/afslut",
        f"{person}/book",
        f"{person}/book/{place.course.id}/{place.control.id}",
        f"{person}/naeste",
        f"{at}/hold",
        f"{at}/hold/ny/{group_type}",
        f"{at}/hold/1",
        f"{at}/hold/1/aflys",
    ]


@pytest.fixture
def paths(work: Work) -> list[str]:
    booked = work.time_of(work.invited())
    assert booked is not None
    group = make.visit_type(work.session, work.place.clinic, name="Gigtskole", group_capacity=3)
    work.session.commit()
    return addresses(work.at, work, booked, group.id)


def test_forms_with_nothing_and_with_nonsense(
    work: Work, paths: list[str], secretary: Visitor
) -> None:
    for path in paths:
        for typed in ({}, *(dict.fromkeys(FIELDS, value) for value in NONSENSE)):
            answer = secretary.client.post(path, data=typed)
            assert answer.status_code < 500, (path, typed)


def test_times_that_never_were(work: Work, paths: list[str], secretary: Visitor) -> None:
    for path in paths:
        if path.endswith(("flyt", "tider")) or "/book/" in path or "/hold/ny" in path:
            for start in STARTS:
                answer = secretary.client.post(path, data={"start": start, "late": "capacity"})
                assert answer.status_code in (303, 405, 409, 422), (path, start)


def test_addresses_with_nonsense(work: Work, paths: list[str], secretary: Visitor) -> None:
    for path in paths:
        for value in NONSENSE:
            answer = secretary.client.get(path, query_string=dict.fromkeys(QUERIES, value))
            assert answer.status_code < 500, (path, value)


def test_what_belongs_to_another_clinic_is_not_found(
    work: Work, paths: list[str], secretary: Visitor
) -> None:
    """Both the stranger's clinic itself, and one's own clinic with the stranger's numbers."""
    patient = make.patient(work.session, family_name="Hemmelig")
    theirs = work.elsewhere(patient)
    invitation = make.invitation(
        work.session, theirs.course, theirs.control, date(2026, 11, 30), date(2026, 12, 4)
    )
    work.session.commit()
    booked = work.booked(place=theirs)
    booked.invitation_id = invitation.id
    work.session.commit()
    elsewhere = Work(theirs, work.session, work.doctor_account)
    foreign = addresses(f"/klinik/{theirs.clinic.id}", elsewhere, booked, theirs.control.id)
    mixed = addresses(work.at, elsewhere, booked, theirs.control.id)
    own = {f"{work.at}/dag", f"{work.at}/hold"}
    for path in (*foreign, *mixed):
        for answer in (secretary.client.get(path), secretary.client.post(path, data={})):
            assert answer.status_code in ((200, 404, 405) if path in own else (404, 405)), path
            assert "Hemmelig" not in answer.text
    assert work.looks_at(patient) == []
