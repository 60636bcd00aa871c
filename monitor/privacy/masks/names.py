"""Personal names in Vietnamese text: by family name, and behind courtesy titles and trades, as posts are written.

A name is two to four capitalised words that begin with a family name, one or two capitalised words behind a title, or
the same in small letters behind a title where the words are names and what follows does not make them another word.
"""

import re
from collections.abc import Iterator
from typing import Final

from monitor.privacy.masks.announced import announced_name, called_name, people_name, tagged_name, with_nickname
from monitor.privacy.masks.lexicon import name_words
from monitor.privacy.masks.text import Found, MaskableText
from monitor.privacy.masks.word_rows import (
    GAPS,
    IN_NAME,
    LONGEST_NAME,
    LONGEST_STRETCH,
    Word,
    Words,
    begins_place,
    is_behind_place,
    is_unit,
    makes_compound,
    phrase_of,
    run_end,
    title_before,
)

_SYLLABLE: Final = re.compile(
    r"(?:ngh?|[ckgt]h|gi|nh|ph|tr|qu|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?", re.IGNORECASE
)
_PAIR: Final = 2


def find_names(work: MaskableText) -> Iterator[Found]:
    """Find names, in the order of the text."""
    known = name_words()
    words = Words(work, known)
    index = 0
    while index < len(words):
        end = people_name(words, index) or (_full_name(words, index) if words[index].is_capital else None)
        if end is None and index > 0 and words[index - 1].bare in words.known["title_ends"].bare:
            title = title_before(words, index)
            end = None if title is None else _given_name(words, index, title)
        end = end or announced_name(words, index) or called_name(words, index) or tagged_name(words, index)
        if end is None and not words[index].is_capital:
            end = _small_name_alone(words, index)
        if end is None:
            index += 1
            continue
        yield "name", words[index].start, with_nickname(words, end)
        index = end
        while index < len(words) and words[index].start < with_nickname(words, end):
            index += 1


def _small_name_alone(words: Words, first: int) -> int | None:
    """Tell where a name in small letters ends that "thị" or "văn" shows without a title: "lò thị thơm", or None."""
    given = first + 2
    if given >= len(words) or not (words.follows(first + 1) and words.follows(given)):
        return None
    if words.says(given, "no_thi", "no_names"):
        return None
    if words.says(first, "bare_families") and words[first + 1].written in {"thi", "van"}:
        return given + 1
    return _small_full_name(words, first) if words[first + 1].written == "thị" else None


def _full_name(words: Words, first: int) -> int | None:
    """Tell where a name ends that begins with a family name in capitals, or None."""
    if not words.is_in(first, "families"):
        return None
    titled = title_before(words, first) is not None
    if begins_place(words, first) or (not titled and (is_behind_place(words, first) or is_unit(words, first))):
        return None
    heading = words.stretches[first] > LONGEST_STRETCH
    end = _capitals_end(words, first, heading=heading)
    length = end - first
    if length < _PAIR:  # a family name alone names nobody
        return None
    has_middle = words.is_in(first + 1, "strong_middles")
    is_ambiguous = not words.is_in(first, "sure_families")
    last_is_given = words.is_in(end - 1, "given")
    if heading:
        is_name = (length > _PAIR and (has_middle or titled)) or (titled and last_is_given)
    else:
        is_name = titled or not is_ambiguous or last_is_given
        is_name = is_name or (length > _PAIR and words.is_in(first + 1, "middles"))
    return end if is_name else None


def _capitals_end(words: Words, first: int, *, heading: bool) -> int:
    """Tell where the capitalised words end that can belong to a name."""
    end = first + 1
    while end < len(words) and end - first < LONGEST_NAME and words.follows(end, IN_NAME) and words[end].is_capital:
        if end > first + 1 and words.is_in(end, "families") and _has_strong_middle(words, end):
            break
        if heading and not (words.is_in(end, "name_syllables") or words.is_in(end - 1, "strong_middles")):
            break
        if words[end].is_upper != words[first].is_upper and words[end].end - words[end].start > 1 < (
            words[first].end - words[first].start
        ):
            break
        if end > first + 1 and words.says(end, "no_given") and not words.is_in(end - 1, "strong_middles"):
            break
        end += 1
    return end


def _has_strong_middle(words: Words, family: int) -> bool:
    """Whether another name begins with this family name: "Quàng Thị Pản Cầm Văn Ún"."""
    return family + 1 < len(words) and words[family + 1].written in {"thị", "văn"} and words.follows(family + 1)


def _given_name(words: Words, first: int, title: str) -> int | None:
    """Tell where a name behind a title ends that does not begin with a family name in capitals, or None."""
    known = words.known
    if phrase_of(words, first - 1, first + 1) in known["places"].written:  # "Bà Rịa"
        return None
    if words.is_phrase(f"{title}_{words[first].written}", "titles"):
        return None
    if words[first].is_capital:
        return _capital_given_name(words, first, title)
    return _small_name(words, first, title)


def _capital_given_name(words: Words, first: int, title: str) -> int | None:
    known = words.known
    is_given = words.is_in(first, "given")
    is_unlikely = words.says(first, "no_names") or title in known["kin_weak"].written
    if words.says(first, "never_names") or (not is_given and is_unlikely):
        return None
    if begins_place(words, first) or makes_compound(words, first):
        return None
    heading = words.stretches[first] > LONGEST_STRETCH or (words.stretches[first] > _PAIR and words[first].is_upper)
    second = first + 1
    has_second = _is_capital_behind(words, second) and not words.says(second, "kin")
    if heading:
        both_given = is_given and (not has_second or words.is_in(second, "given"))
        return second + has_second if both_given and not words.says(second - 1, "no_names") else None
    if not has_second or words.says(second, "no_given"):
        is_firm = not has_second and _is_foreign(words[first]) and title not in known["kin"].written  # "kỹ sư Bosch"
        return None if is_firm else second
    if _is_foreign(words[first]) or words.follows(second + 1, IN_NAME - GAPS):
        return run_end(words, first)
    third = second + 1
    is_third = _is_capital_behind(words, third) and words.is_in(third, "given")
    return third + is_third


def _is_foreign(word: Word) -> bool:
    """Whether a word is no syllable of Vietnamese."""
    return not word.is_marked and _SYLLABLE.fullmatch(word.bare) is None


def _is_capital_behind(words: Words, index: int) -> bool:
    return words.follows(index) and words[index].is_capital


def _small_name(words: Words, first: int, title: str) -> int | None:
    """Tell where a name in small letters ends: a family name with more, or a given name that is nothing else here."""
    known = words.known
    end = _small_full_name(words, first)
    if end is not None:
        return end
    is_other = title in known["kin_capital"].written or words.says(first, "kin") or makes_compound(words, first)
    if is_other:
        return None
    second = first + 1
    if _can_be_second(words, first, second):
        return second + 1
    if not words.is_in(first, "given"):
        return None
    is_ambiguous = words.is_in(first, "given_ambiguous") or words.is_bare
    if title in known["kin_weak"].written:
        is_ambiguous = True
    is_doubtful = title in known["courteous"].written and not words.says(first, "clause_words") and not words.is_bare
    if not is_ambiguous or is_doubtful:  # a name that is hidden wrongly costs less than one that is told
        return second
    return second if _shows_name(words, second, title) else None


def _can_be_second(words: Words, first: int, second: int) -> bool:
    """Whether the word behind a given name in small letters is the second half of it: "kim oanh", "minh đức"."""
    return (
        second < len(words)
        and words.follows(second)
        and words.is_in(first, "middles")
        and words.is_in(second, "given_clear")
        and not words.says(second, "behind_name")
        and not makes_compound(words, second)
    )


def _small_full_name(words: Words, first: int) -> int | None:
    if not words.is_in(first, "families"):
        return None
    middle = first + 1
    given = first + 2
    if given >= len(words) or not (words.follows(middle) and words.follows(given)):
        return None
    has_middle = words.is_in(middle, "strong_middles")
    if not has_middle and not (
        words.is_in(middle, "middles") and not makes_compound(words, middle) and _ends_small_name(words, first, given)
    ):
        return None
    fourth = given + 1
    if (
        has_middle
        and fourth < len(words)
        and words.follows(fourth)
        and words.is_in(given, "middles")
        and (words.is_in(fourth, "given_clear") or words.is_bare)
        and not words.says(fourth, "behind_name")
        and not words.says(fourth, "no_names")
    ):
        return fourth + 1
    return fourth


def _ends_small_name(words: Words, first: int, given: int) -> bool:
    """Whether a word in small letters can be the given name behind a family name and a middle one."""
    if words.is_in(given, "given"):
        return True
    # A family name that is nothing else bears a given name that is on no list.
    is_sure = words[first].is_marked and words.says(first, "sure_families")
    return is_sure and not words.says(given, "behind_name") and not words.says(given, "no_names")


def _shows_name(words: Words, after: int, title: str) -> bool:
    """Whether what stands behind a word in small letters shows that it was a name."""
    known = words.known
    if after >= len(words) or not words.follows(after):
        is_risky = title in known["risky_kin"].written or title in known["risky_kin"].bare
        return title not in known["kin_weak"].written and not is_risky
    return words.is_in(after, "behind_name")
