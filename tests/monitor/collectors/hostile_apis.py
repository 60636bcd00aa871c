"""The platforms read through an API, as one that sends what it should not: rows, answers, and what is asked of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.base import Batch
from monitor.collectors.http.client import Fetched, PoliteClient
from monitor.demo.sites import serve
from tests.monitor.collectors.collecting import read_source
from tests.monitor.collectors.hostile import answer, as_json
from tests.monitor.collectors.payloads import (
    DID,
    PAGE_ID,
    bluesky_page,
    bluesky_row,
    discourse_row,
    facebook_list,
    facebook_row,
    mastodon_row,
    threads_list,
    threads_row,
    video_row,
    youtube_list,
    youtube_thread,
)
from tests.monitor.collectors.youtube_samples import VIDEO


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Api:
    """How one platform answers.

    Args:
        kind: The collector.
        row: Makes a row by its number, with changes.
        page: Makes the answer with these rows, the newest first.
        text: What the row of a number says.
        newer: Makes the answer when only what is newer than the cursor is asked for; None where nobody asks so.
        settings: Of the source.
        fixed: Answers by the end of the address.
        single: The end of the address of a single post, as a regular expression.
        no_single: The answer there, unless a test gives another.

    """

    kind: str
    row: Callable[..., Any]
    page: Callable[[Sequence[Any]], Any]
    text: str
    newer: Any = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    single: str = "no single post"
    no_single: Any = None

    def __str__(self) -> str:
        return self.kind

    def of(self, *numbers: int) -> Any:
        """Make the answer with sound rows of these numbers."""
        return self.page([self.row(number) for number in numbers])

    def answer(self, path: str, query: Mapping[str, str], payload: Any, single: Any = None) -> Any:
        """Give what the platform answers to one request."""
        for end, fixed in self.fixed.items():
            if path.endswith(end):
                return fixed
        if re.search(f"{self.single}$", path):
            return self.no_single if single is None else single
        return self.newer if {"min_id", "max_id", "before"} & query.keys() else payload


MASTODON = Api(kind="mastodon", row=mastodon_row, page=list, text="Bài số {}", newer=[], settings={"backfill_pages": 1})
DISCOURSE = Api(
    kind="discourse",
    row=discourse_row,
    page=lambda rows: {"latest_posts": list(rows)},
    text="Bài số {}",
    newer={"latest_posts": []},
    settings={"backfill_pages": 1},
    single=r"/posts/\d+\.json",
)
BLUESKY = Api(
    kind="bluesky", row=bluesky_row, page=lambda rows: bluesky_page(*rows), text="Bài số {}", settings={"actor": DID}
)
YOUTUBE = Api(
    kind="youtube",
    row=youtube_thread,
    page=lambda rows: youtube_list(*rows),
    text="Bình luận số {}",
    settings={"video": VIDEO},
    fixed={"/videos": youtube_list(video_row())},
    single="/comments",
    no_single=youtube_list(),
)
FACEBOOK = Api(
    kind="facebook",
    row=facebook_row,
    page=lambda rows: facebook_list(*rows),
    text="Thông báo số {}",
    settings={"page": PAGE_ID},
    fixed={"/me": {"id": PAGE_ID}},
    single=r"/\d+_\d+",
)
THREADS = Api(
    kind="threads",
    row=threads_row,
    page=lambda rows: threads_list(*rows),
    text="Thông báo số {}",
    settings={"account": "cong_doan"},
    fixed={"/me": {"id": "17841400", "username": "cong_doan"}},
)
APIS = (MASTODON, DISCOURSE, BLUESKY, YOUTUBE, FACEBOOK, THREADS)


class CannedClient:
    """Gives the same page to each request, without a network and without a process for parsers."""

    def __init__(self, api: Api, payload: Any) -> None:
        self._api = api
        self._payload = payload

    async def get(self, url: str, *, params: Mapping[str, str] | None = None, **_: Any) -> Fetched:
        return answer(self._api.answer(url.partition("?")[0], params or {}, self._payload), url)

    async def parse(self, read: Callable[..., Any], fetched: Fetched, *arguments: Any) -> Any:
        """Parse without a net: a fault of a parser must show here."""
        return read(fetched, *arguments)


async def read(
    api: Api, client: PoliteClient, last: list[Batch] | None, base: str = "https://a.example", **of_source: Any
) -> list[Batch]:
    """Read once, going on from the last cursors."""
    values = {"name": "Nguồn", "address": base, "settings": api.settings, "secret": "khoa-thu-nghiem"}
    return await read_source(api.kind, client, last, **(values | of_source))


async def read_rows(
    api: Api,
    client: PoliteClient,
    rows: Sequence[Any],
    last: list[Batch] | None = None,
    *,
    single: Any = None,
    headers: Mapping[str, str] | None = None,
    **of_source: Any,
) -> list[Batch]:
    """Read a platform on loopback that shows these rows."""
    return await read_payload(api, client, api.page(rows), last, single=single, headers=headers, **of_source)


async def read_payload(
    api: Api,
    client: PoliteClient,
    payload: Any,
    last: list[Batch] | None = None,
    *,
    single: Any = None,
    headers: Mapping[str, str] | None = None,
    **of_source: Any,
) -> list[Batch]:
    """Read a platform on loopback that gives this answer."""

    def respond(request: Request) -> Response:
        if request.url.path == "/robots.txt":
            return Response(status_code=404)
        if not 0 <= int(request.query_params.get("before", 0)) < 2**63:
            return Response(status_code=500)  # as forums do, whose database holds no larger number
        body = api.answer(request.url.path, request.query_params, payload, single)
        return Response(as_json(body), headers=dict(headers or {}))

    with serve(Starlette(routes=[Route("/{path:path}", respond)])) as base:
        return await read(api, client, last, base, **of_source)
