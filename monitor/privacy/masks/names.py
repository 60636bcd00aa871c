"""Personal names in Vietnamese text: by family name, and behind courtesy titles and trades, as posts are written.

A name is two to four capitalised words that begin with a family name, one or two capitalised words behind a title, or
the same in small letters behind a title where the words are names and what follows does not make them another word.
"""

import re
from collections.abc import Iterator
from typing import Final

from monitor.privacy.masks.announced import (
    announced_name,
    called_name,
    is_bare_name,
    people_name,
    row_of_names,
    small_full_name,
)
from monitor.privacy.masks.text import Found, MaskableText
from monitor.privacy.masks.word_rows import GAPS, IN_NAME, LONGEST_NAME, LONGEST_STRETCH, TITLE_GAPS, Words

_SYLLABLE: Final = re.compile(
    r"(?:ngh?|[ckgt]h|gi|nh|ph|tr|qu|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?", re.IGNORECASE
)
_PAIR: Final = 2


def find_names(work: MaskableText) -> Iterator[Found]:
    """Find names, in the order of the text."""
    words = Words(work)
    index = 0
    while index < len(words):
        end = _name_end(words, index)
        if end is None:
            index = (words[index].is_capital and words.place_end(index)) or index + 1
            continue
        has_title = words.follows(index, TITLE_GAPS) and words.has_hidden_title(index)
        ends_at = words.with_nickname(end)
        yield "name", words[index - has_title].start, ends_at
        index = end
        while index < len(words) and words[index].start < ends_at:
            index += 1


def _name_end(words: Words, first: int) -> int | None:
    """Tell where the name ends that begins with a word, or None."""
    is_small = not words[first].is_capital
    if (is_small and not words.can_begin_name(first)) or words.ends_place(first):
        return None
    title = words.title_before(first)
    if is_small:
        named = None if title is None else _given_name(words, first, title)
        return named or announced_name(words, first) or called_name(words, first) or _small_name_alone(words, first)
    if _leads_to_name(words, first):
        return None
    tagged = row_of_names(words, first) if words.begins_line(first) else None
    if end := tagged or people_name(words, first):
        return end
    if words.place_end(first) and title is None and not words.is_behind(first, "naming"):
        return None  # "Hà Giang" is a person in "chị Hà Giang"
    named = _full_name(words, first)
    if named is None and title is not None:
        named = _given_name(words, first, title)
    return named or announced_name(words, first) or called_name(words, first) or row_of_names(words, first)


def _leads_to_name(words: Words, first: int) -> bool:
    """Whether a word in capitals at the head of a sentence only leads to a name: "Gặp Hằng"."""
    is_lead = words.says(first, "meeting", "maybe_naming") and not words.says(first, "given_as_written", "families")
    return is_lead and words.capital_follows(first + 1) and not words.says(first + 1, "showing")


def _small_name_alone(words: Words, first: int) -> int | None:
    """Tell where a name in small letters ends that "thị" or "văn" shows without a title: "lò thị thơm", or None."""
    given = first + 2
    if _is_small_pair(words, first):
        return given
    if not (words.follows(first + 1) and words.follows(given)):
        return None
    if words.says(given, "no_thi") or (words.says(given, "no_names") and not words.says(given, "given_as_written")):
        return None
    is_full = words[first + 1].written in {"thị", "thi", "van"}
    is_full = is_full or words.says(first, "plain_families", "sure_bare_families")
    return small_full_name(words, first) if is_full else None


def _is_small_pair(words: Words, first: int) -> bool:
    """Whether two words in small letters are a name: "tuấn còi", "con huyen trang"."""
    second = first + 1
    if not words.follows(second):
        return False
    if words.says(second, "sure_nicknames"):
        return words.says(first, "given_clear") and not words.is_bare
    is_led = words.follows(first) and words.says(first - 1, "bare_naming", "kin")
    is_given = is_bare_name(words, second) and words[second].bare in words.known["given_clear"].bare
    is_given = is_given or (words.says(second, "kin_given") and words[first].bare in words.known["before_anh"].bare)
    return is_led and is_given and is_bare_name(words, first) and not words.makes_compound(first)


def _full_name(words: Words, first: int) -> int | None:
    """Tell where a name ends that begins with a family name in capitals, or None."""
    if not words.is_in(first, "families"):
        return None
    titled = words.title_before(first) is not None
    is_commune_behind = words.is_behind(first, "locative") and words.is_commune(first, first + words.stretches[first])
    if words.place_end(first) or (not titled and (words.is_behind_place(first) or is_commune_behind)):
        return None
    heading = words.stretches[first] > LONGEST_STRETCH
    end = _capitals_end(words, first, heading=heading)
    length = end - first
    is_ambiguous = not words.is_in(first, "sure_families")
    if length < _PAIR or (is_ambiguous and not titled and words.makes_compound(first)):  # "Ứng Tuyển"
        return None  # a family name alone names nobody
    has_middle = words.is_in(first + 1, "strong_middles")
    last_is_given = words.is_in(end - 1, "given")
    if heading:
        is_name = (length > _PAIR and (has_middle or titled)) or (titled and last_is_given)
        return end if is_name else None
    is_long = length > _PAIR and (words.is_in(first + 1, "middles") or words.is_in(first + 1, "families"))
    return end if titled or not is_ambiguous or last_is_given or is_long else None


def _capitals_end(words: Words, first: int, *, heading: bool) -> int:
    """Tell where the capitalised words end that can belong to a name."""
    end = first + 1
    while end - first < LONGEST_NAME and words.capital_follows(end, IN_NAME):
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


def _given_name(words: Words, first: int, title: str) -> int | None:
    """Tell where a name behind a title ends that does not begin with a family name in capitals, or None."""
    if words.is_phrase(f"{title}_{words[first].written}", "titles"):
        return None
    return (_capital_given_name if words[first].is_capital else _small_name)(words, first, title)


def _capital_given_name(words: Words, first: int, title: str) -> int | None:
    if _is_no_person(words, first, title) or words.makes_compound(first):
        return None
    second = first + 1
    has_second = words.capital_follows(second) and (
        words.says(second, "kin_given") or words.says(first, "birth_order") or not words.says(second, "kin")
    )
    if words.stretches[first] > LONGEST_STRETCH or (
        words.stretches[first] > _PAIR and words[first].is_upper
    ):  # heading
        both_given = words.is_in(first, "given") and (not has_second or words.is_in(second, "given"))
        return second + has_second if both_given and not words.says(second - 1, "no_names") else None
    if not has_second or words.says(second, "no_given"):
        is_firm = not has_second and _is_foreign(words, first) and not words.is_phrase(title, "kin")  # "kỹ sư Bosch"
        return None if is_firm else second
    if _is_foreign(words, first) or words.follows(second + 1, IN_NAME - GAPS):
        return words.run_end(first)
    end = second + 1
    while end - first < LONGEST_NAME and words.capital_follows(end) and not words.says(end, "no_given", "kin"):
        if words.place_end(end) or _is_foreign(words, end):
            break
        end += 1
    return end


def _is_no_person(words: Words, first: int, title: str) -> bool:
    """Whether a word in capitals behind a title is something else than a person."""
    word, known = words[first], words.known
    # "con Vision" is a motorcycle, "a Park" a person.
    is_thing = title in known["kin_weak"].written and len(title) > 1 and not word.is_marked
    is_half = words.capital_follows(first + 1) and words.is_in(first, "middles")  # "Như Quỳnh"
    given = "given_as_written" if words.is_phrase(title, "kin") else "given"
    is_unlikely = not (words.is_in(first, given) or is_half) and (words.says(first, "no_names") or is_thing)
    is_abbreviation = word.is_upper and len(word.bare) > 1 and _SYLLABLE.fullmatch(word.bare) is None  # "HĐQT"
    is_place = words.place_end(first) and title not in known["courteous"].written  # "lấy chồng Long An"
    return is_unlikely or is_abbreviation or bool(is_place) or words.says(first, "never_names")


def _is_foreign(words: Words, index: int) -> bool:
    """Whether a word is no syllable of Vietnamese and no given name on the lists."""
    is_syllable = words[index].is_marked or _SYLLABLE.fullmatch(words[index].bare) is not None
    return not (is_syllable or words.says(index, "given_as_written"))


def _small_name(words: Words, first: int, title: str) -> int | None:
    """Tell where a name in small letters ends: a family name with more, or a given name that is nothing else here."""
    end = small_full_name(words, first)
    is_courteous = words.is_bare and words.says(first - 1, "bare_titles")
    is_far = title in words.known["kin_capital"].written and not is_courteous
    is_place = words.place_end(first) is not None and title not in words.known["courteous"].written  # "con phú quốc"
    is_other = is_far or is_place or words.says(first, "kin") or words.makes_compound(first)
    second = first + 1
    if words.is_in(first, "birth_order") and words.follows(second) and _is_behind_birth(words, second):
        return second + 1
    if end is not None or is_other:
        return end
    if _can_be_second(words, first, second):
        return second + 1
    return second if words.is_in(first, "given") and _is_small_given(words, first, title) else None


def _is_behind_birth(words: Words, index: int) -> bool:
    """Whether a word in small letters goes on with a name behind the order of birth: "bà sáu lèo", "chú tư hiền"."""
    is_given = words.is_in(index, "given") and not words.says(index, "behind_name", "clause_words")
    is_given = is_given and not words.makes_compound(index)
    return (is_given or words.is_in(index, "nicknames")) and not words.is_common_bare(index)


def _is_small_given(words: Words, first: int, title: str) -> bool:
    """Whether a given name in small letters behind a title is one, and not the word that is written like it."""
    second = first + 1
    is_clause = words.says(first, "clause_words") or words.is_phrase(f"{title}_{words[first].written}", "clause_words")
    if words.is_common_bare(first) or (is_clause and not words.is_bare):
        if second == len(words):
            return not words.is_phrase(title, "kin")
        is_job = words.is_phrase(words.phrase_of(second, second + 2), "titles")
        is_shown = words.follows(second) and words.says(second, "behind_doubtful")
        is_job = is_job and words.is_phrase(title, "courteous")
        return is_shown or (is_job and not words.says(first, "no_names"))
    # A name that is hidden wrongly costs less than one that is told.
    is_near = words.is_phrase(title, "kin") and title not in words.known["kin_far"].written
    is_clear = words.is_in(first, "given_clear") and not words.is_in(first, "given_ambiguous")
    is_usual = is_near or is_clear
    if words.is_bare:
        is_usual = is_clear and (words.says(first - 1, "bare_titles") or not is_near)
    return is_usual or _shows_name(words, second, title)


def _can_be_second(words: Words, first: int, second: int) -> bool:
    """Whether the word behind a given name in small letters is the second half of it: "kim oanh", "minh đức"."""
    if not words.follows(second) or words[second].is_capital or words.says(first, "no_names"):
        return False
    if words.is_common_bare(first) and not words.says(first - 1, "bare_titles"):
        return False
    if words.says(second, "kin_given"):
        return words.is_in(first, "before_anh")
    is_half = words.is_in(first, "name_syllables") and words.is_in(second, "given_clear")
    is_other = words.says(second, "behind_name", "no_names") or words.makes_compound(second)
    return is_half and not (is_other or words.is_common_bare(second))


def _shows_name(words: Words, after: int, title: str) -> bool:
    """Whether what stands behind a word in small letters shows that it was a name."""
    known = words.known
    if not words.follows(after):
        is_risky = title in known["risky_kin"].written or title in known["risky_kin"].bare
        return title not in known["kin_weak"].written and not is_risky
    return words.is_in(after, "behind_name")
