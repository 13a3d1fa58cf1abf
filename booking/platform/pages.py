"""Routes: how a room declares them, who may reach them, and the one transaction around each.

`Pages` is a Flask blueprint whose routes cannot be declared without an access list, so
that no route can be left out of them. Each view runs inside one transaction: it commits
once when the view returns, and rolls back when it raises. Deadlocks and serialisation
failures replay the whole request a bounded number of times.
"""

from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import Any

from flask import Blueprint, current_app, g, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from booking.platform import audit
from booking.platform.database import Database, Session, constraint_of, worth_retrying
from booking.platform.errors import Busy, ChangedMeanwhile, DomainError, NotAllowed, SignInNeeded
from booking.platform.identity import Actor, Role

TRIES = 4
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Access(Enum):
    """The access lists. Every route stands in exactly one."""

    PUBLIC = "anyone"
    PATIENT = "a signed-in patient"
    STAFF = "any signed-in member of staff"
    SECRETARY = "a secretary or leader"
    CLINICIAN = "a clinician"


NEEDED_ROLES = {
    Access.SECRETARY: (Role.SECRETARY, Role.LEADER),
    Access.CLINICIAN: (Role.CLINICIAN,),
}


class Pages(Blueprint):
    """A blueprint whose every rule names its access list."""

    def add_url_rule(  # type: ignore[override]  # `access` is required on purpose
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        *,
        access: Access,
        **options: Any,
    ) -> None:
        """As Flask's, with the access list; the view is wrapped in its guard and transaction."""
        if view_func is None:
            raise TypeError("a route needs its view")
        super().add_url_rule(
            rule,
            endpoint or view_func.__name__,
            _guarded(view_func, access),
            provide_automatic_options,
            **options,
        )


def me() -> Actor:
    """Whoever is signed in; raises SignInNeeded when nobody is."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise SignInNeeded
    return actor


def db() -> Session:
    """This request's unit of work."""
    session: Session = g.unit
    return session


def looked_at(*patients: int, reason: str = "", clinic_id: int | None = None) -> None:
    """Note that staff now see these patients; written to the audit log before the page answers."""
    g.looks.append((frozenset(patients), reason, clinic_id))


def _guarded(view: Callable[..., Any], access: Access) -> Callable[..., ResponseReturnValue]:
    @wraps(view)
    def guarded(**arguments: Any) -> ResponseReturnValue:
        database: Database = current_app.extensions["rettid"].database
        before = dict(cookie)
        for attempt in range(1, TRIES + 1):
            try:
                return _once(view, access, database, arguments)
            except IntegrityError as error:
                raise _as_domain_error(error) from error
            except StaleDataError as error:
                raise ChangedMeanwhile from error
            except DBAPIError as error:
                if not worth_retrying(error):
                    raise
                if attempt == TRIES:
                    raise Busy from error
                cookie.clear()
                cookie.update(before)
        raise AssertionError("unreachable")

    guarded.access = access  # type: ignore[attr-defined]
    return guarded


def _once(
    view: Callable[..., Any], access: Access, database: Database, arguments: dict[str, Any]
) -> ResponseReturnValue:
    safe = request.method in SAFE
    g.looks = []
    with database.reading() if safe else database.writing() as unit:
        g.unit = unit
        g.actor = current_app.extensions["rettid"].who(unit)
        _admit(access)
        answer: ResponseReturnValue = view(**arguments)
        if not safe:
            _write_looks(unit)
            unit.commit()
    if safe and g.looks:
        with database.transaction() as writing:
            _write_looks(writing)
    return answer


def _admit(access: Access) -> None:
    if access is Access.PUBLIC:
        return
    actor = me()
    if actor.kind != ("patient" if access is Access.PATIENT else "staff"):
        raise SignInNeeded
    roles = NEEDED_ROLES.get(access)
    if roles and not actor.has(*roles):
        raise NotAllowed


def _write_looks(unit: Session) -> None:
    for patients, reason, clinic_id in g.looks:
        place = request.endpoint or ""
        repeated = reason == "" and audit.already_seen(unit, me(), place, set(patients), clinic_id)
        if patients and not repeated:
            audit.record(
                unit, me(), "look", patients, place=place, reason=reason, clinic_id=clinic_id
            )


def _as_domain_error(error: IntegrityError) -> Exception:
    """The domain's word for a refused constraint; the error itself where there is none."""
    known: dict[str, type[DomainError]] = current_app.extensions["rettid"].constraints
    kind = known.get(constraint_of(error))
    return kind() if kind else error
