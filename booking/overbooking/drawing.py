"""The parts of an SVG picture: no script, and style by classes, as ADR 9 says. Pure.

A picture kept as a file of its own has no style sheet beside it and brings the few colours it
needs.
"""

from collections.abc import Sequence

from markupsafe import Markup

_STYLE = Markup(
    "<style>text{font:12px sans-serif;fill:#17262b}.plot__end,.plot__legend{font-size:11px}"
    ".plot__end{fill:#4a5c62}.plot__label{font-size:13px;font-weight:600}"
    ".plot__line{stroke:#d3dedf}.plot__span{stroke:#4a5c62;stroke-width:2}"
    ".plot__today{fill:#fff;stroke:#4a5c62}.plot__main{fill:#0b5563;stroke:#07404b}"
    ".plot__limit{stroke:#8a6100;stroke-dasharray:4 4;stroke-width:1.5}"
    ".plot__limit-text{fill:#553500;font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:3px}"
    ".plot__course{fill:none;stroke:#0b5563;stroke-width:2.5;stroke-linejoin:round}</style>"
    '<rect width="100%" height="100%" fill="#fff"/>'
)


def picture(
    ident: str,
    size: tuple[float, float],
    name: tuple[str, str],
    parts: Sequence[Markup],
    *,
    alone: bool = False,
) -> Markup:
    """The whole of it. size: width and height. name: its title and its description in words.

    ident: unique on the page, for the title and description. alone: to be a file of its own.
    """
    head = Markup(
        '<svg class="plot"{0} viewBox="0 0 {1:g} {2:g}" role="img" '
        'aria-labelledby="{3}-title {3}-desc"><title id="{3}-title">{4}</title>'
        '<desc id="{3}-desc">{5}</desc>'
    ).format(Markup(' xmlns="http://www.w3.org/2000/svg"') if alone else "", *size, ident, *name)
    return Markup("").join([head, _STYLE if alone else Markup(""), *parts, Markup("</svg>")])


def text(css: str, x: float, y: float, said: str, anchor: str = "start") -> Markup:
    """Words, their foot at y."""
    drawn = Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    return drawn.format(css, x, y, anchor, said)


def line(css: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    """From one point to another."""
    drawn = Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
    return drawn.format(css, x1, y1, x2, y2)


def bar(css: str, x: float, y: float, wide: float, tall: float) -> Markup:
    """From its upper left corner."""
    drawn = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    return drawn.format(css, x, y, max(0.0, wide), tall)


def diamond(css: str, x: float, y: float, size: float) -> Markup:
    """Round its middle; size: from there to a corner."""
    points = ((0, -size), (size, 0), (0, size), (-size, 0))
    told = " ".join(f"{x + right:.1f},{y + down:.1f}" for right, down in points)
    return Markup('<polygon class="{}" points="{}"/>').format(css, told)


def course(css: str, points: Sequence[tuple[float, float]]) -> Markup:
    """A line through points."""
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Markup('<polyline class="{}" points="{}"/>').format(css, told)
