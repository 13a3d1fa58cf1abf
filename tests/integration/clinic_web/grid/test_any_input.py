"""Whatever is sent to the grid's pages: never a server error."""

from itertools import cycle

import pytest

from tests.integration.clinic_web.day.conftest import Work
from tests.integration.clinic_web.day.test_any_input import NONSENSE
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-20T07:00:00Z")

FIELDS = (
    "tid",
    "version",
    "dag",
    "kl",
    "hos",
    "vis",
    "ja",
    "grund",
    "what",
    "text",
    "form",
    "visning",
    "dato",
)
QUERIES = ("dato", "vis", "tid", "kl", "hos", "patient", "til", "visning")


def test_nonsense_is_refused_in_words(work: Work, secretary: Visitor) -> None:
    booked, place = work.booked(), work.place
    at = f"{work.at}/kalender"
    where = f"dato=2026-11-23&kl=10:00&hos={place.doctor.id}&patient={place.patient.id}"
    sound = {
        "tid": booked.id, "version": booked.version, "dag": "2026-11-23", "kl": "10:00",
        "hos": place.doctor.id, "what": f"v{place.control.id}", "text": "Karen",
    }  # fmt: skip
    work.session.commit()
    pages = cycle(("", "/udsnit", "/flyt", "/pladser", "/book", "/uge", "/uge/udsnit"))
    forms = cycle(("/flyt", f"/book?{where}", f"/book/gem?{where}", "/fortryd"))
    for nonsense in NONSENSE:
        for name, path in zip(QUERIES, pages, strict=False):
            secretary.get(f"{at}{path}?{where}&{name}={nonsense}")
            assert secretary.page.status_code < 500, (path, name, nonsense)
        for name, path in zip(FIELDS, forms, strict=False):
            secretary.post(f"{at}{path}", **{**sound, name: nonsense})
            assert secretary.page.status_code < 500, (path, name, nonsense)
    secretary.get(f"{at}?dato=2026-11-23").says(status=200)
