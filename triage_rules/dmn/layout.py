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
    levels = {identity: _level(definitions, identity, ()) for identity in definitions.parts}
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


def _level(definitions: Definitions, identity: str, above: tuple[str, ...]) -> int:
    """How many parts stand below it at most; a circle is cut."""
    part = definitions.parts.get(identity)
    if part is None or isinstance(part, InputData) or identity in above:
        return 0
    below = (_level(definitions, one, (*above, identity)) for one in part.requires)
    return 1 + max(below, default=-1)
