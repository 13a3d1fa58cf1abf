"""The browser the suite drives is a real one."""

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [False, True])
def test_a_page_can_be_read_with_and_without_javascript(
    browser: Browser, *, javascript: bool
) -> None:
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    page.set_content("<h1>Din tid</h1><script>document.querySelector('h1').hidden = true</script>")
    assert page.locator("h1").is_visible() is not javascript
    context.close()
