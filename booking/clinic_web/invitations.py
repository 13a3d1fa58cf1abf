"""One invitation: what was reserved for it, its letter, other days for it, and taking it back."""

from io import BytesIO

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import queries
from booking.appointments.invitations import service
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic
from booking.clinic_web import words
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import Choice, Day, Form, Yes, read, rejected
from booking.platform.i18n import moment
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.platform.web import rettid
from booking.referrals import queries as referrals
from booking.referrals.sending import letter_of

pages = Pages("staff_invitations", __name__, url_prefix="/klinik/<int:clinic_id>")

REASONS = {**words.REASONS_OF_PATIENT, **words.REASONS_OF_CLINIC}


class LetterForm(Form):
    """Whether the codes of earlier letters stop working."""

    replace = Yes()


class RevokeForm(Form):
    """Why an invitation is taken back."""

    reason = Choice(REASONS, required=True, error_messages={"required": _l("Vælg en grund.")})


class WindowForm(Form):
    """The days within which an invitation may be booked, both included."""

    window_from = Day(required=True)
    window_to = Day(required=True)


@pages.get("/invitationer/<int:invitation_id>", access=Access.STAFF)
def show(clinic_id: int, invitation_id: int) -> ResponseReturnValue:
    """The invitation's page."""
    clinic, invitation = _here(clinic_id, invitation_id)
    return render_template(
        "clinic/invitations/show.html", values={}, errors={}, **_page_of(clinic, invitation)
    )


@pages.post("/invitationer/<int:invitation_id>/brev.pdf", access=Access.STAFF)
def letter(clinic_id: int, invitation_id: int) -> ResponseReturnValue:
    """The letter as PDF, with a fresh booking code."""
    clinic, invitation = _here(clinic_id, invitation_id)
    config = rettid().config
    try:
        typed = read(LetterForm())
        pdf = letter_of(
            db(),
            me(),
            invitation,
            public_url=config.public_url,
            replace_codes=typed["replace"],
            corrections=config.instance / "rights.toml",
        )
    except DomainError as error:
        return rejected("clinic/invitations/show.html", error, **_page_of(clinic, invitation))
    return send_file(
        BytesIO(pdf), mimetype="application/pdf", as_attachment=False, download_name="brev.pdf"
    )


@pages.post("/invitationer/<int:invitation_id>/tilbage", access=Access.STAFF)
def revoke(clinic_id: int, invitation_id: int) -> ResponseReturnValue:
    """Take the invitation back; its time is cancelled."""
    clinic, invitation = _here(clinic_id, invitation_id)
    try:
        typed = read(RevokeForm())
        with refusals():
            service.revoke(db(), me(), invitation, typed["reason"])
        flash(_("Indkaldelsen er trukket tilbage."), "success")
    except InvalidInput as error:
        return rejected("clinic/invitations/show.html", error, **_page_of(clinic, invitation))
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
    return redirect(url_for(".show", clinic_id=clinic_id, invitation_id=invitation_id), 303)


@pages.post("/invitationer/<int:invitation_id>/periode", access=Access.STAFF)
def change_window(clinic_id: int, invitation_id: int) -> ResponseReturnValue:
    """Give the invitation other days, and say what that led to."""
    clinic, invitation = _here(clinic_id, invitation_id)
    had = service.live_appointment(db(), invitation)
    try:
        typed = read(WindowForm())
        with refusals():
            appointment = service.change_window(
                db(), me(), invitation, typed["window_from"], typed["window_to"]
            )
    except InvalidInput as error:
        return rejected("clinic/invitations/show.html", error, **_page_of(clinic, invitation))
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
    else:
        _say(clinic, invitation, appointment, new=had is None)
    return redirect(url_for(".show", clinic_id=clinic_id, invitation_id=invitation_id), 303)


def _here(clinic_id: int, invitation_id: int) -> tuple[Clinic, Invitation]:
    clinic = clinic_here(clinic_id)
    invitation = queries.invitation_at_clinic(db(), clinic_id, invitation_id)
    looked_at(invitation.patient_id, clinic_id=clinic_id)
    return clinic, invitation


def _say(
    clinic: Clinic, invitation: Invitation, appointment: Appointment | None, *, new: bool
) -> None:
    """What the new days led to: a time, a plan, or still work for a person."""
    if appointment is None:
        if invitation.status == "planned":
            flash(
                _("Perioden er ændret. Tiden bliver reserveret, når den er tættere på."), "success"
            )
        else:
            flash(_("Perioden er ændret, men ingen tid er ledig i den."), "warning")
        return
    when = moment(appointment.starts_at, clinic.zone)
    day = local_date(appointment.starts_at, clinic.zone)
    if new:
        flash(_("Perioden er ændret. Reserveret %(when)s.", when=when), "success")
    elif invitation.window_from <= day <= invitation.window_to:
        flash(_("Perioden er ændret."), "success")
    else:
        text = _(
            "Perioden er ændret. Tiden %(when)s ligger uden for den og er ikke flyttet.", when=when
        )
        flash(text, "warning")


def _page_of(clinic: Clinic, invitation: Invitation) -> dict[str, object]:
    return {
        "clinic": clinic,
        "invitation": invitation,
        "patient": invitation.patient,
        "appointment": service.live_appointment(db(), invitation),
        "status_text": words.INVITATION_STATUSES[invitation.status],
        "deadline_text": words.deadline(invitation.deadline_kind),
        "forms": FORMS,
        "reasons": list(REASONS.items()),
        "standing": words.standing,
        "referral": next(iter(referrals.of_invitation(db(), invitation.id)), None),
    }
