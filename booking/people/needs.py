"""What a contact may have to allow for. The codes are kept in the database; the order is shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _


@dataclass(frozen=True)
class Need:
    """A code, what it is called, and one sentence that helps the patient choose."""

    code: str
    name: LazyString
    explanation: LazyString


NEEDS = (
    Need("interpreter", _("Tolk"), _("Der skal bruges en tolk under samtalen.")),
    Need(
        "walking_aid",
        _("Hjælp til at komme rundt"),
        _("Du bruger rollator, kørestol eller andet, så det tager længere tid at komme rundt."),
    ),
    Need(
        "hearing",
        _("Nedsat hørelse"),
        _("Du hører dårligt eller bruger høreapparat, så samtalen tager længere tid."),
    ),
    Need(
        "companion",
        _("Ledsager"),
        _("En pårørende eller hjælper er med og skal også have tid til spørgsmål."),
    ),
    Need("first_visit", _("Første besøg"), _("Du har ikke været i klinikken før.")),
    Need(
        "several_problems",
        _("Flere ting at tale om"),
        _("Du har mere end én ting, som der skal være tid til."),
    ),
)
CODES = tuple(need.code for need in NEEDS)


def named(codes: Iterable[str]) -> list[Need]:
    """The needs with these codes, in the fixed order; codes nobody knows are left out."""
    wanted = set(codes)
    return [need for need in NEEDS if need.code in wanted]
