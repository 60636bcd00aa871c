"""A post without what others or the machine said of it, and what every page of a post is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from classifiers.text.normalise import MAX_CHARACTERS
from monitor.collectors.http.urls import link_address
from monitor.desk.views.highlight import Piece, Reason, mark
from monitor.desk.views.masking import Mask
from monitor.desk.views.veil import veil, veil_pieces
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
    """One version of a post. `hides`: personal data are masked; `rest` is what nothing reads, shown to who asked."""

    row: Post
    url: str | None
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    rest: str
    context: Context | None
    hides: bool

    @property
    def host(self) -> str | None:
        """The site on which it can be read."""
        return urlsplit(self.url).hostname if self.url else None

    @property
    def veils(self) -> bool:
        """Whether disturbing words are blurred."""
        beginning = self.context.beginning if self.context else ()
        return any(piece.veiled for piece in (*self.title, *self.text, *beginning))


def post_view(session: Session, post: Post, number: int, mask: Mask | None, reasons: Sequence[Reason] = ()) -> PostView:
    """Collect a version of a post.

    Args:
        session: The unit of work.
        post: The post.
        number: Which version; 0 is the original.
        mask: Replaces personal data; None: the post is shown as it was published.
        reasons: Expressions that are marked in it.

    """
    title, text = posts.version(session, post, number)
    heading = title if title and not text.startswith(title) else ""
    # What the machine does not read is not masked but left out, for it may be of any length.
    open_parts = (heading, text[:MAX_CHARACTERS], post.context or "")
    heading, shown, context = map(mask or str, open_parts)
    return PostView(
        row=post,
        url=link_address(post.url),
        title=veil_pieces(mark(heading, reasons)),
        text=veil_pieces(mark(shown, reasons)),
        rest="" if mask else text[MAX_CHARACTERS:],
        context=fold_context(context),
        hides=(heading, shown, context) != open_parts or bool(mask and text[MAX_CHARACTERS:]),
    )


def fold_context(text: str | None) -> Context | None:
    """Fold a context after its first lines."""
    if not text or not text.strip():
        return None
    lines = text.strip().splitlines()
    beginning = "\n".join(lines[:CONTEXT_LINES])[:CONTEXT_CHARACTERS].rstrip()
    folded = len(beginning) < len(text.strip())
    return Context(veil(beginning + "…" * folded), veil(text.strip()) if folded else None)
