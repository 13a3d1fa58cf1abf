"""Who may set up, and that it is written down who did."""

from sqlalchemy import select

from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.clinic_web.setup.conftest import Here, Saved, SignIn
from tests.integration.clinic_web.setup.test_pages import CLOSURE, SITE


def test_only_the_office_sets_up(here: Here, signed_in: SignIn) -> None:
    clinician = signed_in(here.clinician)
    assert clinician.get(here.setup).status_code == 403
    assert clinician.post(f"{here.setup}/lukninger/ny", data=CLOSURE).status_code == 403


def test_a_secretary_elsewhere_who_is_a_clinician_here(
    session: Session, here: Here, signed_in: SignIn
) -> None:
    both = make.staff(session, here.clinic, Role.CLINICIAN)
    other = make.clinic(session)
    both.roles.append(type(both.roles[0])(clinic_id=other.id, role=Role.SECRETARY))
    session.commit()
    browser = signed_in(both)
    assert browser.get(here.setup).status_code == 403
    assert browser.get(f"/klinik/{other.id}/opsaetning").status_code == 200


def test_changes_are_in_the_log(saved: Saved, here: Here, signed_in: SignIn) -> None:
    office = signed_in(here.secretary)
    office.post(f"{here.setup}/steder/nyt", data=SITE)
    (entry,) = saved.all(select(AuditEntry).where(AuditEntry.action == "site.added"))
    assert (entry.actor_id, entry.clinic_id) == (here.secretary.id, here.clinic.id)
