"""Every route stands in exactly one access list, and the lists are what they say they are."""

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from booking.platform.pages import Access
from booking.platform.web import Rettid

PUBLIC = {
    "patient_sign_in",
    "platform",
    "staff",
    "demo",
    "patient_about",
    # The screen in the waiting room: a code and a birth date, and no session.
    "patient_check_in",
    # Twilio: every request is signed.
    "twilio_call",
    "twilio_sms",
    "twilio_status",
    # Asks for the operator's token, and is a 404 without.
    "metrics",
}


def test_every_route_names_its_access_list(app: Flask) -> None:
    without = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not isinstance(getattr(app.view_functions[rule.endpoint], "access", None), Access)
    ]
    assert without == ["static"]


def test_only_the_front_doors_are_public(app: Flask) -> None:
    public = {
        rule.endpoint.split(".")[0]
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "access", None) is Access.PUBLIC
    }
    assert public <= PUBLIC


def test_nobody_signed_in_reaches_nothing_else(app: Flask, rettid: Rettid) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if getattr(view, "access", Access.PUBLIC) is Access.PUBLIC:
            continue
        address = rule.build({name: something(rule, name) for name in rule.arguments})
        assert address is not None, rule
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(address[1], method=method)
            assert answer.status_code in (303, 401, 404), f"{method} {address[1]}"
            if answer.status_code == 303:
                assert answer.location in rettid.sign_in_pages.values()


def something(rule: Rule, name: str) -> object:
    """A value that an address of this rule can hold."""
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "x"
