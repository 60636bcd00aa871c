"""A post without what others or the machine said of it, and what every page of a post is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from classifiers.labels import label_named
from classifiers.text.normalise import MAX_CHARACTERS
from monitor.collectors.http.urls import link_address
from monitor.desk.views.highlight import Piece, Reason, mark
from monitor.desk.views.masking import Mask
from monitor.desk.views.veil import veil, veil_pieces
from storage.models import Flag, Picture, Post
from storage.posts import pictures, posts

CONTEXT_LINES: Final = 3
CONTEXT_CHARACTERS: Final = 240  # of three lines on a page of usual width


@dataclass(frozen=True, slots=True)
class Context:
    """What a post answers: its beginning, and all of it; None where the beginning is all."""

    beginning: tuple[Piece, ...]
    whole: tuple[Piece, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """One version of a post. `hides`: personal data are masked; `rest` is what nothing reads, shown to who asked.

    `pictures` come with what the author wrote of them, and whether personal data stand in them, so that only who asked
    for these is shown them; `picture_text` are their words. `is_harsh`: what the post is flagged for blurs them.
    """

    row: Post
    url: str | None
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    rest: str
    context: Context | None
    picture_text: tuple[Piece, ...]
    pictures: Sequence[tuple[Picture, str, bool]]
    is_harsh: bool
    hides: bool

    @property
    def host(self) -> str | None:
        """The site on which it can be read."""
        return urlsplit(self.url).hostname if self.url else None

    @property
    def veils(self) -> bool:
        """Whether disturbing words, or the pictures, are blurred."""
        beginning = self.context.beginning if self.context else ()
        parts = (*self.title, *self.text, *self.picture_text, *beginning)
        return bool(self.is_harsh and self.pictures) or any(piece.veiled for piece in parts)


def post_view(session: Session, flag: Flag, mask: Mask | None, reasons: Sequence[Reason] = ()) -> PostView:
    """Collect the version of a post that is flagged.

    Args:
        session: The unit of work.
        flag: The flag, with its post.
        mask: Replaces personal data; None: the post is shown as it was published.
        reasons: Expressions that are marked in it.

    """
    post = flag.post
    title, text, picture_text = posts.version(session, post, flag.revision_number)
    heading = title if title and not text.startswith(title) else ""
    # What the machine does not read is not masked but left out, for it may be of any length.
    open_parts = (heading, text[:MAX_CHARACTERS], post.context or "", picture_text[:MAX_CHARACTERS])
    heading, shown, context, in_pictures = map(mask or str, open_parts)
    return PostView(
        row=post,
        url=link_address(post.url),
        title=veil_pieces(mark(heading, reasons)),
        text=veil_pieces(mark(shown, reasons)),
        rest="" if mask else text[MAX_CHARACTERS:],
        context=fold_context(context),
        picture_text=veil_pieces(mark(in_pictures, reasons)),
        pictures=[
            (each, (mask or str)(each.description), shows_personal(each, mask))
            for each in pictures.of_post(session, post.id)
        ],
        is_harsh=label_named(flag.label).blurs_pictures,
        hides=(heading, shown, context, in_pictures) != open_parts or bool(mask and text[MAX_CHARACTERS:]),
    )


def shows_personal(row: Picture, mask: Mask | None) -> bool:
    """Tell whether words in a picture would be masked."""
    return mask is not None and mask(row.text) != row.text


def fold_context(text: str | None) -> Context | None:
    """Fold a context after its first lines."""
    if not text or not text.strip():
        return None
    lines = text.strip().splitlines()
    beginning = "\n".join(lines[:CONTEXT_LINES])[:CONTEXT_CHARACTERS].rstrip()
    folded = len(beginning) < len(text.strip())
    return Context(veil(beginning + "…" * folded), veil(text.strip()) if folded else None)
