"""Masking of personal data in quoted posts: a person's name, numbers and addresses become a word in square brackets.

What names nobody stays: public bodies, places down to the commune, brands, prices, dates, numbers of legal documents,
emergency numbers. The rules are in `patterns.py` and `names.py`, the words they know in `words.toml`.
They miss some and take some too many, as `tests/quality/masking.jsonl` shows: whoever publishes a quote reads it first.
Obscenities are shortened to their first letter: the reader learns that they stood there.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from classifiers.text.letters import piece_spans, split_syllables
from classifiers.text.lexicon import default_lexicon
from classifiers.text.normalise import normalise
from monitor.privacy.masks.homes import find_homes
from monitor.privacy.masks.names import find_names
from monitor.privacy.masks.numbers import find_numbers
from monitor.privacy.masks.patterns import find_patterns
from monitor.privacy.masks.text import Found, MaskableText

PLACEHOLDERS: Final[Mapping[str, str]] = MappingProxyType({
    "name": "[tên]",
    "handle": "[tài khoản]",
    "phone": "[số điện thoại]",
    "email": "[e-mail]",
    "id_card": "[số giấy tờ]",
    "insurance": "[số giấy tờ]",
    "birth_date": "[ngày sinh]",
    "account": "[tài khoản]",
    "plate": "[biển số xe]",
    "address": "[địa chỉ]",
    "link": "[liên kết cá nhân]",
    "withheld": "[không trích: quá nhiều dữ liệu cá nhân lồng nhau]",
})  # fmt: skip
CUT: Final = "…"
_PLACEHOLDER: Final = re.compile("|".join(map(re.escape, sorted(set(PLACEHOLDERS.values())))))
_MOST_PASSES: Final = 8  # two are usual
_OBSCENE: Final = frozenset(("obscene_genitals", "obscene_intercourse"))
_CURSES: Final = frozenset(("curse_parents", "swear_light"))
_ABBREVIATION: Final = re.compile(
    r"[^aeiouyăâêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ\d\W_]{2,6}"
)
_LONGEST_KEPT: Final = 1
_RULES: Final[tuple[Callable[[MaskableText], Iterable[Found]], ...]] = (
    find_homes,
    find_patterns,
    find_numbers,
    find_names,
)


@dataclass(frozen=True, slots=True)
class Mask:
    """One part of a text that is masked.

    Args:
        kind: A key of PLACEHOLDERS.
        start: Where it begins in the text as given, in characters.
        end: Where it ends, exclusive.

    """

    kind: str
    start: int
    end: int

    @property
    def placeholder(self) -> str:
        """The words that stand in its place."""
        return PLACEHOLDERS[self.kind]


def find_personal(text: str) -> tuple[Mask, ...]:
    """Find the personal data in a text.

    The time is proportional to the length of the text, whatever it is made of.

    Args:
        text: A post or a part of one, as published.

    Returns:
        Masks in the order of the text, none inside another; one of kind `withheld` over the whole text when so many
        parts hang on each other that nobody writes so.

    """
    work = MaskableText(text, _PLACEHOLDER, PLACEHOLDERS)
    for _ in range(_MOST_PASSES):  # a masked part may complete the context of another
        changed = [work.replace(rule(work)) for rule in _RULES]
        if not any(changed):
            return tuple(Mask(kind, start, end) for kind, start, end in work.replaced())
    return (Mask("withheld", 0, len(text)),)


def mask_personal(text: str) -> str:
    """Replace personal data by Vietnamese words in square brackets.

    Masked are names (with a family name of the Kinh or of a people of the province, or behind a courtesy title or a
    trade, which stays), handles, telephone numbers, e-mail addresses, links to persons, numbers of identity papers,
    insurance and bank accounts, birth dates, number plates, house and lodging addresses. Masking twice changes nothing.

    Args:
        text: A post or a part of one, as published.

    Returns:
        The text, unchanged otherwise; that of `withheld` alone when `find_personal` gives up.

    """
    return _replace(text, ((mask.start, mask.end, mask.placeholder) for mask in find_personal(text)))


def cut_personal(text: str, kept: Collection[str] = ()) -> str:
    """Leave personal data out of a text from which a model learns.

    Args:
        text: The text.
        kept: Kinds that stay.

    """
    return _replace(text, ((mask.start, mask.end, CUT) for mask in find_personal(text) if mask.kind not in kept))


def _replace(text: str, parts: Iterable[tuple[int, int, str]]) -> str:
    """Replace parts of a text: start, end and what stands in their place. What overlaps the one before stays."""
    pieces: list[str] = []
    position = 0
    for start, end, instead in parts:
        if start >= position:
            pieces += (text[position:start], instead)
            position = end
    return "".join((*pieces, text[position:]))


def shorten_obscenities(text: str) -> str:
    """Replace each obscene word by its first letter and an ellipsis; the rest of the text stays.

    Args:
        text: A text as published, or with masks in square brackets.

    """
    aligned = normalise(text)
    spans = piece_spans(aligned.text)
    found = _obscene_syllables(tuple(split_syllables(aligned.text)))
    shortened = (
        (start, end, text[start : start + _LONGEST_KEPT] + CUT)
        for start, end in (aligned.original_span(*spans[number]) for number in sorted(found))
        if end - start > _LONGEST_KEPT
    )
    return _replace(text, shortened)


def _obscene_syllables(syllables: tuple[str, ...]) -> set[int]:
    found: set[int] = set()
    for group, start, end in default_lexicon().find(syllables):
        if group in _OBSCENE | _CURSES:
            found.update(number for number in range(start, end) if _is_obscene(syllables[number]))
    return found


@cache
def _is_obscene(syllable: str) -> bool:
    """Tell whether a syllable is obscene by itself: `làm tình` is, `làm` is not."""
    alone = {group for group, _, _ in default_lexicon().find((syllable,))}
    return bool(alone & _OBSCENE) or _ABBREVIATION.fullmatch(syllable) is not None
