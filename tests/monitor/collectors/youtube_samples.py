"""What the tests of YouTube's collector share: comments, and one reading of a source."""

from datetime import timedelta
from typing import Any

from monitor.collectors.base import Batch
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors.collecting import numbered, posts
from tests.platforms import YouTubeComment

KEY = "AIzaSy-khoa_thu-nghiem"
CHANNEL = "UC" + "a" * 22
VIDEO, OTHER = "video_so_01", "video_so_02"
TITLE = "Họp báo về lương tối thiểu vùng"
THREADS, COMMENTS = "/youtube/v3/commentThreads", "/youtube/v3/comments"
START = MONDAY_MORNING - timedelta(days=2)


def comment(number: int, **changes: Any) -> YouTubeComment:
    values = numbered(number, START, "Bình luận số {}", id=f"Ugz{number:04}", author=f"nguoi_{number % 7}", video=VIDEO)
    return YouTubeComment(**(values | changes))


def reply(number: int, to: int) -> YouTubeComment:
    parent = f"Ugz{to:04}"
    return comment(
        number,
        id=f"{parent}.r{number}",
        parent=parent,
        text=f"Trả lời {number}",
        published_at=START + timedelta(days=1, minutes=number),
    )


def ids(batches: list[Batch]) -> list[str]:
    return [post.external_id for post in posts(batches)]
