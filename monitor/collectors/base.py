"""The collector protocol and its data: sources in, batches of public posts out. Raw payloads stay inside collectors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from monitor.collectors.http.urls import host_of
from monitor.errors import UsageError

if TYPE_CHECKING:  # the registry imports this module, and must not load the HTTP client
    from monitor.collectors.http.client import PoliteClient
    from monitor.collectors.http.fetched import Fetched
    from monitor.collectors.parsing.human_dates import Precision
    from monitor.collectors.parsing.verdicts import Bears


TRIES_AT_ONE_PLACE = 3
UNREADABLE = f"page that could not be read {TRIES_AT_ONE_PLACE} times: it was left out"
NOT_LOOKED_AT = "page to look at again that could not be read"
MOST_PICTURES = 4  # of a post; further ones are left alone
# What programs write where an author wrote nothing.
_NO_DESCRIPTION = re.compile(
    r"(?:image|img|photo|picture|ảnh|hình|hình ảnh|\S+\.(?:jpe?g|png|gif|webp|avif|heic))", re.IGNORECASE
)


def is_whole(text: str) -> bool:
    """Tell whether a text is whole characters; a byte that could not be decoded is marked by half a character pair."""
    if text.isascii():
        return True
    # Encoding finds a half many times faster than a pattern does.
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedClaim:
    """What a fact-check says of a claim.

    Args:
        claim: The claim, in the words of the check.
        verdict: The verdict, in its words.
        bears: Which way it goes.
        outlet: Who checked.

    """

    claim: str
    verdict: str
    bears: Bears
    outlet: str


@dataclass(frozen=True, slots=True)
class PostPicture:
    """A picture of a post: its address, and what the author wrote of it for those who cannot see it."""

    address: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPost:
    """One post as its platform published it. Times are aware UTC.

    `author` is the platform's own identifier; it is replaced by a keyed pseudonym before anything is stored.
    `published_precision` is how exact `published_at` is: "2 giờ trước" gives only the hour.
    `title` is the post's own heading; `context` is the heading of the article or thread that it replies to.
    `checked` is the claim that it gives a verdict on, if it is a fact-check. One with `pictures` may have no text.
    """

    external_id: str
    text: str
    url: str | None = None
    author: str | None = None
    title: str | None = None
    context: str | None = None
    published_at: datetime | None = None
    published_raw: str | None = None
    published_precision: Precision | None = None
    edited_at: datetime | None = None
    language: str | None = None
    engagement: Mapping[str, int] = field(default_factory=dict)
    checked: CheckedClaim | None = None
    pictures: Sequence[PostPicture] = ()

    @property
    def text_with_descriptions(self) -> str:
        """The text, and below it what the author wrote of the pictures, as far as heading and text do not say it."""
        said = [self.title or "", self.text]
        for picture in self.pictures[:MOST_PICTURES]:
            words = " ".join(picture.description.split())
            if words and not _NO_DESCRIPTION.fullmatch(words) and not any(words in each for each in said):
                said.append(words)
        return "\n".join(filter(None, said[1:]))

    @property
    def all_words(self) -> str:
        """What of it is stored as it is, to look for characters that no database keeps."""
        texts = [self.external_id, self.text, self.url, self.title, self.context, self.published_raw, self.language]
        for picture in self.pictures:
            texts += [picture.address, picture.description]
        return "\n".join(text for text in texts if text)

    @property
    def is_storable(self) -> bool:
        """Whether it holds no NUL and no half of a character pair."""
        words = self.all_words
        return "\0" not in words and is_whole(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """The source as its collector sees it.

    Args:
        name: For messages.
        address: Where to read.
        settings: Settings of this kind of source.
        cursor: Where the last run ended: the cursor of the last stored batch.
        validators: `{url: {"etag": …, "last_modified": …}}`, verbatim, as stored with the last batch.
        watched: Identifiers of recent posts that may have been edited or removed since.
        secret: The operator's key or token for this source; never shown, stored or logged.
        failures: How many readings in a row have failed so far.

    """

    name: str
    address: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    validators: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    watched: Sequence[str] = ()
    secret: str | None = field(default=None, repr=False)
    failures: int = 0

    @property
    def may_skip(self) -> bool:
        """Whether a page at the cursor that cannot be read is to be left out: it failed often enough already."""
        return self.failures >= TRIES_AT_ONE_PLACE - 1

    def number_setting(self, name: str, default: int, most: int = 100) -> int:
        """Return a setting that is a whole number from 1 to `most`.

        Raises:
            UsageError: It is not.

        """
        number = self.settings.get(name, default)
        # In Python True is the integer 1; as a setting it is a mistake.
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
            raise UsageError(f"source {self.name}: `{name}` must be a number from 1 to {most}")
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a source reads of a server, by its settings. Each kind of source has its own.

    Args:
        base: The server's address, without a slash at its end.

    """

    base: str

    @property
    def host(self) -> str:
        """The server's name."""
        return host_of(self.base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Posts from one fetch, and the cursor to store with them.

    `gone` lists posts that were removed from the platform; `gone_authors` lists deleted accounts, whose posts are
    deleted too. `skipped` counts items that were left out, by reason. `gap` describes what is known to be missed.
    `unchanged` means that nothing is new, by the server's answer or by the body's hash. `may_be_kept` is False for an
    answer that asks for no copies: its posts are stored, its bytes are not kept as evidence. A cursor may hold
    `least_interval_seconds`: the source is then not read again sooner, however short its own interval is.
    """

    fetched: Fetched
    posts: Sequence[PublicPost] = ()
    gone: Sequence[str] = ()
    gone_authors: tuple[str, ...] = ()
    skipped: Counter[str] = field(default_factory=Counter)
    cursor: Mapping[str, Any] | None = None
    validators: Mapping[str, Mapping[str, str]] | None = None
    gap: str | None = None
    unchanged: bool = False
    may_be_kept: bool = True


class Collector(Protocol):
    """Reads one kind of source. It yields batches; it does not store, sleep, print, or sign in.

    Two attributes are optional: `longest_retention_days: int`, where the platform limits how long its posts may be
    kept, and `may_have_robots_exemption = True`, where an interface is read with a key (see `keyed_sources.py`).
    """

    kind: str

    def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new since the source's cursor, oldest first where the platform allows it.

        Raises:
            CollectError: One of its subclasses: the source cannot be read.

        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A stored post that is to be read again."""

    external_id: str
    url: str | None


@runtime_checkable
class Rechecker(Protocol):
    """A collector whose platform gives single posts by identifier."""

    kind: str

    def recheck(self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]) -> AsyncIterator[Batch]:
        """Read some posts again; each batch has the posts as they are now, and those that are `gone`.

        Posts that cannot be requested are left out; the caller then tries their permalinks. Cursors are not used.

        Raises:
            CollectError: One of its subclasses: the platform cannot be read now.

        """
        ...
