"""Making rows of what `clinics` and `visits` describe: clinics, hours, staff and visit types."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from booking.appointments.visit_types.models import NeedAddition, Requirement, VisitType
from booking.calendar.models import Clinic, Resource, Site, WeekTemplate
from booking.demo import clinics
from booking.demo.clinics import ClinicianPlan, VisitPlan
from booking.demo.visits import VISITS
from booking.people.models import Staff, StaffRole
from booking.people.sign_in import hash_password
from booking.platform.database import Session
from booking.platform.identity import Role

PASSWORD = "demo i ambulatoriet"  # noqa: S105  (shown on the demo page)
WORKDAYS = (0, 1, 2, 3, 4)
ROOM_DAY = (time(7, 30), time(18, 30))
HOME_ZONE = ZoneInfo("Europe/Copenhagen")
LUNCH = (time(11, 45), time(12, 15))


@dataclass
class Demo:
    """What was founded, by the keys of the descriptions; visits by (clinic key, name)."""

    clinics: dict[str, Clinic] = field(default_factory=dict)
    sites: dict[tuple[str, str], Site] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    clinicians: dict[str, Resource] = field(default_factory=dict)
    rooms: dict[tuple[str, str], list[Resource]] = field(default_factory=dict)
    visits: dict[tuple[str, str], VisitType] = field(default_factory=dict)
    plans: dict[int, VisitPlan] = field(default_factory=dict)


def found(session: Session, since: date) -> Demo:
    """Open the clinics with hours from `since` on; returns everything that was made."""
    demo = Demo()
    for plan in clinics.CLINICS:
        clinic = Clinic(
            name=plan.name,
            specialty=plan.specialty,
            phone=plan.phone,
            phone_hours=plan.phone_hours,
            phone_hours_en=plan.phone_hours_en,
            optional_closures=plan.optional_closures,
        )
        demo.clinics[plan.key] = clinic
        for name, address, way, way_en in plan.sites:
            demo.sites[plan.key, name] = Site(
                clinic=clinic, name=name, address=address, directions=way, directions_en=way_en
            )
    session.add_all([*demo.clinics.values(), *demo.sites.values()])
    session.flush()
    _employ(session, demo)
    _open_rooms(session, demo, since)
    for person in clinics.CLINICIANS:
        demo.clinicians[person.username] = _clinician(session, demo, person, since)
    session.flush()
    for visit in VISITS:
        made = _visit_type(demo, visit)
        demo.visits[visit.clinic, visit.name] = made
        session.add(made)
        session.flush()
        demo.plans[made.id] = visit
    return demo


def _employ(session: Session, demo: Demo) -> None:
    """Accounts for everyone, with one password (hashed once: it is no secret)."""
    password_hash = hash_password(PASSWORD)
    roles: dict[str, set[tuple[str, Role]]] = defaultdict(set)
    people: dict[str, tuple[str, str]] = {}
    for username, name, title, where in clinics.SECRETARIES:
        people[username] = (name, title)
        roles[username] = {(clinic, Role.SECRETARY) for clinic in where}
    for username, name, title, where in clinics.LEADERS:
        people[username] = (name, title)
        roles[username] = {(c, role) for c in where for role in (Role.LEADER, Role.APPROVER)}
    for plan in clinics.CLINICIANS:
        people[plan.username] = (plan.name, plan.title)
        roles[plan.username] = {(hours.clinic, Role.CLINICIAN) for hours in plan.hours}
        leads = ((c, role) for c in plan.leads for role in (Role.LEADER, Role.APPROVER))
        roles[plan.username] |= set(leads)
    for username, (name, title) in people.items():
        staff = Staff(username=username, name=name, title=title, password_hash=password_hash)
        staff.roles = [
            StaffRole(clinic_id=demo.clinics[clinic].id, role=role)
            for clinic, role in sorted(roles[username])
        ]
        demo.staff[username] = staff
    session.add_all(demo.staff.values())
    session.flush()


def _open_rooms(session: Session, demo: Demo, since: date) -> None:
    for plan in clinics.ROOMS:
        site = demo.sites[plan.clinic, plan.site]
        room = Resource(kind=plan.kind, name=plan.name, site=site, clinics=[site.clinic])
        demo.rooms.setdefault((plan.clinic, plan.use), []).append(room)
        session.add(room)
        session.add_all(_templates(room, site, WORKDAYS, ROOM_DAY, "any", since))


def _clinician(session: Session, demo: Demo, plan: ClinicianPlan, since: date) -> Resource:
    where = dict.fromkeys(hours.clinic for hours in plan.hours)
    made = Resource(
        kind="clinician",
        name=plan.name,
        profession=plan.profession,
        title=plan.title,
        title_en=clinics.TITLES_EN[plan.title],
        staff_id=demo.staff[plan.username].id,
        video_url=f"https://video.example.org/{plan.username}" if plan.video else "",
        clinics=[demo.clinics[clinic] for clinic in where],
    )
    session.add(made)
    for hours in plan.hours:
        site = demo.sites[hours.clinic, hours.site]
        for span in _around_lunch(*hours.span):
            session.add_all(_templates(made, site, hours.days, span, hours.weeks, since))
    return made


def _around_lunch(start: time, end: time) -> list[tuple[time, time]]:
    return [(start, LUNCH[0]), (LUNCH[1], end)]


def _templates(
    resource: Resource,
    site: Site,
    days: tuple[int, ...],
    span: tuple[time, time],
    weeks: str,
    since: date,
) -> list[WeekTemplate]:
    return [
        WeekTemplate(
            resource=resource,
            clinic_id=site.clinic_id,
            site=site,
            weekday=day,
            weeks=weeks,
            start_time=span[0],
            end_time=span[1],
            valid_from=since,
        )
        for day in days
    ]


def _visit_type(demo: Demo, plan: VisitPlan) -> VisitType:
    return VisitType(
        clinic=demo.clinics[plan.clinic],
        name=plan.name,
        name_en=plan.name_en,
        forms=plan.forms,
        base_minutes=plan.minutes,
        cap_minutes=plan.cap,
        buffer_after=plan.buffer_after,
        mode=plan.mode,
        closing_hours=plan.closing_hours,
        profession=plan.profession,
        clinicians_needed=plan.clinicians_needed,
        group_capacity=plan.capacity,
        preparation=plan.preparation,
        preparation_en=plan.preparation_en,
        clinicians=[demo.clinicians[username] for username in plan.who],
        need_additions=[NeedAddition(need=need, minutes=m) for need, m in plan.adds.items()],
        requirements=[
            Requirement(label=label, options=demo.rooms[plan.clinic, use])
            for label, use in plan.uses
        ],
    )
