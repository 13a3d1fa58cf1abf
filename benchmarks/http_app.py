"""The application with two bare pages beside its own, to measure against.

Both stand behind the same sign-in, transaction and frame as the patient's pages.
"""

import os

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import insert, select

from booking.calendar.models import Site
from booking.people.models import PatientIdentifier
from booking.platform.config import Config, from_environment
from booking.platform.pages import Access, Pages, db, me
from wsgi import create_app

# As many a half day as the patient's page has in `find_time`, on average.
TIMES = 7

pages = Pages("bare", __name__, url_prefix="/bare", template_folder="templates")


@pages.get("/page", access=Access.PATIENT)
def one_select() -> ResponseReturnValue:
    """A page of the same layout as the patient's times that does one SELECT."""
    site = db().scalars(select(Site.name)).first()
    days = [
        {
            "legend": f"Dag {day}",
            "parts": [
                {
                    "heading": half,
                    "times": [
                        {"value": f"{day}-{half}-{n}", "clock": f"{n}.00", "about": site}
                        for n in range(TIMES)
                    ],
                }
                for half in ("Formiddag", "Eftermiddag")
            ],
        }
        for day in range(5)
    ]
    return render_template("plain.html", days=days)


@pages.post("/insert", access=Access.PATIENT)
def one_insert() -> ResponseReturnValue:
    """One row, and nothing else."""
    number = os.urandom(12).hex()
    db().execute(insert(PatientIdentifier).values(patient_id=me().id, system="bare", value=number))
    return "", 204


def create(config: Config) -> Flask:
    """The whole application with the bare pages."""
    app = create_app(config)
    app.register_blueprint(pages)
    return app


def served() -> Flask:
    """For the server's workers: configured from the environment as the application is."""
    return create(from_environment(os.environ))
