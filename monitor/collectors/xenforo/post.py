"""Parsing of one XenForo message: its own text, times, and reactions."""

import re
from datetime import datetime
from functools import partial
from urllib.parse import parse_qs, urlsplit

from monitor.collectors.base import PostPicture
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import Instead, element_text, shown_pictures
from monitor.collectors.parsing.human_dates import Dated, exactness, read_date
from monitor.collectors.parsing.lxml_tree import Node, ancestors, has_class, words_in

# Buttons that XenForo's scripts add to a message; they are not the author's words.
_NOISE = frozenset({"bbCodeSpoiler-button", "bbCodeBlock-expandLink", "bbCodeBlock-shrinkLink", "js-selectToQuoteEnd"})
_CARD = "bbCodeBlock--unfurl"
_QUOTE = "bbCodeBlock--quote"
_BLOCK_TITLE = "bbCodeBlock-title"
_NOTHING = Instead()
MESSAGE = "message--post"
"""The class of a message."""


def is_message(element: Node) -> bool:
    """Return whether an element is a message."""
    return has_class(element, MESSAGE)


def body_text(body: Node, base_url: str, *, is_opening: bool) -> str:
    """Return the plain text of a message.

    Quotes are removed: they are another's words. An opening message without words of its own keeps them, without the
    quoted name: threads about the news often open with nothing else.

    Args:
        body: The message's own wrapper.
        base_url: What relative links are relative to.
        is_opening: Whether it opens its thread.

    """

    def own_words(element: Node) -> Instead | None:
        return _NOTHING if has_class(element, _CARD) else instead(element)

    def instead(element: Node, *, keeps_quotes: bool = False) -> Instead | None:
        classes = (element.get("class") or "").split()
        if not classes:
            return _NOTHING if element.tag == "img" else None
        if element is body:
            return None
        if _CARD in classes:
            return _card(element)
        if _QUOTE in classes:
            return None if keeps_quotes else _NOTHING
        # A message in this one is another's: the theme left an element open.
        if element.tag == "img" or MESSAGE in classes or not _NOISE.isdisjoint(classes):
            return _NOTHING
        return _NOTHING if _BLOCK_TITLE in classes and has_class(element.getparent(), _QUOTE) else None

    if is_opening and not element_text(body, base_url, instead=own_words):
        return element_text(body, base_url, instead=partial(instead, keeps_quotes=True), lead=unwrap_proxy)
    return element_text(body, base_url, instead=instead, lead=unwrap_proxy)


def pictures_of_body(body: Node, base_url: str) -> list[PostPicture]:
    """Return the pictures of a message, without those of quotes and cards."""
    # From the few images upwards, for a walk over all elements of a message takes twice as long.
    images = body.iterdescendants("img")
    own = (image for image in images if not any(map(_is_of_another, ancestors(image, body))))
    # The alternative text is the name of a file, or the address once more.
    return [PostPicture(unwrap_proxy(each.address, "image")) for each in shown_pictures(own, base_url)]


def _is_of_another(element: Node) -> bool:
    return has_class(element, _QUOTE) or has_class(element, _CARD) or is_message(element)


def unwrap_proxy(address: str, name: str = "link") -> str:
    """Return the target of a board's `proxy.php?link=` address, or of an `image`; any other address unchanged."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    targets = parse_qs(parts.query).get(name) if parts.path.endswith("proxy.php") else None
    return targets[0] if targets else address


def read_time(element: Node | None, now: datetime) -> Dated:
    """Parse a time element; attributes for machines come before the visible text.

    Up to XenForo 2.2 `data-time` is Unix seconds, from 2.3 on a time of day for people. Both have `datetime`.

    Args:
        element: The element; None when there is none.
        now: When the page was read; relative times such as `42 phút trước` count from it.

    """
    if element is None:
        return Dated()
    seconds = (str(element.get(name) or "").strip() for name in ("data-timestamp", "data-time"))
    candidates = [*(value for value in seconds if value.isdecimal()), str(element.get("datetime") or "").strip()]
    # The first that parses counts: the attributes differ between versions of XenForo.
    for raw in candidates:
        moment = parse_date(raw)
        if moment is not None:
            return Dated(moment, raw, exactness(raw))
    shown = read_date(str(element.get("title") or "").strip() or words_in(element), now=now)
    return shown if shown.raw else Dated(raw=next((raw for raw in candidates if raw), None))


def likes(bar: Node | None) -> dict[str, int]:
    """Count reactions in a bar such as `An, Bình and 1,208 others`; empty without a bar."""
    if bar is None:
        return {}
    names = sum(1 for _ in bar.iterdescendants("bdi"))
    others = re.search(r"[0-9][0-9.,]{0,11}", words_in(bar, without=lambda element: element.tag == "bdi"))
    return {"likes": names + (int(re.sub(r"[.,]", "", others[0])) if others else 0)}


def _card(card: Node) -> Instead:
    """Replace a card by a plain link: its excerpt is another site's text, not the author's."""
    titles = [
        each for each in card.iterdescendants() if has_class(each, "contentRow-header") or has_class(each, _BLOCK_TITLE)
    ]
    link = next((each for each in card.iterdescendants("a") if each.get("href") is not None), None)
    address = card.get("data-url") or (unwrap_proxy(link.get("href")) if link is not None else "")
    return Instead(words_in(titles[0] if titles else None), address)
