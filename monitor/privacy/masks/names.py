"""Personal names in Vietnamese text: by family name, and behind courtesy titles and trades, as posts are written.

A name is two to four capitalised words that begin with a family name, one or two capitalised words behind a title, or
the same in small letters behind a title where the words are names and what follows does not make them another word.
Every word is looked at once, with at most a handful of neighbours, so the time is linear.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from monitor.privacy.masks.lexicon import NameWords, Spellings, name_words
from monitor.privacy.masks.text import Found, MaskableText

_WORD: Final = re.compile(r"[^\W\d_]+")
_GAPS: Final = frozenset({" ", "\u00a0", "  "})
_IN_NAME: Final = _GAPS | {"-", "\u2010", "\u2011"}  # "Nguyễn-Văn-An"
_TITLE_GAPS: Final = _GAPS | {". ", ".", ": ", ":", " : "}
_LONGEST_NAME: Final = 4
_PAIR: Final = 2
_LONGEST_STRETCH: Final = 5  # more capitalised words in a row are a heading or a slogan
_LONGEST_TITLE: Final = 4


class _Word(NamedTuple):
    start: int
    end: int
    written: str  # small letters
    bare: str
    is_capital: bool
    is_marked: bool
    is_upper: bool


class _Words:
    """The words of a text, with what stands between them."""

    def __init__(self, work: MaskableText, known: NameWords) -> None:
        self.known = known
        self.text = work.text
        bare, lower = work.bare, work.text.lower()
        same_length = len(lower) == len(work.text)
        self.words: list[_Word] = []
        for match in _WORD.finditer(work.text):
            start, end = match.span()
            word = match[0]
            plain = bare[start:end]
            self.words.append(
                _Word(
                    start, end, lower[start:end] if same_length else word.lower(), plain.lower(), word[0].isupper(),
                    plain != word, word.isupper(),
                )
            )  # fmt: skip
        # A text that uses no diacritics anywhere is read without them.
        self.is_bare = not any(word.is_marked for word in self.words)
        self.stretches = self._stretches()

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, index: int) -> _Word:
        return self.words[index]

    def follows(self, index: int, gaps: frozenset[str] = _GAPS) -> bool:
        """Whether a word stands right behind the one before it."""
        return 0 < index < len(self.words) and self.text[self.words[index - 1].end : self.words[index].start] in gaps

    def is_in(self, index: int, known: Spellings) -> bool:
        """Whether a word is one of some, read without diacritics where it or the text has none."""
        word = self.words[index]
        return word.written in known.written or (self._reads_bare(index) and word.bare in known.bare)

    def is_phrase(self, phrase: str | None, known: Spellings) -> bool:
        """Whether a phrase is one of some, read without diacritics where the text has none."""
        return phrase in known.written or (self.is_bare and phrase in known.bare)

    def _reads_bare(self, index: int) -> bool:
        word = self.words[index]
        return not word.is_marked and (self.is_bare or (word.is_capital and self._in_bare_capitals(index)))

    def _in_bare_capitals(self, index: int) -> bool:
        """Whether two neighbours that are capitalised too have no diacritics either: "tên VANG THI DO"."""
        around = self.words[max(index - 2, 0) : index + 3]
        return "bbb" in "".join("b" if word.is_capital and not word.is_marked else " " for word in around)

    def _stretches(self) -> list[int]:
        """Count for each word the capitalised words in a row that it is one of; 0 for small letters."""
        lengths = [0] * len(self.words)
        index = 0
        while index < len(self.words):
            end = index
            while end < len(self.words) and self.words[end].is_capital and (end == index or self._goes_on(end)):
                end += 1
            lengths[index:end] = [end - index] * (end - index)
            index = max(end, index + 1)
        return lengths

    def _goes_on(self, index: int) -> bool:
        """Whether a capitalised word stands behind another in the same style: "Lê Minh VIỆT NAM" changes it."""
        before, word = self.words[index - 1], self.words[index]
        is_same = before.is_upper == word.is_upper or before.end - before.start == 1 or word.end - word.start == 1
        return is_same and self.follows(index)


def find_names(work: MaskableText) -> Iterator[Found]:
    """Find names, in the order of the text."""
    known = name_words()
    words = _Words(work, known)
    index = 0
    while index < len(words):
        end = _full_name(words, index) if words[index].is_capital else None
        if end is None and index > 0 and words[index - 1].bare in known.title_ends:
            title = _behind_title(words, index)
            end = None if title is None else _given_name(words, index, title)
        if end is None:
            index += 1
            continue
        yield "name", words[index].start, words[end - 1].end
        index = end


def _full_name(words: _Words, first: int) -> int | None:
    """Tell where a name ends that begins with a family name in capitals, or None."""
    known = words.known
    if not words.is_in(first, known.families):
        return None
    titled = _behind_title(words, first) is not None
    if _begins_place(words, first) or (not titled and _is_behind_place(words, first)):
        return None
    heading = words.stretches[first] > _LONGEST_STRETCH
    end = _capitals_end(words, first, heading=heading)
    length = end - first
    if length < _PAIR:  # a family name alone names nobody
        return None
    has_middle = words.is_in(first + 1, known.strong_middles)
    is_ambiguous = not words.is_in(first, known.sure_families)
    last_is_given = words.is_in(end - 1, known.given)
    if heading:
        is_name = (length > _PAIR and (has_middle or titled)) or (titled and last_is_given)
    else:
        is_name = titled or not is_ambiguous or last_is_given
        is_name = is_name or (length > _PAIR and words.is_in(first + 1, known.middles))
    return end if is_name else None


def _capitals_end(words: _Words, first: int, *, heading: bool) -> int:
    """Tell where the capitalised words end that can belong to a name."""
    known = words.known
    end = first + 1
    while end < len(words) and end - first < _LONGEST_NAME and words.follows(end, _IN_NAME) and words[end].is_capital:
        if heading and not (words.is_in(end, known.name_syllables) or words.is_in(end - 1, known.strong_middles)):
            break
        if words[end].is_upper != words[first].is_upper and words[end].end - words[end].start > 1 < (
            words[first].end - words[first].start
        ):
            break
        if end > first + 1 and words[end].written in known.no_given and not words.is_in(end - 1, known.strong_middles):
            break
        end += 1
    return end


def _begins_place(words: _Words, first: int) -> bool:
    """Whether a word that could be a family name begins the name of a place or another fixed phrase."""
    known = words.known
    for length in (2, 3):
        phrase = _phrase(words, first, first + length)
        is_bare = phrase is not None and _is_all_bare(words, first, length)
        if phrase in known.places.written or (is_bare and phrase in known.places.bare):
            return True
    return False


def _is_behind_place(words: _Words, first: int) -> bool:
    """Whether a word stands behind one for a kind of place or public body: "đường", "công ty"."""
    known = words.known
    for length in (1, 2):
        before = _phrase(words, first - length, first) if first >= length and words.follows(first) else None
        if words.is_phrase(before, known.no_name_before):
            return True
    return False


def _is_all_bare(words: _Words, first: int, length: int) -> bool:
    return not any(words[index].is_marked for index in range(first, first + length))


def _phrase(words: _Words, start: int, end: int) -> str | None:
    """Join words that stand in a row by underscores; None when they do not."""
    if start < 0 or end > len(words) or not all(words.follows(index) for index in range(start + 1, end)):
        return None
    return "_".join(words[index].written for index in range(start, end))


def _behind_title(words: _Words, index: int) -> str | None:
    """Give the title right before a word, or None. The longest one counts."""
    known = words.known
    if index == 0 or words[index - 1].bare not in known.title_ends or not words.follows(index, _TITLE_GAPS):
        return None
    longest = None
    phrase = words[index - 1].written
    for start in range(index - 1, max(index - 1 - _LONGEST_TITLE, -1), -1):
        if start < index - 1:
            if not words.follows(start + 1):
                break
            phrase = f"{words[start].written}_{phrase}"
        if words.is_phrase(phrase, known.titles):
            longest = phrase
    if longest is not None or not words.follows(index):
        return longest
    kin = words[index - 1].written
    return kin if words.is_phrase(kin, known.kin) and not _is_no_title(words, index - 1) else None


def _is_no_title(words: _Words, index: int) -> bool:
    """Whether a word of kinship is a part of another word: "đàn ông", "trẻ em", "anh em"."""
    if not words.follows(index):
        return False
    return words.is_phrase(f"{words[index - 1].written} {words[index].written}", words.known.no_titles)


def _given_name(words: _Words, first: int, title: str) -> int | None:
    """Tell where a name behind a title ends that does not begin with a family name in capitals, or None."""
    known = words.known
    if _phrase(words, first - 1, first + 1) in known.places.written:  # "Bà Rịa"
        return None
    if words.is_phrase(f"{title}_{words[first].written}", known.titles):
        return None
    if words[first].is_capital:
        return _capital_given_name(words, first, title)
    return _small_name(words, first, title)


def _capital_given_name(words: _Words, first: int, title: str) -> int | None:
    known = words.known
    is_given = words.is_in(first, known.given)
    written = words[first].written
    if written in known.never_names or (not is_given and (written in known.no_names or title in known.kin_weak)):
        return None
    if _begins_place(words, first) or _makes_compound(words, first):
        return None
    heading = words.stretches[first] > _LONGEST_STRETCH or (words.stretches[first] > _PAIR and words[first].is_upper)
    second = first + 1
    has_second = _is_capital_behind(words, second) and words[second].written not in known.kin.written
    if heading:
        both_given = is_given and (not has_second or words.is_in(second, known.given))
        return second + has_second if both_given and words[second - 1].written not in known.no_names else None
    if not has_second or words[second].written in known.no_given:
        return second
    third = second + 1
    is_third = _is_capital_behind(words, third) and words.is_in(third, known.given)
    return third + is_third


def _is_capital_behind(words: _Words, index: int) -> bool:
    return words.follows(index) and words[index].is_capital


def _small_name(words: _Words, first: int, title: str) -> int | None:
    """Tell where a name in small letters ends: a family name with more, or a given name that is nothing else here."""
    known = words.known
    end = _small_full_name(words, first)
    if end is not None:
        return end
    if words[first].written in known.kin.written or _makes_compound(words, first):
        return None
    second = first + 1
    if _can_be_second(words, first, second):
        return second + 1
    if not words.is_in(first, known.given):
        return None
    is_ambiguous = words.is_in(first, known.given_ambiguous) or words.is_bare
    if title in known.kin_weak:
        is_ambiguous = True
    if not is_ambiguous:
        return second
    return second if _shows_name(words, second, title) else None


def _can_be_second(words: _Words, first: int, second: int) -> bool:
    """Whether the word behind a given name in small letters is the second half of it: "kim oanh", "minh đức"."""
    known = words.known
    return (
        second < len(words)
        and words.follows(second)
        and words.is_in(first, known.middles)
        and words.is_in(second, known.given_clear)
        and words[second].written not in known.behind_name.written
        and not _makes_compound(words, second)
    )


def _small_full_name(words: _Words, first: int) -> int | None:
    known = words.known
    if not words.is_in(first, known.families):
        return None
    middle = first + 1
    given = first + 2
    if given >= len(words) or not (words.follows(middle) and words.follows(given)):
        return None
    has_middle = words.is_in(middle, known.strong_middles)
    if not has_middle and not (
        words.is_in(middle, known.middles)
        and not _makes_compound(words, middle)
        and _ends_small_name(words, first, given)
    ):
        return None
    fourth = given + 1
    if (
        has_middle
        and fourth < len(words)
        and words.follows(fourth)
        and words.is_in(given, known.middles)
        and words.is_in(fourth, known.given_clear)
        and words[fourth].written not in known.behind_name.written
    ):
        return fourth + 1
    return fourth


def _ends_small_name(words: _Words, first: int, given: int) -> bool:
    """Whether a word in small letters can be the given name behind a family name and a middle one."""
    known = words.known
    if words.is_in(given, known.given):
        return True
    # A family name that is nothing else bears a given name that is on no list.
    is_sure = words[first].is_marked and words[first].written in known.sure_families.written
    return (
        is_sure and words[given].written not in known.behind_name.written and words[given].written not in known.no_names
    )


def _makes_compound(words: _Words, index: int) -> bool:
    return words.is_phrase(_phrase(words, index, index + 2), words.known.compounds)


def _shows_name(words: _Words, after: int, title: str) -> bool:
    """Whether what stands behind a word in small letters shows that it was a name."""
    known = words.known
    if after >= len(words) or not words.follows(after):
        return title not in known.kin_weak and title not in known.risky_kin
    return words.is_in(after, known.behind_name)
