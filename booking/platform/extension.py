"""The one extension point for pages: a feature adds cards, menu entries and tabs here.

A *place* is a name such as 'patient.home', 'staff.patient' or 'staff.menu' (the rooms list
theirs in docs/extending.md). A card or tab is a function of (session, actor, subject) that
answers ready HTML (Markup), or None to stay away; a menu entry is an endpoint and a text.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from markupsafe import Markup

from booking.platform.database import Session
from booking.platform.identity import Actor, Role

Card = Callable[[Session, Actor, Any], Markup | None]


@dataclass(frozen=True)
class MenuEntry:
    """A link in a menu, for staff with one of the roles (anyone when there are none).

    seldom: not for every day; the staff's menu keeps it under 'more'.
    """

    endpoint: str
    text: LazyString
    roles: frozenset[Role] = frozenset()
    seldom: bool = False


@dataclass(frozen=True)
class Tab:
    """A link among a page's tabs; the endpoint takes the same arguments as the page's own."""

    endpoint: str
    text: LazyString


class PageParts:
    """What features have added, by place and in order."""

    def __init__(self) -> None:
        """Nothing added yet."""
        self._cards: dict[str, list[Card]] = defaultdict(list)
        self._menus: dict[str, list[MenuEntry]] = defaultdict(list)
        self._tabs: dict[str, list[Tab]] = defaultdict(list)

    def add_card(self, place: str, card: Card) -> None:
        """Show what `card` answers at this place."""
        self._cards[place].append(card)

    def add_menu_entry(self, place: str, entry: MenuEntry) -> None:
        """Add a link to a menu."""
        self._menus[place].append(entry)

    def add_tab(self, place: str, tab: Tab) -> None:
        """Add a tab to a page."""
        self._tabs[place].append(tab)

    def cards(self, place: str, session: Session, actor: Actor, subject: object) -> list[Markup]:
        """The HTML of every card that has something to show."""
        made = (card(session, actor, subject) for card in self._cards[place])
        return [html for html in made if html is not None]

    def menu(self, place: str, actor: Actor | None) -> list[MenuEntry]:
        """The links this actor may follow."""
        return [e for e in self._menus[place] if not e.roles or (actor and actor.has(*e.roles))]

    def tabs(self, place: str) -> list[Tab]:
        """The tabs of a page."""
        return list(self._tabs[place])
