"""The words of a text in a row, with what stands between them and before them.

Every word is looked at once, with at most a handful of neighbours, so the time is linear.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from monitor.privacy.masks.lexicon import BEGINNINGS, Spellings, bare_beginnings, last_words, lists_by_word
from monitor.privacy.masks.text import MaskableText, settle_tones

_WORD: Final = re.compile(r"[^\W\d_]+")
GAPS: Final = frozenset({" ", "\u00a0", "  "})
APOSTROPHES: Final = frozenset({"'", "’", "‘", "ʼ"})
HYPHENS: Final = frozenset({"-", "\u2010", "\u2011"})
IN_NAME: Final = GAPS | APOSTROPHES | HYPHENS
"""Between the words of one name: "Nguyễn-Văn-An", "Ksor H'Lem"."""
_LEAD_GAPS: Final = GAPS | {": ", " : ", ":", ' "', " “", ': "', ": “", " (", "\n", "- ", " - ", ". ", ", "}
NEAR_GAPS: Final = _LEAD_GAPS - {"\n", ". "}
"""Between words of one sentence."""
TITLE_GAPS: Final = GAPS | {". ", ".", ": ", ":", " : "}
_CLAUSE_END: Final = re.compile(r"[.!?…\n,]")
QUOTED_NICKNAME: Final = re.compile(
    r" ?[\"“‘'(](?!(?-i:[A-Z]{2}))[^\W\d_]{1,10}(?: [^\W\d_]{1,10})?[\"”’')]"  # "(NIH)" is none
)
LONGEST_NAME: Final = 5
LONGEST_STRETCH: Final = 5
"""More capitalised words in a row are a heading or a slogan."""
_LONGEST_TITLE: Final = 4
_LONGEST_JOIN: Final = 8
_NO_LISTS: Final[frozenset[str]] = frozenset()


class Word(NamedTuple):
    """A word: where it stands, how it is written (in small letters, and so without diacritics), and the lists it is in.

    `gap` is what stands between it and the word before.
    """

    start: int
    end: int
    written: str
    bare: str
    is_capital: bool
    is_marked: bool
    is_upper: bool
    gap: str
    lists: frozenset[str]


def _read(text: str, bare: str) -> Iterator[Word]:
    lower, plain, lists = settle_tones(text.lower()), bare.lower(), lists_by_word()
    same_length = len(lower) == len(text)
    behind = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        word = match[0]
        written = lower[start:end] if same_length else settle_tones(word.lower())
        simple = plain[start:end] if same_length else bare[start:end].lower()
        is_marked = bare[start:end] != word
        yield Word(
            start, end, written, simple, word[0].isupper(), is_marked, word.isupper(), text[behind:start],
            lists.get(written, _NO_LISTS),
        )  # fmt: skip
        behind = end


class Words:
    """The words of a text, with what stands between them."""

    def __init__(self, work: MaskableText, known: Mapping[str, Spellings]) -> None:
        self.known = known
        self.text = work.text
        self._name = work.filler("name")
        self.words = list(_read(work.text, work.bare))
        # A text that uses no diacritics anywhere is read without them.
        self.is_bare = not any(word.is_marked for word in self.words)
        self.stretches = self._stretches()

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, index: int) -> Word:
        return self.words[index]

    def stands_beside_name(self, index: int) -> bool:
        """Whether a word stands behind a masked name with no more than a comma or "và" between them."""
        before = self.text[: self.words[index].start][-_LONGEST_JOIN:]
        return before.rstrip(" ,&–-").removesuffix(" và").removesuffix(" với").rstrip(" ,").endswith(self._name)

    def follows(self, index: int, gaps: frozenset[str] = GAPS) -> bool:
        """Whether a word stands right behind the one before it."""
        return 0 < index < len(self.words) and self.words[index].gap in gaps

    def begins_clause(self, index: int) -> bool:
        """Whether a word stands behind a sign that ends a sentence or a part of one."""
        return _CLAUSE_END.search(self.words[index].gap) is not None

    def says(self, index: int, *lists: str) -> bool:
        """Whether a word stands in one of some lists of `words.toml` as it is written."""
        return not self.words[index].lists.isdisjoint(lists)

    def is_in(self, index: int, name: str) -> bool:
        """Whether a word is one of a list, read without diacritics where it or the text has none."""
        word = self.words[index]
        return name in word.lists or (word.bare in self.known[name].bare and self._reads_bare(index))

    def is_phrase(self, phrase: str | None, name: str) -> bool:
        """Whether a phrase is one of a list, read without diacritics where the text has none."""
        known = self.known[name]
        return phrase in known.written or (self.is_bare and phrase in known.bare)

    def can_begin_name(self, index: int) -> bool:
        """Whether a name can begin with a word in small letters; with most none can."""
        word = self.words[index]
        return word.bare in bare_beginnings() if self.is_bare else not word.lists.isdisjoint(BEGINNINGS)

    def is_common_bare(self, index: int) -> bool:
        """Whether a word is an ordinary one in a text without diacritics."""
        return self.is_bare and self.words[index].bare in self.known["no_bare"].written

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


def phrase_of(words: Words, start: int, end: int) -> str | None:
    """Join words that stand in a row by underscores; None when they do not."""
    if start < 0 or end > len(words) or not all(words.follows(index) for index in range(start + 1, end)):
        return None
    return "_".join(words[index].written for index in range(start, end))


def is_behind(words: Words, first: int, name: str, gaps: frozenset[str] = _LEAD_GAPS) -> bool:
    """Whether a word stands behind a phrase of a list, of up to four words."""
    ends = first > 0 and (words[first - 1].bare in last_words(name) or words[first - 1].bare == "la")
    if not ends or not words.follows(first, gaps):
        return False
    phrase = words[first - 1].written
    for start in range(first - 1, max(first - 1 - _LONGEST_TITLE, -1), -1):
        if start < first - 1:
            if not words.follows(start + 1):
                return False
            phrase = f"{words[start].written}_{phrase}"
        if words.is_phrase(phrase, name) or words.is_phrase(phrase.removesuffix("_là").removesuffix("_la"), name):
            return True
    return False


def place_end(words: Words, first: int) -> int | None:
    """Tell where the name of a place or another fixed phrase ends that a word begins, or None."""
    for length in (4, 3, 2):
        if words.is_phrase(phrase_of(words, first, first + length), "fixed"):
            return first + length
    return None


def is_commune(words: Words, first: int, end: int) -> bool:
    """Whether some words are the name of a commune."""
    return phrase_of(words, first, end) in words.known["communes"].written


def is_behind_place(words: Words, first: int) -> bool:
    """Whether a word stands behind one for a kind of place or public body: "đường", "công ty"."""
    for length in (1, 2):
        before = phrase_of(words, first - length, first) if first >= length and words.follows(first) else None
        if words.is_phrase(before, "no_name_before"):
            return True
    return False


def title_before(words: Words, index: int) -> str | None:
    """Give the title right before a word, or None. The longest one counts."""
    known = words.known
    if index == 0 or words[index - 1].bare not in known["title_ends"].bare or not words.follows(index, TITLE_GAPS):
        return None
    longest = None
    phrase = words[index - 1].written
    for start in range(index - 1, max(index - 1 - _LONGEST_TITLE, -1), -1):
        if start < index - 1:
            if not words.follows(start + 1):
                break
            phrase = f"{words[start].written}_{phrase}"
        if words.is_phrase(phrase, "titles"):
            longest = phrase
    if longest is not None or not words.follows(index):
        return longest
    kin = words[index - 1].written
    is_other = is_no_title(words, index - 1) or (words.is_bare and words.says(index - 1, "bare_words"))
    return kin if words.is_phrase(kin, "kin") and not is_other else None


def is_no_title(words: Words, index: int) -> bool:
    """Whether a word of kinship is a part of another word: "đàn ông", "trẻ em", "anh em"."""
    if not words.follows(index):
        return False
    return words.is_phrase(f"{words[index - 1].written}_{words[index].written}", "no_titles")


def run_end(words: Words, first: int) -> int:
    """Tell where the capitalised words in a row end, of at most four and what an apostrophe binds to them."""
    end = first + 1
    while end < len(words) and words.follows(end, IN_NAME) and (words[end].is_capital or words.follows(end, HYPHENS)):
        if end - first >= LONGEST_NAME and not words.follows(end, APOSTROPHES):
            break
        end += 1
    return end


def makes_compound(words: Words, index: int) -> bool:
    """Whether a word goes on to another word: "tuấn tú"."""
    return words.is_phrase(phrase_of(words, index, index + 2), "compounds")


def nickname_end(words: Words, end: int) -> int:
    """Tell where a name ends with the nickname in small letters behind it: "Chuẩn còi", "Tâm sửa xe"."""
    for length in () if words.is_bare else (2, 1):
        if words.follows(end) and words.is_phrase(phrase_of(words, end, end + length), "nicknames"):
            return end + length
    return end


def has_nickname(words: Words, end: int) -> bool:
    """Whether a nickname stands behind a word."""
    return nickname_end(words, end) > end or QUOTED_NICKNAME.match(words.text, words[end - 1].end) is not None
