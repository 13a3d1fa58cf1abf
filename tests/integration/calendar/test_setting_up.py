"""Setting up clinics, sites, resources and week templates, and what it refuses."""

from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import select

from booking.calendar import queries, service, week_templates
from booking.calendar.events import OpeningChanged
from booking.calendar.models import Clinic, Resource, Site, WeekTemplate
from booking.calendar.service import ClinicDetails, ResourceDetails, SiteDetails
from booking.calendar.week_templates import Hours
from booking.people.models import Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, InvalidInput, NotAllowed, NotFound
from booking.platform.identity import SYSTEM, Actor, Role
from booking.platform.web import Rettid
from tests import factories as make

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday

TODAY = date(2026, 11, 23)
DETAILS = ClinicDetails("Reumatologisk Ambulatorium", "+4597660000")


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return make.clinic(session)


@pytest.fixture
def site(session: Session, clinic: Clinic) -> Site:
    return make.site(session, clinic)


@pytest.fixture
def doctor(session: Session, clinic: Clinic) -> Resource:
    return make.clinician(session, clinic)


@pytest.fixture
def by(session: Session, clinic: Clinic) -> Actor:
    return actor_of(make.staff(session, clinic))


@pytest.fixture
def heard(rettid: Rettid) -> list[OpeningChanged]:
    told: list[OpeningChanged] = []
    rettid.events.subscribe(OpeningChanged, lambda _session, event: told.append(event))
    return told


def mondays(site: Site, **values: object) -> Hours:
    return replace(
        Hours(site.id, 0, "any", time(8), time(16), date(2026, 1, 1)),
        **values,  # type: ignore[arg-type]
    )


def refused(error: pytest.ExceptionInfo[InvalidInput]) -> set[str]:
    return set(error.value.fields)


def test_whoever_begins_a_clinic_becomes_its_secretary_and_leader(
    session: Session, by: Actor
) -> None:
    made = service.create_clinic(session, by, DETAILS)
    session.expire_all()
    again = actor_of(session.get_one(Staff, by.id))
    assert again.roles[made.id] == {Role.SECRETARY, Role.LEADER}


def test_two_clinics_cannot_share_a_name(session: Session, by: Actor) -> None:
    first = service.create_clinic(session, by, DETAILS)
    with pytest.raises(InvalidInput) as error:
        service.create_clinic(session, by, replace(DETAILS, name=DETAILS.name.upper()))
    assert refused(error) == {"name"}
    service.edit_clinic(session, by, first, first.version, DETAILS)  # its own name is no clash


def test_a_clinic_that_closes_on_christmas_eve_tells_of_it(
    session: Session, by: Actor, heard: list[OpeningChanged]
) -> None:
    clinic = service.create_clinic(session, SYSTEM, DETAILS)
    service.edit_clinic(session, by, clinic, 1, replace(DETAILS, phone_hours="8-12"))
    assert heard == []
    service.edit_clinic(session, by, clinic, 2, replace(DETAILS, optional_closures="12-24"))
    assert heard == [OpeningChanged(clinic.id, None, TODAY, None)]
    with pytest.raises(InvalidInput) as error:
        service.edit_clinic(session, by, clinic, 3, replace(DETAILS, optional_closures="24-12"))
    assert refused(error) == {"closures"}


def test_two_who_save_the_same_clinic(session: Session, clinic: Clinic, by: Actor) -> None:
    service.edit_clinic(session, by, clinic, 1, DETAILS)
    with pytest.raises(ChangedMeanwhile):
        service.edit_clinic(session, by, clinic, 1, DETAILS)


def test_a_site_in_use_cannot_be_closed(session: Session, site: Site, by: Actor) -> None:
    room = make.room(session, site)
    details = SiteDetails(site.name, site.address)
    with pytest.raises(InvalidInput) as error:
        service.edit_site(session, by, site, site.version, details, active=False)
    assert refused(error) == {"active"}
    room.active = False
    service.edit_site(session, by, site, site.version, details, active=False)
    assert queries.sites_of(session, site.clinic_id) == []
    assert queries.sites_of(session, site.clinic_id, active=None) == [site]


def test_sites_of_one_clinic_have_different_names(
    session: Session, clinic: Clinic, site: Site, by: Actor
) -> None:
    with pytest.raises(InvalidInput) as error:
        service.add_site(session, by, clinic, SiteDetails(site.name.upper(), "Et andet sted 2"))
    assert refused(error) == {"name"}


def test_resources_need_what_their_kind_needs(session: Session, clinic: Clinic, by: Actor) -> None:
    with pytest.raises(InvalidInput) as error:
        service.add_resource(session, by, clinic, "room", ResourceDetails("Rum 3"))
    assert refused(error) == {"site_id"}
    with pytest.raises(InvalidInput) as error:
        service.add_resource(session, by, clinic, "clinician", ResourceDetails("Anna"))
    assert refused(error) == {"profession"}


def test_a_room_has_a_name_of_its_own(session: Session, site: Site, by: Actor) -> None:
    details = ResourceDetails("Rum 3", site_id=site.id)
    service.add_resource(session, by, site.clinic, "room", details)
    with pytest.raises(InvalidInput) as error:
        service.add_resource(session, by, site.clinic, "room", details)
    assert refused(error) == {"name"}


def test_a_foreign_site_or_account_is_not_found(
    session: Session, clinic: Clinic, by: Actor
) -> None:
    foreign = make.site(session, make.clinic(session))
    with pytest.raises(NotFound):
        service.add_resource(
            session, by, clinic, "room", ResourceDetails("Rum 3", site_id=foreign.id)
        )
    stranger = make.staff(session, foreign.clinic, Role.CLINICIAN)
    details = ResourceDetails("Anna", profession="nurse", staff_id=stranger.id)
    with pytest.raises(NotFound):
        service.add_resource(session, by, clinic, "clinician", details)


def test_an_account_has_one_calendar(session: Session, clinic: Clinic, by: Actor) -> None:
    anna = make.staff(session, clinic, Role.CLINICIAN, name="Anna")
    details = ResourceDetails("Anna", profession="nurse", staff_id=anna.id)
    made = service.add_resource(session, by, clinic, "clinician", details)
    assert queries.resource_of_staff(session, anna.id) == made
    with pytest.raises(NotFound):
        service.add_resource(session, by, clinic, "clinician", details)
    service.edit_resource(session, by, clinic, made, made.version, details, active=True)


def test_sharing_a_clinician_takes_the_office_of_both_clinics(
    session: Session, clinic: Clinic, doctor: Resource, by: Actor
) -> None:
    other = make.clinic(session)
    with pytest.raises(NotFound):
        service.share(session, by, doctor, other)
    only_seen = Actor("staff", by.id, by.name, {**by.roles, other.id: frozenset({Role.CLINICIAN})})
    with pytest.raises(NotAllowed):
        service.share(session, only_seen, doctor, other)
    of_both = Actor("staff", by.id, by.name, {**by.roles, other.id: frozenset({Role.SECRETARY})})
    service.share(session, of_both, doctor, other)
    service.share(session, of_both, doctor, other)
    assert queries.resource_of(session, other.id, doctor.id) is doctor
    elsewhere = Actor("staff", by.id, by.name, {other.id: frozenset({Role.SECRETARY})})
    room = make.room(session, make.site(session, clinic))
    with pytest.raises(NotFound):
        service.share(session, elsewhere, room, other)
    with pytest.raises(InvalidInput):
        service.share(session, of_both, room, other)


def test_taking_a_shared_clinician_out_of_use_is_told_to_both_clinics(
    session: Session, clinic: Clinic, doctor: Resource, by: Actor, heard: list[OpeningChanged]
) -> None:
    other = make.clinic(session)
    doctor.clinics.append(other)
    details = ResourceDetails(doctor.name, profession="doctor")
    session.flush()
    service.edit_resource(session, by, clinic, doctor, doctor.version, details, active=False)
    told = {(e.clinic_id, e.resource_ids) for e in heard}
    assert told == {(clinic.id, (doctor.id,)), (other.id, (doctor.id,))}


def test_hours_are_added_for_several_days_at_once(
    session: Session,
    clinic: Clinic,
    site: Site,
    doctor: Resource,
    by: Actor,
    heard: list[OpeningChanged],
) -> None:
    hours = [mondays(site, weekday=day, weeks="odd") for day in (0, 2)]
    week_templates.add(session, by, clinic, doctor, hours)
    assert [t.weekday for t in queries.templates_of(session, doctor.id)] == [0, 2]
    assert heard == [OpeningChanged(clinic.id, (doctor.id,), date(2026, 1, 1), None)]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"start": time(16), "end": time(8)}, "end"),
        ({"start": time(8, 2)}, "start"),
        ({"end": time(15, 58)}, "end"),
        ({"valid_to": date(2025, 12, 31)}, "valid_to"),
        ({"start": time(12), "end": time(18)}, "start"),  # overlaps what is there
        ({"start": time(12), "end": time(18), "weeks": "even"}, "start"),
    ],
)
def test_hours_that_cannot_be(
    session: Session,
    clinic: Clinic,
    site: Site,
    doctor: Resource,
    by: Actor,
    values: dict[str, object],
    field: str,
) -> None:
    week_templates.add(session, by, clinic, doctor, [mondays(site)])
    with pytest.raises(InvalidInput) as error:
        week_templates.add(session, by, clinic, doctor, [mondays(site, **values)])
    assert refused(error) == {field}


def test_odd_and_even_weeks_do_not_overlap_nor_do_mornings_and_afternoons(
    session: Session, clinic: Clinic, site: Site, doctor: Resource, by: Actor
) -> None:
    hours = [
        mondays(site, weeks="odd"),
        mondays(site, weeks="even"),
        mondays(site, start=time(16), end=time(18)),
        mondays(site, valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31)),
    ]
    assert len(week_templates.add(session, by, clinic, doctor, hours)) == 4


def test_a_clinician_cannot_be_planned_at_two_clinics_at_once(
    session: Session, clinic: Clinic, site: Site, doctor: Resource, by: Actor
) -> None:
    other = make.site(session, make.clinic(session))
    doctor.clinics.append(other.clinic)
    make.open_weekdays(session, doctor, other)
    with pytest.raises(InvalidInput) as error:
        week_templates.add(session, by, clinic, doctor, [mondays(site)])
    assert refused(error) == {"start"}


def test_a_room_is_open_where_it_is(
    session: Session, clinic: Clinic, site: Site, by: Actor
) -> None:
    elsewhere = make.site(session, clinic, name="Frederikshavn")
    with pytest.raises(InvalidInput) as error:
        week_templates.add(session, by, clinic, make.room(session, site), [mondays(elsewhere)])
    assert refused(error) == {"site_id"}


def added(
    session: Session, by: Actor, clinic: Clinic, doctor: Resource, hours: Hours
) -> WeekTemplate:
    return week_templates.add(session, by, clinic, doctor, [hours])[0]


def test_changed_hours_leave_the_past_as_it_was(
    session: Session,
    clinic: Clinic,
    site: Site,
    doctor: Resource,
    by: Actor,
    heard: list[OpeningChanged],
) -> None:
    old = added(session, by, clinic, doctor, mondays(site))
    heard.clear()
    new_hours = mondays(site, start=time(10), valid_from=date(2026, 12, 1))
    new = week_templates.change(session, by, clinic, old, old.version, new_hours)
    assert (old.valid_to, old.start_time) == (date(2026, 11, 30), time(8))
    assert (new.valid_from, new.valid_to, new.start_time) == (date(2026, 12, 1), None, time(10))
    assert heard == [OpeningChanged(clinic.id, (doctor.id,), date(2026, 1, 1), None)]


def test_changing_only_the_end_makes_no_second_template(
    session: Session, clinic: Clinic, site: Site, doctor: Resource, by: Actor
) -> None:
    old = added(session, by, clinic, doctor, mondays(site, valid_to=date(2026, 12, 31)))
    later = mondays(site, valid_from=TODAY, valid_to=None)
    assert week_templates.change(session, by, clinic, old, old.version, later) is old
    assert (old.valid_from, old.valid_to) == (date(2026, 1, 1), None)
    with pytest.raises(ChangedMeanwhile):
        week_templates.change(session, by, clinic, old, 1, later)


def test_a_template_that_has_ended_is_not_changed_from_a_later_day(
    session: Session, clinic: Clinic, site: Site, doctor: Resource, by: Actor
) -> None:
    old = added(session, by, clinic, doctor, mondays(site, valid_to=date(2026, 6, 30)))
    later = mondays(site, start=time(9), valid_from=TODAY)
    with pytest.raises(InvalidInput) as error:
        week_templates.change(session, by, clinic, old, old.version, later)
    assert refused(error) == {"valid_from"}


def test_ending_and_lengthening_tell_of_the_days_between(
    session: Session,
    clinic: Clinic,
    site: Site,
    doctor: Resource,
    by: Actor,
    heard: list[OpeningChanged],
) -> None:
    template = added(session, by, clinic, doctor, mondays(site))
    heard.clear()
    week_templates.end(session, by, template, template.version, date(2026, 12, 31))
    week_templates.end(session, by, template, template.version, date(2027, 1, 31))
    assert [(e.first, e.last) for e in heard] == [
        (date(2027, 1, 1), None),
        (date(2027, 1, 1), date(2027, 1, 31)),
    ]
    with pytest.raises(InvalidInput):
        week_templates.end(session, by, template, template.version, date(2025, 12, 31))


def test_only_a_template_that_has_not_begun_can_be_removed(
    session: Session, clinic: Clinic, site: Site, doctor: Resource, by: Actor
) -> None:
    begun = added(session, by, clinic, doctor, mondays(site))
    coming = added(
        session, by, clinic, doctor, mondays(site, weekday=1, valid_from=date(2027, 1, 1))
    )
    with pytest.raises(InvalidInput):
        week_templates.remove(session, by, clinic, begun)
    week_templates.remove(session, by, clinic, coming)
    assert session.scalars(select(WeekTemplate)).all() == [begun]
