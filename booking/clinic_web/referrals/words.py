"""How long a clock has left, in words; and who may change what the clinic asks for."""

from flask_babel import gettext as _
from flask_babel import ngettext

from booking.clinic_web.frame import OFFICE
from booking.platform.pages import me
from booking.referrals.clocks import Clock


def countdown(clock: Clock) -> str:
    """What is left of an open clock; how one that has ended went."""
    left = clock.days_left
    if not clock.open:
        if clock.state == "met":
            return _("Overholdt")
        if clock.state == "stopped":
            return _("Stoppet")
        return _("Overskredet: %(late)s", late=_over(-left, clock.working))
    if left == 0:
        return _("Sidste dag i dag")
    if left < 0:
        return _over(-left, clock.working)
    if clock.working:
        return ngettext("%(num)d arbejdsdag tilbage", "%(num)d arbejdsdage tilbage", left)
    return ngettext("%(num)d dag tilbage", "%(num)d dage tilbage", left)


def look(clock: Clock) -> tuple[str, str]:
    """Kind and icon for the status macro; the words say the same."""
    if clock.state == "late":
        return "error", "error"
    if clock.open and clock.days_left <= 2:
        return "warning", "warning"
    return ("success", "success") if clock.state == "met" else ("neutral", "")


def in_office(clinic_id: int) -> bool:
    """True for a secretary or leader of the clinic."""
    return bool(me().roles.get(clinic_id, frozenset()) & OFFICE)


def _over(days: int, working: bool) -> str:
    if working:
        return ngettext("%(num)d arbejdsdag over fristen", "%(num)d arbejdsdage over fristen", days)
    return ngettext("%(num)d dag over fristen", "%(num)d dage over fristen", days)
