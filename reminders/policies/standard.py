"""The policy a clinic begins with. Pure.

Told when booked, offered, moved and cancelled, and reminded three days and one day before: the two
together had 4.4 % missed, three days alone 5.8 %, one day alone 5.3 % (Steiner 2018, n = 54,066).
Those who get extra help are called a week before: calls to the patients at highest risk took 40 to
50 % off what was missed (Valero-Bover 2022). No reminder goes by letter, which takes longer than
three days; who gets letters only is told of the time by letter.
"""

from datetime import time

from reminders.policies.steps import Conditions, Policy, Step, When

STANDARD = Policy(
    steps=(
        Step("booked", When("booked"), ("sms", "letter"), "booked"),
        Step("offered", When("offered"), ("sms", "letter"), "offered"),
        Step("moved", When("moved"), ("sms", "voice", "letter"), "moved"),
        Step("cancelled", When("cancelled"), ("sms", "voice", "letter"), "cancelled"),
        Step("questionnaire", When("questionnaire"), ("sms", "letter"), "questionnaire"),
        Step(
            "help_call",
            When("days_before", 7, time(16)),
            ("voice",),
            "reminder",
            Conditions(extra_help=True),
        ),
        Step("three_days", When("days_before", 3, time(10)), ("sms", "voice"), "reminder"),
        Step("last_day", When("hours_before", 24), ("sms", "voice"), "reminder_last"),
    ),
    quiet_from=time(20),
    quiet_to=time(8),
)
