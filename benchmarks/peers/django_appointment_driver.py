"""django-appointment 3.12 answers the question of the slot searches.

Run with the Python of the peer's environment. Reads a calendar as JSON on stdin (its shape is
`benchmarks.peers.django_appointment.Calendar`), builds the staff member, working hours, services
and appointments through the package's own models in an in-memory SQLite database, and asks for the
free times of each day with `appointment.services.get_available_slots_for_staff`: the function that
its own view `get_available_slots_ajax` calls for one day, and `get_next_available_date_ajax` for
one day after another. The view's further queries, its form and its JSON are left out, in the peer's
favour; and it is given its Config row, which it would otherwise look for again at every call.

Prints one JSON object: `slots` (local times, naive, as ISO strings), `seconds` (median of `runs`
searches of the whole period, after one not counted) and `version`.
"""

import json
import logging
import statistics
import sys
import time
from datetime import date, timedelta
from datetime import time as clock_time
from importlib.metadata import version
from typing import Any

import django  # type: ignore[import-not-found]
from django.conf import settings  # type: ignore[import-not-found]


def start_django(zone: str) -> None:
    settings.configure(
        DEBUG=False,
        SECRET_KEY="of no use",
        USE_TZ=True,
        TIME_ZONE=zone,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "phonenumber_field",
            "appointment",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    logging.disable(logging.CRITICAL)
    django.core.management.call_command("migrate", verbosity=0, run_syncdb=True)


def build(calendar: dict[str, Any]) -> tuple[Any, Any]:
    """The staff member and the service asked for, with everything in the database."""
    from appointment.models import (  # type: ignore[import-not-found]
        Appointment,
        AppointmentRequest,
        Config,
        Service,
        StaffMember,
        WorkingHours,
    )
    from django.contrib.auth import get_user_model  # type: ignore[import-not-found]

    opens, closes = (clock_time.fromisoformat(calendar[key]) for key in ("opens", "closes"))
    user = get_user_model().objects.create_user("clinician", "clinician@example.org")
    patient = get_user_model().objects.create_user("patient", "patient@example.org")
    Config.objects.create(
        slot_duration=calendar["step_minutes"],
        lead_time=opens,
        finish_time=closes,
        appointment_buffer_time=0,
        slot_gap_time=0,
    )
    visit = Service.objects.create(
        name="visit", duration=timedelta(minutes=calendar["visit_minutes"]), price=0
    )
    longest = Service.objects.create(name="any", duration=timedelta(hours=8), price=0)
    staff = StaffMember.objects.create(
        user=user,
        slot_duration=calendar["step_minutes"],
        appointment_buffer_time=0,
        slot_gap_time=0,
    )
    staff.services_offered.add(visit, longest)
    for weekday in calendar["weekdays"]:
        WorkingHours.objects.create(
            staff_member=staff,
            day_of_week=(weekday + 1) % 7,  # its weeks begin on Sunday
            start_time=opens,
            end_time=closes,
        )
    for day, start, end in calendar["bookings"]:
        request = AppointmentRequest.objects.create(
            date=date.fromisoformat(day),
            start_time=clock_time.fromisoformat(start),
            end_time=clock_time.fromisoformat(end),
            service=longest,
            staff_member=staff,
        )
        Appointment.objects.create(client=patient, appointment_request=request)
    return StaffMember.objects.get(pk=staff.pk), Service.objects.get(pk=visit.pk)


def main() -> None:
    calendar = json.load(sys.stdin)
    start_django(calendar["zone"])
    staff, visit = build(calendar)

    from appointment.services import (  # type: ignore[import-not-found]
        get_available_slots_for_staff,
    )

    first = date.fromisoformat(calendar["first"])
    days = [first + timedelta(days=number) for number in range(calendar["days"])]

    def search() -> list[Any]:
        return [
            slot
            for day in days
            for slot in get_available_slots_for_staff(day, staff, day.isoweekday() % 7, visit)
        ]

    slots = search()
    seconds = []
    for _ in range(calendar["runs"]):
        began = time.perf_counter()
        search()
        seconds.append(time.perf_counter() - began)
    json.dump(
        {
            "slots": [slot.isoformat() for slot in slots],
            "seconds": statistics.median(seconds),
            "version": version("django-appointment"),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
