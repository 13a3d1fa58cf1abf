"""Whatever is written in the log is shown in words, never as a code."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask
from flask_babel import force_locale

from booking.appointments import wording
from booking.people.audit_words import NAMED, OF_ROLES, REASONS, WORDS, action_text, reason_text
from booking.people.reasons import CPR_LOOKUP
from booking.platform.config import ROOT
from booking.platform.identity import Role
from booking.referrals.wording import DELAYS

PACKAGES = ("booking", "reminders", "triage_rules")
PROXIES = ("parent", "power_of_attorney")
CANCELLING = {**wording.REASONS_OF_PATIENT, **wording.REASONS_OF_CLINIC}
# The acts that say why by a code, and the codes they may have; '' goes without saying.
CODED = {
    "patient.entered_by_cpr": CPR_LOOKUP,
    "patient.cpr_unknown": CPR_LOOKUP,
    "patient.holder_by_cpr": CPR_LOOKUP,
    "proxy.added": PROXIES,
    "proxy.ended": PROXIES,
    "appointment.cancelled": {**CANCELLING, **wording.CANCEL_REASONS},
    "invitation.revoked": CANCELLING,
    "appointment.booked": wording.LATE_REASONS,
    "appointment.moved": {**wording.LATE_REASONS, **wording.REASONS_OF_CLINIC},
    "appointment.move_undone": wording.LATE_REASONS,
    "appointment.undone": wording.STATUSES,
    "referral.explained": DELAYS,
    "rescheduling.drafted": wording.REASONS_OF_CLINIC,
    "rescheduling.carried_out": wording.REASONS_OF_CLINIC,
}


class Call(ast.NodeVisitor):
    """Every call in the packages, with the function it stands in."""

    def __init__(self) -> None:
        self.inside: list[ast.FunctionDef] = []
        self.found: list[tuple[ast.Call, ast.FunctionDef | None]] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.inside.append(node)
        self.generic_visit(node)
        self.inside.pop()

    def visit_Call(self, node: ast.Call) -> None:
        self.found.append((node, self.inside[-1] if self.inside else None))
        self.generic_visit(node)


@cache
def calls() -> tuple[tuple[ast.Call, ast.FunctionDef | None], ...]:
    visitor = Call()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            visitor.visit(ast.parse(path.read_text()))
    return tuple(visitor.found)


def name_of(call: ast.Call) -> str:
    """The last part of what is called: 'record' of audit.record(…)."""
    called = call.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def argument(call: ast.Call, function: ast.FunctionDef, name: str) -> ast.expr | None:
    """What a call gives for one of the function's parameters."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    names = [one.arg for one in function.args.args]
    if names[:1] == ["self"]:
        names = names[1:]
    place = names.index(name) if name in names else len(call.args)
    return call.args[place] if place < len(call.args) else None


def values(expression: ast.expr | None, inside: ast.FunctionDef | None) -> Iterator[str]:
    """Every text an expression may be; raises where that cannot be read from the code."""
    match expression:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from values(one, inside)
            yield from values(other, inside)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), ast.FormattedValue(value=rest)]):
            for end in values(rest, inside):
                yield start + end
        case ast.Name(id=name) if inside is not None:
            assigned = [
                node.value
                for node in ast.walk(inside)
                if isinstance(node, ast.Assign)
                and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
            ]
            for one in assigned:
                yield from values(one, inside)
            if not assigned:
                yield from passed(inside, name)
        case _:
            where = ast.unparse(expression) if expression else "nothing"
            raise AssertionError(f"the log's act cannot be read from {where}")


def passed(function: ast.FunctionDef, name: str) -> Iterator[str]:
    """What all calls of a function give for a parameter; calls of a namesake give none."""
    givers = [(call, inside) for call, inside in calls() if name_of(call) == function.name]
    for call, inside in givers:
        given = argument(call, function, name)
        if given is not None and not isinstance(given, ast.Subscript):
            yield from values(given, inside)


def is_record(call: ast.Call) -> bool:
    called = call.func
    return (
        isinstance(called, ast.Attribute)
        and called.attr == "record"
        and isinstance(called.value, ast.Name)
        and called.value.id == "audit"
    )


@cache
def written() -> dict[str, bool]:
    """Every act the code writes, and whether it says why."""
    acts: dict[str, bool] = {}
    for call, inside in calls():
        if is_record(call):
            why = any(keyword.arg == "reason" for keyword in call.keywords)
            for act in values(call.args[2], inside):
                acts[act] = acts.get(act, False) or why
    return acts


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database: nothing is read from it."""
    return f"sqlite:///{tmp_path_factory.mktemp('empty') / 'empty.sqlite3'}"


def test_the_acts_are_read_from_the_code() -> None:
    assert len(written()) > 50
    for act in ("look", "sign_in", "appointment.noshow", "import.history", "time_off.declined"):
        assert act in written()


def test_every_act_has_words_and_every_word_its_act(app: Flask) -> None:
    assert set(written()) - set(WORDS) == set()
    assert set(WORDS) - set(written()) == set()


def test_every_act_that_says_why_says_it_by_a_name_or_a_known_code(app: Flask) -> None:
    # One function writes everything about appointments, and passes on the reason of those below.
    says_why = {
        act
        for act, why in written().items()
        if why and (not act.startswith("appointment.") or act in CODED)
    }
    assert says_why - {"look"} == NAMED | OF_ROLES | set(CODED)
    for codes in CODED.values():
        assert set(codes) <= set(REASONS)


@pytest.mark.parametrize("language", ["da", "en"])
def test_nothing_is_shown_as_a_code_not_even_what_nobody_knows(app: Flask, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        for act in [*written(), "appointment.vanished"]:
            assert "." not in action_text(act)
            assert "_" not in action_text(act)
        for act, codes in CODED.items():
            for code in [*codes, "no_such_code"]:
                text = reason_text(act, code)
                assert text
                assert text != code
                assert "_" not in text
        for role in (*Role, "emperor"):
            said = reason_text("staff.role_given", f"anna: {role}")
            assert said.startswith("anna: ")
            assert str(role) not in said
        assert reason_text("look", "") == ""
        assert reason_text("site.added", "Hovedhuset") == "Hovedhuset"
