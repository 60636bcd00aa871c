"""Items of TikTok, Instagram, Threads, X and Facebook as their pages load them and capture tools store them."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import REPOST, Refusal, Value
from monitor.collectors.files.places import first_value
from monitor.collectors.files.record_post import ReadDate, to_post
from monitor.collectors.files.values import as_text, optional_text, published

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """How one platform's items are read.

    Args:
        names: Words by which a capture names the platform.
        marks: Places of which an item has at least one of each group.
        places: For each field, where it may stand; the best first.
        address: How the address is written, and the places of each part.
        is_kind: Tells whether an item that has the marks is of this platform.
        is_repost: Tells whether an item only passes on another's post.
        read_text: Turns the text as it stands in the item into what a reader sees.
        read_date: Reads the date as this platform writes it.

    """

    names: tuple[str, ...]
    marks: tuple[tuple[str, ...], ...]
    places: Mapping[str, tuple[str, ...]]
    address: tuple[str, tuple[tuple[str, ...], ...]]
    is_kind: Callable[[Payload], bool] = lambda _: True
    is_repost: Callable[[Payload], bool] = lambda _: False
    read_text: Callable[[str], str] = str
    read_date: ReadDate = published

    def fits(self, data: Payload) -> bool:
        """Tell whether an item has the shape of this platform."""
        return all(first_value(data, group) is not None for group in self.marks) and self.is_kind(data)

    def post(self, data: Payload, line: int, excerpt: str) -> PublicPost | Refusal:
        """Turn an item into a post, or say why it cannot be one."""
        if self.is_repost(data):
            return Refusal(line, REPOST, excerpt)
        said = {field: first_value(data, places) for field, places in self.places.items()}
        written, parts = self.address[0], [first_value(data, places) for places in self.address[1]]
        said["url"] = written.format(*parts) if all(parts) else None
        said["text"] = self.read_text(as_text(said["text"]))
        return to_post(said, line, excerpt, read_date=self.read_date)


def _is_polaris(data: Payload) -> bool:
    return as_text(data.get("__typename")).startswith("XIGPolaris")


_LEAST_INSTAGRAM_DIGITS, _MOST_INSTAGRAM_DIGITS = 16, 20
_INSTAGRAM_EPOCH = 1_314_220_021_721
_PASSED_ON = re.compile(r"RT @\w{1,20}:? ")


def _instagram_date(value: Value) -> tuple[datetime | None, str | None]:
    """Read a time, or that which stands in an identifier: milliseconds since 24 August 2011 above its low 23 bits."""
    number = as_text(value).removeprefix("POLARIS_").partition("_")[0]
    if not number.isdigit() or not _LEAST_INSTAGRAM_DIGITS <= len(number) < _MOST_INSTAGRAM_DIGITS:
        return published(value)
    milliseconds = (int(number) >> 23) + _INSTAGRAM_EPOCH
    return published(str(milliseconds))[0], None


def _x_repost(data: Payload) -> bool:
    legacy = data.get("tweet", data).get("legacy") if isinstance(data.get("tweet", data), dict) else None
    if not isinstance(legacy, dict):
        return False
    is_named = "retweeted_status_result" in legacy or bool(legacy.get("retweeted_status_id_str"))
    return is_named or _PASSED_ON.match(as_text(first_value(legacy, ("full_text",)))) is not None


def _x_date(value: Value) -> tuple[datetime | None, str | None]:
    raw = optional_text(value)
    try:
        moment = datetime.strptime(raw or "", "%a %b %d %H:%M:%S %z %Y")
    except ValueError:
        return published(value)
    return moment.astimezone(UTC), raw


def _either(*places: str) -> tuple[str, ...]:
    """Name places of a post on X, which is wrapped once more where its visibility is limited."""
    return (*places, *(f"tweet.{place}" for place in places))


_X_ID = _either("rest_id", "legacy.id_str")
_X_NAME = _either(
    "core.user_results.result.core.screen_name",
    "core.user_results.result.legacy.screen_name",
    "user.screen_name",
)
TIKTOK = Platform(
    names=("tiktok",),
    marks=(("id",), ("createTime",), ("author.uniqueId", "stats.diggCount", "statsV2.diggCount")),
    places={
        "external_id": ("id",),
        "text": ("desc",),
        "author": ("author.uniqueId", "author"),
        "published": ("createTime",),
        "likes": ("stats.diggCount", "statsV2.diggCount"),
        "comments": ("stats.commentCount", "statsV2.commentCount"),
        "shares": ("stats.shareCount", "statsV2.shareCount"),
        "views": ("stats.playCount", "statsV2.playCount"),
    },
    address=("https://www.tiktok.com/@{}/video/{}", (("author.uniqueId", "author"), ("id",))),
)
TIKTOK_COMMENT = Platform(
    names=("tiktok-comments",),
    marks=(("cid",), ("aweme_id",), ("create_time",)),
    places={
        "external_id": ("cid",),
        "text": ("text",),
        "author": ("user.unique_id", "user.uid"),
        "context": ("share_info.title",),
        "published": ("create_time",),
        "language": ("comment_language",),
        "likes": ("digg_count",),
        "replies": ("reply_comment_total",),
    },
    address=("{}", (("comment_url", "share_info.url"),)),
)
THREADS = Platform(
    names=("threads",),
    marks=(("code", "pk"), ("taken_at",), ("text_post_app_info.**",)),
    places={
        "external_id": ("code", "pk"),
        "text": ("caption.text",),
        "author": ("user.username", "user.pk"),
        "published": ("taken_at",),
        "likes": ("like_count",),
        "replies": ("text_post_app_info.direct_reply_count",),
        "shares": ("text_post_app_info.repost_count",),
    },
    address=("https://www.threads.net/@{}/post/{}", (("user.username",), ("code",))),
)
INSTAGRAM = Platform(
    names=("instagram",),
    marks=(
        ("code", "shortcode"),
        ("taken_at", "taken_at_timestamp"),
        ("user.username", "owner.username", "user.pk", "owner.id"),
    ),
    places={
        "external_id": ("code", "shortcode"),
        "text": ("caption.text", "edge_media_to_caption.edges.0.node.text"),
        "author": ("user.username", "owner.username", "owner.id"),
        "published": ("taken_at", "taken_at_timestamp"),
        "likes": ("like_count", "edge_media_preview_like.count"),
        "comments": ("comment_count", "edge_media_to_comment.count", "edge_media_preview_comment.count"),
        "views": ("play_count", "view_count", "video_view_count"),
    },
    address=("https://www.instagram.com/p/{}/", (("code", "shortcode"),)),
)
POLARIS = Platform(
    names=("instagram",),
    marks=(("code",), ("__typename",)),
    places={
        "external_id": ("code",),
        "text": ("caption.text", "caption"),
        "author": ("user.username", "owner.username", "user.pk", "owner.pk", "user.id", "owner.id"),
        "published": ("taken_at", "pk", "id"),
        "likes": ("like_count",),
        "comments": ("comment_count",),
        "views": ("play_count", "view_count"),
    },
    address=("https://www.instagram.com/p/{}/", (("code", "shortcode"),)),
    is_kind=_is_polaris,
    read_date=_instagram_date,
)
X = Platform(
    names=("twitter", "x.com"),
    marks=(_X_ID, _either("legacy.full_text")),
    places={
        "external_id": _X_ID,
        "text": _either("note_tweet.note_tweet_results.result.text", "legacy.full_text"),
        "author": _X_NAME,
        "published": _either("legacy.created_at"),
        "language": _either("legacy.lang"),
        "likes": _either("legacy.favorite_count"),
        "replies": _either("legacy.reply_count"),
        "shares": _either("legacy.retweet_count"),
        "views": _either("views.count", "ext_views.count"),
    },
    address=("https://x.com/{}/status/{}", (_X_NAME, _X_ID)),
    is_repost=_x_repost,
    read_text=html.unescape,
    read_date=_x_date,
)
_STORY = "comet_sections.content.story"
FACEBOOK = Platform(
    names=("facebook",),
    marks=((f"{_STORY}.post_id", f"{_STORY}.wwwURL"),),
    places={
        "external_id": (f"{_STORY}.post_id", "post_id"),
        "text": (f"{_STORY}.message.text", f"{_STORY}.comet_sections.message.story.message.text"),
        "author": (f"{_STORY}.actors.0.id", f"{_STORY}.actors.0.name"),
        "published": ("comet_sections.**.metadata.*.story.creation_time", "comet_sections.**.creation_time"),
        "likes": ("comet_sections.feedback.**.reaction_count.count",),
        "comments": (
            "comet_sections.feedback.**.total_comment_count",
            "comet_sections.feedback.**.comments.total_count",
        ),
        "shares": ("comet_sections.feedback.**.share_count.count",),
    },
    address=("{}", ((f"{_STORY}.wwwURL",),)),
)

PLATFORMS: tuple[Platform, ...] = (TIKTOK_COMMENT, TIKTOK, THREADS, POLARIS, INSTAGRAM, X, FACEBOOK)


def platform_of(data: Payload, named: str = "") -> Platform | None:
    """Recognise the platform of an item by its shape.

    Args:
        data: The item.
        named: How the capture names the platform, if it does; it decides between two shapes that are alike.

    Returns:
        The platform; None when it is none that is read.

    """
    candidates = [platform for platform in PLATFORMS if any(name in named.lower() for name in platform.names)]
    return next((platform for platform in candidates or PLATFORMS if platform.fits(data)), None)
