"""What the roles of staff are called."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from booking.platform.identity import Role

ROLE_NAMES: dict[str, LazyString] = {
    Role.SECRETARY: _("Sekretær"),
    Role.CLINICIAN: _("Behandler"),
    Role.LEADER: _("Leder"),
    Role.APPROVER: _("Godkender af regler"),
}
