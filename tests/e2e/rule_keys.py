"""An author at the grid with a keyboard and nothing else; every press is counted."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from playwright.sync_api import Page, expect

from triage_rules.tables.model import AnyValue, Cell, Input, Interval, Missing, OneOf, Table, Value


@dataclass
class Keys:
    """A keyboard, and nothing else. presses: so far, but for prose; prose: characters of it."""

    page: Page
    presses: int = 0
    prose: int = 0
    steps: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def type(self, text: str) -> None:
        """A number, or the beginning of a choice's words."""
        self.page.keyboard.type(text)
        self.presses += len(text)

    def write(self, text: str) -> None:
        """Words of the author's own."""
        self.page.keyboard.type(text)
        self.prose += len(text)

    def open(self, *keys: str) -> None:
        """Open a form over the grid."""
        self.press(*keys)
        expect(self.page.locator("dialog[open] #step-heading")).to_be_visible()

    def save(self, *keys: str) -> None:
        """Send it, and see the grid made anew."""
        edition = self.edition
        self.press(*(keys or ("Enter",)))
        expect(self.page.locator("[data-rule-content]")).not_to_have_attribute(
            "data-edition", edition
        )
        expect(self.page.locator("dialog[open]")).to_have_count(0)
        expect(self.page.locator("[data-rule-grid]")).not_to_have_attribute("aria-busy", "true")
        self.steps.append(" ".join(keys) or "Enter")

    def turn(self, key: str, tab: str) -> None:
        """Go to another table, and begin there."""
        self.press(key)
        self.page.wait_for_url(re.compile(f"tabel={tab}"))
        self.page.wait_for_function("document.activeElement !== document.body")

    @property
    def edition(self) -> str:
        found = self.page.locator("[data-rule-content]").get_attribute("data-edition")
        assert found is not None
        return found

    def to(self, control: str) -> None:
        """Press Tab until the control with this id has the focus."""
        for _ in range(60):
            if self.page.evaluate("document.activeElement.id") == control:
                return
            self.press("Tab")
        raise AssertionError(f"{control} is not reached by Tab")

    def choose(self, value: str) -> None:
        """An option of the list that has the focus, by as few of its first letters as will do."""
        options: list[list[str]] = self.page.evaluate(
            "[...document.activeElement.options].map(one => [one.value, one.text.toLowerCase()])"
        )
        now: str = self.page.evaluate("document.activeElement.value")
        text = next(text for code, text in options if code == value)
        for length in range(1, len(text) + 1):
            if now == value:
                return
            first = next(code for code, one in options if one.startswith(text[:length]))
            if first == value:
                self.type(text[:length])
                assert self.page.evaluate("document.activeElement.value") == value
                return
        raise AssertionError(f"{text} cannot be told from the others")

    # What an author does

    def ask_for(self, asked: Input) -> None:
        """A column more, no older than it says."""
        self.open("o")
        self.choose(asked.source)
        self.press("Enter")
        expect(self.page.locator("#step-heading")).to_have_text(re.compile("^Spørg om "))
        expect(self.page.locator("[data-rule-grid]")).not_to_have_attribute("aria-busy", "true")
        if asked.greatest_age_days:
            self.to("field-greatest_age_days")
            self.type(str(asked.greatest_age_days))
        self.save()

    def condition(self, asked: Input, cell: Cell) -> None:
        """A cell; the next one has the focus afterwards."""
        if isinstance(cell, AnyValue):
            self.press("ArrowRight")
        elif isinstance(cell, Missing):
            self.open("Enter")
            self.choose("missing")
            self.save()
        elif isinstance(cell, OneOf):
            self.open("Enter")
            for choice in asked.choices:
                if choice in cell.choices:
                    self.press("Space")
                self.press("Tab")
            self.save()
        elif isinstance(cell, Interval) and cell.low is not None and cell.high is not None:
            self.open("Enter")
            self.choose("between")
            self.press("Tab")
            self.type(str(cell.low))
            self.press("Tab", "Tab")
            self.type(str(cell.high))
            self.save()
        elif isinstance(cell, Interval):
            self.open(">" if cell.high is None else "<")
            if cell.low_closed if cell.high is None else cell.high_closed:
                self.press("=")
            self.type(str(cell.low if cell.high is None else cell.high))
            self.save()

    def answers(self, table: Table, values: tuple[Value, ...]) -> None:
        """A row's answers, all on one form."""
        self.open("Enter")
        for output, value in zip(table.outputs, values, strict=True):
            self.to(f"field-{output.name}")
            if output.name == "flag":
                self.write(str(value))
            elif isinstance(value, Decimal):
                self.type(str(value))
            else:
                self.choose("any" if output.name == "profession" and not value else str(value))
        self.save()

    def tell(self, told: str) -> None:
        """What the patient is told where the row fires."""
        self.open("Enter")
        self.write(told)
        self.to("field-owner")
        self.save()

    def table(self, table: Table) -> None:
        """A whole table, from empty."""
        for asked in table.inputs:
            if asked.name != "colour" or table.name != "contact":  # which it asks from the start
                self.ask_for(asked)
        if table.hit_policy not in ("UNIQUE", "RULE ORDER"):
            self.to("policy")
            self.open("Enter")
            self.press("ArrowDown")
            self.save()
        for row in table.rows:
            self.save("n")
            for asked, cell in zip(table.inputs, row.cells, strict=True):
                self.condition(asked, cell)
            self.answers(table, row.outputs)
            self.tell(row.told)
