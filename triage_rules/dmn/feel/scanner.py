"""The text of an expression and a place in it. Names may hold spaces, so there are no tokens.

A name is only known as one by those in scope; the longest that fits is meant (DMN 1.5, 10.3.1.2).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from triage_rules.dmn.refused import Refused

MOST_TEXT = 10_000
_BLANK = re.compile(r"(?:\s|//[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_STRING = re.compile(r'"((?:[^"\\\n\r]|\\.)*)"')
_HIGH, _LOW = r"u[dD][89abAB][0-9a-fA-F]{2}", r"u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(rf"\\({_HIGH}\\{_LOW}|u[0-9a-fA-F]{{4}}|U[0-9a-fA-F]{{6}}|.)", re.DOTALL)
_BEYOND = "\U00010000-\U000effff"  # every character there may be in a name (10.3.1.2, rule 28)
_START = rf"(?:[^\W\d]|[{_BEYOND}])"
_SIMPLE = re.compile(rf"{_START}[\w{_BEYOND}]*")
_WORDS = rf"{_START}[\w'{_BEYOND}]*(?:\s+[\w{_BEYOND}][\w'{_BEYOND}]*)*?"
_BEFORE_IN = re.compile(rf"({_WORDS})\s+in\b")
_BEFORE_COLON = re.compile(rf"({_WORDS})\s*:")
_KEY = re.compile(rf'({_START}[^:{{}}"\[\](),]*?)\s*:')
_TYPE_NAME = re.compile(r"([^\W\d][\w.]*(?:\s+[\w.]+)*)\s*(?=[,)])")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


def normal(name: str) -> str:
    """A name with single spaces."""
    return " ".join(name.split())


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in name.split())
    return re.compile(words + (r"(?!\w)" if name[-1:].isalnum() or name[-1:] == "_" else ""))


class Scanner:
    """Reads from left to right; every `take…` moves past what it found."""

    def __init__(self, text: str) -> None:
        if len(text) > MOST_TEXT:
            raise Refused("", f"the expression has more than {MOST_TEXT} characters")
        self.text = text
        self.at = 0

    def skip(self) -> None:
        """Past blanks and comments."""
        found = _BLANK.match(self.text, self.at)
        assert found is not None
        self.at = found.end()

    def ends(self) -> bool:
        """Whether nothing is left."""
        self.skip()
        return self.at == len(self.text)

    def sees(self, sign: str) -> bool:
        """Whether the next characters are these."""
        self.skip()
        return self.text.startswith(sign, self.at)

    def take(self, sign: str) -> bool:
        """Past these characters, where they are next."""
        if not self.sees(sign):
            return False
        self.at += len(sign)
        return True

    def need(self, sign: str) -> None:
        """Past these characters, which must be next."""
        if not self.take(sign):
            raise self.failure(f"expected {sign!r}")

    def sees_word(self, word: str) -> bool:
        """Whether the next word is this one, whole."""
        self.skip()
        return self._fits(word) is not None

    def take_word(self, word: str) -> bool:
        """Past a keyword of one or more words, where it is next."""
        self.skip()
        found = self._fits(word)
        if found is None:
            return False
        self.at = found
        return True

    def need_word(self, word: str) -> None:
        """Past a keyword that must be next."""
        if not self.take_word(word):
            raise self.failure(f"expected {word!r}")

    def longest(self, names: Iterable[str]) -> str | None:
        """The longest of the names that is next; not moved past."""
        self.skip()
        best, end = None, self.at
        for name in names:
            if name[:1] == self.text[self.at : self.at + 1]:
                found = self._fits(name)
                if found is not None and found > end:
                    best, end = name, found
        return best

    def take_simple(self) -> str | None:
        """Past a name of one word."""
        self.skip()
        found = _SIMPLE.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def take_name_before_in(self) -> str:
        """Past a new name and the `in` after it."""
        return self._new_name(_BEFORE_IN, "expected a name and `in`")

    def sees_named_argument(self) -> bool:
        """Whether a name and a colon are next."""
        self.skip()
        return _BEFORE_COLON.match(self.text, self.at) is not None

    def take_argument_name(self) -> str:
        """Past an argument's name and its colon."""
        return self._new_name(_BEFORE_COLON, "expected the argument's name and `:`")

    def take_key(self) -> str:
        """Past a context's key and its colon."""
        if self.sees('"'):
            key = self.take_string()
            self.need(":")
            return key
        return self._new_name(_KEY, "expected a key and `:`")

    def take_parameter(self) -> str:
        """Past a function's parameter, up to its type, the comma or the bracket."""
        self.skip()
        end = min(
            (place for place in (self.text.find(s, self.at) for s in ":,)") if place >= 0),
            default=-1,
        )
        name = normal(self.text[self.at : end]) if end >= 0 else ""
        if not re.fullmatch(_WORDS, name):
            raise self.failure("expected a parameter's name")
        self.at = end
        return name

    def take_type_name(self) -> str:
        """Past the name of a type, up to the comma or bracket; those with others inside not."""
        self.skip()
        found = _TYPE_NAME.match(self.text, self.at)
        if found is None:
            raise self.failure("expected the name of a type")
        self.at = found.end()
        return normal(found.group(1))

    def take_number(self) -> str | None:
        """Past a number."""
        self.skip()
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            return None
        if self.text[found.end() : found.end() + 1].isidentifier():
            raise self.failure("a number is followed by letters")
        self.at = found.end()
        return found.group()

    def take_string(self) -> str:
        """Past a string in quotation marks; its escapes are undone."""
        found = _STRING.match(self.text, self.at)
        if found is None:
            raise self.failure("a string does not end")
        self.at = found.end()
        return _ESCAPE.sub(self._unescaped, found.group(1))

    def _unescaped(self, found: re.Match[str]) -> str:
        escape = found.group(1)
        if "\\" in escape[1:]:
            return bytes.fromhex(escape[1:5] + escape[7:]).decode("utf-16-be")
        if escape[0] in "uU" and len(escape) > 1:
            point = int(escape[1:], 16)
            if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
                raise self.failure("a string holds half a character")
            return chr(point)
        if escape not in _ESCAPED:
            raise self.failure(f"a string has the unknown escape \\{escape}")
        return _ESCAPED[escape]

    def _fits(self, name: str) -> int | None:
        found = _pattern(name).match(self.text, self.at)
        return found.end() if found else None

    def _new_name(self, pattern: re.Pattern[str], otherwise: str) -> str:
        self.skip()
        found = pattern.match(self.text, self.at)
        if found is None:
            raise self.failure(otherwise)
        self.at = found.end()
        return normal(found.group(1))

    def failure(self, why: str) -> Refused:
        """The refusal of the text, saying which character."""
        return Refused("", f"{why} at character {self.at + 1} of {self.text[:200]!r}")
