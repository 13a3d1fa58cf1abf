"""What is logged when something fails: enough to find the fault, nothing about a person."""

import logging

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from booking.platform import logs
from booking.platform.pages import Access, Pages, db
from booking.platform.web import Rettid

INSERT = text(
    "INSERT INTO staff (username, name, title, password_hash, active, epoch)"
    " VALUES ('hemmelig-person', 'Hemmelig Person', '', '', :active, 0)"
)


def fail() -> None:
    """Write the same user name twice, and then fail over the failure."""
    for _time in range(2):
        db().execute(INSERT, {"active": True})


@pytest.mark.parametrize("wrapped", ["as a cause", "as a context"])
def test_a_refused_row_is_not_quoted(
    own_app: Flask, capsys: pytest.CaptureFixture[str], wrapped: str
) -> None:
    pages = Pages("failing", __name__)

    @pages.post("/failing", access=Access.PUBLIC)
    def failing() -> ResponseReturnValue:
        try:
            fail()
        except Exception as error:
            if wrapped == "as a cause":
                raise LookupError("over it") from error
            raise LookupError("over it")  # noqa: B904  (the context is what is tested)
        return ""

    own_app.register_blueprint(pages)
    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    logs.configure()
    assert own_app.test_client().post("/failing").status_code == 500
    written = capsys.readouterr().err
    assert "unforeseen" in written
    assert "IntegrityError: sqlstate" in written
    assert "uq_staff_username" in written
    assert "hemmelig-person" not in written
    assert "over it" in written


def test_the_standard_librarys_lines_do_not_quote_it_either(rettid: Rettid) -> None:
    with rettid.database.writing() as session:
        for _time in range(2):
            try:
                session.execute(INSERT, {"active": True})
            except IntegrityError as error:
                refused = error
    failed = (type(refused), refused, refused.__traceback__)
    record = logging.LogRecord("test", logging.ERROR, "", 0, "a job failed", (), failed)
    line = logs.Lines("%(message)s").format(record)
    assert "a job failed" in line
    assert "uq_staff_username" in line
    assert "hemmelig-person" not in line
