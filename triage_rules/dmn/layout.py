"""Where a model's parts stand on the drawing: inputs below, what rests on them above."""

from collections.abc import Mapping
from dataclasses import dataclass

from triage_rules.dmn.model import Decision, Definitions, InputData, Knowledge

ACROSS, DOWN, MARGIN = 220, 160, 80
_SIZES: Mapping[type, tuple[int, int]] = {
    InputData: (125, 45),
    Decision: (180, 80),
    Knowledge: (135, 46),
}


@dataclass(frozen=True, slots=True)
class Box:
    """A part's place, in the drawing's units; `y` grows downwards."""

    x: int
    y: int
    width: int
    height: int


def layout(definitions: Definitions) -> dict[str, Box]:
    """A box for every part by its id; none overlap."""
    levels: dict[str, int] = {}
    for identity in definitions.parts:
        _level(definitions, identity, levels)
    top = max(levels.values(), default=0)
    boxes: dict[str, Box] = {}
    taken: dict[int, int] = {}
    for identity, part in definitions.parts.items():
        level = levels[identity]
        place = taken.get(level, 0)
        taken[level] = place + 1
        width, height = _SIZES[type(part)]
        boxes[identity] = Box(MARGIN + ACROSS * place, MARGIN + DOWN * (top - level), width, height)
    return boxes


def _level(definitions: Definitions, identity: str, known: dict[str, int]) -> int:
    """How many parts stand below it at most; a circle is cut."""
    if identity not in known:
        known[identity] = 0
        part = definitions.parts.get(identity)
        if part is not None and not isinstance(part, InputData):
            below = (_level(definitions, one, known) for one in part.requires)
            known[identity] = 1 + max(below, default=-1)
    return known[identity]
