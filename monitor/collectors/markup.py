"""HTML as platforms send it, turned into the plain text that a reader sees, with links spelt out."""

import re
from urllib.parse import urljoin

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import CData, PreformattedString

_DROPPED = ("script", "style", "template", "noscript", "head", "title", "svg", "iframe", "object", "form")
_PARAGRAPHS = frozenset({"p", "blockquote", "ul", "ol", "table", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_LINES = frozenset({"div", "li", "tr", "section", "article", "header", "footer", "dt", "dd", "figcaption"})
_BREAKING = _PARAGRAPHS | _LINES
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BROKEN_BREAK = re.compile(r"</br\s*/?>", re.IGNORECASE)
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
    # Inside an element, so that a fragment that looks like an address or an XML file is still read as HTML.
    soup = BeautifulSoup(f"<div>{_BROKEN_BREAK.sub('<br>', markup)}</div>", "lxml")
    for element in soup.find_all(_DROPPED):
        element.extract()
    for string in list(soup.find_all(string=True)):
        _settle_string(string)
    for anchor in soup.find_all("a"):
        _spell_out(anchor, base_url)
    for element in soup.find_all(lambda element: element.name == "br" or element.name in _BREAKING):
        _break_lines(element)
    return _tidy(soup.get_text())


def is_markup(text: str) -> bool:
    """Say whether a text has tags or character references in it, so that it must be read as HTML."""
    return re.search(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w+);", text) is not None


def _settle_string(string: NavigableString) -> None:
    if isinstance(string, PreformattedString) and not isinstance(string, CData):
        string.extract()  # comments, declarations
    else:
        string.replace_with(NavigableString(_SPACE.sub(" ", string)))


def _spell_out(anchor: Tag, base_url: str) -> None:
    label = anchor.get_text().strip()
    href = str(anchor.get("href") or "").strip()
    try:
        address = urljoin(base_url, href)
    except ValueError:
        return
    if not label or label[0] in "#@" or not address.startswith(("https://", "http://")):
        return
    anchor.replace_with(address if abbreviates(label, address) else f"{label} ({address})")


def abbreviates(label: str, address: str) -> bool:
    """Say whether a link's text is nothing but its address, perhaps shortened."""
    bare = re.sub(r"^https?://", "", label).rstrip(_ELLIPSES).rstrip("/")
    return bool(bare) and " " not in bare and bare in address


def _break_lines(element: Tag) -> None:
    if element.name == "br":
        element.replace_with("\n")
    else:
        mark = "\n\n" if element.name in _PARAGRAPHS else "\n"
        element.insert(0, mark)
        element.append(mark)


def _tidy(text: str) -> str:
    lines = [line.strip(" ") for line in text.split("\n")]
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return re.sub(r" {2,}", " ", joined).strip()
