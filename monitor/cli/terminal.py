"""What is written to a terminal: characters that a terminal would obey are shown, not sent.

Posts, names of sources and messages of servers may hold such characters on purpose: they move the cursor, change the
window's title, or turn the direction of what follows.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

# Control characters but line feed and tab, and what changes the direction of text.
_LARGEST_BYTE: Final = 0xFF
_OBEYED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""Write characters that a terminal obeys as escapes: `\x1b`, `\u202e`."""
    return _OBEYED.sub(lambda found: _escape(found[0], r"\x{:02x}"), text)


def printable_json(document: str) -> str:
    r"""Do the same inside a JSON document, whose meaning stays: `\u009b`. JSON escapes those below space by itself."""
    return _OBEYED.sub(lambda found: _escape(found[0], r"\u{:04x}"), document)


class SafeConsole(Console):
    """A console that writes the texts it is given by `printable`. Its own colours and movements are untouched."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render to segments; those that are no control codes of the console itself are made printable."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


def _escape(char: str, short: str) -> str:
    return short.format(ord(char)) if ord(char) <= _LARGEST_BYTE else rf"\u{ord(char):04x}"


def make_console(**options: Any) -> SafeConsole:
    """Make a console; all output of commands goes through one."""
    return SafeConsole(highlight=False, soft_wrap=True, **options)
