"""How far an attempt has come: a ladder that is only climbed. Pure.

sending   claimed; the provider is being asked, or the process that asked is gone
unknown   asked, and nobody knows with what outcome; it is looked for at the provider
lost      looked for and not found: it was not sent
sent      the provider has it
failed    certainly not delivered
delivered it has arrived; operators do report this after having reported a failure
double    given up, sent anew, and then found to have arrived after all

The effective ones, of which a message has at most one for each channel, are those that have reached
the patient or still may.
"""

from typing import Literal, get_args

AttemptState = Literal["sending", "unknown", "lost", "sent", "failed", "delivered", "double"]
MessageState = Literal[
    "planned", "sending", "unknown", "sent", "delivered", "failed", "withdrawn", "too_late"
]

LADDER: tuple[AttemptState, ...] = get_args(AttemptState)
RANK: dict[str, int] = {state: rank for rank, state in enumerate(LADDER)}
EFFECTIVE = ("sending", "unknown", "sent", "delivered")
MESSAGE_STATES: tuple[MessageState, ...] = get_args(MessageState)


def climbs(before: str, after: str) -> bool:
    """Whether what is now heard says more than what was known; hearing it twice says nothing."""
    return RANK[after] > RANK[before]
