"""Rows that the Graph API should not send: they are counted and left, and no later reading fails because of them."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.base import Batch, PublicPost
from monitor.collectors.facebook.api import problem_of, read_page, usage_problem
from monitor.collectors.facebook.page import FacebookPage
from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import serve
from monitor.errors import PayloadInvalid, RateLimited
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import gone, posts, read_source, skipped, texts
from tests.monitor.collectors.hostile import (
    HALF,
    HUGE,
    answer,
    as_json,
    assert_cursor_storable,
    each_wrong,
    few_examples,
    mutated,
    read_all,
)
from tests.monitor.collectors.payloads import PAGE_ID, facebook_list, facebook_row

PAGE = FacebookPage(
    source="Trang",
    base="https://a.example/v26.0",
    page_id=PAGE_ID,
    comments=False,
    backfill_pages=1,
    max_pages=1,
)


async def read_rows(
    client: PoliteClient, payload: Any, last: list[Batch] | None = None, *, single: Any = None, watched: Any = ()
) -> list[Batch]:
    routes = [
        Route("/v26.0/me", lambda _: Response(as_json({"id": PAGE_ID}))),
        Route(f"/v26.0/{PAGE_ID}/posts", lambda _: Response(as_json(payload))),
        Route("/v26.0/{number}", lambda _: Response(as_json(single))),
    ]
    with serve(Starlette(routes=routes)) as base:
        return await read_source(
            "facebook",
            client,
            last,
            name="Trang",
            address=f"{base}/v26.0",
            settings={"page": PAGE_ID},
            watched=watched,
            secret="EAAB-the-thu",
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 1002},
        {"id": HALF},
        {"id": "९९९_१११"},
        {"id": [f"{PAGE_ID}_1002"]},
        {"message": HALF},
        {"message": {"text": "a"}},
        {"message": "NUL \0"},
        {"is_published": "false"},
        {"is_hidden": 1},
        {"is_private": []},
        {"privacy": "SELF"},
        {"privacy": {"value": ["SELF"]}},
    ],
)
async def test_row_that_is_not_as_documented_is_counted_and_the_rest_kept(
    client: PoliteClient, wrong: dict[str, Any]
) -> None:
    batches = await read_rows(client, facebook_list(facebook_row(3), facebook_row(2, **wrong), facebook_row(1)))
    assert texts(batches) == ["Thông báo số 1", "Thông báo số 3"]
    assert skipped(batches) == {"malformed": 1}
    assert_cursor_storable(batches[-1].cursor)


@pytest.mark.parametrize("count", [True, HUGE, 10**30, 1.5, float("inf"), "3", [], {}])
async def test_count_that_is_none_costs_no_post(client: PoliteClient, count: Any) -> None:
    total = {"summary": {"total_count": count}}
    odd = facebook_row(
        1, comments=total, reactions=total, shares={"count": count}, like_count=count, comment_count=count
    )
    (post,) = posts(await read_rows(client, facebook_list(odd | {"from": count, "permalink_url": HALF})))
    assert (post.engagement, post.author, post.url) == ({}, PAGE_ID, f"https://www.facebook.com/{PAGE_ID}_1001")


async def test_time_that_has_not_come_yet_does_not_become_the_cursor(client: PoliteClient, clock: FakeClock) -> None:
    later = (clock.now() + timedelta(days=400)).isoformat()
    batches = await read_rows(client, facebook_list(facebook_row(1, created_time=later)))
    assert (batches[-1].cursor or {})["newest"] == clock.now().isoformat()


async def test_next_page_without_an_address_is_an_error_of_ours(client: PoliteClient) -> None:
    with pytest.raises(PayloadInvalid, match="cannot be followed"):
        await read_rows(client, facebook_list(facebook_row(1), following="https://[x"))


@pytest.mark.parametrize("single", [{}, {"id": HUGE}, {"id": f"{PAGE_ID}_1002", "message": HALF}])
async def test_watched_post_whose_answer_is_malformed_is_not_gone(client: PoliteClient, single: Any) -> None:
    batches = await read_rows(client, facebook_list(facebook_row(1)), single=single, watched=(f"{PAGE_ID}_1002",))
    assert gone(batches) == []
    assert skipped(batches) == {"malformed": 1}


def test_each_wrong_value_at_each_place_gives_posts_or_an_error_of_ours() -> None:
    read_all(each_wrong(facebook_list(facebook_row(1), following="https://a.example/v26.0/x?after=a")), read_posts)


@few_examples
@given(mutated(facebook_list(facebook_row(2), facebook_row(1), following="https://a.example/v26.0/x?after=a")))
def test_no_page_is_too_strange(payload: Any) -> None:
    read_all([payload], read_posts)


@few_examples
@given(mutated({"error": {"code": 190, "error_subcode": 463, "message": "Hết hạn", "type": "OAuthException"}}))
def test_no_refusal_is_too_strange(payload: Any) -> None:
    problem = str(problem_of(answer(payload), PAGE))
    problem.encode()
    assert "\0" not in problem


@few_examples
@given(mutated({"100200300": [{"call_count": 96, "estimated_time_to_regain_access": 19}], "total_time": 3}))
def test_no_use_of_limits_is_too_strange(payload: Any) -> None:
    header = as_json(payload).decode()
    problem = usage_problem(answer({}, **{"x-business-use-case-usage": header, "x-app-usage": header}))
    assert problem is None or isinstance(problem, RateLimited)


def read_posts(payload: Any) -> list[PublicPost]:
    return [entry.post for entry in read_page(answer(payload), PAGE).entries if entry.post]
