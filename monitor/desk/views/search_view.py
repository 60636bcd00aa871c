"""The rows of a search, with the found words marked, and the same as data. Neither includes an author."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import MAX_CHARACTERS, normalise
from classifiers.text.search_terms import syllable_spans
from monitor.collectors.files.row_files import Kind, Row
from monitor.desk.views.highlight import Piece
from monitor.desk.views.masking import Mask
from monitor.desk.web.wording import LabelHelp, label_help
from storage.models import Flag
from storage.posts import posts
from storage.review import flags
from storage.search.search_words import Words

SHOWN_CHARACTERS: Final = 420
BEFORE_FIRST: Final = 120  # characters that are shown before the first found word
# A part of a text is masked with so much before and behind it: masking takes longest of all that the page does.
_MARGIN: Final = 120
_UNSURE: Final = 40  # characters at a cut end of what was masked, where half a number or name may stand
_MOST_TRIES: Final = 3  # parts that are masked before the whole text is
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
class Excerpt:
    """A part of a text, masked, with the found words in it; whether it lacks what stands before and behind."""

    text: str
    spans: tuple[Span, ...]
    begins_inside: bool = False
    ends_inside: bool = False


@dataclass(frozen=True, slots=True)
class FoundFlag:
    """A flag of a found post."""

    flag_id: int
    label: LabelHelp
    state: str
    summary: str


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
            pieces=mark_words(excerpt(post.judged_text, words, mask)),
            url=post.url if (post.url or "").startswith(("https://", "http://")) else None,
            removed=post.deleted_at is not None,
            flags=tuple(map(_found_flag, by_post.get(post.id, []))),
        )
        for post in posts.in_order(session, post_ids)
    )


def _found_flag(flag: Flag) -> FoundFlag:
    return FoundFlag(flag.id, label_help(flag.label), flag.state, flag.summary or "")


def excerpt(text: str, words: Sequence[Words], mask: Mask | None) -> Excerpt:
    """Take as much out of a text as is shown around the first found word, and mask that.

    Args:
        text: A post, of which no more than MAX_CHARACTERS are looked at.
        words: What was searched for; none: the beginning is taken.
        mask: Replaces personal data; None: nothing is masked.

    """
    text = text[:MAX_CHARACTERS]
    part = _around(_likely_place(text, words))
    found = _masked(text, part, words, mask)
    if found.spans or not words or len(text) <= part.stop - part.start:
        return found
    # The words are written in another way than the likely one, or stand in what is masked, or both.
    seen, tries = 0, 0
    for start, _end in word_spans(text, words):
        if start >= seen and tries < _MOST_TRIES:
            part, tries = _around(start), tries + 1
            found, seen = _masked(text, part, words, mask), part.stop
            if found.spans:
                return found
    if not tries:
        return _masked(text, _around(0), words, mask)
    masked = mask(text) if mask else text
    return Excerpt(masked, tuple(word_spans(masked, words)))


def _likely_place(text: str, words: Sequence[Words]) -> int:
    """Return where one of some words begins as most people write it, in hardly any time; 0 where none is seen.

    Letters that are written in parts, or that change their number with their case, move the place a little.
    """
    lowered = unicodedata.normalize("NFC", text).lower()
    bare = strip_diacritics(lowered) if any(not each.accented for each in words) else lowered
    found = (_written(each).search(lowered if each.accented else bare) for each in words)
    return min((place.start() for place in found if place), default=0)


def _written(words: Words) -> re.Pattern[str]:
    between = r"[\W_]+"
    return re.compile(rf"(?<!\w){between.join(map(re.escape, words.syllables))}(?!\w)")


def _around(place: int) -> slice:
    """Return the part of a text that is masked to show what stands at a place."""
    if place <= SHOWN_CHARACTERS - BEFORE_FIRST:
        return slice(0, SHOWN_CHARACTERS + _MARGIN)
    start = max(0, place - BEFORE_FIRST - _MARGIN)
    return slice(start, start + SHOWN_CHARACTERS + 2 * _MARGIN)


def _masked(text: str, part: slice, words: Sequence[Words], mask: Mask | None) -> Excerpt:
    """Mask a part of a text, of which both ends are given, and leave out what is unsure where it was cut."""
    cut_before, cut_behind = part.start > 0, part.stop < len(text)
    shown = mask(text[part]) if mask else text[part]
    shown = shown[_UNSURE if cut_before else 0 : -_UNSURE if cut_behind else None]
    return Excerpt(shown, tuple(word_spans(shown, words)), cut_before, cut_behind)


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


def mark_words(found: Excerpt) -> tuple[Piece, ...]:
    """Cut an excerpt down to what is shown around the first found word, and mark all that were found in it."""
    text, spans = found.text, found.spans
    # An excerpt that begins inside its text has more before the word than is shown.
    late = bool(spans) and (found.begins_inside or spans[0][0] > SHOWN_CHARACTERS - BEFORE_FIRST)
    first = max(0, spans[0][0] - BEFORE_FIRST) if late else 0
    last = first + SHOWN_CHARACTERS
    pieces = [Piece("… ")] if first or found.begins_inside else []
    place = first
    for start, end in spans:
        if start < place or end > last:
            continue
        if start > place:
            pieces.append(Piece(text[place:start]))
        pieces.append(Piece(text[start:end], FOUND))
        place = end
    if place < len(text):
        goes_on = last < len(text) or found.ends_inside
        pieces.append(Piece(text[place:last] + (" …" if goes_on else "")))
    return tuple(pieces)


def word_spans(original: str, words: Sequence[Words]) -> list[Span]:
    """Find words in a text as the index does; half-open spans of the original, in code points, that do not overlap."""
    aligned = normalise(original)
    places = syllable_spans(aligned.text)
    accented = [aligned.text[start:end] for start, end in places]
    stripped = {syllable: strip_diacritics(syllable) for syllable in set(accented)}
    bare = [stripped[syllable] for syllable in accented]
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
