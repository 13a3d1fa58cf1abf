"""Two people at the same form: whoever saves second is told, and decides."""

import re

import pytest
from flask.testing import FlaskClient

from tests.integration.clinic_web.setup.conftest import Here, SignIn
from tests.integration.clinic_web.setup.test_pages import SITE

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def office(here: Here, signed_in: SignIn) -> FlaskClient:
    return signed_in(here.secretary)


def test_two_secretaries_who_save_the_same_thing(here: Here, office: FlaskClient) -> None:
    page = f"{here.setup}/steder/{here.site.id}"
    assert office.post(page, data={**SITE, "version": "1"}).status_code == 303
    answer = office.post(page, data={**SITE, "name": "Hjørring", "version": "1"})
    assert answer.status_code == 409
    assert "En anden har ændret det samme imens" in answer.text
    assert 'value="Hjørring"' in answer.text
    assert f'href="{page}"' in answer.text
    assert "send igen for at gemme det i stedet" in answer.text
    (shown,) = re.findall(r'name="version" value="(\d+)"', answer.text)
    again = office.post(page, data={**SITE, "name": "Hjørring", "version": shown})
    assert again.status_code == 303


def test_a_form_with_a_mistake_still_belongs_to_the_version_it_was_made_from(
    here: Here, office: FlaskClient
) -> None:
    page = f"{here.setup}/steder/{here.site.id}"
    assert office.post(page, data={**SITE, "version": "1"}).status_code == 303
    answer = office.post(page, data={**SITE, "name": "", "version": "1"})
    assert answer.status_code == 422
    assert 'name="version" value="1"' in answer.text
