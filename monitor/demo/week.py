"""The posts of the demo's week, as their platforms will serve them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from monitor.demo.sites import SitePost


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post, what will happen to it, and how it was labelled when it was written (which is never served)."""

    post: SitePost
    labels: frozenset[str]
    edited_text: str | None
    deleted: bool


def read_posts(site: str, now: datetime) -> list[DemoPost]:
    """Read the posts of one platform.

    Args:
        site: `newspaper`, `forum` or `mastodon`.
        now: The time that the posts' ages count back from, UTC.

    """
    text = (resources.files("monitor.demo") / "posts" / f"{site}.jsonl").read_text(encoding="utf-8")
    return [_post(json.loads(line), now) for line in text.splitlines() if line.strip()]


def _post(record: Mapping[str, Any], now: datetime) -> DemoPost:
    post = SitePost(
        id=record["id"],
        author=record["author"],
        title=record["title"],
        text=record["text"],
        published_at=now - timedelta(days=record["days_ago"]),
        engagement=record["engagement"],
    )
    return DemoPost(post, frozenset(record["labels"]), record["edited_text"], record["deleted"])
