"""The Atom feed of corrections (RFC 4287): also those that were replaced or withdrawn, so that readers learn of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from monitor.publish.claim_review import VERDICTS
from storage.review.corrections import RELEASED, WITHDRAWN, Published

ATOM: Final = "http://www.w3.org/2005/Atom"
MOST_ENTRIES: Final = 50
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def atom(corrections: Sequence[Published], *, site: str, feed: str, title: str, publisher: str) -> bytes:
    """Return the feed of the newest corrections.

    Args:
        corrections: All corrections, newest first.
        site: The address of the first page, with the slash at its end.
        feed: The address of the feed itself.
        title: The title of the site.
        publisher: Who publishes it.

    """
    root = Element("feed", {"xmlns": ATOM, "xml:lang": "vi"})
    _add(root, "id", site)
    _add(root, "title", title)
    _add(root, "updated", _time(max((each.row.changed_at for each in corrections), default=_NEVER)))
    _add(SubElement(root, "author"), "name", publisher)
    SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": feed})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": site})
    for each in corrections[:MOST_ENTRIES]:
        _entry(root, each, f"{site}dinh-chinh-{each.row.id}.html")
    indent(root)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _entry(root: Element, each: Published, page: str) -> None:
    entry = SubElement(root, "entry")
    _add(entry, "id", page)
    _add(entry, "title", f"{headline(each)}: {each.content.claim}")
    _add(entry, "published", _time(each.released_at))
    _add(entry, "updated", _time(each.row.changed_at))
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": page})
    _add(entry, "summary", each.content.text if each.row.state == RELEASED else each.why or headline(each))


def headline(each: Published) -> str:
    """Return the verdict of a correction in force, or what became of another one."""
    if each.row.state == RELEASED:
        return VERDICTS[each.content.verdict]
    return "Đính chính đã thu hồi" if each.row.state == WITHDRAWN else "Đính chính đã được thay thế"


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = "".join(sign for sign in text if sign >= " " or sign in "\n\t")


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
