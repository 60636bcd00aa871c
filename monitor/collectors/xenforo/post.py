"""The parts of one XenForo message: its text without what the board or others put into it, its times, its likes."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import Instead, element_text
from monitor.collectors.parsing.human_dates import Dated, exactness, read_date
from monitor.collectors.parsing.lxml_tree import Node, has_class, words_in

_NOISE = frozenset({"bbCodeSpoiler-button", "bbCodeBlock-expandLink", "bbCodeBlock-shrinkLink", "js-selectToQuoteEnd"})
_CARD = "bbCodeBlock--unfurl"
_QUOTE = "bbCodeBlock--quote"
_BLOCK_TITLE = "bbCodeBlock-title"
_NOTHING = Instead()


def body_text(body: Node, base_url: str, *, is_opening: bool) -> str:
    """Give the plain text of a message.

    A reply loses what it quotes. The message that opens a thread keeps it, without the name of who is quoted: threads
    about the news often open with nothing else.

    Args:
        body: The message's own wrapper.
        base_url: What relative links are relative to.
        is_opening: Whether it opens its thread.

    """

    def instead(element: Node) -> Instead | None:
        classes = (element.get("class") or "").split()
        if not classes:
            return _NOTHING if element.tag == "img" else None
        if element is body:
            return None
        if _CARD in classes:
            return _card(element)
        if _QUOTE in classes:
            return None if is_opening else _NOTHING
        if element.tag == "img" or not _NOISE.isdisjoint(classes):
            return _NOTHING
        return _NOTHING if _BLOCK_TITLE in classes and has_class(element.getparent(), _QUOTE) else None

    return element_text(body, base_url, instead=instead, lead=unwrap_proxy)


def unwrap_proxy(address: str) -> str:
    """Give the address to which a board's `proxy.php?link=` leads; any other address as it is."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    links = parse_qs(parts.query).get("link") if parts.path.endswith("proxy.php") else None
    return links[0] if links else address


def read_time(element: Node | None, now: datetime) -> Dated:
    """Read a time element, by what is meant for machines first.

    From version 2.3 on `data-time` is a clock time for people; before it was seconds since 1970. Both have `datetime`.

    Args:
        element: The element; None when there is none.
        now: When the page was read; what people read, such as `42 phút trước`, counts from here.

    """
    if element is None:
        return Dated()
    seconds = (str(element.get(name) or "").strip() for name in ("data-timestamp", "data-time"))
    candidates = [*(value for value in seconds if value.isdecimal()), str(element.get("datetime") or "").strip()]
    for raw in candidates:
        moment = parse_date(raw)
        if moment is not None:
            return Dated(moment, raw, exactness(raw))
    shown = read_date(str(element.get("title") or "").strip() or words_in(element), now=now)
    return shown if shown.raw else Dated(raw=next((raw for raw in candidates if raw), None))


def likes(bar: Node | None) -> dict[str, int]:
    """Count reactions from a bar such as `An, Bình and 1,208 others`; nothing for no bar."""
    if bar is None:
        return {}
    names = sum(1 for _ in bar.iterdescendants("bdi"))
    others = re.search(r"[0-9][0-9.,]{0,11}", words_in(bar, without=lambda element: element.tag == "bdi"))
    return {"likes": names + (int(re.sub(r"[.,]", "", others[0])) if others else 0)}


def _card(card: Node) -> Instead:
    """Give a plain link in the place of a card: the excerpt on it is another site's text, not the author's."""
    titles = [
        each for each in card.iterdescendants() if has_class(each, "contentRow-header") or has_class(each, _BLOCK_TITLE)
    ]
    link = next((each for each in card.iterdescendants("a") if each.get("href") is not None), None)
    address = card.get("data-url") or (unwrap_proxy(link.get("href")) if link is not None else "")
    return Instead(words_in(titles[0] if titles else None), address)
