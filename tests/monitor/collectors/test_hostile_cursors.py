"""What a strange answer leaves behind: a cursor that can be stored, and from which later readings go on."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import Batch
from monitor.collectors.http.client import Fetched, PoliteClient
from monitor.errors import CollectError
from tests.monitor.collectors.collecting import posts, read_source, texts
from tests.monitor.collectors.hostile import answer, assert_cursor_storable, assert_storable, few_examples, mutated
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """How one platform answers.

    Args:
        kind: The collector.
        page: Makes the answer with rows of these numbers, the newest first.
        text: What the row of a number says.
        newer: Makes the answer when only what is newer than the cursor is asked for; None where nobody asks so.
        fixed: Answers by the end of the address.

    """

    kind: str
    page: Callable[[Sequence[int]], Any]
    text: str
    newer: Any = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.kind


class CannedClient:
    """Gives the same page to each request, without a network."""

    def __init__(self, api: Api, payload: Any) -> None:
        self._api = api
        self._payload = payload

    async def get(self, url: str, *, params: Mapping[str, str] | None = None, **_: Any) -> Fetched:
        for end, payload in self._api.fixed.items():
            if url.partition("?")[0].endswith(end):
                return answer(payload, url)
        paging = {"min_id", "max_id", "before"} & (params or {}).keys()
        return answer(self._api.newer if paging else self._payload, url)

    async def parse(self, read: Callable[..., Any], fetched: Fetched, *arguments: Any) -> Any:
        """Parse without a net: a fault of a parser must show here."""
        return read(fetched, *arguments)


APIS = (
    Api(
        kind="mastodon",
        page=lambda numbers: [mastodon_row(number) for number in numbers],
        text="Bài số {}",
        newer=[],
        settings={"backfill_pages": 1},
    ),
    Api(
        kind="discourse",
        page=lambda numbers: {"latest_posts": [discourse_row(number) for number in numbers]},
        text="Bài số {}",
        newer={"latest_posts": []},
        settings={"backfill_pages": 1},
    ),
    Api(
        kind="bluesky",
        page=lambda numbers: bluesky_page(*(bluesky_row(number) for number in numbers)),
        text="Bài số {}",
        settings={"actor": DID},
    ),
    Api(
        kind="youtube",
        page=lambda numbers: youtube_list(*(youtube_thread(number) for number in numbers)),
        text="Bình luận số {}",
        settings={"video": VIDEO},
        fixed={"/videos": youtube_list(video_row()), "/comments": youtube_list()},
    ),
    Api(
        kind="facebook",
        page=lambda numbers: facebook_list(*(facebook_row(number) for number in numbers)),
        text="Thông báo số {}",
        settings={"page": PAGE_ID},
        fixed={"/me": {"id": PAGE_ID}},
    ),
    Api(
        kind="threads",
        page=lambda numbers: threads_list(*(threads_row(number) for number in numbers)),
        text="Thông báo số {}",
        settings={"account": "cong_doan"},
        fixed={"/me": {"id": "17841400", "username": "cong_doan"}},
    ),
)


async def read(api: Api, payload: Any, last: list[Batch] | None) -> list[Batch]:
    return await read_source(
        api.kind,
        cast("PoliteClient", CannedClient(api, payload)),
        last,
        name="Nguồn",
        address="https://a.example",
        settings=api.settings,
        secret="khoa-thu-nghiem",
    )


@pytest.mark.parametrize("api", APIS, ids=str)
@few_examples
@given(data=st.data())
async def test_no_answer_spoils_later_readings(api: Api, data: st.DataObject) -> None:
    batches: list[Batch] = []
    with suppress(CollectError):
        batches = await read(api, data.draw(mutated(api.page([2, 1]))), None)
    assert_storable(posts(batches))
    for batch in batches:
        assert_cursor_storable(batch.cursor)
    later = await read(api, api.page([4, 3]), batches)
    assert {api.text.format(3), api.text.format(4)} <= set(texts(later))
    last = await read(api, api.page([6, 5]), later)
    assert {api.text.format(5), api.text.format(6)} <= set(texts(last))
    assert_cursor_storable(last[-1].cursor)
