"""The rooms of follow-up by need, hung on the application one by one.

Importing this knows every one of its tables.
"""

from flask import Flask

from triage_rules import commands
from triage_rules.authoring import models as rule_tables
from triage_rules.authoring import register as authoring
from triage_rules.checkups import models as checkup_tables
from triage_rules.checkups import register as checkups
from triage_rules.demo import register as demo
from triage_rules.firing import register as firing
from triage_rules.followup import models as follow_up_tables
from triage_rules.followup import register as follow_up
from triage_rules.impact import models as impact_tables
from triage_rules.impact import register as impact
from triage_rules.questionnaires import register as questionnaires
from triage_rules.standards import models as standard_tables
from triage_rules.standards import register as standards

TABLES = (rule_tables, follow_up_tables, standard_tables, checkup_tables, impact_tables)


def register(app: Flask) -> None:
    """Make the feature known, room by room."""
    app.extensions["rettid"].features.add("triage_rules")
    commands.register(app)
    questionnaires.register(app)
    authoring.register(app)
    follow_up.register(app)
    standards.register(app)
    checkups.register(app)
    impact.register(app)
    firing.register(app)
    demo.register(app)
