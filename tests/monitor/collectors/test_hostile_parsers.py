"""What the parsers of the platforms' answers make of values that are wrong: posts, or an error of the program."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.bluesky import api as bluesky
from monitor.collectors.discourse import api as discourse
from monitor.collectors.facebook import api as facebook
from monitor.collectors.facebook.page import FacebookPage
from monitor.collectors.mastodon import api as mastodon
from monitor.collectors.youtube import api as youtube
from monitor.collectors.youtube.query import CommentQuery
from monitor.errors import CollectError, PayloadInvalid, RateLimited
from tests.monitor.collectors.hostile import HALF, answer, as_json, each_wrong, few_examples, mutated, read_all
from tests.monitor.collectors.payloads import (
    DID,
    PAGE_ID,
    bluesky_page,
    bluesky_row,
    discourse_row,
    facebook_list,
    facebook_row,
    mastodon_row,
    video_row,
    youtube_comment,
    youtube_list,
    youtube_thread,
)
from tests.monitor.collectors.youtube_samples import TITLE, VIDEO

LARGEST = 2**53 - 1
FEED = bluesky.Feed(
    base="https://api.example",
    actor=DID,
    list_uri="",
    languages=frozenset({"vi"}),
    backfill_pages=1,
)
FORUM = discourse.Forum(base="https://a.example", category=None, backfill_pages=1, max_pages=1)
LOCAL = mastodon.Timeline(base="https://a.example", name="local", tag="", backfill_pages=1)
PAGE = FacebookPage(
    source="Trang", base="https://a.example/v26.0", owner=PAGE_ID, comments=False, backfill_pages=1, max_pages=1
)
COMMENTS = CommentQuery.from_source(SourceView(name="Kênh", address="https://a.example", settings={"video": VIDEO}))
FOLLOWING = "https://a.example/v26.0/x?after=a"


def latest_of_forum(payload: Any) -> list[PublicPost]:
    page = discourse.read_page(answer(payload), FORUM)
    assert all(0 < place <= LARGEST for place in page.places)
    return page.posts


def single_of_forum(payload: Any) -> list[PublicPost]:
    assert discourse.read_single(answer(payload), FORUM, 1).id == "1"
    return []


def of_threads(payload: Any) -> list[PublicPost]:
    return youtube.read_threads(answer(payload), youtube.Video(id=VIDEO, title=TITLE)).posts


def of_comments(payload: Any) -> list[PublicPost]:
    return youtube.read_comments(answer(payload), None).posts


def singles_of_bluesky(payload: Any) -> list[PublicPost]:
    return [post for post in bluesky.read_posts(answer(payload), FEED).values() if isinstance(post, PublicPost)]


READERS: dict[str, tuple[Callable[[Any], list[PublicPost]], Any]] = {
    "mastodon": (
        lambda payload: mastodon.read_page(answer(payload), "a.example").posts,
        [mastodon_row(2), mastodon_row(1)],
    ),
    "discourse": (latest_of_forum, {"latest_posts": [discourse_row(2), discourse_row(1, post_number=2)]}),
    "discourse single": (single_of_forum, discourse_row(1)),
    "bluesky": (
        lambda payload: bluesky.read_page(answer(payload), FEED).posts,
        bluesky_page(bluesky_row(2), bluesky_row(1), cursor="a"),
    ),
    "bluesky single": (singles_of_bluesky, {"posts": [bluesky_row(1)["post"]]}),
    "youtube threads": (of_threads, youtube_list(youtube_thread(1), youtube_thread(2))),
    "youtube comments": (of_comments, youtube_list(youtube_comment(1))),
    "facebook": (
        lambda payload: facebook.read_page(answer(payload), PAGE).posts,
        facebook_list(facebook_row(2), facebook_row(1), following=FOLLOWING),
    ),
}


@pytest.mark.parametrize("name", READERS)
def test_each_wrong_value_at_each_place_gives_posts_or_an_error_of_ours(name: str) -> None:
    read, payload = READERS[name]
    read_all(each_wrong(payload), read)


@pytest.mark.parametrize("name", READERS)
@few_examples
@given(data=st.data())
def test_no_page_is_too_strange(name: str, data: st.DataObject) -> None:
    read, payload = READERS[name]
    read_all([data.draw(mutated(payload))], read)


REFUSALS: dict[str, tuple[Callable[[Any], object], Any]] = {
    "bluesky": (
        lambda payload: bluesky.problem_of(answer(payload), FEED),
        {"error": "CursorTooOld", "message": "below the floor"},
    ),
    "discourse": (
        lambda payload: discourse.refusal(answer(payload), FORUM),
        {"errors": ["x"], "error_type": "not_logged_in"},
    ),
    "facebook": (
        lambda payload: facebook.problem_of(answer(payload), PAGE),
        {"error": {"code": 190, "error_subcode": 463, "message": "Hết hạn", "type": "OAuthException"}},
    ),
    "youtube": (
        lambda payload: youtube.problem_of(answer(payload), COMMENTS),
        {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}], "details": [{"reason": "KEY"}]}},
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
@few_examples
@given(data=st.data())
def test_no_refusal_is_too_strange(name: str, data: st.DataObject) -> None:
    explain, sound = REFUSALS[name]
    payload = data.draw(mutated(sound))
    try:
        explanation = str(explain(payload))
    except CollectError:
        assert not isinstance(payload, dict)
        return
    explanation.encode()
    assert "\0" not in explanation


@pytest.mark.parametrize("body", [{"error": HALF, "message": ["a"]}, {"error": 3}, [], "NUL \0", {"message": "a\0b"}])
def test_refusal_is_explained_in_words_that_can_be_stored(body: Any) -> None:
    explanation = str(bluesky.problem_of(answer(body), FEED))
    assert "\0" not in explanation
    explanation.encode()


@few_examples
@given(mutated({"configuration": {"timelines_access": {"live_feeds": {"local": "public"}}}}))
def test_no_instance_is_too_strange(payload: Any) -> None:
    access = mastodon.timeline_access(answer(payload), LOCAL)
    assert access is None or isinstance(access, str)


@few_examples
@given(mutated(youtube_list(video_row(), {"id": "UUxx", "snippet": {"resourceId": {"videoId": VIDEO}}})))
def test_no_list_of_videos_is_too_strange(payload: Any) -> None:
    try:
        videos = youtube.read_videos(answer(payload))
    except PayloadInvalid:
        return
    assert all(len(video.id) == len(VIDEO) for video in videos)


@few_examples
@given(mutated({"100200300": [{"call_count": 96, "estimated_time_to_regain_access": 19}], "total_time": 3}))
def test_no_use_of_limits_is_too_strange(payload: Any) -> None:
    header = as_json(payload).decode()
    problem = facebook.usage_problem(answer({}, **{"x-business-use-case-usage": header, "x-app-usage": header}))
    assert problem is None or isinstance(problem, RateLimited)
