"""What staff chose when they book or order for a patient, checked."""

from typing import Any

from flask_babel import gettext as _

from booking.appointments.invitations.models import Course
from booking.appointments.invitations.service import open_course
from booking.appointments.queries import open_courses
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource
from booking.calendar.queries import resources_of
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.forms import Form, Id, Text
from booking.platform.identity import Actor


class CourseForm(Form):
    """The course something belongs to; title and responsible only where no course is open."""

    course = Id()
    title = Text()
    responsible = Id()


def visit_type_of(session: Session, clinic_id: int, visit_type_id: int) -> VisitType:
    """A visit type of the clinic that is in use; raises InvalidInput for any other."""
    visit_type = session.get(VisitType, visit_type_id)
    if visit_type is None or visit_type.clinic_id != clinic_id or not visit_type.active:
        raise InvalidInput({"visit_type": _("Vælg en af mulighederne.")})
    return visit_type


def course_of(
    session: Session, by: Actor, clinic: Clinic, patient: Patient, typed: dict[str, Any]
) -> Course:
    """The patient's open course that a CourseForm names, the latest where it names none.

    Opens one where none is open. Raises InvalidInput for a course that is not the patient's,
    not open or not at this clinic, and for a new one without a title.
    """
    courses = open_courses(session, patient.id, clinic.id)
    if "course" in typed:
        for course in courses:
            if course.id == typed["course"]:
                return course
        raise InvalidInput({"course": _("Vælg en af mulighederne.")})
    if courses:
        return courses[0]
    if "title" not in typed:
        raise InvalidInput({"title": _("Skriv, hvad forløbet handler om.")})
    responsible = responsible_of(session, clinic, typed)
    return open_course(session, by, clinic, patient, typed["title"], responsible)


def responsible_of(session: Session, clinic: Clinic, typed: dict[str, Any]) -> Resource | None:
    """The clinician of the clinic that a form names as responsible; None where it names none."""
    if "responsible" not in typed:
        return None
    able = {one.id: one for one in resources_of(session, clinic.id, "clinician")}
    if typed["responsible"] not in able:
        raise InvalidInput({"responsible": _("Vælg en af mulighederne.")})
    return able[typed["responsible"]]
