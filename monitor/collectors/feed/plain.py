"""A fast parser for well-formed feeds with common elements, on lxml.

feedparser is many times slower. What only it knows (markup that is not escaped, a repeated element, a base address,
characters that were encoded twice, words, dates and addresses under rarer names) makes this parser give up; the whole
document then goes to the tolerant parser.
"""

import re
from typing import Any

from lxml import etree

from monitor.collectors.base import PostPicture
from monitor.collectors.feed.entries import (
    PAGE_TYPES,
    Feed,
    FeedEntry,
    Passage,
    attached_picture,
    min_interval_seconds,
)

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_ATTACHED = frozenset({"enclosure", f"{_MEDIA}content"})
_AUTHOR = f"{_ATOM}author"
_ATOM_NAMES = ("title", "link", "id", "published", "updated", "summary", "content", "author")
_ENTRY_FIELDS = {f"{_ATOM}{name}": name for name in _ATOM_NAMES} | {
    "title": "title",
    "link": "link",
    "guid": "id",
    "pubDate": "published",
    "description": "summary",
    "{http://purl.org/rss/1.0/modules/content/}encoded": "content",
    "author": "author",
    f"{_DC}creator": "author",
    f"{_DC}date": "updated",
    "{http://purl.org/rss/1.0/modules/slash/}comments": "replies",
}
_FEED_FIELDS = {
    "language": "language",
    "ttl": "ttl",
    f"{_SYNDICATION}updatePeriod": "period",
    f"{_SYNDICATION}updateFrequency": "often",
}
_ATOM_TEXTS = {"text": False, "html": True}
# Entities can expand to gigabytes or read files.
_NOT_PLAIN = ("<!DOCTYPE", "<!ENTITY", "xml:base")
# C1 controls and UTF-8 that was encoded twice, which the tolerant reader mends.
_MENDED = re.compile(r"[\x80-\x9f]|[\xa0-\xbf](?<=[\xc2-\xf4].)")
_ODD_ADDRESS = re.compile(r":///|&\w+;")


class _NotPlain(Exception):
    """The document needs the tolerant parser."""


def read_plain_feed(text: str) -> Feed | None:
    """Parse a document; None when it needs the tolerant parser.

    Args:
        text: The document, decoded; what it says of its encoding does not count.

    """
    if any(each in text for each in _NOT_PLAIN) or _MENDED.search(text):
        return None
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
        if root.tag == "rss" and len(root) == 1 and root[0].tag == "channel":
            return _feed(root, root[0], "item")
        return _feed(root, root, f"{_ATOM}entry") if root.tag == f"{_ATOM}feed" else None
    except (etree.XMLSyntaxError, _NotPlain):
        return None


def _feed(root: Any, holder: Any, entry: str) -> Feed:
    said = {_FEED_FIELDS[child.tag]: _text(child) for child in holder if child.tag in _FEED_FIELDS}
    return Feed(
        entries=[_entry(child) for child in holder.iterchildren(entry)],
        language=said.get("language", (root.get(_LANG) or "").replace("_", "-")),
        min_interval_seconds=min_interval_seconds(said.get("ttl", ""), said.get("period", ""), said.get("often", "")),
    )


def _entry(element: Any) -> FeedEntry:
    said: dict[str, str] = {}
    texts: dict[str, Passage] = {}
    attached: list[PostPicture | None] = []
    is_address = False
    for child in element:
        field = _ENTRY_FIELDS.get(child.tag)
        if field is None:
            if child.tag in _ATTACHED:
                attached.append(attached_picture(child, child.findtext(f"{_MEDIA}description", "")))
            continue
        if child.tag == f"{_ATOM}link":
            said |= _page(child)
            continue
        # A second author counts instead of the first; a second of anything else has rules of its own.
        _require(field not in said or field == "author")
        said[field] = _author(child) if child.tag == _AUTHOR else _text(child)
        if field == "id":
            is_address = child.get("isPermaLink", "true") == "true"
        elif field in ("title", "summary", "content"):
            texts[field] = Passage.from_value(said[field], is_called_html=_is_html(child, field))
    bodies = [texts[field] for field in ("content", "summary") if field in texts]
    identifier = said.get("id", "")
    link = said.get("link", identifier if is_address else "")
    _require(any(body.value for body in bodies) and (said.get("published") or said.get("updated")))
    _require((identifier or link) and not _ODD_ADDRESS.search(link) and ":///" not in identifier)
    return FeedEntry(
        id=identifier,
        link=link,
        is_link_guessed=bool(link) and "link" not in said,
        title=texts.get("title"),
        bodies=bodies,
        author=said.get("author", ""),
        published=said.get("published", ""),
        updated=said.get("updated", ""),
        replies=said.get("replies", ""),
        pictures=list(filter(None, attached)),
    )


def _is_html(element: Any, field: str) -> bool:
    if not element.tag.startswith(_ATOM):
        return field != "title"
    kind = element.get("type", "text").lower()
    _require(kind in _ATOM_TEXTS)
    return _ATOM_TEXTS[kind]


def _page(link: Any) -> dict[str, str]:
    """Return where an Atom entry is; its last link to a page counts."""
    address = link.get("href")
    _require(address is not None and address == address.strip())
    relation = link.get("rel", "alternate").lower()
    is_page = relation == "alternate" and link.get("type", "text/html").lower() in PAGE_TYPES
    return {"link": address} if is_page else {}


def _author(person: Any) -> str:
    """Name an author as `name (e-mail)`, or by what there is of the two."""
    if len(person) == 0:
        return _text(person)
    _require(not (person.text or "").strip())
    parts = {child.tag: _text(child) for child in person}
    _require(len(parts) == len(person))
    name, email = parts.get(f"{_ATOM}name", ""), parts.get(f"{_ATOM}email", "")
    return f"{name} ({email})" if name and email else name or email


def _text(element: Any) -> str:
    _require(len(element) == 0)
    return (element.text or "").strip()


def _require(known: object) -> None:
    if not known:
        raise _NotPlain
