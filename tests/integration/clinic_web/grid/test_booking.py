"""Booking at a free place of the grid: the day, the time and the clinician are given."""

import pytest

from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-20T07:00:00Z")  # the Friday before


def test_a_free_place_becomes_a_patients_time(work: Work, secretary: Visitor) -> None:
    place = work.place
    where = f"dato=2026-11-23&kl=09:00&hos={place.other_doctor.id}"
    at = f"{work.at}/kalender/book"
    secretary.get(f"{at}?{where}").says("Book kl. 9.00 hos", "mandag 23. november 2026 kl. 9.00")
    secretary.post(f"{at}?{where}", text="ingen").says("Ingen fundet her på klinikken")
    secretary.post(f"{at}?{where}", text=place.patient.family_name)
    secretary.says("Hvem er tiden til?", place.patient.name)
    assert place.patient.family_name not in secretary.page.request.url
    here = f"{where}&patient={place.patient.id}"
    secretary.get(f"{at}?{here}").says("Hvad bookes?", place.control.name)
    secretary.post(f"{at}/gem?{here}").says("Vælg, hvad der bookes.", status=422)
    what = f"v{place.control.id}"
    secretary.post(f"{at}/gem?{here}", what=what).says(
        f"{place.patient.name} har fået tid mandag 23. november 2026 kl. 9.00",
        f"9.00–9.30 {place.patient.name}",
    )


def test_a_place_that_was_taken_meanwhile_is_refused(work: Work, secretary: Visitor) -> None:
    place = work.place
    other = make.patient(work.session, place.clinic)
    make.course(work.session, place.clinic, other)
    work.booked(start=NINE)
    where = f"dato=2026-11-23&kl=09:00&hos={place.doctor.id}&patient={other.id}"
    what = f"v{place.control.id}"
    secretary.post(f"{work.at}/kalender/book/gem?{where}", what=what).says(
        "Tiden er lige blevet taget", "Se andre ledige tider", status=422
    )


def test_an_invitation_that_waits_can_be_booked_there(work: Work, secretary: Visitor) -> None:
    place = work.place
    invitation = work.invited()
    reserved = work.time_of(invitation)
    assert reserved is not None
    secretary.post(
        f"{work.at}/tider/{reserved.id}/afbud", reason="ill", new_time="yes", channel="phone"
    )
    where = f"dato=2026-12-01&kl=10:00&hos={place.doctor.id}&patient={place.patient.id}"
    secretary.get(f"{work.at}/kalender/book?{where}").says("(indkaldelse, der venter)")
    secretary.post(f"{work.at}/kalender/book/gem?{where}", what=f"i{invitation.id}").says(
        "har fået tid tirsdag 1. december 2026 kl. 10.00"
    )
