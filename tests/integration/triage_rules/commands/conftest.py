"""Commands are run as an operator runs them."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.integration.triage_rules.followup.conftest import followed, place, unpublished

__all__ = ["followed", "place", "unpublished"]

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run `rules …`: its exit code, and what it wrote on standard output."""

    def one(*args: object) -> tuple[int, str]:
        done = app.test_cli_runner().invoke(args=["rules", *map(str, args)])
        return done.exit_code, done.stdout

    return one
