"""Why a member of staff brings a patient into a clinic by the full CPR number. Kept as codes."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

CPR_LOOKUP: dict[str, LazyString] = {
    "referral": _("Der er kommet en henvisning"),
    "patient_calls": _("Patienten ringer eller står her"),
    "acute": _("Patienten er akut henvist"),
    "transfer": _("Patienten overtages fra en anden klinik"),
    "colleague": _("En anden klinik beder om hjælp"),
}
