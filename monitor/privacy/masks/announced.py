"""Names that no family name and no title shows: of many peoples, announced by words before them, or called."""

from typing import Final

from monitor.privacy.masks.word_rows import APOSTROPHES, GAPS, IN_NAME, JOIN, LONGEST_STRETCH, NEAR, NEAR_GAPS, Words

_MOST_GIVEN: Final = 3
_MOST_IN_ROW: Final = 4
_MOST_AT_HEAD: Final = 8
_PAIR: Final = 2


def announced_name(words: Words, first: int) -> int | None:
    """Tell where a name in capitals ends that words before it announce, or None."""
    if not words[first].is_capital:
        return _small_announced(words, first)
    if words.is_behind(first, "naming"):
        return _behind_naming(words, first)
    if words.place_end(first):
        return None
    if words.says(first, "birth_order") and words.capital_follows(first + 1):  # "Năm Chột"
        return words.run_end(first) if _is_named_by_birth(words, first) else None
    if words.is_behind(first, "meeting", NEAR_GAPS) and not words.says(first, "lone_places"):
        return _behind_naming(words, first)
    return _given_in_capitals(words, first)


def _is_named_by_birth(words: Words, first: int) -> bool:
    """Whether a word for the order of birth begins a name, and is no figure: "Hai Bên"."""
    is_pair = words.stretches[first] == _PAIR and words.stands_within(first) and not words[first].is_upper
    is_pair = is_pair and not words.is_behind_place(first) and not words.is_behind(first, "locative")
    return is_pair and not words.says(first + 1, "no_given", "counted_by")


def _given_in_capitals(words: Words, first: int) -> int | None:
    """Tell where a given name in capitals ends that what stands around it shows, or None."""
    end = min(words.run_end(first), first + _MOST_GIVEN)
    is_usual = words.is_in(first, "given_as_written")
    is_pair = words.stretches[first] == _PAIR and first + 1 < len(words) and words.is_in(first + 1, "given_clear")
    is_nicknamed = is_usual and words.stretches[first] == _PAIR and words.says(end - 1, "sure_nicknames")  # "Đạt Khùng"
    is_beside = words.stands_beside(first, end, "name", JOIN) and words.stands_within(first)
    is_beside = is_beside and not words.says(first, "no_names", "lone_places")
    is_other = words.says(first, "kin", "never_names", "no_lone", "no_given") or words.makes_compound(first)
    is_other = is_other or words.is_phrase(words.phrase_of(first, first + 2), "titles") or words.is_behind_place(first)
    if words[first].is_upper or is_other or not (is_usual or is_pair or is_beside):  # "Bửu Lộc"
        return None
    return end if is_beside or is_nicknamed or _is_announced(words, first, end) or _stands_alone(words, first) else None


def _is_announced(words: Words, first: int, end: int) -> bool:
    """Whether what stands before or behind a word in capitals shows that it is a given name."""
    is_place = words.says(first, "lone_places") and words.stretches[first] == 1
    naming = "maybe_naming_small" if is_place else "maybe_naming"  # "của Nga" is a country, "gặp Nga" a person
    return (
        words.is_behind(first, naming, NEAR_GAPS)
        or any(words.stands_beside(first, end, kind, NEAR) for kind in ("name", "phone"))
        or words.with_nickname(end) > words[end - 1].end
    )


def row_of_names(words: Words, first: int) -> int | None:
    """Tell where capitalised words in a row end that are parts of names: "Mẫn Nhi Trịnh", or None.

    All of two to four are, and at the head of a comment, where people are tagged, half of up to eight.
    """
    word, length = words[first], words.stretches[first]
    begins, end = words.begins_line(first), first + length
    most = _MOST_AT_HEAD if begins else _MOST_IN_ROW
    if word.is_upper or not _PAIR <= length <= most or _is_behind_other(words, first) or _is_place(words, first, end):
        return None
    is_family_last = words.says(end - 1, "families") and length > _PAIR
    is_other = words.says(first, "kin", "never_names", "other_beginnings") and not (begins and is_family_last)
    parts = sum(words.is_in(index, "tagged_syllables") for index in range(first, end))
    is_name = parts == length or (1 < parts == length - 1 and words.is_in(end - 1, "given"))
    if not is_name or any(
        words.says(index, "kin", "no_given") or words.makes_compound(index) for index in range(first, end)
    ):
        is_name = begins and words.is_in(first, "tagged_syllables") and length <= 2 * parts
        is_name = is_name and not words.makes_compound(first)
    if is_other or not is_name:
        return None
    return words.run_end(end - 1) if words.follows(end, IN_NAME - GAPS) else end  # "Kpă H'Lem"


def _is_behind_other(words: Words, first: int) -> bool:
    """Whether what stands before a word in capitals makes it a part of more words or a place."""
    is_within = not words.begins_line(first) and words[first - 1].is_capital
    return is_within or words.is_behind(first, "locative") or words.is_behind_place(first)


def _is_place(words: Words, first: int, end: int) -> bool:
    """Whether some words are a place and no person, as communes between commas are: "Phúc La, Hà Đông"."""
    place = words.place_end(first)
    if any(words.place_end(index) for index in range(first + 1, end - 1)):
        return True
    if place is not None or not words.is_commune(first, end):
        return place is not None and not any(words.says(index, "families") for index in range(place, end))
    is_apart = "," not in words[first].gap and not words.text.startswith(",", words[end - 1].end)
    is_pair = words.says(first, "name_syllables") and words.says(first + 1, "given")
    is_pair = is_pair and not (words.says(first, "place_beginnings") and words.says(first + 1, "given_ambiguous"))
    return not (is_apart and is_pair)


def _small_announced(words: Words, first: int) -> int | None:
    """Tell where a name in small letters ends that words before it announce: "tên hoà", "gặp loan", or None."""
    is_named = words.is_behind(first, "naming_small")
    if not is_named and (words.is_bare or not words.is_behind(first, "maybe_naming_small", NEAR_GAPS)):
        return None
    second = first + 1
    has_second = words.follows(second)
    is_other = words.says(first, "kin") or (words.says(first, "clause_words") and (has_second or not is_named))
    if is_other or words.makes_compound(first) or words.is_common_bare(first):
        return None
    if is_named and (end := small_full_name(words, first)):
        return end
    is_usual = words.is_in(first, "given_clear") or (words.is_in(first, "given") and not has_second)
    if not (words.is_in(first, "given_as_written") if is_named else is_usual):
        return None
    seconds = ("given_as_written", "nicknames") if is_named else ("given_clear", "nicknames")
    goes_on = has_second and words.says(second, *seconds) and not words.says(second, "behind_name")
    return second + 1 if goes_on and not words.makes_compound(second) else second


def _stands_alone(words: Words, first: int) -> bool:
    """Whether a given name in capitals stands alone within a sentence, where no other word has capitals."""
    begins = first == 1 or not words.follows(first - 1)  # the word before has a capital as the first of a sentence
    is_alone = words.stretches[first] == 1 or (words.stretches[first] == _PAIR and begins)
    is_part = words[first - 1].is_capital and words.is_in(first - 1, "tagged_syllables")
    is_alone = is_alone and not is_part and not words.place_end(first - 1)
    is_name = words.says(first, "given") and not words.says(first, "lone_places") and not words.is_bare
    is_name = is_name and not words.is_behind(first, "locative", NEAR_GAPS)
    return words.stands_within(first) and is_alone and is_name


def _behind_naming(words: Words, first: int) -> int | None:
    word = words[first]
    is_name = words.says(first, "given_as_written")
    is_public = words.says(first, "never_names") or (words.says(first, "no_names") and not is_name)
    is_named_by_kin = words.says(first, "kin") and words.stretches[first] > 1  # "Mẹ Bống" is the name of an account
    is_public = is_public and not is_named_by_kin and not words.says(first, "people_prefixes", "birth_order")
    is_alone = word.is_upper and not words.capital_follows(first + 1, IN_NAME)
    is_heading = is_alone or words.stretches[first] > LONGEST_STRETCH or words.makes_compound(first)
    return None if is_public or is_heading else words.run_end(first)


def small_full_name(words: Words, first: int) -> int | None:
    """Tell where a name in small letters ends that begins with a family name, or None."""
    middle, given = first + 1, first + 2
    if not (words.follows(middle) and words.follows(given)):
        return None
    shows = words[middle].written in {"thi", "van"}
    if shows or words.says(first, "sure_bare_families"):  # "nguyen quoc dat", in a text with diacritics
        is_name = (shows and words.says(first, "bare_families")) or is_bare_name(words, given)
        is_name = is_name and (shows or is_bare_name(words, middle))
        is_name = is_name and words[first].bare in words.known["families"].bare
    elif words.is_in(middle, "strong_middles"):
        is_name = words.is_in(first, "families")
    else:
        is_name = words.is_in(first, "sure_families" if words.is_bare else "families")
        is_name = is_name and words.is_in(middle, "middles") and _ends_small_name(words, first, given)
        is_name = is_name and not (words.makes_compound(middle) or words.says(middle, "no_names"))
        is_name = is_name and not words.is_common_bare(first)
    fourth = given + 1
    if not is_name or not words.follows(fourth) or words[given].bare not in words.known["middles"].bare:
        return fourth if is_name else None
    is_other = words.says(fourth, "behind_name", "no_names") or words.makes_compound(fourth)
    is_given = words.is_in(fourth, "given") or is_bare_name(words, fourth)
    return fourth + (is_given and not (is_other or words.is_common_bare(fourth)))


def is_bare_name(words: Words, index: int) -> bool:
    """Whether a word in small letters is a part of a name when it is read without diacritics."""
    is_part = words[index].bare in words.known["name_syllables"].bare
    is_other = words[index].is_marked or words[index].is_capital or words.says(index, "no_bare")
    return is_part and not is_other and len(words[index].bare) > 1


def _ends_small_name(words: Words, first: int, given: int) -> bool:
    """Whether a word in small letters can be the given name behind a family name and a middle one."""
    if words.is_in(given, "given") or words[given].is_capital:
        return not words[given].is_capital
    # A family name that is nothing else bears a given name that is on no list.
    is_sure = words[first].is_marked and words.says(first, "sure_families")
    return is_sure and not words.says(given, "behind_name", "no_names")


def people_name(words: Words, first: int) -> int | None:
    """Tell where a name ends that begins with the prefix of a people, or that "Thị" or "Văn" shows, or None."""
    second = first + 1
    if not words[first].is_capital or second >= len(words) or not words[second].is_capital:
        return None
    if words.says(first, "people_prefixes"):
        return words.run_end(first) if _is_prefix(words, first) else None
    if words.says(first, "kin"):
        return None
    is_other = words.place_end(first) or words.stretches[first] > LONGEST_STRETCH
    if _goes_on_with_prefix(words, first):
        return None if words.says(first, "no_names") else words.run_end(first)
    thi = first if words.says(first, "showing") else second
    is_prefix = thi > first and words.says(thi, "people_prefixes") and not words[first].is_upper  # "Và Y Dở"
    shows = (is_prefix or words.says(thi, "showing")) and (thi == first or words.follows(thi))
    if not shows or not words.capital_follows(thi + 1):
        return None
    if words.place_end(first) and thi > first:  # "Đinh Văn Lịch", but "Đồng Văn Hà Nam"
        is_other = words.place_end(thi + 1) or words.stretches[first] > LONGEST_STRETCH
    is_other = is_other or words.says(thi + 1, "no_thi", "no_names") or words.says(first, "no_names")
    return None if is_other or words.is_behind_place(first) else words.run_end(first)


def _is_prefix(words: Words, first: int) -> bool:
    """Whether the prefix of a people, with an apostrophe or without, begins a name: "H'Lan", "Y Blứt"."""
    second = first + 1
    if words.follows(second, APOSTROPHES):
        return not words.says(first, "no_names")
    is_other = words.place_end(first) or words.stretches[first] > LONGEST_STRETCH or words.is_behind_place(first)
    is_other = is_other or (words.stretches[first] == _PAIR and words.says(second, "no_names"))
    return words.follows(second) and not (words[second].is_upper or is_other)


def _goes_on_with_prefix(words: Words, first: int) -> bool:
    """Whether the second or third word of a name is the prefix of a people: "Mí H'Lan", "Lơ Mu K'Sa"."""
    for index in (first + 1, first + 2):
        if not words.capital_follows(index):
            return False
        if words.says(index, "people_prefixes") and words.follows(index + 1, APOSTROPHES):
            return True
    return False


def called_name(words: Words, first: int) -> int | None:
    """Tell where a name ends by which somebody is called, calls or acts: "Tân ơi", "Tuấn kêu", or None."""
    word = words[first]
    begins = first == 0 or words.says(first - 1, "openers") or words.begins_clause(first)
    is_usual = words.is_in(first, "given_as_written") and not words.says(first, "kin", "never_names", "no_given")
    end = first + 1
    is_title = words.is_phrase(word.written, "kin")
    if words.is_bare and not is_title and words.follows(end) and words.is_in(end, "name_syllables"):
        end += words.follows(end + 1) and words.says(end + 1, "hailing")  # "huong ly oi"
    is_called = word.is_capital and words.follows(end) and words.says(end, "hailing")
    is_called = is_called and not words.says(first, "kin", "never_names", "no_names")
    if not begins or word.is_upper or not (is_usual or is_called) or words.place_end(first):
        return None
    end += words.capital_follows(end) and not words.says(end, "no_given", "kin")
    if not words.follows(end):
        return None
    is_spoken_of = words.says(end, "spoken_of") and words.says(first, "given") and not words.says(first, "clause_words")
    acts = words.says(end, "behind_name") and words.says(first, "given_clear") and not words.says(first, "lone_places")
    is_subject = (word.is_capital and (is_spoken_of or acts)) or (is_spoken_of and words.says(first, "given_clear"))
    is_subject = is_subject and not words.makes_compound(first)
    return end if is_subject or words.says(end, "calling") else None
