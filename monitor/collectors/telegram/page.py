"""The preview of a Telegram channel: the settings of a source, and the parsing of its pages and messages."""

import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bs4 import Tag

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.soup import fragment_text, parse_soup, words_of
from monitor.errors import PayloadInvalid, SourceRefused, UsageError

_SHORTEST_PERMISSION = 20  # characters; enough for who, when and for what
_BACKFILL_PAGES = 3
_MOST_PAGES = 20
_PAGES_LIMIT = 100
_PATH = re.compile(r"(?P<before>.*?)/(?:s/)?(?P<name>[A-Za-z]\w{2,31})/?", re.ASCII)
_PLACE = re.compile(r"[^/\s]+/(\d{1,15})", re.ASCII)
_ALBUM_PLACE = re.compile(r"/(\d{1,15})\?(?:\S*&)?single", re.ASCII)
_COUNT = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)([KMB]?)", re.IGNORECASE)
_MOST_MESSAGES = 500  # of a page; Telegram shows twenty
_THOUSANDS = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_BLOCK = ".tgme_widget_message[data-post]"
_EMPTY = "[class*=no_messages_found]"
_OLDER = "link[rel=prev], .tme_messages_more[data-before]"
_TEXT = ".js-message_text:not(.tgme_widget_message_reply .js-message_text)"
_DATE = ".tgme_widget_message_date"
_POLL = ".tgme_widget_message_poll_question, .tgme_widget_message_poll_option_text"
_UNSUPPORTED = "[class*=message_media_not_supported]"
_ERROR = ".tgme_widget_message_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The channel of a source, whose address is the preview, such as https://t.me/s/name.

    Settings of a source: `permission` says who allowed this reading, when, and how, in at least 20 characters;
    `backfill_pages` is how many pages the first reading goes back, `max_pages` how many each later one goes forward.
    """

    base: str
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
            backfill_pages=source.number_setting("backfill_pages", _BACKFILL_PAGES, _PAGES_LIMIT),
            max_pages=source.number_setting("max_pages", _MOST_PAGES, _PAGES_LIMIT),
        )

    @property
    def url(self) -> str:
        """The address of the preview, without parameters."""
        return f"{self.base}/s/{self.name}"

    def message_url(self, number: int) -> str:
        """Return the address of a single message, as it is shown inside other pages."""
        return f"{self.base}/{self.name}/{number}?embed=1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `last` is the highest number in an album; `post` is None when it is left out, for `reason`."""

    number: int
    last: int
    post: PublicPost | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a preview, oldest message first; `older` says whether there are older ones."""

    fetched: Fetched
    messages: Sequence[Message]
    malformed: int
    older: bool

    @property
    def lowest(self) -> int:
        """The lowest number on it; 0 on an empty page."""
        return min((message.number for message in self.messages), default=0)

    @property
    def highest(self) -> int:
        """The highest number on it; 0 on an empty page."""
        return max((message.last for message in self.messages), default=0)

    def skipped_after(self, known: int) -> Counter[str]:
        """Count skipped messages above a number; those below were counted when they were new."""
        skipped = Counter(message.reason for message in self.messages if message.reason and message.last > known)
        if self.malformed:
            skipped["malformed"] += self.malformed
        return skipped


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
    blocks = soup.select(_BLOCK)
    if not blocks and soup.select_one(_EMPTY) is None:
        raise PayloadInvalid(
            f"{fetched.final_url} shows neither messages nor that there are none: has its form changed?"
        )
    # The newest stand last.
    parsed = [_message(block, channel) for block in blocks[-_MOST_MESSAGES:]]
    messages = sorted((message for message in parsed if message is not None), key=lambda message: message.number)
    older = soup.select_one(_OLDER) is not None
    return Page(fetched=fetched, messages=messages, malformed=parsed.count(None), older=older)


def read_single(fetched: Fetched, channel: Channel) -> Message | None:
    """Read the page of a single message; None when it says that there is none.

    Raises:
        PayloadInvalid: When it shows neither.

    """
    soup = parse_soup(fetched.text())
    block = soup.select_one(_BLOCK)
    message = _message(block, channel) if block is not None else None
    if message is None and soup.select_one(_ERROR) is None:
        raise PayloadInvalid(f"{fetched.final_url} shows neither a message nor that it is gone: has its form changed?")
    return message


def read_count(text: str) -> int | None:
    """Read a shortened count, as 4.85K or 1.2M; None when it is none."""
    match = _COUNT.fullmatch(re.sub(r"[\s,]", "", text))
    return round(float(match[1]) * _THOUSANDS[match[2].upper()]) if match else None


def _message(block: Tag, channel: Channel) -> Message | None:
    place = _PLACE.fullmatch(str(block.get("data-post")))
    if place is None:
        return None
    number = int(place[1])
    album = [_ALBUM_PLACE.search(str(link.get("href"))) for link in block.select("a[href*=single]")]
    # An album is one message with several numbers; the highest one decides where the next page begins.
    last = max([number, *(int(match[1]) for match in album if match)])
    if "service_message" in (block.get("class") or ()):
        return Message(number=number, last=last, reason="service message")
    text = _text(block, channel)
    if not text:
        unsupported = block.select_one(_UNSUPPORTED) is not None
        return Message(number=number, last=last, reason="unsupported media" if unsupported else "no text")
    return Message(number=number, last=last, post=_post(block, channel, number, text))


def _text(block: Tag, channel: Channel) -> str:
    """Return the message's own text, not the quoted one before it, which has the same markup."""
    body = block.select_one(_TEXT)
    if body is None:
        return "\n".join(words_of(part) for part in block.select(_POLL)).strip()
    for link in body.select("a[onclick][href]"):
        link["href"] = html.unescape(str(link["href"]))  # Telegram escapes these twice
    return fragment_text(body, f"{channel.url}/")


def _post(block: Tag, channel: Channel, number: int, text: str) -> PublicPost:
    link = block.select_one(f"a{_DATE}[href]")
    moment = block.select_one(f"{_DATE} time[datetime]")  # a video's duration is a `time` element too
    raw = str(moment["datetime"]) if moment else ""
    address = str(link["href"]) if link else ""
    views = block.select_one(".tgme_widget_message_views")
    count = read_count(words_of(views)) if views else None
    return PublicPost(
        external_id=f"{channel.name.lower()}/{number}",
        text=text,
        url=address if address.startswith(("https://", "http://")) else f"https://t.me/{channel.name}/{number}",
        author=channel.name.lower(),
        published_at=parse_date(raw),
        published_raw=raw or None,
        engagement={"views": count} if count is not None else {},
    )
