"""The platforms read through an API, as one that sends what it should not: rows, answers, and what is asked of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from monitor.collectors.base import Batch
from monitor.collectors.http.client import Fetched, PoliteClient
from tests.monitor.collectors.collecting import read_source
from tests.monitor.collectors.hostile import answer
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

    def __init__(self, api: Api, payload: Any, single: Any = None) -> None:
        self._api = api
        self._payload = payload
        self._single = single

    async def get(self, url: str, *, params: Mapping[str, str] | None = None, **_: Any) -> Fetched:
        """Answer; no forum's database holds a larger number than is asked for here."""
        assert 0 <= int((params or {}).get("before", 0)) < 2**63
        return answer(self._api.answer(url.partition("?")[0], params or {}, self._payload, self._single), url)

    async def parse(self, read: Callable[..., Any], fetched: Fetched, *arguments: Any) -> Any:
        """Parse without a net: a fault of a parser must show here."""
        return read(fetched, *arguments)


async def read_payload(
    api: Api, payload: Any, last: list[Batch] | None = None, *, single: Any = None, **of_source: Any
) -> list[Batch]:
    """Read a platform that gives this answer, going on from the last cursors."""
    values = {"name": "Nguồn", "address": "https://a.example", "settings": api.settings, "secret": "khoa-thu-nghiem"}
    client = cast("PoliteClient", CannedClient(api, payload, single))
    return await read_source(api.kind, client, last, **(values | of_source))


async def read_rows(api: Api, rows: Sequence[Any], last: list[Batch] | None = None, **more: Any) -> list[Batch]:
    """Read a platform that shows these rows."""
    return await read_payload(api, api.page(rows), last, **more)
