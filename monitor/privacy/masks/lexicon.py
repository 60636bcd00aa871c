"""The words by which names are told from other words, read from `words.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from monitor.privacy.masks.text import strip_marks

_STRONG_MIDDLES: Final = frozenset({"thị", "thi", "văn", "van", "a"})
_NO_TITLES: Final = frozenset({
    "đàn ông", "đàn bà", "trẻ em", "anh em", "chị em", "ông bà", "bà con", "cô bác", "cô chú", "thầy cô", "anh chị",
    "con em", "hai bà", "ông anh", "bà chị", "dân anh", "các cháu", "bạn bè", "bố mẹ", "vợ chồng", "tiếng anh",
    "nước anh", "con bác", "một ông", "bác cháu", "chú cháu", "mẹ con", "vợ con", "bà mẹ",
})  # fmt: skip
# Behind a word that often begins a clause ("em mai mới có lương"), a word at the end of the text is no sign of a name.
_RISKY_KIN: Final = frozenset({"em", "cháu", "bạn", "o", "cô", "bác", "co", "bac", "chau", "ban"})
# Without diacritics these are other words more often than a title.
_UNSURE_KIN: Final = frozenset({"di", "mo", "bo", "me", "con", "o", "vo"})
# Capitalised words that are given names too, but not behind a title at the head of a phrase.
_NEVER_NAMES: Final = frozenset(
    {"công", "em", "anh", "hồ", "tây", "cả", "và", "của", "là", "trời", "việt", "quốc", "ban", "hội", "ủy", "uỷ"}
)


class Spellings(NamedTuple):
    """Words in small letters, and the same without diacritics. `_` joins the words of a phrase."""

    written: frozenset[str]
    bare: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWords:
    """The words of `words.toml`, with those that follow from them."""

    families: Spellings
    sure_families: Spellings
    strong_middles: Spellings
    middles: Spellings
    given: Spellings
    given_clear: Spellings
    given_ambiguous: Spellings
    name_syllables: Spellings
    behind_name: Spellings
    compounds: Spellings
    kin: Spellings
    titles: Spellings
    no_titles: Spellings
    no_name_before: Spellings
    places: Spellings
    kin_weak: frozenset[str]
    risky_kin: frozenset[str]
    title_ends: frozenset[str]
    no_names: frozenset[str]
    never_names: frozenset[str]
    no_given: frozenset[str]
    banks: frozenset[str]
    streets: frozenset[str]


@cache
def name_words() -> NameWords:
    """Read the words once."""
    file = resources.files("monitor.privacy.masks") / "words.toml"
    lists = {name: frozenset(text.split()) for name, text in tomllib.loads(file.read_text("utf-8")).items()}
    sure = lists["families"]
    given = lists["given_clear"] | lists["given_ambiguous"]
    return NameWords(
        families=_spelled(sure | lists["families_ambiguous"]),
        sure_families=Spellings(sure, _bare(sure) - _bare(lists["families_ambiguous"])),
        strong_middles=_spelled(_STRONG_MIDDLES),
        middles=_spelled(lists["middles"]),
        given=_spelled(given),
        given_clear=_spelled(lists["given_clear"] - lists["given_ambiguous"]),
        given_ambiguous=_spelled(lists["given_ambiguous"]),
        name_syllables=_spelled(given | lists["middles"]),
        behind_name=_spelled(lists["behind_name"]),
        compounds=_spelled(lists["compounds"]),
        kin=Spellings(lists["kin"], _bare(lists["kin"]) - _UNSURE_KIN),
        titles=_spelled(lists["titles"]),
        no_titles=_spelled(_NO_TITLES),
        no_name_before=_spelled(lists["no_name_before"]),
        places=_spelled(lists["places"]),
        kin_weak=lists["kin_weak"],
        risky_kin=_RISKY_KIN,
        title_ends=_bare(frozenset(title.rpartition("_")[2] for title in lists["titles"] | lists["kin"])),
        no_names=lists["no_names"],
        never_names=_NEVER_NAMES,
        no_given=lists["no_names"] - given,
        banks=lists["banks"],
        streets=lists["streets"],
    )


def _spelled(words: frozenset[str]) -> Spellings:
    return Spellings(words, _bare(words))


def _bare(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(strip_marks, words))
