"""HTML as platforms send it, turned into the plain text that a reader sees, with links spelt out."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

from lxml import etree

_DROPPED = frozenset({"script", "style", "template", "noscript", "head", "title", "svg", "iframe", "object", "form"})
_PARAGRAPHS = frozenset({"p", "blockquote", "ul", "ol", "table", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_LINES = frozenset({"div", "li", "tr", "section", "article", "header", "footer", "dt", "dd", "figcaption"})
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BROKEN_BREAK = re.compile(r"</br\s*/?>", re.IGNORECASE)
_UNREADABLE = re.compile(r"[\x00\ud800-\udfff]")  # what the parser cannot be given
_ELLIPSES = "…."


def to_text(markup: str, base_url: str = "") -> str:
    """Turn an HTML fragment into plain text.

    Paragraphs and line breaks stay, pictures and scripts go. A link whose text is its (perhaps shortened) address
    becomes the full address; any other link keeps its text, with the address in brackets behind it; a hashtag or a
    mention keeps its text alone. Letters are not touched: what came decomposed stays so.

    Args:
        markup: The fragment, well formed or not.
        base_url: What relative links are relative to.

    """
    # Inside an element, so that a fragment that looks like an address or an XML file is still read as HTML. The parser
    # below Beautiful Soup is used by itself: this runs for every post, and building the soup takes most of the time.
    fragment = _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", _BROKEN_BREAK.sub("<br>", markup))
    parser = etree.HTMLParser(target=_Writer(base_url), huge_tree=True)
    parser.feed(f"<div>{fragment}</div>")
    return _tidy(parser.close())


def is_markup(text: str) -> bool:
    """Say whether a text has tags or character references in it, so that it must be read as HTML."""
    return re.search(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w+);", text) is not None


class _Writer:
    """Is told of tags and text in their order, and writes down what a reader sees of them."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._parts: list[str] = []
        self._dropped = 0  # how deep inside an element that goes
        self._links: list[tuple[int, str, list[str]]] = []  # where each open link begins, where it leads, its label

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._dropped or tag in _DROPPED:
            self._dropped += 1
            return
        if tag == "a":
            self._links.append((len(self._parts), attributes.get("href") or "", []))
        self._parts.append("\n" if tag == "br" else _mark(tag))

    def end(self, tag: str) -> None:
        if self._dropped:
            self._dropped -= 1
            return
        if tag == "a" and self._links:
            begin, href, label = self._links.pop()
            address = _spelt_out("".join(label).strip(), href.strip(), self._base_url)
            if address is not None:
                self._parts[begin:] = [address]
        self._parts.append(_mark(tag))

    def data(self, text: str) -> None:
        if self._dropped:
            return
        written = _SPACE.sub(" ", text)
        self._parts.append(written)
        for _, _, label in self._links:
            label.append(written)

    def close(self) -> str:
        return "".join(self._parts)


def _mark(tag: str) -> str:
    return "\n\n" if tag in _PARAGRAPHS else "\n" if tag in _LINES else ""


def _spelt_out(label: str, href: str, base_url: str) -> str | None:
    """Give what stands for a link; None when its label alone does."""
    try:
        address = urljoin(base_url, href)
    except ValueError:
        return None
    if not label or label[0] in "#@" or not address.startswith(("https://", "http://")):
        return None
    return address if abbreviates(label, address) else f"{label} ({address})"


def abbreviates(label: str, address: str) -> bool:
    """Say whether a link's text is nothing but its address, perhaps shortened."""
    bare = re.sub(r"^https?://", "", label).rstrip(_ELLIPSES).rstrip("/")
    return bool(bare) and " " not in bare and bare in address


def _tidy(text: str) -> str:
    lines = [line.strip(" ") for line in text.split("\n")]
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return re.sub(r" {2,}", " ", joined).strip()
