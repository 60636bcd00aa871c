"""What every collector gives: public posts, in batches, in one shape. Nothing past this edge sees a payload."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:  # for the registry alone: whoever collects has imported the client
    from monitor.collectors.http.client import Fetched, PoliteClient
    from monitor.collectors.parsing.human_dates import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPost:
    """One post as its platform published it. Times are aware UTC.

    `author` is the platform's own identifier; it is turned into a keyed pseudonym before anything is stored.
    `published_precision` is how exact `published_at` is: of "2 giờ trước" only the hour is known.
    `title` is the post's own heading; `context` is the heading of the article or thread that it answers.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """What a collector may know of the source it reads.

    Args:
        name: For messages.
        address: Where to read.
        settings: What only this kind understands.
        cursor: The collector's bookmark as it stood when the last batch was stored.
        validators: `{url: {"etag": …, "last_modified": …}}`, verbatim, as stored with the last batch.
        watched: Identifiers of recent posts that may have been edited or removed since.
        secret: The operator's key or token for this source, from the settings; never shown, stored or logged.

    """

    name: str
    address: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    validators: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    watched: Sequence[str] = ()
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Posts from one fetch, and the bookmark that is true once they are stored.

    `gone` lists posts that the platform no longer has; `gone_authors` those who left it, whose posts are deleted.
    `skipped` counts items that were left out, by reason. `gap` says in words what is known to have been missed.
    `unchanged` means that the server (or the body's hash) said nothing is new. A cursor may hold
    `least_interval_seconds`: the source is then not due sooner than that, however short its own interval is.
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


class Collector(Protocol):
    """One kind of source. It yields batches; it does not store, sleep, print, or sign in.

    A class whose platform limits how long its posts may be kept has `longest_retention_days: int` beside `kind`; one
    whose interface is read with a key under terms of its own has `may_have_leave = True` (see `leave.py`).
    """

    kind: str

    def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new since the source's cursor, oldest first where the platform allows it.

        Raises:
            CollectError: One of its subclasses, when the source cannot be read.

        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A stored post to be looked at again."""

    external_id: str
    url: str | None


@runtime_checkable
class Rechecker(Protocol):
    """A collector whose platform can be asked for single posts."""

    kind: str

    def recheck(self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]) -> AsyncIterator[Batch]:
        """Read some posts again: one batch a fetch, with the posts as they are now and those that are `gone`.

        Posts that cannot be asked for are left out; their permalinks are then tried. A batch's cursor is not used.

        Raises:
            CollectError: One of its subclasses, when the platform cannot be asked now.

        """
        ...
