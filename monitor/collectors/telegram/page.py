"""The preview of a Telegram channel: the settings of a source, and the parsing of its pages and messages."""

import html
import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bs4 import Tag

from monitor.collectors.base import Place, PostPicture, PublicPost, SourceView
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import to_text
from monitor.collectors.parsing.json_models import counts_of
from monitor.collectors.parsing.soup import parse_soup, words_of
from monitor.collectors.timeline import Entry, Page
from monitor.errors import PayloadInvalid, SourceRefused, UsageError

_SHORTEST_PERMISSION = 20  # characters; enough for who, when and for what
_BACKFILL_PAGES = 3
_MOST_PAGES = 20
_PATH = re.compile(r"(?P<before>.*?)/(?:s/)?(?P<name>[A-Za-z]\w{2,31})/?", re.ASCII)
_PLACE = re.compile(r"[^/\s]+/(\d{1,15})", re.ASCII)
_COUNT = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)([KMB]?)", re.IGNORECASE)
_MOST_MESSAGES = 500  # of a page; Telegram shows twenty
_THOUSANDS = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_BLOCK = ".tgme_widget_message[data-post]"
_EMPTY = "[class*=no_messages_found]"
_OLDER = "link[rel=prev], .tme_messages_more[data-before]"
_TEXT = ".js-message_text:not(.tgme_widget_message_reply .js-message_text)"
_DATE = ".tgme_widget_message_date"
_POLL = ".tgme_widget_message_poll_question, .tgme_widget_message_poll_option_text"
_PHOTO = ".tgme_widget_message_photo_wrap"
_PAINTED = re.compile(r"background-image:\s?url\(['\"]?(https?://[^'\")\s]{1,2000})")
_UNSUPPORTED = "[class*=message_media_not_supported]"
_ERROR = ".tgme_widget_message_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Place):
    """The channel of a source, whose address is the preview, such as https://t.me/s/name.

    Settings of a source: `permission` says who allowed this reading, when, and how, in at least 20 characters;
    `backfill_pages` is how many pages the first reading goes back, `max_pages` how many each later one.
    """

    name: str
    backfill_pages: int
    max_pages: int

    @classmethod
    def from_source(cls, source: SourceView) -> "Channel":
        """Read a source's settings.

        Raises:
            SourceRefused: When no permission is recorded.
            UsageError: When the settings are not as described.

        """
        permission = source.settings.get("permission", "")
        if not isinstance(permission, str) or len(permission.strip()) < _SHORTEST_PERMISSION:
            raise SourceRefused(
                f"source {source.name}: Telegram's terms forbid to scrape, index or aggregate what is published on it, "
                "and to use it for machine learning: get the channel owner's written permission, and record in the "
                f"setting `permission` who gave it, when and for what ({_SHORTEST_PERMISSION} characters or more)"
            )
        parts = urlsplit(source.address)
        path = _PATH.fullmatch(parts.path)
        if path is None:
            raise UsageError(f"source {source.name}: the address must be that of a channel, as https://t.me/s/name")
        return cls(
            base=f"{parts.scheme}://{parts.netloc}{path['before']}",
            name=path["name"],
            backfill_pages=source.number_setting("backfill_pages", _BACKFILL_PAGES),
            max_pages=source.number_setting("max_pages", _MOST_PAGES),
        )

    @property
    def url(self) -> str:
        """The address of the preview, without parameters."""
        return f"{self.base}/s/{self.name}"

    def name_of(self, number: int) -> str:
        """Return the identifier of a message, the same however the address of its source is written."""
        return f"{self.name.lower()}/{number}"

    def gone(self, number: int) -> Entry:
        """Return what stands for a message that was taken away."""
        return Entry(id=self.name_of(number), place=number, gone=True)

    def message_url(self, number: int) -> str:
        """Return the address of a single message, as it is shown inside other pages."""
        return f"{self.base}/{self.name}/{number}?embed=1"


def read_page(fetched: Fetched, channel: Channel) -> Page:
    """Read a page of a preview.

    Raises:
        SourceRefused: When the channel has no preview.
        PayloadInvalid: When it is no page of one.

    """
    # Where a channel has no preview, Telegram redirects to its description.
    if urlsplit(fetched.final_url).path.rstrip("/").lower() != urlsplit(channel.url).path.lower():
        raise SourceRefused(
            f"channel {channel.name} has no public preview (it leads to {fetched.final_url}): "
            "ask its owner for an export of the channel, and import that"
        )
    soup = parse_soup(fetched.text())
    # The newest stand last. One inside another is none of Telegram's, and would be read once for each around it.
    newest = soup.select(_BLOCK)[-_MOST_MESSAGES:]
    blocks = [block for block in newest if block.find_parent(attrs={"data-post": True}) is None]
    if not blocks and soup.select_one(_EMPTY) is None:
        raise PayloadInvalid(
            f"{fetched.final_url} shows neither messages nor that there are none: has its form changed?"
        )
    parsed = [_message(block, channel) for block in blocks]
    messages = sorted((each for each in parsed if each is not None), key=lambda each: each.place, reverse=True)
    older = bool(messages) and soup.select_one(_OLDER) is not None
    following = messages[-1].place - 1 if older else None
    return Page(fetched=fetched, entries=messages, malformed=parsed.count(None), next=following or None)


def read_single(fetched: Fetched, channel: Channel, number: int) -> Entry:
    """Read the page of a single message; it is gone where the page says that there is none.

    Raises:
        PayloadInvalid: When it shows neither.

    """
    soup = parse_soup(fetched.text())
    block = soup.select_one(_BLOCK)
    message = _message(block, channel) if block is not None else None
    if message is None and soup.select_one(_ERROR) is None:
        raise PayloadInvalid(f"{fetched.final_url} shows neither a message nor that it is gone: has its form changed?")
    return message or channel.gone(number)


def read_count(text: str) -> int | None:
    """Read a shortened count, as 4.85K or 1.2M; None when it is none."""
    match = _COUNT.fullmatch(re.sub(r"[\s,]", "", text))
    return round(float(match[1]) * _THOUSANDS[match[2].upper()]) if match else None


def _message(block: Tag, channel: Channel) -> Entry | None:
    place = _PLACE.fullmatch(str(block.get("data-post")))
    if place is None:
        return None
    message = Entry(id=channel.name_of(int(place[1])), place=int(place[1]))
    if "service_message" in (block.get("class") or ()):
        return replace(message, reason="service message")
    text = _text(block, channel)
    pictures = _pictures(block)
    if not text and not pictures:
        unsupported = block.select_one(_UNSUPPORTED) is not None
        return replace(message, reason="unsupported media" if unsupported else "no text")
    return replace(message, post=replace(_post(block, channel, message, text), pictures=pictures))


def _text(block: Tag, channel: Channel) -> str:
    """Return the message's own text, not the quoted one before it, which has the same markup."""
    body = block.select_one(_TEXT)
    if body is None:
        return "\n".join(words_of(part) for part in block.select(_POLL)).strip()
    for link in body.select("a[onclick][href]"):
        link["href"] = html.unescape(str(link["href"]))  # Telegram escapes these twice
    return to_text(body.decode_contents(), f"{channel.url}/")


def _pictures(block: Tag) -> list[PostPicture]:
    """Return the pictures of a message, which the page paints as backgrounds."""
    styles = (_PAINTED.search(str(each.get("style") or "")) for each in block.select(_PHOTO))
    return [PostPicture(painted[1]) for painted in styles if painted]


def _post(block: Tag, channel: Channel, message: Entry, text: str) -> PublicPost:
    link = block.select_one(f"a{_DATE}[href]")
    moment = block.select_one(f"{_DATE} time[datetime]")  # a video's duration is a `time` element too
    raw = str(moment["datetime"]) if moment else ""
    address = str(link["href"]) if link else ""
    views = block.select_one(".tgme_widget_message_views")
    count = read_count(words_of(views)) if views else None
    return PublicPost(
        external_id=message.id,
        text=text,
        url=address if address.startswith(("https://", "http://")) else f"https://t.me/{channel.name}/{message.place}",
        author=channel.name.lower(),
        published_at=parse_date(raw),
        published_raw=raw or None,
        engagement=counts_of(views=count),
    )
