"""What became of a message in words: never a code alone."""

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.platform.phone import readable
from reminders.delivery.error_classes import ErrorClass, class_of
from reminders.messages import queries
from reminders.messages.models import Message, MessageAttempt
from reminders.messages.states import AttemptState, MessageState

# By state: in words, and how its mark looks (`status` in macros/layout.html).
STATES: dict[MessageState, tuple[LazyString, str]] = {
    "planned": (_l("Planlagt"), "info"),
    "sending": (_l("Sendes nu"), "info"),
    "unknown": (_l("Uvist"), "warning"),
    "sent": (_l("Sendt"), "neutral"),
    "delivered": (_l("Nået frem"), "success"),
    "failed": (_l("Ikke nået frem"), "error"),
    "withdrawn": (_l("Trukket tilbage"), "neutral"),
    "too_late": (_l("For sent"), "warning"),
}
ATTEMPTS: dict[AttemptState, tuple[LazyString, str]] = {
    "sending": (_l("Sendes nu"), "info"),
    "unknown": (_l("Uvist: vi spørger operatøren"), "warning"),
    "lost": (_l("Blev ikke sendt"), "error"),
    "sent": (_l("Sendt"), "neutral"),
    "failed": (_l("Ikke nået frem"), "error"),
    "delivered": (_l("Nået frem"), "success"),
    "double": (_l("Nåede frem, efter at den var opgivet og sendt igen"), "warning"),
}
TO_PRINT, POSTED = _l("Skal printes og sendes"), _l("Lagt i posten")
STANDINGS: dict[str, LazyString] = {
    **{str(state): words for state, (words, _mark) in STATES.items()},
    queries.TO_PRINT: TO_PRINT,
}

REASONS: dict[str, LazyString] = {
    "no_channel": _l("der er ingen vej til patienten"),
    "lost": _l("den blev ikke sendt, og operatøren kender den ikke"),
    "failed": _l("operatøren sagde ikke hvorfor"),
    "no_address": _l("patienten har ingen adresse til det"),
    "too_late": _l("det var for sent til at være til nytte"),
    "not_after": _l("det var for sent til at være til nytte"),
    "30036": _l("den nåede ikke frem, mens den var til nytte"),
    "superseded": _l("tiden er ændret siden"),
    "moved": _l("tiden er flyttet"),
    "cancelled": _l("tiden er aflyst"),
    "arrived": _l("patienten er kommet"),
    "checked-in": _l("patienten er kommet"),
    "fulfilled": _l("besøget er overstået"),
    "noshow": _l("besøget er overstået"),
    "entered-in-error": _l("tiden var en fejl"),
    "answered": _l("patienten har svaret"),
    "together": _l("tiden er booket sammen med en, der er givet besked om"),
    "policy": _l("reglerne er ændret"),
    "wishes": _l("patienten har valgt en anden måde"),
    "reach": _l("patientens oplysninger er ændret"),
    "conditions": _l("betingelserne i reglerne passer ikke længere"),
    "stopped": _l("klinikken er holdt op med at sende beskeder"),
    "21211": _l("nummeret findes ikke"),
    "21614": _l("nummeret kan ikke få SMS"),
    "21408": _l("vi kan ikke sende til det land"),
    "21610": _l("modtageren har skrevet STOP"),
    "30001": _l("der var kø hos operatøren"),
    "30003": _l("telefonen var slukket eller uden for dækning"),
    "30004": _l("nummeret tager ikke imod beskeder"),
    "30005": _l("nummeret er ukendt eller ikke i brug"),
    "30006": _l("nummeret er en fastnettelefon eller kan ikke nås"),
    "30007": _l("operatøren holdt beskeden tilbage som spam"),
    "30008": _l("operatøren kunne ikke aflevere den og ved ikke hvorfor"),
    "busy": _l("der var optaget"),
    "no-answer": _l("telefonen blev ikke taget"),
    "canceled": _l("opkaldet blev afbrudt"),
    "connection": _l("der var ingen forbindelse til operatøren"),
    "timeout": _l("operatøren svarede ikke i tide"),
    "no_answer_kept": _l("afsendelsen blev afbrudt"),
    "unforeseen": _l("der skete en uventet fejl"),
    "unreadable answer": _l("operatørens svar kunne ikke læses"),
    "cannot_be_asked": _l("ingen kan sige, om den nåede frem"),
    "not_called": _l("den ventede for længe og blev lagt tilbage"),
    "no answer": _l("mailserveren svarede ikke i tide"),
    "drop": _l("Digital Post tog ikke imod det"),
    "not_posted": _l("brevet blev ikke lagt i posten i tide"),
    "unprintable": _l("brevet har tegn, som ikke kan printes"),
    "mistaken": _l("den blev forvekslet med en anden"),
    "smtp 550": _l("e-mailadressen findes ikke"),
    "smtp 551": _l("e-mailadressen findes ikke"),
    "smtp 553": _l("e-mailadressen findes ikke"),
}
CLASSES: dict[ErrorClass, LazyString] = {
    "never": _l("adressen kan ikke nås ad den vej"),
    "opted_out": _l("modtageren har sagt stop"),
    "later": _l("det lykkedes ikke i første omgang"),
    "absent": _l("telefonen blev ikke taget"),
    "slow_down": _l("der blev sendt for mange på én gang"),
    "expired": _l("den nåede ikke frem, mens den var til nytte"),
    "released": _l("den blev lagt tilbage"),
    "alarm": _l("der er en fejl i opsætningen, så ingen beskeder kommer igennem"),
    "other": _l("operatøren gav en fejl, vi ikke kender"),
}


def reason(code: str) -> str:
    """Why, in a clause; a code that nobody has put in words comes with its class's."""
    if not code:
        return ""
    if code in REASONS:
        return str(REASONS[code])
    return _("%(words)s (kode %(code)s)", words=CLASSES[class_of(code)], code=code)


def because(code: str) -> str:
    """Why, as a sentence begins."""
    words = reason(code)
    return words[:1].upper() + words[1:]


def state(message: Message) -> tuple[str, str]:
    """A message's state in words, and its mark. A letter is sent when somebody posts it."""
    if message.channel == "letter" and message.state in ("sent", "delivered"):
        return _letter(message.state)
    text, mark = STATES[message.state]
    return str(text), mark


def attempt_state(attempt: MessageAttempt) -> tuple[str, str]:
    """An attempt's state in words, and its mark."""
    if attempt.channel == "letter" and attempt.state in ("sent", "delivered"):
        return _letter(attempt.state)
    text, mark = ATTEMPTS[attempt.state]
    return str(text), mark


def masked(attempt: MessageAttempt) -> str:
    """Where it went, enough of it to be known again by who knows it."""
    to = attempt.to
    if attempt.channel == "letter":
        return _("patientens adresse")
    if attempt.channel == "digital_post" or not to:
        return ""
    if attempt.channel == "email":
        name, _at, domain = to.partition("@")
        return f"{name[:1]}…@{domain}"
    return _("nummeret, der ender på %(digits)s", digits=readable(to)[-2:])


def _letter(state: str) -> tuple[str, str]:
    return (str(TO_PRINT), "info") if state == "sent" else (str(POSTED), "success")
