"""Staff accounts at a clinic, for its leaders.

A leader gives and takes roles at the own clinic. Closing an account or giving it a new
password reaches everywhere, so it takes a leader of every clinic the colleague belongs to.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.clinic_web.frame import clinic_here
from booking.people import queries, staffing
from booking.people.errors import AlreadyExists, WeakPassword
from booking.people.models import Staff
from booking.people.roles import ROLE_NAMES
from booking.people.schemas import ColleagueForm, PasswordForm, RoleForm, StaffForm
from booking.platform.errors import DomainError, InvalidInput, NotAllowed, NotFound
from booking.platform.extension import MenuEntry
from booking.platform.forms import read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me

pages = Pages("staff_accounts", __name__, url_prefix="/klinik/<int:clinic_id>/personale")
MENU_ENTRIES = (
    MenuEntry("staff_accounts.everyone", _l("Personale"), frozenset({Role.LEADER}), seldom=True),
)


@pages.get("", access=Access.SECRETARY)
def everyone(clinic_id: int) -> ResponseReturnValue:
    """Who has which roles here."""
    clinic_here(clinic_id, Role.LEADER)
    return render_template(
        "clinic/staff/list.html", staff=queries.staff_of(db(), clinic_id), roles=ROLE_NAMES
    )


@pages.get("/ny", access=Access.SECRETARY)
def add_form(clinic_id: int) -> ResponseReturnValue:
    """The form for a new account."""
    clinic_here(clinic_id, Role.LEADER)
    return render_template("clinic/staff/add.html", values={}, errors={}, roles=ROLE_NAMES)


@pages.post("/ny", access=Access.SECRETARY)
def add(clinic_id: int) -> ResponseReturnValue:
    """Add an account with an initial password."""
    clinic_here(clinic_id, Role.LEADER)
    try:
        typed = read(StaffForm())
        roles = [Role(role) for role in typed["roles"]]
        staffing.add_staff(
            db(),
            me(),
            clinic_id,
            typed["username"],
            typed["name"],
            request.form["password"],
            roles,
            title=typed["title"],
        )
    except DomainError as error:
        return rejected("clinic/staff/add.html", _in_words(error), roles=ROLE_NAMES)
    flash(_("Medarbejderen er oprettet og kan logge ind med det samme."), "success")
    return _back(clinic_id)


@pages.get("/kollega", access=Access.SECRETARY)
def colleague_form(clinic_id: int) -> ResponseReturnValue:
    """The form for giving a role to someone from another clinic."""
    clinic_here(clinic_id, Role.LEADER)
    return render_template("clinic/staff/colleague.html", values={}, errors={}, roles=ROLE_NAMES)


@pages.post("/kollega", access=Access.SECRETARY)
def colleague(clinic_id: int) -> ResponseReturnValue:
    """Give a role here to someone with an account at another clinic."""
    clinic_here(clinic_id, Role.LEADER)
    try:
        typed = read(ColleagueForm())
        staff = queries.staff_by_username(db(), typed["username"])
        staffing.give_role(db(), me(), clinic_id, staff, Role(typed["role"]))
    except NotFound:
        unknown = InvalidInput({"username": _("Ingen har det brugernavn.")})
        return rejected("clinic/staff/colleague.html", unknown, roles=ROLE_NAMES)
    except DomainError as error:
        return rejected("clinic/staff/colleague.html", error, roles=ROLE_NAMES)
    flash(_("Rollen er givet."), "success")
    return _back(clinic_id)


@pages.get("/<int:staff_id>", access=Access.SECRETARY)
def show(clinic_id: int, staff_id: int) -> ResponseReturnValue:
    """One colleague: roles, password, and closing the account."""
    clinic_here(clinic_id, Role.LEADER)
    staff = queries.staff_member_of(db(), clinic_id, staff_id)
    return render_template(
        "clinic/staff/show.html", values={}, errors={}, **_page_of(clinic_id, staff)
    )


@pages.post("/<int:staff_id>/roller/giv", access=Access.SECRETARY)
def give_role(clinic_id: int, staff_id: int) -> ResponseReturnValue:
    """Give a role here."""
    clinic_here(clinic_id, Role.LEADER)
    staff = queries.staff_member_of(db(), clinic_id, staff_id)
    try:
        role = Role(read(RoleForm())["role"])
        staffing.give_role(db(), me(), clinic_id, staff, role)
    except DomainError as error:
        return rejected("clinic/staff/show.html", error, **_page_of(clinic_id, staff))
    flash(_("Rollen er givet."), "success")
    return _back(clinic_id, staff_id)


@pages.post("/<int:staff_id>/roller/tag", access=Access.SECRETARY)
def take_role(clinic_id: int, staff_id: int) -> ResponseReturnValue:
    """Take a role here; the last one takes the colleague off the list."""
    clinic_here(clinic_id, Role.LEADER)
    staff = queries.staff_member_of(db(), clinic_id, staff_id)
    try:
        role = Role(read(RoleForm())["role"])
        staffing.take_role(db(), me(), clinic_id, staff, role)
    except DomainError as error:
        return rejected("clinic/staff/show.html", error, **_page_of(clinic_id, staff))
    flash(_("Rollen er fjernet."), "success")
    still_here = any(held.clinic_id == clinic_id for held in staff.roles)
    leads = staff.id != me().id or role != Role.LEADER
    if not leads:
        return redirect(url_for("staff.home"), 303)
    return _back(clinic_id, staff_id if still_here else None)


@pages.post("/<int:staff_id>/adgangskode", access=Access.SECRETARY)
def set_password(clinic_id: int, staff_id: int) -> ResponseReturnValue:
    """Give a colleague a new password; they are signed out everywhere."""
    staff = _led_everywhere(clinic_id, staff_id)
    try:
        read(PasswordForm())
        staffing.set_password(db(), me(), staff, request.form["password"])
    except DomainError as error:
        return rejected("clinic/staff/show.html", _in_words(error), **_page_of(clinic_id, staff))
    flash(_("Adgangskoden er skiftet, og medarbejderen er logget ud overalt."), "success")
    return _back(clinic_id, staff_id)


@pages.post("/<int:staff_id>/luk", access=Access.SECRETARY)
def deactivate(clinic_id: int, staff_id: int) -> ResponseReturnValue:
    """Close a colleague's account."""
    staff = _led_everywhere(clinic_id, staff_id)
    try:
        staffing.deactivate(db(), me(), staff)
    except DomainError as error:
        return rejected("clinic/staff/show.html", error, **_page_of(clinic_id, staff))
    flash(_("Adgangen er lukket."), "success")
    return _back(clinic_id)


@pages.post("/<int:staff_id>/aabn", access=Access.SECRETARY)
def reactivate(clinic_id: int, staff_id: int) -> ResponseReturnValue:
    """Open a colleague's account again."""
    staff = _led_everywhere(clinic_id, staff_id)
    staffing.reactivate(db(), me(), staff)
    flash(_("Adgangen er åbnet igen."), "success")
    return _back(clinic_id, staff_id)


def _led_everywhere(clinic_id: int, staff_id: int) -> Staff:
    clinic_here(clinic_id, Role.LEADER)
    staff = queries.staff_member_of(db(), clinic_id, staff_id)
    if not _leads_all_of(staff):
        raise NotAllowed
    return staff


def _leads_all_of(staff: Staff) -> bool:
    return all(Role.LEADER in me().roles.get(held.clinic_id, ()) for held in staff.roles)


def _page_of(clinic_id: int, staff: Staff) -> dict[str, object]:
    return {
        "colleague": staff,
        "held": {held.role for held in staff.roles if held.clinic_id == clinic_id},
        "roles": ROLE_NAMES,
        "leads_all": _leads_all_of(staff),
        "own": staff.id == me().id,
    }


def _in_words(error: DomainError) -> DomainError:
    """The errors that are about one field, said at that field."""
    if isinstance(error, AlreadyExists):
        return InvalidInput({"username": _("Brugernavnet er taget. Vælg et andet.")})
    if isinstance(error, WeakPassword):
        return InvalidInput({"password": _("Skriv mindst 12 tegn, og ikke blot brugernavnet.")})
    return error


def _back(clinic_id: int, staff_id: int | None = None) -> ResponseReturnValue:
    if staff_id is None:
        return redirect(url_for(".everyone", clinic_id=clinic_id), 303)
    return redirect(url_for(".show", clinic_id=clinic_id, staff_id=staff_id), 303)
