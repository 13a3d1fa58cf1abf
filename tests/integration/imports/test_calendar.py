"""Resources, week templates and visit types come in, and what changes there changes here."""

import pytest
from sqlalchemy import select

from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource, Site, WeekTemplate
from booking.platform.database import Session
from tests import factories as make
from tests.integration.imports.conftest import Import

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

RESOURCES = """
[columns]
key = "id"
kind = "kind"
name = "name"
profession = "profession"
site = "site"
active = "active"
"""
RESOURCE_HEADER = "id,kind,name,profession,site,active"
AGNETE = "R1,clinician,Agnete,doctor,,"
STUE = "R2,room,Stue 1,,Hovedhuset,"

TEMPLATES = """
[columns]
key = "id"
resource = "who"
weekday = "day"
weeks = "weeks"
start = "from"
end = "to"
valid_from = "first"
valid_to = "last"
"""
TEMPLATE_HEADER = "id,who,day,weeks,from,to,first,last"
MONDAY = "T1,R1,1,,08:00,12:00,2026-01-01,"

VISIT_TYPES = """
[columns]
key = "id"
name = "name"
forms = "forms"
base_minutes = "base"
cap_minutes = "cap"
mode = "mode"
rooms = "rooms"
need_interpreter = "interpreter"
active = "active"
"""
VISIT_TYPE_HEADER = "id,name,forms,base,cap,mode,rooms,interpreter,active"
CONTROL = "V1,Kontrol,in_person|video,30,60,code,Stue 1,15,"


def test_resources_come_in_change_and_go_out_of_use(
    moving_in: Import, site: Site, session: Session
) -> None:
    lines = [RESOURCE_HEADER, AGNETE, STUE]
    assert moving_in("resources", RESOURCES, *lines).counts == (2, 0, 0, 0)
    assert moving_in("resources", RESOURCES, *lines).counts == (0, 2, 0, 0)
    lines = [RESOURCE_HEADER, "R1,clinician,Agnete Nygård,,,", "R2,room,Stue 1,,Hovedhuset,nej"]
    assert moving_in("resources", RESOURCES, *lines).counts == (0, 0, 2, 0)
    agnete = session.scalars(select(Resource).where(Resource.kind == "clinician")).one()
    assert (agnete.name, agnete.profession) == ("Agnete Nygård", "doctor")
    stue = session.scalars(select(Resource).where(Resource.kind == "room")).one()
    assert (stue.active, stue.site_id) == (False, site.id)


def test_bad_resources_are_refused(moving_in: Import, clinic: Clinic, session: Session) -> None:
    for name in ("Hovedhuset", "Filialen"):
        make.site(session, clinic, name=name)
    lines = [
        RESOURCE_HEADER,
        STUE,
        "R3,room,Stue 1,,Hovedhuset,",
        "R4,room,Stue 4,,,",
        "R5,room,Stue 5,,Månen,",
        "R6,clinician,Bertil,,,",
        "R7,wizard,Merlin,doctor,,",
        "R8,clinician,,doctor,,",
        "R9,equipment,Scanner,,,perhaps",
    ]
    done = moving_in("resources", RESOURCES, *lines)
    assert done.counts == (1, 0, 0, 7)
    assert [field for _row, field in done.wrong] == [
        "name",
        "site",
        "site",
        "profession",
        "kind",
        "name",
        "active",
    ]


def test_templates_come_in_by_the_resources_keys_and_change(
    moving_in: Import, site: Site, session: Session
) -> None:
    moving_in("resources", RESOURCES, RESOURCE_HEADER, AGNETE, STUE)
    lines = [TEMPLATE_HEADER, MONDAY, "T2,Stue 1,1,odd,07:00,17:00,2026-01-01,2026-12-31"]
    assert moving_in("templates", TEMPLATES, *lines).counts == (2, 0, 0, 0)
    assert moving_in("templates", TEMPLATES, *lines).counts == (0, 2, 0, 0)
    longer = MONDAY.replace("12:00", "15:00").replace("2026-01-01", "2027-01-01")
    assert moving_in("templates", TEMPLATES, TEMPLATE_HEADER, longer).counts == (0, 0, 1, 0)
    assert moving_in("templates", TEMPLATES, TEMPLATE_HEADER, longer).counts == (0, 1, 0, 0)
    agnetes = session.scalars(
        select(WeekTemplate).join(Resource).where(Resource.kind == "clinician")
        .order_by(WeekTemplate.valid_from)
    ).all()  # fmt: skip
    assert [(str(t.end_time), str(t.valid_from), str(t.valid_to)) for t in agnetes] == [
        ("12:00:00", "2026-01-01", "2026-12-31"),
        ("15:00:00", "2027-01-01", "None"),
    ]


def test_bad_templates_are_refused(moving_in: Import, site: Site) -> None:
    moving_in("resources", RESOURCES, RESOURCE_HEADER, AGNETE, STUE)
    lines = [
        TEMPLATE_HEADER,
        MONDAY,
        "T2,R1,1,,11:00,13:00,2026-01-01,",
        "T3,R1,2,,12:00,08:00,2026-01-01,",
        "T4,R1,2,,08:02,12:00,2026-01-01,",
        "T5,R1,2,,08:00,12:00,2026-01-01,2025-01-01",
        "T6,R1,8,,08:00,12:00,2026-01-01,",
        "T7,R9,2,,08:00,12:00,2026-01-01,",
        "T8,R1,2,sometimes,08:00,12:00,2026-01-01,",
        "T9,R1,2,,25:00,12:00,2026-01-01,",
    ]
    done = moving_in("templates", TEMPLATES, *lines)
    assert done.counts == (1, 0, 0, 8)
    assert [field for _row, field in done.wrong] == [
        "start",
        "end",
        "start",
        "valid_to",
        "weekday",
        "resource",
        "weeks",
        "start",
    ]


def test_visit_types_come_in_and_change(moving_in: Import, site: Site, session: Session) -> None:
    moving_in("resources", RESOURCES, RESOURCE_HEADER, AGNETE, STUE)
    lines = [VISIT_TYPE_HEADER, CONTROL]
    assert moving_in("visit-types", VISIT_TYPES, *lines).counts == (1, 0, 0, 0)
    assert moving_in("visit-types", VISIT_TYPES, *lines).counts == (0, 1, 0, 0)
    lines = [VISIT_TYPE_HEADER, "V1,Kontrol,,45,,,,20,nej"]
    assert moving_in("visit-types", VISIT_TYPES, *lines).counts == (0, 0, 1, 0)
    control = session.scalars(select(VisitType)).one()
    assert (control.base_minutes, control.cap_minutes, control.active) == (45, 60, False)
    assert control.form_list == ["in_person", "video"]
    assert [(one.need, one.minutes) for one in control.need_additions] == [("interpreter", 20)]
    assert [room.name for one in control.requirements for room in one.options] == ["Stue 1"]


def test_bad_visit_types_are_refused(moving_in: Import, site: Site) -> None:
    moving_in("resources", RESOURCES, RESOURCE_HEADER, AGNETE, STUE)
    lines = [
        VISIT_TYPE_HEADER,
        CONTROL,
        CONTROL.replace("V1", "V2"),
        "V3,Tre,telepathy,30,60,code,,,",
        "V4,Fire,video,30,15,code,,,",
        "V5,Fem,video,0,15,code,,,",
        "V6,Seks,video,30,60,whenever,,,",
        "V7,Syv,video,30,60,code,Stue 9,,",
        "V8,Otte,video,30,60,code,Agnete,,",
    ]
    done = moving_in("visit-types", VISIT_TYPES, *lines)
    assert done.counts == (1, 0, 0, 7)
    assert [field for _row, field in done.wrong] == [
        "name",
        "forms",
        "cap_minutes",
        "base_minutes",
        "mode",
        "rooms",
        "rooms",
    ]
