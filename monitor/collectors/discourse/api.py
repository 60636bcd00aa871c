"""What a Discourse forum answers, read at the edge: a source's settings, pages of posts, lists of topics."""

import re
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, OnErrorOmit

from monitor.collectors.base import Place, PostPicture, PublicPost, SourceView
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import shown_pictures, to_text
from monitor.collectors.parsing.json_models import (
    Count,
    Lenient,
    PayloadModel,
    Text,
    Uri,
    counts_of,
    read_json,
    read_row,
)
from monitor.collectors.parsing.soup import outermost, parse_fragment, put_link, remove, words_of
from monitor.collectors.timeline import Entry, Page
from monitor.errors import PayloadInvalid, SourceRefused, UsageError

_BACKFILL_PAGES = 5
_MOST_PAGES = 20
_CATEGORY = re.compile(r"(?:[\w%.~-]+/)+([0-9]{1,15})")
_REGULAR, _MODERATOR_ACTION = 1, 2
_KEPT_TYPES = frozenset({_REGULAR, _MODERATOR_ACTION})  # not notices of what was done, nor whispers
_OPENING = 1
_LIKE = 2
_NOISE = "svg, .lightbox-wrapper .meta, .onebox .source, a.anchor"

PostId = Annotated[int, Field(gt=0, lt=2**53)]
"""An identifier that the forum can be asked for: a larger one in the cursor would make each later reading fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum(Place):
    """Which posts of which forum a source reads.

    Settings of a source: `category` as in the forum's addresses (`viec-lam/4`), for its own posts only, without those
    of categories below it; `backfill_pages` is how many pages of 50 the first reading goes back, `max_pages` how many
    each later one.
    """

    category: int | None
    backfill_pages: int
    max_pages: int

    @classmethod
    def from_source(cls, source: SourceView) -> "Forum":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        category = str(source.settings.get("category", "")).strip().strip("/")
        named = _CATEGORY.fullmatch(category)
        if category and not named:
            raise UsageError(
                f"source {source.name}: `category` must be as in the address of its page, name/number: not {category!r}"
            )
        return cls(
            base=source.address.rstrip("/"),
            category=int(named[1]) if named else None,
            backfill_pages=source.number_setting("backfill_pages", _BACKFILL_PAGES),
            max_pages=source.number_setting("max_pages", _MOST_PAGES),
        )

    @property
    def posts_url(self) -> str:
        """The address of the newest posts, without parameters."""
        return f"{self.base}/posts.json"

    def post_url(self, post_id: int) -> str:
        """Give the address of one post."""
        return f"{self.base}/posts/{post_id}.json"


class Action(PayloadModel):
    """How many people did something to a post: liked it, bookmarked it."""

    id: int
    count: Count


class Post(PayloadModel):
    """A post, as Discourse's documentation of its API names it."""

    id: PostId
    topic_id: PostId
    category_id: Lenient[PostId] = None
    topic_slug: Lenient[Uri] = None
    topic_title: Lenient[Text] = None
    post_number: Lenient[PostId] = None
    post_type: int = _REGULAR
    user_id: Lenient[Count] = None
    username: Text | None = None
    cooked: Text = ""
    created_at: Lenient[Text] = None
    updated_at: Lenient[Text] = None
    version: Lenient[Count] = None
    hidden: bool | None = None
    user_deleted: bool | None = None
    deleted_at: Any = None
    reply_count: Lenient[Count] = None
    actions_summary: Lenient[list[OnErrorOmit[Action]]] = None

    @property
    def is_gone(self) -> bool:
        """Whether its author, the moderators or the community took it away."""
        return bool(self.user_deleted or self.hidden or self.deleted_at)

    @property
    def is_reply(self) -> bool:
        """Whether it is not the opening post of its topic."""
        return self.post_number != _OPENING

    @property
    def engagement(self) -> dict[str, int]:
        """The counts that came with it."""
        likes = next((action.count for action in self.actions_summary or () if action.id == _LIKE), None)
        return counts_of(replies=self.reply_count, likes=likes)


class PostRow(PayloadModel):
    """A post of which only the identifier is read, so that paging goes on past one that is malformed."""

    id: PostId


class LatestPosts(PayloadModel):
    """The answer to `/posts.json`."""

    latest_posts: list[Any]


class Refusal(PayloadModel):
    """An answer that explains why something is not shown."""

    error_type: Lenient[Text] = None


def read_page(fetched: Fetched, forum: Forum) -> Page:
    """Read a page of posts.

    Raises:
        PayloadInvalid: When it is none.
        SourceRefused: When a page to sign in came instead.

    """
    payload = read_row(LatestPosts, _json(fetched))
    if payload is None:
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a list of posts: is it a Discourse forum?")
    entries = [read_entry(row, forum) for row in payload.latest_posts]
    known = sorted((entry for entry in entries if entry.id), key=lambda entry: entry.place, reverse=True)
    following = known[-1].place - 1 if known else None
    return Page(fetched=fetched, entries=known, malformed=len(entries) - len(known), next=following)


def read_entry(row: Any, forum: Forum) -> Entry:
    """Read one post; one without an identifier has none here either."""
    post = read_row(Post, row)
    if post is None:
        head = read_row(PostRow, row)
        return Entry(id=str(head.id) if head else "", place=head.id if head else None, reason="malformed")
    entry = Entry(id=str(post.id), place=post.id)
    if post.is_gone:
        return replace(entry, gone=True)
    # Accounts below 0 are the forum's own: its welcome texts, its teaching robot.
    if post.post_type not in _KEPT_TYPES or (post.user_id or 0) < 0:
        return replace(entry, reason="system message")
    if forum.category and post.category_id != forum.category:
        return replace(entry, reason="other category")
    text = cooked_text(post.cooked, forum.base, is_reply=post.is_reply)
    pictures = own_pictures(post.cooked, forum.base, is_reply=post.is_reply)
    if not text and not pictures:
        return replace(entry, reason="no text")
    return replace(entry, post=replace(_public_post(post, forum, text), pictures=pictures))


def cooked_text(cooked: str, base_url: str, *, is_reply: bool) -> str:
    """Give the plain text of a post's HTML; a reply without what it quotes of others."""
    soup = parse_fragment(cooked)
    if is_reply:
        remove(soup, "aside.quote")
    else:
        remove(soup, "aside.quote > .title")
    for card in outermost(soup, "aside.onebox"):
        title = card.select_one("h3, h4")
        link = title.select_one("a[href]") if title else None
        address = str(card.get("data-onebox-src") or (link.get("href") if link else "") or "")
        put_link(soup, card, address, words_of(title))
    remove(soup, _NOISE)
    for hashtag in soup.select("a.hashtag, a.hashtag-cooked"):
        hashtag.replace_with("#" + words_of(hashtag).removeprefix("#"))
    return to_text(soup.decode_contents(), base_url + "/")


def own_pictures(cooked: str, base_url: str, *, is_reply: bool) -> list[PostPicture]:
    """Return the pictures of a post's HTML, without those of cards; of a reply without those that it quotes."""
    if "<img" not in cooked:
        return []
    soup = parse_fragment(cooked)
    remove(soup, "aside.onebox")
    if is_reply:
        remove(soup, "aside.quote")
    # Some lead to the original that they were scaled down from.
    for original in soup.select("a.lightbox[href] > img"):
        original["src"] = str(original.parent["href"]) if original.parent else ""
    return shown_pictures(soup.select("img"), base_url + "/")


def read_single(fetched: Fetched, forum: Forum, post_id: int) -> Entry:
    """Read the answer for a single post: it is there, but not listed. One that cannot be read is not gone either."""
    entry = read_entry(_json(fetched), forum)
    return Entry(id=str(post_id), place=post_id, gone=entry.gone, reason="" if entry.gone else "not listed")


def refusal(fetched: Fetched, forum: Forum) -> SourceRefused | None:
    """Tell from a 403 whether the forum is closed to guests; None when only this one thing is."""
    answer = read_row(Refusal, read_json(fetched.body))
    error_type = answer.error_type if answer else None
    if error_type == "invalid_access":
        return None
    if error_type == "not_logged_in":
        return SourceRefused(f"{forum.host} shows its posts to members only: ask its operators, or remove the source")
    return SourceRefused(f"{fetched.final_url} answers 403: the forum does not want this to be read by programs")


def as_post_id(value: Any) -> int | None:
    """Give a post's identifier from a stored cursor; None when the forum could not be asked with it."""
    row = read_row(PostRow, {"id": value})
    return row.id if row else None


def _public_post(post: Post, forum: Forum, text: str) -> PublicPost:
    title = (post.topic_title or "").strip() or None
    # A name can be changed, an account's number cannot; both are unique on one forum only.
    author = str(post.user_id) if post.user_id else post.username
    return PublicPost(
        external_id=str(post.id),
        text=text,
        url=f"{forum.base}/t/{post.topic_slug or '-'}/{post.topic_id}/{post.post_number or 1}",
        author=f"{author}@{forum.host}" if author else None,
        title=None if post.is_reply else title,
        context=title if post.is_reply else None,
        published_at=parse_date(post.created_at or ""),
        published_raw=post.created_at or None,
        edited_at=parse_date(post.updated_at or "") if (post.version or 1) > 1 else None,
        engagement=post.engagement,
    )


def _json(fetched: Fetched) -> Any:
    payload = read_json(fetched.body)
    if payload is None and urlsplit(fetched.final_url).path.rstrip("/").endswith("/login"):
        raise SourceRefused(
            f"{fetched.url} leads to a page to sign in: ask the forum's operators, or remove the source"
        )
    return payload
