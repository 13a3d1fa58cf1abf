"""The professions of those who see patients: codes, and their names in the reader's language."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

PROFESSIONS: dict[str, LazyString] = {
    "doctor": _("speciallæge"),
    "junior_doctor": _("yngre læge"),
    "nurse": _("sygeplejerske"),
    "physiotherapist": _("fysioterapeut"),
    "occupational_therapist": _("ergoterapeut"),
    "dietitian": _("diætist"),
    "podiatrist": _("fodterapeut"),
    "psychologist": _("psykolog"),
    "social_worker": _("socialrådgiver"),
    "bioanalyst": _("bioanalytiker"),
    "secretary": _("lægesekretær"),
}


def profession_name(code: str) -> str:
    """The name of a profession; the code itself where an importer brought an unknown one."""
    return str(PROFESSIONS.get(code, code))
