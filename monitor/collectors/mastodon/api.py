"""What Mastodon's API answers, read at the edge: timelines' settings, pages, statuses."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.http.client import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import to_text
from monitor.collectors.parsing.json_values import text_at
from monitor.collectors.source_settings import number_setting
from monitor.errors import PayloadInvalid, UsageError

_TIMELINES = ("local", "public", "tag")
_PAGE_SIZE = 40
_BACKFILL_PAGES = 5
_MOST_BACKFILL_PAGES = 100
_LINK = re.compile(r'<([^<>]*)>\s*;\s*rel="?(\w+)"?')
_OWN_NUMBER = re.compile(r"/statuses/(\w+)$")
_OPTED_OUT = re.compile(r"#(?:nobot|nobots|noindex|noarchive)\b", re.IGNORECASE)
_OPEN_VISIBILITY = frozenset({"public", "unlisted"})
_COUNTS = {"replies": "replies_count", "shares": "reblogs_count", "likes": "favourites_count"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Which timeline of which server a source reads.

    Settings of a source: `timeline` is `local` (the server's own posts, the default), `public` (all it knows) or `tag`
    with `tag`; `backfill_pages` is how many pages of 40 the first reading goes back.
    """

    base: str
    kind: str
    tag: str
    backfill_pages: int

    @classmethod
    def of(cls, source: SourceView) -> "Timeline":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        kind = source.settings.get("timeline", "local")
        tag = str(source.settings.get("tag", "")).strip().removeprefix("#")
        if kind not in _TIMELINES:
            raise UsageError(f"source {source.name}: `timeline` is {kind!r}: use one of {', '.join(_TIMELINES)}")
        if (kind == "tag") != bool(tag):
            raise UsageError(f'source {source.name}: `tag` belongs to `timeline = "tag"`, and only there: set both')
        return cls(
            base=source.address.rstrip("/"),
            kind=kind,
            tag=tag,
            backfill_pages=number_setting(source, "backfill_pages", _BACKFILL_PAGES, _MOST_BACKFILL_PAGES),
        )

    @property
    def url(self) -> str:
        """The address of the timeline, without parameters."""
        name = f"tag/{quote(self.tag, safe='')}" if self.kind == "tag" else "public"
        return f"{self.base}/api/v1/timelines/{name}"

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.base).hostname or ""

    def status_url(self, status_id: str) -> str:
        """Give the address of one status."""
        return f"{self.base}/api/v1/statuses/{quote(status_id, safe='')}"

    def own_number(self, uri: str) -> str | None:
        """Read a status's number from its address, when it is one of this server's own."""
        found = _OWN_NUMBER.search(uri)
        is_own = self.kind == "local" or urlsplit(uri).hostname == self.host
        return found[1] if found and is_own else None

    def params(self, *, local: bool, **paging: str) -> dict[str, str]:
        """Give the parameters of a page."""
        return {"limit": str(_PAGE_SIZE), **({"local": "true"} if local else {}), **paging}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One status that may be kept, with its number on this server."""

    status_id: str
    post: PublicPost


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a timeline, newest first.

    `ids` are the numbers of all rows, kept or not; `older` and `newer` lead to the neighbouring pages.
    """

    fetched: Fetched
    ids: Sequence[str]
    statuses: Sequence[Status]
    skipped: Counter[str]
    older: str | None
    newer: str | None


def read_page(fetched: Fetched, host: str) -> Page:
    """Read a timeline's answer.

    Raises:
        PayloadInvalid: When it is not a list of statuses.

    """
    rows = _json(fetched)
    if not isinstance(rows, list):
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a list of statuses: is it a Mastodon server?")
    skipped: Counter[str] = Counter()
    statuses = []
    for row in rows:
        found = read_status(row, host)
        if isinstance(found, Status):
            statuses.append(found)
        else:
            skipped[found] += 1
    ids = [row["id"] for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"]]
    links = _links(fetched.headers.get("link", ""))
    return Page(
        fetched=fetched,
        ids=ids,
        statuses=statuses,
        skipped=skipped,
        older=_parameter(links.get("next"), "max_id") or (ids[-1] if ids else None),
        newer=_parameter(links.get("prev"), "min_id") or (ids[0] if ids else None),
    )


def read_status(row: Any, host: str) -> Status | str:
    """Read one status; what may not or cannot be kept gives the reason instead."""
    account = row.get("account") if isinstance(row, dict) else None
    if not isinstance(account, dict) or not text_at(row, "id") or not text_at(row, "uri"):
        return "malformed"
    if row.get("reblog") is not None:
        return "boost"
    if row.get("visibility") not in _OPEN_VISIBILITY:
        return "not public"
    if _opted_out(account):
        return "author opted out"
    text, title = to_text(text_at(row, "content")), text_at(row, "spoiler_text").strip()
    if not text and not title:
        return "no text"
    return Status(status_id=row["id"], post=_post(row, account, text, title, host))


def _opted_out(account: Mapping[str, Any]) -> bool:
    """Say whether an author does not want to be found by strangers; what a server does not tell is no answer."""
    return (
        account.get("noindex") is True
        or account.get("indexable") is False
        or account.get("discoverable") is False
        or bool(_OPTED_OUT.search(to_text(text_at(account, "note"))))
    )


def order(status_id: str) -> tuple[int, str]:
    """Give what identifiers sort by: numbers of unequal length, and ULIDs, which all have one length."""
    return len(status_id), status_id


def timeline_access(fetched: Fetched, timeline: Timeline) -> str | None:
    """Read from an instance's description who may see a timeline: `public`, `authenticated`, `disabled`, or unknown."""
    value = _json(fetched)
    feeds = "hashtag_feeds" if timeline.kind == "tag" else "live_feeds"
    for key in ("configuration", "timelines_access", feeds, "local"):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def status_payload(fetched: Fetched, host: str) -> Status | str:
    """Read the answer for a single status."""
    return read_status(_json(fetched), host)


def _post(row: Mapping[str, Any], account: Mapping[str, Any], text: str, title: str, host: str) -> PublicPost:
    link = text_at(row, "url") or text_at(row, "uri")
    name = text_at(account, "acct")
    created = text_at(row, "created_at")
    counts = {ours: row.get(theirs) for ours, theirs in _COUNTS.items()}
    return PublicPost(
        external_id=text_at(row, "uri"),
        text=text,
        url=link if link.startswith(("https://", "http://")) else None,
        # A local account's name lacks its server; with it, it is the same wherever the post is read.
        author=(name if "@" in name else f"{name}@{host}") if name else None,
        title=title or None,
        published_at=parse_date(created),
        published_raw=created or None,
        edited_at=parse_date(text_at(row, "edited_at")),
        language=text_at(row, "language") or None,
        engagement={name: count for name, count in counts.items() if isinstance(count, int)},
    )


def _json(fetched: Fetched) -> Any:
    try:
        return json.loads(fetched.body)
    except (ValueError, RecursionError) as error:
        raise PayloadInvalid(f"{fetched.final_url} does not answer with JSON: is it a Mastodon server?") from error


def _links(header: str) -> dict[str, str]:
    return {relation: address for address, relation in _LINK.findall(header)}


def _parameter(address: str | None, name: str) -> str | None:
    """Take only the bookmark from a link that the server gives: requests go where the source says, nowhere else."""
    values = parse_qs(urlsplit(address).query).get(name) if address else None
    return values[0] if values else None
