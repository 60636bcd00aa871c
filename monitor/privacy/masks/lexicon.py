"""The words by which names are told from other words, read from `words.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

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


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWords:
    """Words in small letters, and the same without diacritics (`bare_…`). `_` joins the words of a phrase."""

    families: frozenset[str]
    all_families: frozenset[str]
    bare_families: frozenset[str]
    bare_sure_families: frozenset[str]
    strong_middles: frozenset[str]
    middles: frozenset[str]
    bare_middles: frozenset[str]
    given: frozenset[str]
    bare_given: frozenset[str]
    given_clear: frozenset[str]
    bare_given_clear: frozenset[str]
    given_ambiguous: frozenset[str]
    bare_given_ambiguous: frozenset[str]
    name_syllables: frozenset[str]
    bare_name_syllables: frozenset[str]
    behind_name: frozenset[str]
    bare_behind_name: frozenset[str]
    compounds: frozenset[str]
    bare_compounds: frozenset[str]
    kin: frozenset[str]
    bare_kin: frozenset[str]
    kin_weak: frozenset[str]
    risky_kin: frozenset[str]
    titles: frozenset[str]
    bare_titles: frozenset[str]
    title_ends: frozenset[str]
    no_titles: frozenset[str]
    bare_no_titles: frozenset[str]
    no_name_before: frozenset[str]
    bare_no_name_before: frozenset[str]
    places: frozenset[str]
    bare_places: frozenset[str]
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
    families = lists["families"]
    all_families = families | lists["families_ambiguous"]
    given_clear = lists["given_clear"] - lists["given_ambiguous"]
    given = lists["given_clear"] | lists["given_ambiguous"]
    syllables = given | lists["middles"]
    return NameWords(
        families=families,
        all_families=all_families,
        bare_families=_bare(all_families),
        bare_sure_families=_bare(families) - _bare(lists["families_ambiguous"]),
        strong_middles=_STRONG_MIDDLES,
        middles=lists["middles"],
        bare_middles=_bare(lists["middles"]),
        given=given,
        bare_given=_bare(given),
        given_clear=given_clear,
        bare_given_clear=_bare(given_clear),
        given_ambiguous=lists["given_ambiguous"],
        bare_given_ambiguous=_bare(lists["given_ambiguous"]),
        name_syllables=syllables,
        bare_name_syllables=_bare(syllables),
        behind_name=lists["behind_name"],
        bare_behind_name=_bare(lists["behind_name"]),
        compounds=lists["compounds"],
        bare_compounds=_bare(lists["compounds"]),
        kin=lists["kin"],
        bare_kin=_bare(lists["kin"]) - _UNSURE_KIN,
        kin_weak=lists["kin_weak"],
        risky_kin=_RISKY_KIN,
        titles=lists["titles"],
        bare_titles=_bare(lists["titles"]),
        title_ends=_bare(frozenset(title.rpartition("_")[2] for title in lists["titles"] | lists["kin"])),
        no_titles=_NO_TITLES,
        bare_no_titles=_bare(_NO_TITLES),
        no_name_before=lists["no_name_before"],
        bare_no_name_before=_bare(lists["no_name_before"]),
        places=lists["places"],
        bare_places=_bare(lists["places"]),
        no_names=lists["no_names"],
        never_names=_NEVER_NAMES,
        no_given=lists["no_names"] - given,
        banks=lists["banks"],
        streets=lists["streets"],
    )


def _bare(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(strip_marks, words))
