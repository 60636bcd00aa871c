"""The rows of a search, with the found words marked, and the same as data. Neither includes an author."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import MAX_CHARACTERS, normalise
from classifiers.text.search_terms import syllable_spans
from monitor.collectors.files.row_files import Kind, Row
from monitor.collectors.http.urls import link_address
from monitor.desk.views.highlight import Piece
from monitor.desk.views.masking import Mask
from monitor.desk.views.veil import veil_pieces
from storage.posts import posts
from storage.review import flags
from storage.search import search
from storage.search.search_words import Words

SHOWN_CHARACTERS: Final = 420
BEFORE_FIRST: Final = 120  # characters that are shown before the first found word
# A part of a text is masked with so much before and behind it: masking takes longest of all that the page does.
_MARGIN: Final = 120
_UNSURE: Final = 40  # characters at a cut end of what was masked, where half a number or name may stand
_SATURATION, _LENGTH_COUNTS = 1.2, 0.75  # the usual k1 and b of BM25
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


def found_posts(session: Session, post_ids: Sequence[int], words: Sequence[Words], mask: Mask) -> list[dict[str, Any]]:
    """Read the posts of a page of results with their flags, in their order, their texts masked."""
    of_posts = flags.of_posts(session, post_ids)
    return [
        {
            "post": post,
            "pieces": veil_pieces(mark_words(excerpt(post.judged_text, words, mask))),
            "url": link_address(post.url),
            "flags": [flag for flag in of_posts if flag.post_id == post.id],
        }
        for post in posts.in_order(session, post_ids)
    ]


def by_relevance(session: Session, post_ids: Sequence[int], words: Sequence[Words]) -> list[int]:
    """Order found posts by how well the words fit (BM25 without the rarity of words); equal ones stay in order.

    Words that stand side by side as they were typed count as one more.
    """
    texts = search.bare_texts(session, post_ids)
    wanted = [tuple(map(strip_diacritics, each.syllables)) for each in words]
    phrases = [f" {' '.join(each)} " for each in {*wanted, tuple(syllable for each in wanted for syllable in each)}]
    usual = sum(map(len, texts.values())) / max(1, len(texts))

    def fit(post_id: int) -> float:
        syllables = texts.get(post_id, [])
        text = f" {' '.join(syllables)} "
        longer = 1 - _LENGTH_COUNTS + _LENGTH_COUNTS * len(syllables) / max(1.0, usual)
        counts = (text.count(phrase) for phrase in phrases)
        return sum(count * (_SATURATION + 1) / (count + _SATURATION * longer) for count in counts)

    return sorted(post_ids, key=fit, reverse=True)


def excerpt(text: str, words: Sequence[Words], mask: Mask) -> Excerpt:
    """Take as much out of a text as is shown around the first found word, and mask that.

    Args:
        text: A post, of which no more than MAX_CHARACTERS are looked at.
        words: What was searched for; none: the beginning is taken.
        mask: Replaces personal data.

    """
    text = text[:MAX_CHARACTERS]
    tried: list[Excerpt] = []
    seen = 0
    for place in [start for start, _end in word_spans(text, words)] or [0]:
        if place < seen:
            continue
        part = _around(place)
        tried.append(_masked(text, part, words, mask))
        if tried[-1].spans:  # a word that stands in what is masked is not found any more: the next one may be
            return tried[-1]
        seen = part.stop
    return tried[0]


def _around(place: int) -> slice:
    """Return the part of a text that is masked to show what stands at a place."""
    if place <= SHOWN_CHARACTERS - BEFORE_FIRST:
        return slice(0, SHOWN_CHARACTERS + _MARGIN)
    start = max(0, place - BEFORE_FIRST - _MARGIN)
    return slice(start, start + SHOWN_CHARACTERS + 2 * _MARGIN)


def _masked(text: str, part: slice, words: Sequence[Words], mask: Mask) -> Excerpt:
    """Mask a part of a text, of which both ends are given, and leave out what is unsure where it was cut."""
    cut_before, cut_behind = part.start > 0, part.stop < len(text)
    shown = mask(text[part])[_UNSURE if cut_before else 0 : -_UNSURE if cut_behind else None]
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
