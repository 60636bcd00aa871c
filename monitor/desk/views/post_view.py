"""A post without what others or the machine said of it, and what every page of a post is made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from classifiers.text.normalise import MAX_CHARACTERS
from monitor.collectors.http.urls import link_address
from monitor.desk.views.highlight import Piece
from monitor.desk.views.masking import Mask
from monitor.desk.views.veil import veil
from storage.models import Post
from storage.posts import posts

CONTEXT_LINES: Final = 3
CONTEXT_CHARACTERS: Final = 240  # of three lines on a page of usual width


@dataclass(frozen=True, slots=True)
class Context:
    """What a post answers: its beginning, and all of it; None where the beginning is all."""

    beginning: tuple[Piece, ...]
    whole: tuple[Piece, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """One version of a post. `hides`: personal data are masked; `veils`: disturbing words are blurred."""

    post_id: int
    source: str
    url: str | None
    host: str | None
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    rest: str
    context: Context | None
    hides: bool
    veils: bool
    published_at: datetime | None
    published_precision: str | None


def post_view(session: Session, post: Post, number: int, mask: Mask | None) -> PostView:
    """Collect a version of a post.

    Args:
        session: The unit of work.
        post: The post.
        number: Which version; 0 is the original.
        mask: Replaces personal data; None: the post is shown as it was published.

    """
    title, text = posts.version(session, post, number)
    heading = title if title and not text.startswith(title) else ""
    # What the machine does not read is not masked but left out, for it may be of any length.
    open_parts = (heading, text[:MAX_CHARACTERS], post.context or "")
    heading, shown, context = map(mask, open_parts) if mask else open_parts
    url, answered = link_address(post.url), fold_context(context)
    pieces = veil(heading), veil(shown)
    return PostView(
        post_id=post.id,
        source=post.source.name,
        url=url,
        host=urlsplit(url).hostname if url else None,
        title=pieces[0] if heading else (),
        text=pieces[1],
        rest="" if mask else text[MAX_CHARACTERS:],
        context=answered,
        hides=(heading, shown, context) != open_parts or bool(mask and text[MAX_CHARACTERS:]),
        veils=is_veiled(*pieces, answered.beginning if answered else ()),
        published_at=post.published_at,
        published_precision=post.published_precision,
    )


def is_veiled(*parts: tuple[Piece, ...]) -> bool:
    """Tell whether any piece is blurred."""
    return any(piece.veiled for part in parts for piece in part)


def fold_context(text: str | None) -> Context | None:
    """Fold a context after its first lines."""
    if not text or not text.strip():
        return None
    lines = text.strip().splitlines()
    beginning = "\n".join(lines[:CONTEXT_LINES])[:CONTEXT_CHARACTERS].rstrip()
    folded = len(beginning) < len(text.strip())
    return Context(veil(beginning + "…" * folded), veil(text.strip()) if folded else None)
