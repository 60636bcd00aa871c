"""What the tests of Bluesky's collector share: posts, and one reading of a source."""

from datetime import timedelta
from typing import Any

from monitor.demo.sites import SitePost
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors.collecting import numbered

FEED = "/xrpc/app.bsky.feed.getAuthorFeed"
LIST_FEED = "/xrpc/app.bsky.feed.getListFeed"
POSTS = "/xrpc/app.bsky.feed.getPosts"
LIST = "at://did:plc:banbien/app.bsky.graph.list/cong-nhan"
START = MONDAY_MORNING - timedelta(hours=12)


def post_of(number: int, **changes: Any) -> SitePost:
    values = numbered(number, START, id=f"3m{number:04d}", author="to_truong")
    return SitePost(**(values | changes))
