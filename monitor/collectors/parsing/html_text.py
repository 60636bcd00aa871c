"""Conversion of HTML to the plain text that a reader sees, with the addresses of links."""

import html
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol
from urllib.parse import urljoin

from lxml import etree

from monitor.collectors.base import PostPicture
from monitor.collectors.http.urls import web_address
from monitor.collectors.parsing.lxml_tree import Node, PageTooLarge, parse_page

_DROPPED = frozenset({"script", "style", "template", "noscript", "head", "title", "svg", "iframe", "form"})
_PARAGRAPHS = ("p", "blockquote", "ul", "ol", "table", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "pre")
_LINES = ("div", "li", "tr", "section", "article", "header", "footer", "dt", "dd", "figcaption")
_MARKS = dict.fromkeys(_PARAGRAPHS, "\n\n") | dict.fromkeys(_LINES, "\n")
_SPACES = "\t\r\n\f"
_BROKEN_BREAK = re.compile(r"</br\s*/?>", re.IGNORECASE)
_NESTED_LINKS = 2  # that collect their words: HTML allows no link in another
_TAG = re.compile(r"<[^<>]*>")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w+);")
_ELLIPSES = "…."
_IMAGE = re.compile(r"""<img\s(?:[^<>"']|"[^"]{0,2000}"|'[^']{0,2000}')*+>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]{1,40})\s?=\s?("[^"]*"|'[^']*'|[^\s"'<>]+)""")
_NO_PICTURE = re.compile(r"\b(?:emoji|emojione|smilie|avatar|site-icon|icon)\b|\.svg(?:\Z|\?)", re.IGNORECASE)
_SMALL_DIGITS = 3  # a side of less than 100 pixels is that of a sign
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


class ImageTag(Protocol):
    """An `img` element of either library, or its attributes."""

    def get(self, name: str, /) -> Any:
        """Return an attribute; None when it is missing."""
        ...


def to_text(markup: str, base_url: str = "") -> str:
    """Convert an HTML fragment to plain text.

    Paragraphs and line breaks are kept; images and scripts are removed. A link whose text is its address, perhaps
    shortened, becomes the full address. Any other link keeps its text, followed by the address in brackets. A hashtag
    or mention keeps its text alone. Characters are not normalised.

    Args:
        markup: The fragment, well formed or not.
        base_url: What relative links are relative to.

    """
    # Inside an element, so that a fragment that looks like an address or an XML file is still read as HTML.
    try:
        root = parse_page(f"<div>{_BROKEN_BREAK.sub('<br>', markup)}</div>")
    except PageTooLarge:  # of one post: its words are kept all the same
        return _tidy(_single_spaced(html.unescape(without_tags(markup))))
    return element_text(root, base_url)


def without_tags(markup: str) -> str:
    """Take the tags out of markup, and leave its words."""
    return _TAG.sub(" ", markup)


def without_controls(text: str) -> str:
    """Take out the characters that no screen shows and no XML may have."""
    return text if text.isprintable() else _CONTROLS.sub("", text)


def pictures_of(markup: str, base_url: str) -> list[PostPicture]:
    """Return the pictures that an HTML fragment shows."""
    if "<img" not in markup.lower():
        return []
    # By a pattern: parsing each body of a feed once more would take as long as reading its words.
    tags = map(_ATTRIBUTE.findall, _IMAGE.findall(markup))
    images = ({name.lower(): html.unescape(value.strip("\"'")) for name, value in tag} for tag in tags)
    return shown_pictures(images, base_url)


def shown_pictures(images: Iterable[ImageTag], base_url: str) -> list[PostPicture]:
    """Return the pictures of `img` elements, each once, without signs, faces of accounts and what is tiny.

    Args:
        images: The elements, or their attributes.
        base_url: What relative addresses are relative to.

    """
    found: dict[str, PostPicture] = {}
    for image in images:
        written = (image.get("data-url"), image.get("data-src"), image.get("src"))
        address = next(filter(None, (web_address(str(each or "").strip(), base_url) for each in written)), None)
        sides = (str(image.get(name) or "") for name in ("width", "height"))
        is_tiny = any(side.isdecimal() and len(side) < _SMALL_DIGITS for side in sides)
        # The library for soups gives a list of classes, the other one a text.
        if address and not is_tiny and not _NO_PICTURE.search(f"{image.get('class') or ''} {address}"):
            found.setdefault(address, PostPicture(address, str(image.get("alt") or image.get("title") or "")))
    return list(found.values())


class Instead(NamedTuple):
    """The replacement of an element: a paragraph with words and an address; nothing when both are empty."""

    words: str = ""
    address: str = ""


_NOTHING = Instead()


def element_text(
    root: Node,
    base_url: str,
    *,
    instead: Callable[[Node], Instead | None] = lambda _: None,
    lead: Callable[[str], str] = str.strip,
) -> str:
    """Convert an element of a parsed page to plain text, as `to_text` does.

    Args:
        root: The element.
        base_url: What relative links are relative to.
        instead: Returns the replacement of an element; None for one that stays as it is.
        lead: Returns the target of a link, given its address.

    """
    writer = _Writer(base_url)
    walk = etree.iterwalk(root, events=("start", "end"))
    is_left_out = False
    for event, element in walk:
        if event == "end":
            if not is_left_out:
                writer.end(element.tag)
            is_left_out = False
            if element.tail and element is not root:
                writer.data(element.tail)
            continue
        other = _NOTHING if element.tag in _DROPPED else instead(element)
        if other is None:
            writer.start(element.tag, lead(element.get("href") or "") if element.tag == "a" else "")
            if element.text:
                writer.data(element.text)
        else:
            is_left_out = True
            walk.skip_subtree()
            writer.paragraph(other)
    return _tidy("".join(writer.parts))


def is_markup(text: str) -> bool:
    """Return whether a text contains tags or character references and so must be read as HTML."""
    return ("<" in text or "&" in text) and _MARKUP.search(text) is not None


class _Writer:
    """Receives tags and text in document order and writes the visible text."""

    def __init__(self, base_url: str) -> None:
        self.parts: list[str] = []
        self._base_url = base_url
        self._links: list[tuple[int, str, list[str]]] = []  # of each open link: start, address, label

    def start(self, tag: str, href: str = "") -> None:
        if tag == "a":
            self._links.append((len(self.parts), href, []))
        mark = "\n" if tag == "br" else _MARKS.get(tag)
        if mark:
            self.parts.append(mark)

    def end(self, tag: str) -> None:
        if tag == "a":
            begin, href, label = self._links.pop()
            address = _spelt_out("".join(label).strip(), href, self._base_url)
            if address is not None:
                self.parts[begin:] = [address]
        mark = _MARKS.get(tag)
        if mark:
            self.parts.append(mark)

    def data(self, text: str) -> None:
        written = _single_spaced(text)
        self.parts.append(written)
        for _, _, label in self._links[-_NESTED_LINKS:]:
            label.append(written)

    def paragraph(self, of: Instead) -> None:
        if not of.words and not of.address:
            return
        self.start("p")
        self.start("a", of.address)
        self.data(of.words or of.address)
        self.end("a")
        self.end("p")


def _spelt_out(label: str, href: str, base_url: str) -> str | None:
    """Return the replacement of a link; None when its label is enough."""
    if not label or not href or label[0] in "#@":  # without an address of its own it would get that of the page
        return None
    try:
        address = urljoin(base_url, href)
    except ValueError:
        return None
    if not address.startswith(("https://", "http://")):
        return None
    return address if abbreviates(label, address) else f"{label} ({address})"


def abbreviates(label: str, address: str) -> bool:
    """Return whether a link's text is only its address, perhaps shortened."""
    bare = re.sub(r"^https?://", "", label).rstrip(_ELLIPSES).rstrip("/")
    return bool(bare) and " " not in bare and bare in address


def _tidy(text: str) -> str:
    joined = "\n".join([line.strip(" ") for line in text.split("\n")])
    while "\n\n\n" in joined:
        joined = joined.replace("\n\n\n", "\n\n")
    return _single_spaced(joined, "").strip()


def _single_spaced(text: str, spaces: str = _SPACES) -> str:
    """Write one space for each run of spaces and of these characters. A pattern would take ten times as long."""
    for space in spaces:
        text = text.replace(space, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text
