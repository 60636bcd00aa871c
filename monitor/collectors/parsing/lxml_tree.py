"""HTML pages as lxml trees, without Beautiful Soup on top: faster, for forum pages that are parsed in large numbers."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

Node = Any  # an element of lxml, which has no types
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_END = re.compile(rb"</html\s*>", re.IGNORECASE)  # libxml2 drops what follows it
_DEEPEST = 2000  # just below libxml2's own limit


def parse_page(text: str) -> Node:
    """Parse a page, well formed or not; returns its `html` element.

    Args:
        text: The page, decoded.

    """
    data = _END.sub(b" ", _readable(text))
    root = _parse(data, etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True))
    if _depth_at_end(root) >= _DEEPEST:
        root = _parse(data, etree.HTMLParser(encoding="utf-8", huge_tree=True, target=etree.TreeBuilder()))
    return root


def _readable(text: str) -> bytes:
    """Encode a text, replacing characters that libxml2 does not accept."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text).encode()
    return data.replace(b"\0", "\N{REPLACEMENT CHARACTER}".encode())


def _parse(data: bytes, parser: Any) -> Node:
    parser.feed(data or b" ")
    try:
        root = parser.close()
    except etree.XMLSyntaxError:  # the page is empty
        root = None
    return etree.Element("html") if root is None else root


def _depth_at_end(root: Node) -> int:
    """Return the depth of the last element. libxml2 stops silently at its depth limit; there it is the deepest one."""
    depth, element = 0, root
    while len(element):
        depth, element = depth + 1, element[-1]
    return depth


class Classes:
    """An index of the elements below an element by class, built in one walk.

    Args:
        root: The element.
        without: Returns whether an element is left out, with its content.

    """

    def __init__(self, root: Node, without: Callable[[Node], bool] = lambda _: False) -> None:
        self._found: dict[str, list[Node]] = {}
        for element in descendants(root, without):
            for name in (element.get("class") or "").split():
                self._found.setdefault(name, []).append(element)

    def all(self, name: str) -> list[Node]:
        """Return the elements of a class, in the order of the page."""
        return self._found.get(name, [])


def descendants(root: Node, without: Callable[[Node], bool]) -> Iterator[Node]:
    """Give the elements below an element in the order of the page, save those left out and what is in them."""
    walk = etree.iterwalk(root, events=("start",))
    next(walk)
    for _, element in walk:
        if without(element):
            walk.skip_subtree()
        else:
            yield element


def has_class(element: Node, name: str) -> bool:
    """Return whether an element is of a class."""
    return name in (element.get("class") or "").split()


def words_in(element: Node | None, without: Callable[[Node], bool] = lambda _: False) -> str:
    """Return an element's text in one line; nothing for no element.

    Args:
        element: The element.
        without: Returns whether an element is left out, with its content.

    """
    if element is None:
        return ""
    parts = [element.text or ""]
    walk = etree.iterwalk(element, events=("start", "end"))
    next(walk)
    for event, inner in walk:
        if event == "end":
            parts.append(inner.tail or "" if inner is not element else "")
        elif without(inner):
            walk.skip_subtree()
        else:
            parts.append(inner.text or "")
    return " ".join("".join(parts).split())
