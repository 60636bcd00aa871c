"""The words of a text in a row, with what stands between them and before them.

Every word is looked at once, with at most a handful of neighbours, so the time is linear.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from monitor.privacy.masks.lexicon import last_words, lists_by_word, name_words
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
_QUOTED_NICKNAME: Final = re.compile(
    r" ?[\"“‘'(](?!(?-i:[A-Z]{2}))[^\W\d_]{1,10}(?: [^\W\d_]{1,10})?[\"”’')]"  # "(NIH)" is none
)
_WITHIN: Final = re.compile(r"[^\n.!?…]{1,6}")
JOIN: Final = re.compile(r",? ?(?:và|với|vs|&|❤|♥|💕|💞) ?")  # between two names
NEAR: Final = re.compile(r"[ ,&–:()-]*(?:(?:và|với)[ ,]*)?")
"""Between a name and another, or its telephone number."""
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


class Words(list[Word]):
    """The words of a text, with what stands between them."""

    def __init__(self, work: MaskableText) -> None:
        super().__init__(_read(work.text, work.bare))
        self.known = name_words()
        self.text = work.text
        self._filler = work.filler
        self.is_bare = work.is_bare
        self.stretches = self._stretches()

    def stands_beside(self, first: int, end: int, kind: str, join: re.Pattern[str]) -> bool:
        """Whether no more than a join stands between some words and a masked part of a kind before or behind them."""
        filler, start, stop = self._filler(kind), self[first].start, self[end - 1].end
        _, found, before = self.text[max(start - _LONGEST_JOIN, 0) : start].rpartition(filler)
        behind, found_behind, _ = self.text[stop : stop + _LONGEST_JOIN].partition(filler)
        return bool((found and join.fullmatch(before)) or (found_behind and join.fullmatch(behind)))

    def begins_line(self, index: int) -> bool:
        """Whether a word is the first of a line."""
        return index == 0 or "\n" in self[index].gap

    def stands_within(self, index: int) -> bool:
        """Whether a word stands within a sentence, not at its head."""
        return index > 0 and _WITHIN.fullmatch(self.text, self[index - 1].end, self[index].start) is not None

    def follows(self, index: int, gaps: frozenset[str] = GAPS) -> bool:
        """Whether there is a word right behind the one before it."""
        return 0 < index < len(self) and self[index].gap in gaps

    def capital_follows(self, index: int, gaps: frozenset[str] = GAPS) -> bool:
        """Whether there is a capitalised word right behind the one before it."""
        return self.follows(index, gaps) and self[index].is_capital

    def begins_clause(self, index: int) -> bool:
        """Whether a word stands behind a sign that ends a sentence or a part of one."""
        return _CLAUSE_END.search(self[index].gap) is not None

    def says(self, index: int, *lists: str) -> bool:
        """Whether a word stands in one of some lists of `words.toml` as it is written."""
        return not self[index].lists.isdisjoint(lists)

    def is_in(self, index: int, name: str) -> bool:
        """Whether a word is one of a list, read without diacritics where it or the text has none."""
        word = self[index]
        return name in word.lists or (word.bare in self.known[name].bare and self._reads_bare(index))

    def is_phrase(self, phrase: str | None, name: str) -> bool:
        """Whether a phrase is one of a list, read without diacritics where the text has none."""
        known = self.known[name]
        return phrase in known.written or (self.is_bare and phrase in known.bare)

    def can_begin_name(self, index: int) -> bool:
        """Whether a name can begin with a word in small letters; with most none can."""
        word = self[index]
        if "beginnings" in word.lists and (word.is_marked or not self.is_bare):
            return True
        if word.is_marked or word.bare not in self.known["beginnings"].bare:
            return False
        is_family = index + 1 < len(self) and self[index + 1].written in {"thi", "van"}
        return self.is_bare or is_family or (index > 0 and self.says(index - 1, "kin"))

    def is_common_bare(self, index: int) -> bool:
        """Whether a word is an ordinary one in a text without diacritics."""
        return self.is_bare and self[index].bare in self.known["no_bare"].written

    def _reads_bare(self, index: int) -> bool:
        word = self[index]
        return not word.is_marked and (self.is_bare or (word.is_capital and self._in_bare_capitals(index)))

    def _in_bare_capitals(self, index: int) -> bool:
        """Whether two neighbours that are capitalised too have no diacritics either: "tên VANG THI DO"."""
        around = self[max(index - 2, 0) : index + 3]
        return "bbb" in "".join("b" if word.is_capital and not word.is_marked else " " for word in around)

    def _stretches(self) -> list[int]:
        """Count for each word the capitalised words in a row that it is one of; 0 for small letters."""
        lengths = [0] * len(self)
        index = 0
        while index < len(self):
            end = index
            while end < len(self) and self[end].is_capital and (end == index or self._goes_on(end)):
                end += 1
            lengths[index:end] = [end - index] * (end - index)
            index = max(end, index + 1)
        return lengths

    def _goes_on(self, index: int) -> bool:
        """Whether a capitalised word stands behind another in the same style: "Lê Minh VIỆT NAM" changes it."""
        before, word = self[index - 1], self[index]
        is_same = before.is_upper == word.is_upper or before.end - before.start == 1 or word.end - word.start == 1
        is_opened = self.says(index - 1, "openers") and not self.says(index - 1, "families")  # "Ê Tèo Lùn"
        return is_same and self.follows(index) and not is_opened

    def phrase_of(self, start: int, end: int) -> str | None:
        """Join words that stand in a row by underscores; None when they do not."""
        if start < 0 or end > len(self) or not all(self.follows(index) for index in range(start + 1, end)):
            return None
        return "_".join(word.written for word in self[start:end])

    def _phrases_before(self, first: int) -> Iterator[str]:
        """Give the phrases that end before a word, of one word to four."""
        phrase = self[first - 1].written
        yield phrase
        for start in range(first - 2, max(first - 1 - _LONGEST_TITLE, -1), -1):
            if not self.follows(start + 1):
                return
            phrase = f"{self[start].written}_{phrase}"
            yield phrase

    def is_behind(self, first: int, name: str, gaps: frozenset[str] = _LEAD_GAPS) -> bool:
        """Whether a word stands behind a phrase of a list, of up to four words."""
        ends = first > 0 and (self[first - 1].bare in last_words(name) or self[first - 1].bare == "la")
        if not ends or not self.follows(first, gaps):
            return False
        return any(
            self.is_phrase(phrase, name) or self.is_phrase(phrase.removesuffix("_là").removesuffix("_la"), name)
            for phrase in self._phrases_before(first)
        )

    def place_end(self, first: int) -> int | None:
        """Tell where the name of a place or another fixed phrase ends that a word begins, or None."""
        ends = (first + length for length in (4, 3, 2))
        return next((end for end in ends if self.is_phrase(self.phrase_of(first, end), "fixed")), None)

    def ends_place(self, index: int) -> bool:
        """Whether a word ends a fixed phrase that the word before it begins: "Bà Rịa", "Nhà Trắng"."""
        ends = self[index].bare in last_words("places")
        return ends and self.phrase_of(index - 1, index + 1) in self.known["places"].written

    def is_commune(self, first: int, end: int) -> bool:
        """Whether some words are the name of a commune."""
        return self.phrase_of(first, end) in self.known["communes"].written

    def is_behind_place(self, first: int) -> bool:
        """Whether a word stands behind one for a kind of place or public body: "đường", "công ty"."""
        ends = self.follows(first) and self[first - 1].bare in last_words("no_name_before")
        return ends and any(self.is_phrase(phrase, "no_name_before") for phrase in self._phrases_before(first))

    def title_before(self, index: int) -> str | None:
        """Give the title right before a word, or None. The longest one counts."""
        if not self.follows(index, TITLE_GAPS) or self[index - 1].bare not in self.known["title_ends"].bare:
            return None
        if self[index - 1].is_capital and self.is_behind_place(index - 1):  # "cầu Ông Tấu"
            return None
        is_shortened = "." in self[index].gap  # "BS. Lan", not the end of a sentence: "cô giáo. Lan man"
        if is_shortened and not self.says(index - 1, "shortened_titles"):
            return None
        titles = [phrase for phrase in self._phrases_before(index) if self.is_phrase(phrase, "titles")]
        if titles or not self.follows(index):
            return titles[-1] if titles else None
        kin = self[index - 1].written
        # A part of another word: "đàn ông", "trẻ em", "anh em".
        is_other = self.is_phrase(self.phrase_of(index - 2, index), "no_titles")
        is_other = is_other or (self.is_bare and self.says(index - 1, "bare_words"))
        return kin if self.is_phrase(kin, "kin") and not is_other else None

    def run_end(self, first: int) -> int:
        """Tell where the capitalised words in a row end, of at most four and what an apostrophe binds to them."""
        end = first + 1
        while self.capital_follows(end, IN_NAME) or self.follows(end, HYPHENS):
            if end - first >= LONGEST_NAME and not self.follows(end, APOSTROPHES):
                break
            end += 1
        return end

    def has_hidden_title(self, first: int) -> bool:
        """Whether the title before a name is hidden with it, as one with a capital is within a sentence: "Bé Thảo"."""
        title = first - 1
        is_nickname = self[title].is_capital and self.says(title, "kin") and self[title].gap in {" ", ", "}
        is_nickname = is_nickname and self.follows(first) and self.stretches[first] <= LONGEST_STRETCH
        return is_nickname or self.says(title, "hidden_titles")

    def makes_compound(self, index: int) -> bool:
        """Whether a word goes on to another word: "tuấn tú"."""
        return self.is_phrase(self.phrase_of(index, index + 2), "compounds")

    def with_nickname(self, end: int) -> int:
        """Tell where a name ends in the text with the nickname behind it: "Khương “Còi”", "Chuẩn còi", "Tâm sửa xe"."""
        while self.follows(end, HYPHENS) and not self.says(end, "no_names"):  # "Kim Do-gwan"
            end += 1
        place = self[end - 1].end
        if match := _QUOTED_NICKNAME.match(self.text, place):
            return match.end()
        lengths = (2, 1) if self.follows(end) and not self.is_bare else ()
        ends = (end + length for length in lengths if self.is_phrase(self.phrase_of(end, end + length), "nicknames"))
        return self[next(ends, end) - 1].end
