"""Names that no family name and no title shows: of many peoples, announced by words before them, or called."""

import re
from typing import Final

from monitor.privacy.masks.word_rows import (
    APOSTROPHES,
    IN_NAME,
    LONGEST_STRETCH,
    Words,
    begins_place,
    is_behind,
    is_behind_place,
    is_no_title,
    is_unit,
    makes_compound,
    phrase_of,
    run_end,
)

_SHOWING: Final = frozenset({"thị", "văn"})
_ALONE: Final = frozenset({"y", "a"})  # prefixes that are written without an apostrophe: "Y Blứt", "A Thút"
_HERE: Final = frozenset({"đây", "day"})
_MOST_GIVEN: Final = 3
_MOST_TAGGED: Final = 4
_PAIR: Final = 2
_QUOTED_NICKNAME: Final = re.compile(r" ?[\"“‘][^\W\d_]{1,10}(?: [^\W\d_]{1,10})?[\"”’]")


def announced_name(words: Words, first: int) -> int | None:
    """Tell where a name in capitals ends that words before it announce, or None."""
    word = words[first]
    if not word.is_capital or begins_place(words, first):
        return None
    if is_behind(words, first, "naming"):
        return _behind_naming(words, first)
    has_second = first + 1 < len(words) and words.follows(first + 1) and words[first + 1].is_capital
    if words.says(first, "birth_order") and has_second:  # "Năm Chột"
        is_nickname = words.says(first + 1, "nicknames") or is_behind(words, first, "maybe_naming")
        return run_end(words, first) if is_nickname else None
    is_other = words.says(first, "kin", "never_names", "no_names") or is_unit(words, first)
    if is_other or makes_compound(words, first) or words.is_phrase(phrase_of(words, first, first + 2), "titles"):
        return None
    if word.is_upper or not words.is_in(first, "given_as_written"):
        return None
    is_announced = is_behind(words, first, "maybe_naming") or _is_behind_trade(words, first)
    end = min(run_end(words, first), first + _MOST_GIVEN)
    is_place = words.says(first, "lone_places") and end == first + 1
    is_announced = is_announced or words.stands_beside_name(first)
    is_announced = is_announced or (not is_place and words.stands_beside_number(first, end))
    return end if is_announced or _stands_alone(words, first) else None


def _stands_alone(words: Words, first: int) -> bool:
    """Whether a given name in capitals stands alone within a sentence, where no other word has capitals."""
    is_within = first > 0 and words.follows(first)
    begins = first == 1 or not words.follows(first - 1)  # the word before has a capital as the first of a sentence
    is_alone = words.stretches[first] == 1 or (words.stretches[first] == _PAIR and begins)
    is_alone = is_alone and not words.is_in(first - 1, "tagged_syllables") and not begins_place(words, first - 1)
    is_name = words.says(first, "given_clear") and not words.says(first, "lone_places") and not words.is_bare
    return is_within and is_alone and is_name and not is_behind_place(words, first)


def _behind_naming(words: Words, first: int) -> int | None:
    word = words[first]
    is_public = words.says(first, "no_names", "never_names")
    is_public = is_public and not words.says(first, "people_prefixes", "birth_order")
    is_alone = first + 1 == len(words) or not words[first + 1].is_capital or not words.follows(first + 1, IN_NAME)
    is_heading = words.stretches[first] > LONGEST_STRETCH or (is_alone and word.is_upper)
    return None if is_public or is_heading else run_end(words, first)


def _is_behind_trade(words: Words, first: int) -> bool:
    """Whether one or two words in small letters stand between a word of kinship and this: "chị phiên dịch Khả Ái"."""
    for start in (first - 2, first - 3):
        if start < 0 or not all(words.follows(index) for index in range(start + 1, first + 1)):
            return False
        if any(words[index].is_capital or words.says(index, "behind_name") for index in range(start + 1, first)):
            return False
        if words.says(start, "kin") and not words.says(start, "kin_weak") and not is_no_title(words, start):
            return not words.is_phrase(phrase_of(words, start + 1, first), "no_name_before")
    return False


def people_name(words: Words, first: int) -> int | None:
    """Tell where a name ends that begins with the prefix of a people, or that "Thị" or "Văn" shows, or None."""
    is_row = words.stretches[first] <= LONGEST_STRETCH
    if not words[first].is_capital or first + 1 >= len(words) or not words[first + 1].is_capital:
        return None
    if words.says(first, "people_prefixes"):
        if words.follows(first + 1, APOSTROPHES):
            return run_end(words, first)
        is_prefix = words[first].written in _ALONE and words.follows(first + 1) and not words[first + 1].is_upper
        is_place = begins_place(words, first) or words.says(first + 1, "no_names")
        return run_end(words, first) if is_prefix and is_row and not is_place else None
    thi = first if words[first].written in _SHOWING else first + 1
    shows = words[thi].written in _SHOWING and (thi == first or words.follows(thi))
    if not shows or thi + 1 >= len(words) or not (words.follows(thi + 1) and words[thi + 1].is_capital):
        return None
    is_other = words.says(thi + 1, "no_thi", "no_names") or words.says(first, "no_names")
    return run_end(words, first) if is_row and not is_other and not is_behind_place(words, first) else None


def called_name(words: Words, first: int) -> int | None:
    """Tell where a name ends by which somebody is called, calls or acts: "Tân ơi", "Tuấn kêu", or None."""
    word = words[first]
    begins = first == 0 or not words.follows(first)
    is_usual = words.is_in(first, "given_as_written") and not words.says(first, "kin", "never_names", "no_names")
    if not begins or word.is_upper or not is_usual or begins_place(words, first):
        return None
    end = first + 1
    if end < len(words) and words[end].is_capital and words.follows(end) and words.is_in(end, "given_as_written"):
        end += 1
    if end + 1 < len(words) and words[end].written in _HERE and words.follows(end) and words.follows(end + 1):
        return end if words.says(end + 1, "calling", "here_endings") else None
    if end == len(words) or not words.follows(end):
        return None
    is_subject = word.is_capital and words.says(first, "given_clear") and words.says(end, "behind_name")
    is_subject = is_subject and not makes_compound(words, first)
    return end if is_subject or words.says(end, "calling") else None


def tagged_name(words: Words, first: int) -> int | None:
    """Tell where a name ends that is tagged at the head of a comment: "Hương Giang Lê", or None."""
    word = words[first]
    begins = first == 0 or "\n" in words.text[words[first - 1].end : word.start]
    if not begins or not word.is_capital or word.is_upper or words.stretches[first] > _MOST_TAGGED:
        return None
    end = first
    while end < len(words) and (end == first or words.follows(end)) and words[end].is_capital:
        if not words.is_in(end, "tagged_syllables") or words.says(end, "kin", "never_names"):
            return None
        end += 1
    is_other = begins_place(words, first) or is_unit(words, first) or makes_compound(words, first)
    return None if is_other or end - first < _PAIR else end


def with_nickname(words: Words, end: int) -> int:
    """Tell where a name ends in the text with the nickname behind it: "Khương “Còi”", "Chuẩn còi"."""
    place = words[end - 1].end
    if match := _QUOTED_NICKNAME.match(words.text, place):
        return match.end()
    return words[end].end if end < len(words) and words.follows(end) and words.says(end, "nicknames") else place
