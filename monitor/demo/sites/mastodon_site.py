"""A sample Mastodon server: the public timelines, single statuses and what the instance says of itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor.clock import Clock
from monitor.demo.sites.server import Site, SitePost, stamp

_MOST_PER_PAGE = 40
_HASHTAG = re.compile(r"(?<!\w)#(\w+)")
_LINK = re.compile(r"https?://[^\s<]+")
_SHOWN_LENGTH = 30
_SEQUENCE_BITS = 16


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row of a timeline: a post, or somebody's boost of it."""

    status_id: str
    post: SitePost
    booster: str | None = None


class MastodonSite(Site):
    """A Mastodon server on loopback.

    Besides the switches of every site: `access` is `public`, `authenticated` or `disabled` by `local` and `remote`;
    `old_refusals` answers members-only timelines with 422 as servers before 4.2 did; `visibility`, `notes`,
    `no_index`, `unindexable` and `undiscoverable` change single posts and accounts.

    Args:
        statuses: Its posts.
        clock: Its time.
        domain: Its public name, which stands in addresses of posts.
        page_size: Most statuses a page holds; the API allows 40.

    """

    def __init__(
        self,
        statuses: Iterable[SitePost],
        clock: Clock,
        *,
        domain: str = "mang.example",
        page_size: int = _MOST_PER_PAGE,
    ) -> None:
        super().__init__(statuses, clock, page_size=min(page_size, _MOST_PER_PAGE))
        self.domain = domain
        self.access = {"local": "public", "remote": "public"}
        self.old_refusals = False
        self.visibility: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.no_index: set[str] = set()
        self.unindexable: set[str] = set()
        self.undiscoverable: set[str] = set()
        self._boosts: list[tuple[str, str, datetime]] = []
        self._router = Starlette(
            routes=[
                Route("/api/v1/timelines/public", self._public),
                Route("/api/v1/timelines/tag/{tag}", self._tag),
                Route("/api/v1/statuses/{status_id}", self._status),
                Route("/api/v2/instance", self._instance),
                Route("/media/{post}/{number:int}", self._picture),
            ]
        )

    def boost(self, post_id: str, by: str, at: datetime) -> None:
        """Let somebody boost a post."""
        self._boosts.append((post_id, by, at))

    def too_many(self) -> Response:
        """Refuse as Mastodon does: no Retry-After, the time in X-RateLimit-Reset."""
        return JSONResponse({"error": "Too many requests"}, 429, self.limit_headers())

    def limit_headers(self) -> dict[str, str]:
        """Tell of the limit in Mastodon's headers; the reset is a date."""
        left = 300 if self.remaining is None else max(self.remaining, 0)
        reset = self.reset_at if self.remaining is not None else self.clock.now() + timedelta(minutes=5)
        ends = stamp(reset, "microseconds")
        return {"x-ratelimit-limit": "300", "x-ratelimit-remaining": str(left), "x-ratelimit-reset": ends}

    def status_id(self, post: SitePost) -> str:
        """Give the number of a post on this server: a snowflake, its time followed by a sequence."""
        return _snowflake(post.published_at, post.id)

    def _public(self, request: Request) -> Response:
        access = [self.access["local"]]
        if request.query_params.get("local") != "true":
            access.append(self.access["remote"])
        return self._timeline(request, self._entries(), access)

    def _tag(self, request: Request) -> Response:
        wanted = request.path_params["tag"].casefold()
        entries = [
            entry
            for entry in self._entries()
            if wanted in (tag.casefold() for tag in _HASHTAG.findall(entry.post.text))
        ]
        return self._timeline(request, entries, [self.access["local"]])

    def _timeline(self, request: Request, entries: list[_Entry], access: list[str]) -> Response:
        if "authenticated" in access:
            return self._members_only()
        if "disabled" in access:
            return JSONResponse([], headers=self.limit_headers())
        public = [entry for entry in entries if self.visibility.get(entry.post.id, "public") == "public"]
        size = min(int(request.query_params.get("limit", "20")), self.page_size)
        below = int(request.query_params.get("max_id") or 0)
        page = [entry for entry in public if not below or int(entry.status_id) < below][:size]
        base = str(request.base_url)
        return JSONResponse([self._payload(entry, base) for entry in page], headers=self.limit_headers())

    def _members_only(self) -> Response:
        if self.old_refusals:
            return JSONResponse({"error": "This method requires an authenticated user"}, 422)
        return JSONResponse({"error": "The access token is invalid"}, 401)

    def _status(self, request: Request) -> Response:
        wanted = request.path_params["status_id"]
        found = next((entry for entry in self._entries() if entry.status_id == wanted), None)
        hidden = found is not None and self.visibility.get(found.post.id, "public") in {"private", "direct"}
        if found is None or hidden:
            return JSONResponse({"error": "Record not found"}, 404, self.limit_headers())
        return JSONResponse(self._payload(found, str(request.base_url)), headers=self.limit_headers())

    def _picture(self, request: Request) -> Response:
        shown = {post.id: post.pictures for post in self.visible()}.get(request.path_params["post"], ())
        number = request.path_params["number"]
        return Response(shown[number].data) if number < len(shown) else Response(status_code=404)

    def _instance(self, _request: Request) -> Response:
        feeds = {"live_feeds": dict(self.access), "hashtag_feeds": dict(self.access)}
        return JSONResponse(
            {"domain": self.domain, "version": "4.5.2", "configuration": {"timelines_access": feeds}},
            headers=self.limit_headers(),
        )

    def _entries(self) -> list[_Entry]:
        posts = self.visible()
        entries = [_Entry(self.status_id(post), post) for post in posts]
        shown = {post.id: post for post in posts}
        entries += [
            _Entry(_snowflake(at, f"{post_id}{by}"), shown[post_id], by)
            for post_id, by, at in self._boosts
            if post_id in shown and at <= self.clock.now()
        ]
        return sorted(entries, key=lambda entry: int(entry.status_id), reverse=True)

    def _payload(self, entry: _Entry, base: str) -> dict[str, Any]:
        post, status_id = entry.post, self.status_id(entry.post)
        uri = f"https://{self.domain}/users/{post.author}/statuses/{status_id}"
        own = {
            "id": status_id,
            "uri": uri,
            "url": f"https://{self.domain}/@{post.author}/{status_id}",
            "created_at": stamp(post.published_at),
            "edited_at": stamp(post.edited_at) if post.edited_at else None,
            "spoiler_text": post.title or "",
            "visibility": self.visibility.get(post.id, "public"),
            "language": post.language,
            "content": self._content(post.text),
            "replies_count": post.engagement.get("replies", 0),
            "reblogs_count": post.engagement.get("shares", 0),
            "favourites_count": post.engagement.get("likes", 0),
            "media_attachments": [
                {"type": "image", "url": f"{base}media/{post.id}/{number}", "description": picture.description or None}
                for number, picture in enumerate(post.pictures)
            ],
            "reblog": None,
            "account": self._account(post.author),
        }
        if entry.booster is None:
            return own
        boost = {"id": entry.status_id, "uri": f"{uri}/activity/{entry.status_id}", "reblog": own, "content": ""}
        return own | boost | {"account": self._account(entry.booster)}

    def _account(self, name: str) -> dict[str, Any]:
        return {
            "acct": name,
            "discoverable": name not in self.undiscoverable,
            "indexable": name not in self.unindexable,
            "noindex": name in self.no_index,
            "note": self.notes.get(name, ""),
        }

    def _content(self, text: str) -> str:
        """Write a text in Mastodon's HTML: paragraphs, split links, hashtags as links."""
        paragraphs = [self._inline(part).replace("\n", "<br />") for part in text.split("\n\n")]
        return "".join(f"<p>{part}</p>" for part in paragraphs)

    def _inline(self, text: str) -> str:
        linked, end = "", 0
        for match in _LINK.finditer(text):
            linked += self._hashtags(escape(text[end : match.start()], quote=False)) + _split_link(match[0])
            end = match.end()
        return linked + self._hashtags(escape(text[end:], quote=False))

    def _hashtags(self, markup: str) -> str:
        link = rf'<a href="https://{self.domain}/tags/\1" class="mention hashtag" rel="tag">#<span>\1</span></a>'
        return _HASHTAG.sub(link, markup)


def _split_link(url: str) -> str:
    scheme, rest = url.split("//", 1)
    shown, hidden = escape(rest[:_SHOWN_LENGTH]), escape(rest[_SHOWN_LENGTH:])
    style = "ellipsis" if hidden else ""
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener"><span class="invisible">{scheme}//</span>'
        f'<span class="{style}">{shown}</span><span class="invisible">{hidden}</span></a>'
    )


def _snowflake(moment: datetime, salt: str) -> str:
    sequence = sum(salt.encode()) % (1 << _SEQUENCE_BITS)
    return str((int(moment.timestamp() * 1000) << _SEQUENCE_BITS) + sequence)
