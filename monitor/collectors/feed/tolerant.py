"""A tolerant parser for feeds of every dialect, also malformed ones, on feedparser."""

import re
from collections.abc import Mapping
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import urljoin

import feedparser

from monitor.collectors.feed.entries import PAGE_TYPES, Feed, FeedEntry, Passage, attached_picture, min_interval_seconds
from monitor.errors import PayloadInvalid

_AFTER_THE_END = (("<!--", "-->"), ("<?", "?>"))
_ENTRY = re.compile(r"(?=<(?:\w+:)?(?:item|entry)\b)")
_OF_MEDIA = re.compile(r"""xmlns:([\w-]+)\s?=\s?["']http://search\.yahoo\.com/mrss/?["']""")
_OF_ITUNES = re.compile(
    r"""xmlns:([\w-]+)\s?=\s?["']http://www\.itunes\.com/dtds/podcast-1\.0\.dtd["']""", re.IGNORECASE
)
_BEFORE_ROOT = re.compile(r"(?:\s*<\?[^<>]*>?)+")
_DESCRIBED = re.compile(r"<description(?:\s[^<>]*[^<>/])?>(?!\s*</)")
_OWN_WORDS = re.compile(r"<(?:description|summary|content|\w+:encoded)(?:\s[^<>]*[^<>/])?>(?!\s*</)")
_PICTURE = re.compile(r"""\b(?:medium\s?=\s?["']image|type\s?=\s?["']image/)""")
_FILM = re.compile(r"""\b(?:medium\s?=\s?["']video|type\s?=\s?["'](?:video/|application/x-shockwave))""")
_ROOT_BASE = re.compile(r"""\A(?:\s|<[?!][^<>]*>)*<[\w:]+[^<>]*?\sxml:base\s?=\s?["']([^"'<>]*)["']""")
_ENDINGS = ("</rss>", "</feed>", "</rdf:rdf>")
_ENTITIES = re.compile(r"<!ENTITY[^<>]*>", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));", re.IGNORECASE)
_NAMESPACE = re.compile(r"""(\sxmlns(?::[^\s=<>"']+)?\s?=\s?)("[^"<>]*"|'[^'<>]*')""")
_CATEGORY = re.compile(r"<category\b[^<>]*>[^<>]*</category\s*>")
_MOST_CATEGORIES = 2000
_MOST_DIGITS = 7
_LONGEST_ENDING = 20
_LONGEST_HEAD = 20_000  # characters; the patterns that look there take time with more than their number
_LARGEST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_MOST_TAGS = 60_000  # some thousand entries; the library takes seconds for more
_LONGEST_REASON = 200
_MOST_CHARACTERS = 2_000_000


def read_any_feed(text: str, address: str = "") -> Feed | None:
    """Parse as much of a document as possible; None when it is not a feed.

    Args:
        text: The document, decoded. Of a very long one only the beginning is read, where the newest entries are.
        address: What a relative `xml:base` is relative to.

    Raises:
        PayloadInvalid: When the library cannot read it at all.

    """
    whole = text
    text = _beginning(text)
    try:
        parsed = _parsed(_without_captions(_with_whole_base(_mended(text), address)))
    except Exception as error:  # feedparser reads damaged text by regular expressions: anything may come of it
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST_REASON]
        raise PayloadInvalid(f"the feed is too damaged to be read ({said}): look at it in a browser") from error
    if not parsed.entries and not parsed.get("version"):
        return None
    return Feed(
        entries=[_entry(entry) for entry in parsed.entries],
        language=_string(parsed.feed.get("language")),
        min_interval_seconds=min_interval_seconds(
            _string(parsed.feed.get("ttl")),
            _string(parsed.feed.get("sy_updateperiod")),
            _string(parsed.feed.get("sy_updatefrequency")),
        ),
        is_broken_off=len(text) < len(whole) or (bool(parsed.bozo) and not _is_ended(text)),
    )


def _is_ended(text: str) -> bool:
    """Tell whether a document ends with its root element; comments may follow it."""
    end = len(text.rstrip())
    while opened := next((begin for begin, close in _AFTER_THE_END if text.endswith(close, 0, end)), None):
        start = text.rfind(opened, 0, end)
        if start < 0:
            return False
        end = len(text[:start].rstrip())
    return text[max(0, end - _LONGEST_ENDING) : end].lower().endswith(_ENDINGS)


def _with_whole_base(text: str, address: str) -> str:
    """Complete a relative `xml:base` of the root: the library joins no relative base to one inside it."""
    root = _ROOT_BASE.match(text[:_LONGEST_HEAD]) if address else None
    if root is None:
        return text
    try:
        base: str = urljoin(address, root[1])
    except ValueError:
        return text
    return text[: root.start(1)] + base + text[root.end(1) :]


def _without_captions(text: str) -> str:
    """Take out what the library would take for an entry's words although it has better ones.

    Those are the description of its film or sound beside words of its own, a picture's caption, pictures' titles, and
    a summary beside a description: of the two the library takes the second for the content.
    """
    text = _without(text, "image")
    media, itunes = (pattern.search(text[:_LONGEST_HEAD]) for pattern in (_OF_MEDIA, _OF_ITUNES))
    if media is None and itunes is None and "<summary" not in text:
        return text
    asides = [f"{media[1]}:description"] if media else []
    asides += [f"{itunes[1]}:{name}" for name in ("summary", "subtitle")] if itunes else []
    parts = _ENTRY.split(text)
    for place, entry in enumerate(parts[1:], 1):
        has_own_words = _OWN_WORDS.search(entry) is not None
        is_of_pictures = _PICTURE.search(entry) is not None and _FILM.search(entry) is None
        for aside in asides:
            if has_own_words or (is_of_pictures and aside.endswith(":description")):
                entry = _without(entry, aside)  # noqa: PLW2901  one aside after the other
        parts[place] = _without(entry, "summary") if _DESCRIBED.search(entry) else entry
    return "".join(parts)


def _without(text: str, name: str) -> str:
    """Take all elements of a name out of a text."""
    kept, place, close = [], 0, f"</{name}>"
    for opened in re.finditer(rf"<{re.escape(name)}(?:\s[^<>]*)?>", text):
        if opened.start() < place:
            continue
        if opened[0].endswith("/>"):
            kept.append(text[place : opened.start()])
            place = opened.end()
            continue
        end = text.find(close, opened.end())
        if end < 0:
            break
        kept.append(text[place : opened.start()])
        place = end + len(close)
    return "".join([*kept, text[place:]]) if kept else text


def _beginning(text: str) -> str:
    """Return as much of a document as can be read in time."""
    text = text[:_MOST_CHARACTERS]
    if text.count("<") <= _MOST_TAGS:
        return text
    return text[: next(islice(re.finditer("<", text), _MOST_TAGS, None)).start()]


def _mended(text: str) -> str:
    """Take out what the library does not survive: references to what is no character, and spaces in namespaces.

    Entities go too: by those of its own a small document grows to megabytes. So do declarations, whose encoding does
    not count any more: the library searches one that has no end in time with the cube of its length.
    """
    declared = _BEFORE_ROOT.match(text)
    text = text[declared.end() :] if declared else text
    if text.count("<category") > _MOST_CATEGORIES:
        text = _CATEGORY.sub("", text)  # the library compares each with all others, and none is kept
    text = _NAMESPACE.sub(lambda match: match[1] + "".join(match[2].split()), _ENTITIES.sub("", text))
    return _REFERENCE.sub(_sound_reference, text)


def _sound_reference(match: re.Match[str]) -> str:
    hexadecimal, decimal = match.groups()
    digits = (hexadecimal or decimal).lstrip("0")
    code = int(digits, 16 if hexadecimal else 10) if digits and len(digits) <= _MOST_DIGITS else 0
    if not 0 < code <= _LARGEST_CHARACTER or code in _SURROGATES:
        return "\N{REPLACEMENT CHARACTER}"
    return match[0]


def _parsed(text: str) -> Any:
    return feedparser.parse(
        # From memory, because a bare text would be taken for an address or a file's name. No address is given either:
        # it would be put before identifiers, which must stay what the site wrote.
        BytesIO(text.encode("utf-8", errors="replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        # Markup becomes plain text later, where scripts go and links are completed, so it need not be cleaned twice.
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _entry(entry: Any) -> FeedEntry:
    details = [*entry.get("content", []), entry.get("summary_detail")]
    attached = [*entry.get("enclosures", []), *entry.get("media_content", [])]
    link = _string(entry.get("link"))
    return FeedEntry(
        id=_string(entry.get("id")),
        link=link,
        # Without a link the library takes the identifier for one, whether or not it is an address.
        is_link_guessed=bool(link and entry.get("guidislink")) and not _has_link(entry),
        title=_passage(entry.get("title_detail")),
        bodies=[passage for passage in map(_passage, details) if passage is not None],
        author=_string(entry.get("author")),
        published=_string(entry.get("published")),
        updated=_string(dict.get(entry, "updated")),  # its own get() would pass off the other date as this one
        replies=_string(entry.get("slash_comments")),
        pictures=list(filter(None, map(attached_picture, attached))),
    )


def _has_link(entry: Any) -> bool:
    pages = (each for each in entry.get("links") or () if each.get("rel") == "alternate")
    return any(
        _string(link.get("href")) == _string(entry.get("link")) and _string(link.get("type")).lower() in PAGE_TYPES
        for link in pages
    )


def _passage(detail: Any) -> Passage | None:
    if not isinstance(detail, Mapping):
        return None
    value, is_called_html = _string(detail.get("value")), "html" in _string(detail.get("type"))
    return Passage.from_value(value, is_called_html=is_called_html, base=_string(detail.get("base")))


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
