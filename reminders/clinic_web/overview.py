"""What a clinic has set up about messages: who they come from, the policies, the texts."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from booking.calendar.models import Clinic
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.platform.extension import MenuEntry
from booking.platform.i18n import language_code
from booking.platform.pages import Access, Pages, db, me
from reminders.clinic_web import words
from reminders.clinic_web.frame import MESSAGES
from reminders.planning.queries import unplanned
from reminders.policies import queries
from reminders.policies.steps import from_json

pages = Pages("staff_messages", __name__, url_prefix=MESSAGES, template_folder="templates")
MENU_ENTRIES = (MenuEntry("staff_messages.overview", _l("Beskeder")),)
TABS = (MenuEntry("staff_messages.overview", _l("Oversigt")),)


@pages.get("", access=Access.STAFF)
def overview(clinic_id: int) -> ResponseReturnValue:
    """Who messages come from, what is sent when, in which words, and what waits to be planned."""
    clinic = clinic_here(clinic_id)
    sender = queries.sender_of(db(), clinic_id)
    return render_template(
        "messages/overview.html",
        clinic=clinic,
        sender=sender,
        policies=[_policy(one) for one in queries.policies_of(db(), clinic_id)],
        unplanned=len(unplanned(db(), clinic_id)) if sender else 0,
        writes=writes_here(clinic),
        step_line=words.step_line,
        quiet=words.quiet,
    )


def writes_here(clinic: Clinic) -> bool:
    """Whether who is signed in may change what the clinic sends."""
    return bool(me().roles.get(clinic.id, frozenset()) & OFFICE)


def _policy(policy: Any) -> dict[str, Any]:
    newest = queries.newest(db(), policy)
    return {
        "policy": policy,
        "name": policy.visit_type.title(language_code()) if policy.visit_type else "",
        "counts": from_json(newest.body) if newest else None,
        "draft": policy.draft is not None,
    }
