"""The part that is asked for every few seconds: another answer after every act, else none."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from booking.appointments import attendance, holds, occasions, service
from booking.appointments.models import Allocation, Appointment, GroupSession, Hold
from booking.appointments.search import Slot
from booking.calendar.models import Closure, WeekTemplate
from booking.people.models import PatientNeed
from booking.waitlist.models import FreedTime, Offer, WaitlistEntry
from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T07:30:00Z")  # a Monday, 8.30

HOUR = timedelta(hours=1)


class Watch:
    """Someone whose grid of the day stands open."""

    def __init__(self, work: Work, visitor: Visitor) -> None:
        """The grid has just been loaded."""
        self.work, self.visitor = work, visitor
        self.path = f"{work.at}/kalender/udsnit?dato=2026-11-23"
        self.tag = self._ask({}).headers["ETag"]

    def _ask(self, headers: dict[str, str]) -> TestResponse:
        self.work.session.commit()
        return self.visitor.client.get(self.path, headers=headers)

    def sees_nothing(self) -> bool:
        """True if the answer is that nothing has changed."""
        answer = self._ask({"If-None-Match": self.tag})
        if answer.status_code == 304:
            assert answer.data == b""
            return True
        assert answer.status_code == 200
        self.tag = answer.headers["ETag"]
        return False

    def sees(self) -> bool:
        """True if something has changed and, asked again, nothing more."""
        return not self.sees_nothing() and self.sees_nothing()


@pytest.fixture
def watch(work: Work, secretary: Visitor) -> Watch:
    return Watch(work, secretary)


class Acts:
    """What may happen to a day."""

    def __init__(self, work: Work) -> None:
        """Nothing has yet."""
        self.work, self.session, self.place = work, work.session, work.place
        self.secretary = work.place.secretary
        self.numbers: dict[str, int] = {}

    def appointment(self) -> Appointment:
        found = self.session.get_one(Appointment, self.numbers["booked"])
        self.session.refresh(found)
        return found

    def book(self) -> None:
        self.numbers["booked"] = self.work.booked(start=NINE).id

    def move(self, hour: int, clinician: object = None) -> None:
        occasion = occasions.for_move(self.session, self.secretary, self.appointment())
        start, who = NINE + hour * HOUR, clinician or self.place.doctor
        slot = Slot(start, start, who.id, self.place.site.id)  # type: ignore[attr-defined]
        service.book(self.session, self.secretary, occasion, slot, "desk")

    def provisional(self) -> None:
        other = make.patient(self.session, self.place.clinic)
        their = make.course(self.session, self.place.clinic, other)
        occasion = occasions.free(self.session, self.secretary, their, self.place.control)
        slot = Slot(NINE + 5 * HOUR, NINE, self.place.doctor.id, self.place.site.id)
        made = service.book(self.session, self.secretary, occasion, slot, "desk", provisional=True)
        self.numbers["provisional"] = made.id

    def keep(self) -> None:
        service.keep(
            self.session,
            self.secretary,
            self.session.get_one(Appointment, self.numbers["provisional"]),
        )

    def cancel(self) -> None:
        one = self.session.get_one(Appointment, self.numbers["provisional"])
        service.cancel(self.session, self.secretary, one, "ill", "phone", wants_new=False)

    def hold(self) -> None:
        occasion = occasions.free(
            self.session, self.secretary, self.place.course, self.place.control
        )
        slot = Slot(NINE + 6 * HOUR, NINE, self.place.other_doctor.id, self.place.site.id)
        holds.place(self.session, occasion, slot)

    def let_go(self) -> None:
        self.session.execute(delete(Hold))

    def group(self) -> None:
        made = make.add(
            self.session,
            GroupSession(
                clinic_id=self.place.clinic.id,
                site=self.place.site,
                visit_type=self.place.control,
                clinician=self.place.other_doctor,
                form="in_person",
                starts_at=NINE,
                ends_at=NINE + HOUR,
                capacity=4,
            ),
        )
        taken = Allocation(
            resource=self.place.other_doctor,
            group_session_id=made.id,
            starts_at=made.starts_at,
            ends_at=made.ends_at,
        )
        make.add(self.session, taken)
        self.numbers["group"] = made.id

    def join(self) -> None:
        member = make.patient(self.session, self.place.clinic)
        make.add(
            self.session,
            Appointment(
                clinic=self.place.clinic,
                site=self.place.site,
                patient=member,
                visit_type=self.place.control,
                clinician=self.place.other_doctor,
                form="in_person",
                starts_at=NINE,
                ends_at=NINE + HOUR,
                group_session_id=self.numbers["group"],
                booked_at=NINE,
            ),
        )

    def change(self, row: object, **values: object) -> None:
        for name, value in values.items():
            setattr(row, name, value)

    def close(self) -> None:
        make.add(
            self.session,
            Closure(
                clinic=self.place.clinic,
                resource=self.place.other_doctor,
                starts_at=NINE + 3 * HOUR,
                ends_at=NINE + 4 * HOUR,
                reason="Møde",
            ),
        )

    def freed(self) -> None:
        place = self.place
        made = FreedTime(
            clinic_id=place.clinic.id,
            clinician_id=place.doctor.id,
            site_id=place.site.id,
            starts_at=NINE + 4 * HOUR,
            ends_at=NINE + 4 * HOUR + HOUR / 2,
            cause="cancelled",
            created_at=NINE,
        )
        self.numbers["freed"] = make.add(self.session, made).id

    def freed_time(self) -> FreedTime:
        return self.session.get_one(FreedTime, self.numbers["freed"])

    def offer(self) -> None:
        freed, place = self.freed_time(), self.place
        waiting = WaitlistEntry(
            clinic_id=place.clinic.id,
            patient_id=place.patient.id,
            visit_type_id=place.control.id,
            appointment_id=self.numbers["booked"],
            forms="in_person",
            earliest_on=date(2026, 11, 23),
            cause="wish",
            created_at=NINE,
            created_by="Signe",
        )
        offered = Offer(
            freed_time_id=freed.id,
            entry_id=make.add(self.session, waiting).id,
            patient_id=place.patient.id,
            starts_at=freed.starts_at,
            ends_at=freed.ends_at,
            clinician_id=place.doctor.id,
            site_id=place.site.id,
            form="in_person",
            round=1,
            rank=1,
            made_at=NINE,
            expires_at=NINE + 24 * HOUR,
        )
        self.numbers["offer"] = make.add(self.session, offered).id

    def answer(self, status: str) -> None:
        self.session.get_one(Offer, self.numbers["offer"]).status = status

    def close_site(self) -> None:
        make.add(
            self.session,
            Closure(
                clinic=self.place.clinic,
                site=self.place.site,
                starts_at=NINE + 5 * HOUR,
                ends_at=NINE + 6 * HOUR,
                reason="Vandskade",
            ),
        )

    def closure(self) -> Closure:
        return self.session.scalars(select(Closure)).one()

    def elsewhere(self) -> None:
        their = self.work.elsewhere(make.patient(self.session))
        self.work.booked(place=their, start=NINE + 3 * HOUR)

    def hours(self) -> None:
        wanted = select(WeekTemplate).where(
            WeekTemplate.resource_id == self.place.other_doctor.id, WeekTemplate.weekday == 0
        )
        self.session.scalars(wanted).one().end_time = time(15)

    def clinician(self) -> None:
        make.open_weekdays(
            self.session, make.clinician(self.session, self.place.clinic), self.place.site
        )


def test_every_act_that_shows_changes_the_stamp(work: Work, watch: Watch) -> None:
    session, place, acts = work.session, work.place, Acts(work)
    secretary, patient = place.secretary, place.patient
    need = PatientNeed(patient_id=patient.id, need="hearing", told_by="staff", since=NINE)
    those: list[tuple[str, Callable[[], object]]] = [
        ("booked", acts.book),
        ("moved", lambda: acts.move(1)),
        ("moved to another", lambda: acts.move(1, place.other_doctor)),
        ("moved back", lambda: acts.move(0)),
        ("booked provisionally", acts.provisional),
        ("kept", acts.keep),
        ("cancelled", acts.cancel),
        ("a need", lambda: session.add(need)),
        ("a new name", lambda: acts.change(patient, given_name="Karin")),
        ("another form", lambda: acts.change(acts.appointment(), form="video")),
        ("arrived", lambda: attendance.arrive(session, secretary, acts.appointment())),
        ("called in", lambda: attendance.call_in(session, secretary, acts.appointment())),
        ("done", lambda: attendance.done(session, secretary, acts.appointment())),
        ("undone", lambda: attendance.undo(session, secretary, acts.appointment())),
        ("held", acts.hold),
        ("let go", acts.let_go),
        ("a group", acts.group),
        ("a place in it", acts.join),
        ("closed", acts.close),
        ("why", lambda: acts.change(acts.closure(), reason="Kursus")),
        ("open again", lambda: session.delete(acts.closure())),
        ("freed", acts.freed),
        ("offered to one who waits", acts.offer),
        ("declined", lambda: acts.answer("declined")),
        ("nobody took it", lambda: acts.change(acts.freed_time(), status="listed")),
        ("gone", lambda: acts.change(acts.freed_time(), status="gone")),
        ("a closed site", acts.close_site),
        ("why the site is", lambda: acts.change(acts.closure(), reason="Flytning")),
        ("taken elsewhere", acts.elsewhere),
        ("other hours", acts.hours),
        ("a new clinician", acts.clinician),
        ("renamed", lambda: acts.change(place.doctor, name="Anna")),
        ("a renamed visit type", lambda: acts.change(place.control, name="Årskontrol")),
    ]
    assert watch.sees_nothing()
    for what, act in those:
        act()
        assert watch.sees(), what


def test_what_does_not_show_changes_nothing(work: Work, watch: Watch, freezer: object) -> None:
    work.booked(start=NINE + timedelta(days=1))
    work.invited(date(2026, 11, 30))
    make.patient(work.session, work.place.clinic)
    assert watch.sees_nothing()
    freezer.move_to(datetime(2026, 11, 23, 8, 20))  # type: ignore[attr-defined]
    assert watch.sees_nothing(), "the line that says what time it is moves by itself"


def test_a_hold_that_runs_out_is_seen(work: Work, watch: Watch, freezer: object) -> None:
    session, place = work.session, work.place
    occasion = occasions.free(session, place.secretary, place.course, place.control)
    holds.place(session, occasion, Slot(NINE + HOUR, NINE, place.doctor.id, place.site.id))
    assert watch.sees()
    freezer.move_to(datetime(2026, 11, 23, 7, 41))  # type: ignore[attr-defined]
    assert watch.sees()


def test_a_screen_left_alone_signs_out_though_it_asks(
    work: Work, secretary: Visitor, freezer: object
) -> None:
    path = f"{work.at}/kalender/udsnit"
    idle = timedelta(minutes=5)
    answers = []
    for number in range(1, 50):
        freezer.move_to(datetime(2026, 11, 23, 7, 30) + number * idle)  # type: ignore[attr-defined]
        answers.append(secretary.client.get(path).status_code)
    assert answers[0] == 200
    assert answers[-1] == 303
