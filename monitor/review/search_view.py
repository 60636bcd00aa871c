"""The rows of a search, with the found words marked, and the same as data. Neither includes an author."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import MAX_CHARACTERS, normalise
from classifiers.text.search_terms import syllable_spans
from monitor.review.highlight import Piece
from monitor.review.masking import Mask
from monitor.review.wording import LabelHelp, label_help
from storage import flags, posts
from storage.models import Flag, Post
from storage.search_words import Words

SHOWN_CHARACTERS: Final = 420
BEFORE_FIRST: Final = 120  # characters that are shown before the first found word
_HEAD: Final = 2 * SHOWN_CHARACTERS
_UNSURE: Final = 40  # last characters of what was masked alone, where half a number or name may stand
FOUND: Final = "for-2"  # the shade of a found word

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FoundFlag:
    """A flag of a found post."""

    flag_id: int
    label: LabelHelp
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPost:
    """One found post."""

    post_id: int
    source: str
    when: datetime
    when_is_published: bool
    precision: str | None
    pieces: tuple[Piece, ...]
    url: str | None
    removed: bool
    flags: tuple[FoundFlag, ...]


def found_posts(
    session: Session, post_ids: Sequence[int], words: Sequence[Words], mask: Mask | None
) -> tuple[FoundPost, ...]:
    """Read the posts of a page of results, in their order, their texts masked."""
    by_post: dict[int, list[Flag]] = {}
    for flag in flags.of_posts(session, post_ids):
        by_post.setdefault(flag.post_id, []).append(flag)
    return tuple(
        FoundPost(
            post_id=post.id,
            source=post.source.name,
            when=post.published_at or post.collected_at,
            when_is_published=post.published_at is not None,
            precision=post.published_precision,
            pieces=mark_words(_beginning(post, words, mask), words),
            url=post.url if (post.url or "").startswith(("https://", "http://")) else None,
            removed=post.deleted_at is not None,
            flags=tuple(FoundFlag(flag.id, label_help(flag.label), flag.state) for flag in by_post.get(post.id, [])),
        )
        for post in posts.in_order(session, post_ids)
    )


def _beginning(post: Post, words: Sequence[Words], mask: Mask | None) -> str:
    """Return as much of a post as its words are looked for in: no more than the head where that shows one of them."""
    text = post.judged_text[:MAX_CHARACTERS]
    head = text[:_HEAD]
    if len(head) < len(text):  # masking takes longest of all that the page does
        head = (mask(head) if mask else head)[:-_UNSURE]
        if not words or word_spans(head[:SHOWN_CHARACTERS], words):
            return head
    return mask(text) if mask else text


def post_data(post: Post, of_post: Iterable[Flag], mask: Mask) -> dict[str, Any]:
    """Return a found post as plain data for an export, masked: a source may be named after the account it reads."""
    return {
        "post_id": post.id,
        "source": mask(post.source.name),
        "published_at": post.published_at.isoformat() if post.published_at else None,
        "collected_at": post.collected_at.isoformat(),
        "text": mask(post.judged_text),
        "flags": [f"{flag.label}:{flag.state}" for flag in of_post],
    }


def mark_words(original: str, words: Sequence[Words]) -> tuple[Piece, ...]:
    """Cut a part out of a text around the first found word, and mark all that were found in it."""
    spans = word_spans(original, words)
    first = max(0, spans[0][0] - BEFORE_FIRST) if spans and spans[0][0] > SHOWN_CHARACTERS - BEFORE_FIRST else 0
    last = first + SHOWN_CHARACTERS
    pieces = [Piece("… ")] if first else []
    place = first
    for start, end in spans:
        if start < place or end > last:
            continue
        if start > place:
            pieces.append(Piece(original[place:start]))
        pieces.append(Piece(original[start:end], FOUND))
        place = end
    if place < len(original):
        pieces.append(Piece(original[place:last] + (" …" if last < len(original) else "")))
    return tuple(pieces)


def word_spans(original: str, words: Sequence[Words]) -> list[Span]:
    """Find words in a text as the index does; half-open spans of the original, in code points, that do not overlap."""
    aligned = normalise(original)
    places = syllable_spans(aligned.text)
    accented = [aligned.text[start:end] for start, end in places]
    bare = [strip_diacritics(syllable) for syllable in accented]
    found = set()
    for each in words:
        row, length = accented if each.accented else bare, len(each.syllables)
        for place in range(len(row) - length + 1):
            if tuple(row[place : place + length]) == each.syllables:
                found.add(aligned.original_span(places[place][0], places[place + length - 1][1]))
    spans: list[Span] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not spans or start >= spans[-1][1]:
            spans.append((start, end))
    return spans
