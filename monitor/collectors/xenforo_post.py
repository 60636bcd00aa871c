"""The parts of one XenForo message: its text without what the board or others put into it, its times, its likes."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import dateparser
from bs4 import BeautifulSoup, Tag

from monitor.collectors.dates import parse_date
from monitor.collectors.forum_markup import fragment_text, outermost, parse_fragment, put_link, remove, words_of

_NOISE = ".bbCodeSpoiler-button, .bbCodeBlock-expandLink, .bbCodeBlock-shrinkLink, .js-selectToQuoteEnd, img"
_SITE_ZONE = "Asia/Ho_Chi_Minh"


def body_text(body: Tag, base_url: str, *, is_opening: bool) -> str:
    """Give the plain text of a message.

    A reply loses what it quotes. The message that opens a thread keeps it, without the name of who is quoted: threads
    about the news often open with nothing else.

    Args:
        body: The message's own wrapper.
        base_url: What relative links are relative to.
        is_opening: Whether it opens its thread.

    """
    soup = parse_fragment(body.decode_contents())
    for link in soup.select("a[href]"):
        link["href"] = unwrap_proxy(str(link["href"]))
    _put_cards(soup)
    remove(soup, ".bbCodeBlock--quote > .bbCodeBlock-title" if is_opening else ".bbCodeBlock--quote")
    remove(soup, _NOISE)
    return fragment_text(soup, base_url)


def unwrap_proxy(address: str) -> str:
    """Give the address to which a board's `proxy.php?link=` leads; any other address as it is."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    links = parse_qs(parts.query).get("link") if parts.path.endswith("proxy.php") else None
    return links[0] if links else address


def read_time(element: Tag | None) -> tuple[datetime | None, str | None]:
    """Read a time element, by what is meant for machines first.

    From version 2.3 on `data-time` is a clock time for people; before it was seconds since 1970. Both have `datetime`.

    Returns:
        The time, aware UTC, and what it was read from; None for what is not there.

    """
    if element is None:
        return None, None
    seconds = (str(element.get(name) or "").strip() for name in ("data-timestamp", "data-time"))
    candidates = [*(value for value in seconds if value.isdecimal()), str(element.get("datetime") or "").strip()]
    for raw in candidates:
        moment = parse_date(raw)
        if moment is not None:
            return moment, raw
    shown = str(element.get("title") or "").strip() or words_of(element)
    return _as_people_write(shown), shown or next((raw for raw in candidates if raw), None)


def likes(bar: Tag | None) -> dict[str, int]:
    """Count reactions from a bar such as `An, Bình and 1,208 others`; nothing for no bar."""
    if bar is None:
        return {}
    copied = parse_fragment(bar.decode_contents())
    names = len(copied.select("bdi"))
    remove(copied, "bdi")
    others = re.search(r"[0-9][0-9.,]{0,11}", copied.get_text())
    return {"likes": names + (int(re.sub(r"[.,]", "", others[0])) if others else 0)}


def _put_cards(soup: BeautifulSoup) -> None:
    for card in outermost(soup, ".bbCodeBlock--unfurl"):
        title = card.select_one(".contentRow-header, .bbCodeBlock-title")
        link = card.select_one("a[href]")
        address = str(card.get("data-url") or (link["href"] if link is not None else ""))
        put_link(soup, card, address, words_of(title))


def _as_people_write(text: str) -> datetime | None:
    """Read a date in words, in Vietnamese or English; a relative one is not read: nobody knows when it was written."""
    if not re.search(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}|\d{4}", text):
        return None
    settings = {"DATE_ORDER": "DMY", "TIMEZONE": _SITE_ZONE, "RETURN_AS_TIMEZONE_AWARE": True, "TO_TIMEZONE": "UTC"}
    return parse_date(text) or dateparser.parse(text, languages=["vi", "en"], settings=settings)
