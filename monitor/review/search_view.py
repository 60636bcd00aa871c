"""The rows of a search, with the found words marked, and the same as data. Neither includes an author."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import MAX_CHARACTERS, normalise
from classifiers.text.search_terms import syllable_spans
from monitor.review.highlight import Piece
from monitor.review.masking import Mask
from monitor.review.wording import LabelHelp, label_help
from monitor.row_files import Kind, Row
from storage import flags, posts
from storage.models import Flag, Post
from storage.search_words import Words

SHOWN_CHARACTERS: Final = 420
BEFORE_FIRST: Final = 120  # characters that are shown before the first found word
_HEAD: Final = 2 * SHOWN_CHARACTERS
_UNSURE: Final = 40  # last characters of what was masked alone, where half a number or name may stand
FOUND: Final = "for-2"  # the shade of a found word

READ_AT_ONCE: Final = 200
MOST_EXPORTED: Final = 10_000
EXPORT_SCHEMA: Final = "kiemtin.search/1"  # raise the number when a column changes its name or meaning
EXPORTED: Final = {
    "post_id": Kind.INTEGER,
    "source": Kind.TEXT,
    "published_at": Kind.MOMENT,
    "collected_at": Kind.MOMENT,
    "text": Kind.TEXT,
    "flags": Kind.TEXT,
}

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


def exported_posts(session: Session, post_ids: Sequence[int], mask: Mask) -> Iterator[Row]:
    """Yield found posts as rows of a file, in their order, masked: a source may be named after its account."""
    for start in range(0, len(post_ids), READ_AT_ONCE):
        chunk = post_ids[start : start + READ_AT_ONCE]
        of_posts = flags.of_posts(session, chunk)
        for post in posts.in_order(session, chunk):
            yield {
                "post_id": post.id,
                "source": mask(post.source.name),
                "published_at": post.published_at,
                "collected_at": post.collected_at,
                "text": mask(post.judged_text),
                "flags": " ".join(f"{flag.label}:{flag.state}" for flag in of_posts if flag.post_id == post.id),
            }
        session.expunge_all()


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
