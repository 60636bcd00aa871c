"""HTML pages as lxml trees, without Beautiful Soup on top: faster, for forum pages that are parsed in large numbers."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import Any

from lxml import etree

from monitor.collectors.base import is_whole
from monitor.errors import PayloadInvalid

Node = Any  # an element of lxml, which has no types
_UNREADABLE = re.compile(r"[\0\ud800-\udfff]")
_END = re.compile(rb"</html\s*>", re.IGNORECASE)  # libxml2 drops what follows it
MOST_TAGS = 200_000  # the largest pages that people read have a tenth of it
_DEEPEST = 500  # elements inside each other
_DROPPED_AT = 2000  # just below libxml2's own limit, where it stops silently
_FEW_TAGS = 5000  # no depth makes so few of them slow
_ATTRIBUTE_BYTES = 2000
_LONG_TAG = re.compile(rb"<([a-zA-Z][^\s<>/]*+)([^<>]{%d,}+)" % _ATTRIBUTE_BYTES)
_ATTRIBUTE = re.compile(rb"""[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']*))?""")
_MOST_ATTRIBUTES = 200


class PageTooLarge(PayloadInvalid):
    """A page has so many tags, or so many inside each other, that it is none that people read."""


def parse_page(text: str) -> Node:
    """Parse a page, well formed or not; returns its `html` element.

    Args:
        text: The page, decoded.

    Raises:
        PageTooLarge: Reading it would take too long, or libxml2 stopped silently at its depth limit.

    """
    data = bounded_markup(_END.sub(b" ", whole_text(text).encode()))
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    parser.feed(data or b" ")
    try:
        root = parser.close()
    except etree.XMLSyntaxError:  # the page is empty
        root = None
    if root is None:
        return etree.Element("html")
    is_many = data.count(b"<") > _FEW_TAGS
    if _depth_at_end(root) >= _DROPPED_AT or (is_many and _is_deeper(root, _DEEPEST)):
        raise PageTooLarge(f"a page with more than {_DEEPEST} tags inside each other is none that people read")
    return root


def bounded_markup(data: bytes, most_tags: int = MOST_TAGS) -> bytes:
    """Return markup whose elements have at most 200 attributes: libxml2 compares each with all others.

    Raises:
        PageTooLarge: It has more tags, begun or ended, than `most_tags`.

    """
    if data.count(b"<") > most_tags:
        raise PageTooLarge(f"a page with more than {most_tags:,} tags is none that people read: it is left out")
    # Hardly any page has a tag so long, and the pattern looks at each one.
    if max(map(len, data.split(b"<"))) <= _ATTRIBUTE_BYTES:
        return data
    return _LONG_TAG.sub(_with_few_attributes, data)


def _with_few_attributes(tag: re.Match[bytes]) -> bytes:
    attributes = _ATTRIBUTE.findall(tag[2])
    if len(attributes) <= _MOST_ATTRIBUTES:
        return tag[0]
    return b"<" + tag[1] + b" " + b" ".join(attributes[:_MOST_ATTRIBUTES])


def whole_text(text: str) -> str:
    """Replace NUL and halves of character pairs, which neither parsers nor databases take."""
    return text if "\0" not in text and is_whole(text) else _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _depth_at_end(root: Node) -> int:
    """Return the depth of the last element. libxml2 stops silently at its depth limit; there it is the deepest one."""
    depth, element = 0, root
    while len(element):
        depth, element = depth + 1, element[-1]
    return depth


def _is_deeper(root: Node, depth: int) -> bool:
    """Return whether any element lies deeper, level by level: each element is looked at once."""
    level = [root]
    for _ in range(depth):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


class Classes:
    """An index of elements by class.

    Args:
        elements: The elements, in the order of the page.

    """

    def __init__(self, elements: Iterable[Node]) -> None:
        self._found: dict[str, list[Node]] = {}
        for element in elements:
            for name in (element.get("class") or "").split():
                self._found.setdefault(name, []).append(element)

    def all(self, name: str) -> list[Node]:
        """Return the elements of a class, in the order of the page."""
        return self._found.get(name, [])


def descendants(root: Node, without: Callable[[Node], bool]) -> list[Node]:
    """Return the elements below an element in the order of the page, save those left out and what is in them."""
    found = []
    for element in root.iterdescendants():
        if without(element):
            break
        found.append(element)
    else:
        return found
    # Only this walk can go past an element, and it takes three times as long.
    walk = etree.iterwalk(root, events=("start",))
    next(walk)
    found = []
    for _, element in walk:
        if without(element):
            walk.skip_subtree()
        else:
            found.append(element)
    return found


def ancestors(element: Node, root: Node) -> Iterator[Node]:
    """Return what an element lies in below a root, from the inside."""
    return takewhile(lambda above: above is not root, element.iterancestors())


def has_class(element: Node, name: str) -> bool:
    """Return whether an element is of a class."""
    classes: str | None = element.get("class")
    return classes is not None and name in classes and name in classes.split()


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
