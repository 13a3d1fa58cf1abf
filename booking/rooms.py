"""The rooms of the house, hung on the application one by one. Importing this knows every table."""

from flask import Flask

from booking.appointments import models as appointment_tables
from booking.appointments import register as appointments
from booking.appointments.invitations import models as invitation_tables
from booking.appointments.visit_types import models as visit_type_tables
from booking.appointments.worklist import models as worklist_tables
from booking.calendar import models as calendar_tables
from booking.calendar import register as calendar
from booking.clinic_web import register as clinic_web
from booking.demo import register as demo
from booking.imports import models as import_tables
from booking.imports import register as imports
from booking.overbooking import models as overbooking_tables
from booking.overbooking import register as overbooking
from booking.patient_web import register as patient_web
from booking.people import models as people_tables
from booking.people import register as people
from booking.platform import commands
from booking.platform.database import Base
from booking.referrals import models as referral_tables
from booking.referrals import register as referrals
from booking.rescheduling import models as rescheduling_tables
from booking.rescheduling import register as rescheduling
from booking.sequences import models as sequence_tables
from booking.sequences import register as sequences
from booking.waitlist import models as waitlist_tables
from booking.waitlist import register as waitlist

TABLES = (  # imported for their tables: the metadata is whole only with all of them
    people_tables,
    calendar_tables,
    visit_type_tables,
    invitation_tables,
    appointment_tables,
    worklist_tables,
    referral_tables,
    waitlist_tables,
    rescheduling_tables,
    sequence_tables,
    overbooking_tables,
    import_tables,
)
metadata = Base.metadata


def register(app: Flask) -> None:
    """Wire every room: identities, constraints, handlers, jobs, pages and commands."""
    commands.register(app)
    people.register(app)
    calendar.register(app)
    appointments.register(app)
    referrals.register(app)
    waitlist.register(app)
    rescheduling.register(app)
    sequences.register(app)
    overbooking.register(app)
    patient_web.register(app)
    clinic_web.register(app)
    imports.register(app)
    demo.register(app)
