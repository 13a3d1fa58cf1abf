"""XML from outside to a plain tree. A document type is refused, and with it every entity.

The standard library's expat reads it; size, depth and number of elements are bounded while reading.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from triage_rules.dmn.refused import Refused

MOST_BYTES = 5_000_000
MOST_ELEMENTS = 200_000
DEEPEST = 60
_SPACE = " "  # between namespace and name, as expat joins them


@dataclass(slots=True)
class Element:
    """An element; `namespace` is empty where it has none. Only its own text is kept in `text`."""

    namespace: str
    name: str
    attributes: dict[str, str]
    line: int
    children: "list[Element]" = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> "list[Element]":
        """The children of that name in this element's own namespace, in order."""
        return [c for c in self.children if c.name == name and c.namespace == self.namespace]

    def one(self, name: str) -> "Element | None":
        """The only child of that name; refused where there are several."""
        found = self.all(name)
        if len(found) > 1:
            raise Refused(f"line {found[1].line}", f"a second <{name}> in <{self.name}>")
        return found[0] if found else None


def read(document: bytes) -> Element:
    """The root element; raises Refused for what is unsafe, too large or no XML."""
    if len(document) > MOST_BYTES:
        raise Refused("the file", f"it has more than {MOST_BYTES} bytes")
    builder = _Builder()
    try:
        builder.parser.Parse(document, True)
    except expat.ExpatError as error:
        raise Refused(f"line {error.lineno}", f"this is no XML: {error}") from None
    except (LookupError, ValueError) as error:
        raise Refused("the file", f"its encoding cannot be read: {error}") from None
    assert builder.root is not None
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0
        self.parser = expat.ParserCreate(namespace_separator=_SPACE)
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ExternalEntityRefHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _doctype(self, *_: object) -> int:
        raise Refused(self._line(), "a document type or entity is not read")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise Refused(self._line(), f"there are more than {MOST_ELEMENTS} elements")
        if len(self.open) >= DEEPEST:
            raise Refused(self._line(), f"elements are nested more than {DEEPEST} deep")
        namespace, _, name = tag.rpartition(_SPACE)
        element = Element(namespace, name, attributes, self.parser.CurrentLineNumber)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        self.open[-1].text += text

    def _line(self) -> str:
        return f"line {self.parser.CurrentLineNumber}"
