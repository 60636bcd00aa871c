"""What Mastodon's API answers, read at the edge: timelines' settings, pages, statuses."""

import re
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import AliasPath, Field, OnErrorOmit

from monitor.collectors.base import Place, PostPicture, PublicPost, SourceView
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.urls import host_of
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import to_text
from monitor.collectors.parsing.json_models import (
    Count,
    Lenient,
    PayloadModel,
    Text,
    Uri,
    counts_of,
    read_json,
    read_row,
)
from monitor.collectors.timeline import Entry, Page
from monitor.errors import PayloadInvalid, UsageError

_TIMELINES = ("local", "public", "tag")
_PAGE_SIZE = 40
_MOST_ROWS = 1000  # of an answer, whatever was asked for
_BACKFILL_PAGES = 5
_OWN_ID = re.compile(r"/statuses/(\w+)$")
_OPTED_OUT = re.compile(r"#(?:nobot|nobots|noindex|noarchive)\b", re.IGNORECASE)
OPTED_OUT = "author opted out"
NOT_INDEXABLE = "author does not let public posts be searched (Mastodon's setting until its owner changes it)"
_ACCESS = ("configuration", "timelines_access")
_OPEN_VISIBILITY = frozenset({"public", "unlisted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline(Place):
    """Which timeline of which server a source reads.

    Settings of a source: `timeline` is `local` (the server's own posts, the default), `public` (all it knows) or `tag`
    with `tag`; `backfill_pages` is how many pages of 40 the first reading goes back.
    """

    name: str
    tag: str
    backfill_pages: int

    @classmethod
    def from_source(cls, source: SourceView) -> "Timeline":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        name = source.settings.get("timeline", "local")
        tag = str(source.settings.get("tag", "")).strip().removeprefix("#")
        if name not in _TIMELINES:
            raise UsageError(f"source {source.name}: `timeline` is {name!r}: use one of {', '.join(_TIMELINES)}")
        if (name == "tag") != bool(tag):
            raise UsageError(f'source {source.name}: `tag` belongs to `timeline = "tag"`, and only there: set both')
        return cls(
            base=source.address.rstrip("/"),
            name=name,
            tag=tag,
            backfill_pages=source.number_setting("backfill_pages", _BACKFILL_PAGES),
        )

    @property
    def url(self) -> str:
        """The address of the timeline, without parameters."""
        place = f"tag/{quote(self.tag, safe='')}" if self.name == "tag" else "public"
        return f"{self.base}/api/v1/timelines/{place}"

    def status_url(self, status_id: str) -> str:
        """Give the address of one status."""
        return f"{self.base}/api/v1/statuses/{quote(status_id, safe='')}"

    def own_id(self, uri: str) -> str | None:
        """Read a status's identifier on this server from its URI; None when it is another server's."""
        match = _OWN_ID.search(uri)
        return match[1] if match and (self.name == "local" or host_of(uri) == self.host) else None

    def params(self, *, local: bool, **paging: str) -> dict[str, str]:
        """Give the parameters of a page."""
        return {"limit": str(_PAGE_SIZE), **({"local": "true"} if local else {}), **paging}


StatusId = Annotated[str, Field(pattern=r"^(?:[0-9]{1,100}|[0-9A-Za-z]{18}|[0-9A-HJKMNP-TV-Z]{26})$")]
"""A number, as Mastodon gives; 18 or 26 characters, as Pleroma and GoToSocial do. No other leads to a page."""


class Account(PayloadModel):
    """Who wrote a status, as Mastodon's documentation names it."""

    acct: Text | None = None
    note: Text | None = None
    noindex: bool | None = None
    indexable: bool | None = None
    discoverable: bool | None = None

    @property
    def opted_out(self) -> str | None:
        """Why the author does not want to be found by strangers; a flag that is missing says nothing."""
        if self.noindex is True or self.discoverable is False or _OPTED_OUT.search(to_text(self.note or "")):
            return OPTED_OUT
        return NOT_INDEXABLE if self.indexable is False else None


class Attachment(PayloadModel):
    """What is attached to a status."""

    type: Text
    url: Uri
    description: Lenient[Text] = None


class Status(PayloadModel):
    """One row of a timeline, as Mastodon's documentation names it."""

    id: StatusId
    uri: Uri
    account: Account
    url: Lenient[Uri] = None
    visibility: Text | None = None
    reblog: Any = None
    content: Text | None = None
    spoiler_text: Text | None = None
    language: Lenient[Text] = None
    created_at: Lenient[Text] = None
    edited_at: Lenient[Text] = None
    replies_count: Lenient[Count] = None
    reblogs_count: Lenient[Count] = None
    favourites_count: Lenient[Count] = None
    media_attachments: Lenient[list[OnErrorOmit[Attachment]]] = None

    @property
    def pictures(self) -> list[PostPicture]:
        """The pictures that are attached to it."""
        attached = self.media_attachments or ()
        return [PostPicture(each.url, each.description or "") for each in attached if each.type == "image"]


class Row(PayloadModel):
    """A row of which only the identifier is read, so that paging goes on past one that is malformed."""

    id: StatusId


class Instance(PayloadModel):
    """A server's description of itself (`/api/v2/instance`): who may read which timelines."""

    live_feeds: Lenient[Text] = Field(None, validation_alias=AliasPath(*_ACCESS, "live_feeds", "local"))
    hashtag_feeds: Lenient[Text] = Field(None, validation_alias=AliasPath(*_ACCESS, "hashtag_feeds", "local"))


def read_page(fetched: Fetched, host: str) -> Page:
    """Read a timeline's answer.

    Raises:
        PayloadInvalid: When it is not a list of statuses.

    """
    rows = read_json(fetched.body)
    if not isinstance(rows, list):
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a list of statuses: is it a Mastodon server?")
    entries = [read_status(row, host) for row in rows[:_MOST_ROWS]]
    # By numbers a server pages: among them, an identifier that is none would be asked for in vain.
    if any(entry.id.isdecimal() for entry in entries):
        entries = [entry if entry.id.isdecimal() else replace(entry, place=None) for entry in entries]
    places = [entry.place for entry in entries if entry.place is not None]
    return Page(
        fetched=fetched,
        entries=entries,
        malformed=len(rows) - len(entries),
        next=min(places)[1] if places else None,
    )


def read_status(row: Any, host: str) -> Entry:
    """Read one status."""
    status = read_row(Status, row)
    if status is None:
        head = read_row(Row, row)
        return Entry(id=head.id if head else "", place=sort_key(head.id) if head else None, reason="malformed")
    entry = Entry(id=status.id, place=sort_key(status.id))
    if status.reblog is not None:
        return replace(entry, reason="boost")
    if status.visibility not in _OPEN_VISIBILITY:
        return replace(entry, reason="not public")
    if status.account.opted_out:
        return replace(entry, reason=status.account.opted_out)
    text, title = to_text(status.content or ""), (status.spoiler_text or "").strip()
    if not text and not title and not status.pictures:
        return replace(entry, reason="no text")
    return replace(entry, post=_post(status, text, title, host))


def sort_key(status_id: str) -> tuple[int, str]:
    """Give the key by which identifiers sort from old to new: numbers of any length, or ULIDs of one length."""
    return len(status_id), status_id


def timeline_access(fetched: Fetched, timeline: Timeline) -> str | None:
    """Return who may read a timeline, by the server's description of itself; None when it does not say."""
    instance = read_row(Instance, read_json(fetched.body))
    if instance is None:
        return None
    return instance.hashtag_feeds if timeline.name == "tag" else instance.live_feeds


def read_single(fetched: Fetched, host: str) -> Entry:
    """Read the answer for a single status."""
    return read_status(read_json(fetched.body), host)


def as_cursor_id(value: Any) -> str | None:
    """Give an identifier from a stored cursor; None when no server could be asked with it."""
    row = read_row(Row, {"id": value})
    return row.id if row else None


def _post(status: Status, text: str, title: str, host: str) -> PublicPost:
    link, name = status.url or status.uri, status.account.acct
    return PublicPost(
        external_id=status.uri,
        text=text,
        url=link if link.startswith(("https://", "http://")) else None,
        # A local account's name lacks its server; with it, it is the same wherever the post is read.
        author=(name if "@" in name else f"{name}@{host}") if name else None,
        title=title or None,
        published_at=parse_date(status.created_at or ""),
        published_raw=status.created_at or None,
        edited_at=parse_date(status.edited_at or ""),
        language=status.language or None,
        engagement=counts_of(replies=status.replies_count, shares=status.reblogs_count, likes=status.favourites_count),
        pictures=status.pictures,
    )
