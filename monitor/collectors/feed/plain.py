"""A fast parser for well-formed feeds with common elements, on lxml.

Results equal those of feedparser, which is many times slower. Anything that feedparser treats specially (a repeated
element, unescaped markup, a base address, doubly encoded characters) makes this parser give up; the whole document
then goes to the tolerant parser.
"""

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from monitor.collectors.feed.entries import PAGE_TYPES, FeedEntry, Passage, XmlFeed, min_interval_seconds

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_SLASH = "{http://purl.org/rss/1.0/modules/slash/}"
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_WFW = "{http://wellformedweb.org/CommentAPI/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_RSS_FIELDS = {
    "title": "title",
    "link": "link",
    "guid": "id",
    "pubDate": "published",
    "description": "summary",
    "{http://purl.org/rss/1.0/modules/content/}encoded": "content",
    "author": "author",
    f"{_DC}creator": "author",
    f"{_DC}date": "updated",
    f"{_SLASH}comments": "replies",
}
_ATOM_FIELDS = {
    f"{_ATOM}{name}": field
    for name, field in {
        "title": "title",
        "link": "link",
        "id": "id",
        "published": "published",
        "updated": "updated",
        "summary": "summary",
        "content": "content",
        "author": "author",
    }.items()
} | {f"{_SLASH}comments": "replies"}
# Elements without children that say nothing which is kept here.
_UNUSED_IN_ENTRIES = frozenset(
    {
        *("category", "comments", "enclosure", "source", f"{_ATOM}category"),
        *(f"{_WFW}comment", f"{_WFW}commentRss", f"{_MEDIA}content", f"{_MEDIA}thumbnail", f"{_MEDIA}credit"),
        "{com-wordpress:feed-additions:1}post-id",
    }
)
_UNUSED_IN_FEEDS = frozenset(
    {
        *("title", "link", "description", "pubDate", "lastBuildDate", "generator", "copyright", "docs", "category"),
        *("managingEditor", "webMaster", "rating", f"{_SYNDICATION}updateBase"),
        *(f"{_ATOM}{name}" for name in ("title", "subtitle", "id", "updated", "link", "generator", "logo", "icon")),
        *(f"{_ATOM}{name}" for name in ("rights", "category", "author")),
    }
)
_FEED_FIELDS = {
    "language": "language",
    "ttl": "ttl",
    f"{_SYNDICATION}updatePeriod": "period",
    f"{_SYNDICATION}updateFrequency": "often",
}
_PARTS_OF_FEED = {
    "image": frozenset({"title", "url", "link", "width", "height", "description"}),
    f"{_ATOM}author": frozenset({f"{_ATOM}name", f"{_ATOM}uri", f"{_ATOM}email"}),
}
_LINK_ATTRIBUTES = frozenset({"href", "rel", "type", "title", "hreflang", "length"})
_ATOM_TEXTS = {"text": False, "html": True}
# C1 controls and UTF-8 that was encoded twice, which the tolerant reader mends.
_MENDED = re.compile(r"[\x80-\x9f]|[\xc2-\xf4][\x80-\xbf]")
_ODD_ADDRESS = re.compile(r":///|&\w+;")
_ODD_REFERENCE = re.compile(r"&#(?!\d+;|x[0-9a-fA-F]+;)\w+;")


class _NotPlain(Exception):
    """The document needs the tolerant parser."""


def read_plain_feed(text: str) -> XmlFeed | None:
    """Parse a document; None when it needs the tolerant parser.

    Args:
        text: The document, decoded; what it says of its encoding does not count.

    """
    # Entity declarations can expand to gigabytes or read files.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
        if root.getroottree().docinfo.xml_version != "1.0":
            return None
        if root.tag == "rss":
            return _rss(root)
        return _atom(root) if root.tag == f"{_ATOM}feed" else None
    except (etree.XMLSyntaxError, _NotPlain):
        return None


def _rss(root: Any) -> XmlFeed:
    _require(set(root.keys()) <= {"version", _LANG} and len(root) == 1)
    channel = root[0]
    _require(channel.tag == "channel" and not channel.keys())
    return _feed(root, channel, "item", _rss_entry)


def _atom(root: Any) -> XmlFeed:
    _require(set(root.keys()) <= {_LANG})
    return _feed(root, root, f"{_ATOM}entry", _atom_entry)


def _feed(root: Any, holder: Any, name: str, read: Any) -> XmlFeed:
    metadata = {"language": (root.get(_LANG) or "").replace("_", "-")}
    entries = []
    for child in holder:
        tag = child.tag
        if tag == name:
            _require(not child.keys())
            entries.append(read(child))
        elif tag in _FEED_FIELDS:
            _require(not child.keys())
            metadata[_FEED_FIELDS[tag]] = _text(child)
        else:
            _require_unused(child, _UNUSED_IN_FEEDS, _PARTS_OF_FEED.get(tag, frozenset()))
    return XmlFeed(
        entries=entries,
        language=metadata["language"],
        min_interval_seconds=min_interval_seconds(
            metadata.get("ttl", ""), metadata.get("period", ""), metadata.get("often", "")
        ),
    )


def _rss_entry(item: Any) -> FeedEntry:
    fields: dict[str, str] = {}
    is_link_guessed = False
    for child in item:
        field = _RSS_FIELDS.get(child.tag)
        if field is None:
            _require_unused(child, _UNUSED_IN_ENTRIES)
            continue
        # A second author counts instead of the first; a second of anything else has rules of its own.
        _require(field not in fields or field == "author")
        fields[field] = _text(child)
        attributes = child.keys()
        if field == "id":
            _require(not attributes or attributes == ["isPermaLink"])
            is_link_guessed = child.get("isPermaLink", "true") == "true"
        else:
            _require(not attributes)
    return _entry(fields, {"summary": True, "content": True}, is_link_guessed=is_link_guessed and "link" not in fields)


def _atom_entry(entry: Any) -> FeedEntry:
    fields: dict[str, str] = {}
    is_html: dict[str, bool] = {}
    for child in entry:
        field = _ATOM_FIELDS.get(child.tag)
        if field is None:
            _require_unused(child, _UNUSED_IN_ENTRIES)
        elif field == "link":
            _note_link(child, fields)
        else:
            _require(field not in fields)
            fields[field] = _author(child) if field == "author" else _text(child)
            attributes = child.keys()
            if attributes:
                _require(attributes == ["type"] and field in ("title", "summary", "content"))
                is_html[field] = _require_in(_ATOM_TEXTS, child.get("type").lower())
    return _entry(fields, is_html, is_link_guessed="id" in fields and "link" not in fields)


def _entry(fields: dict[str, str], is_html: dict[str, bool], *, is_link_guessed: bool) -> FeedEntry:
    def passage(field: str) -> Passage | None:
        return Passage.from_value(fields[field], is_called_html=is_html.get(field, False)) if field in fields else None

    identifier = fields.get("id", "")
    link = fields.get("link", identifier if is_link_guessed else "")
    _require(not _ODD_ADDRESS.search(link) and ":///" not in identifier)
    _require(not _ODD_REFERENCE.search(fields.get("title", "")))
    return FeedEntry(
        id=identifier,
        link=link,
        is_link_guessed=is_link_guessed and bool(link),
        title=passage("title"),
        bodies=[body for body in (passage("content"), passage("summary")) if body is not None],
        author=fields.get("author", ""),
        published=fields.get("published", ""),
        updated=fields.get("updated", ""),
        replies=fields.get("replies", ""),
    )


def _note_link(child: Any, fields: dict[str, str]) -> None:
    """Note where an Atom entry is; its last link to a page counts."""
    _require(set(child.attrib) <= _LINK_ATTRIBUTES and "href" in child.attrib and len(child) == 0)
    relation = child.get("rel", "alternate").lower()
    kind = child.get("type", "application/atom+xml" if relation == "self" else "text/html").lower()
    if relation == "alternate" and kind in PAGE_TYPES:
        address = child.get("href")
        _require(not _MENDED.search(address) and not address[:1].isspace() and not address[-1:].isspace())
        fields["link"] = address


def _author(person: Any) -> str:
    """Name an author as `name (e-mail)`, or by what there is of the two."""
    _require(not (person.text or "").strip() or len(person) == 0)
    if len(person) == 0:
        return _text(person)
    parts: dict[str, str] = {}
    for child in person:
        _require(child.tag in _PARTS_OF_FEED[f"{_ATOM}author"] and child.tag not in parts and not child.keys())
        _require(not (child.tail or "").strip())
        parts[child.tag] = _text(child)
    name, email = parts.get(f"{_ATOM}name", ""), parts.get(f"{_ATOM}email", "")
    return f"{name} ({email})" if name and email else name or email


def _text(element: Any) -> str:
    _require(len(element) == 0)
    value: str = (element.text or "").strip()
    _require(value.isascii() or not _MENDED.search(value))
    return value


def _require_unused(element: Any, unused: frozenset[str], parts: Iterable[str] = ()) -> None:
    """Require that an element may be ignored, with its children."""
    known = frozenset(parts)
    _require(element.tag in unused or bool(known))
    for each in (element, *element):
        _require(not any(name == "base" or name.endswith("}base") for name in map(str.lower, each.keys())))
        _require(each is element or (each.tag in known and len(each) == 0))


def _require_in(choices: dict[str, bool], name: str) -> bool:
    if name not in choices:
        raise _NotPlain
    return choices[name]


def _require(known: object) -> None:
    if not known:
        raise _NotPlain
