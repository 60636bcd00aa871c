"""Chat spelling respelt as in a dictionary (`ko`, `wá`, `thík`): one more view of a text, never a replacement.

Every syllable is read by itself. A list of forms is asked first (`spelling.toml`); then rules repair shapes that no
Vietnamese syllable has, and only when the outcome is one.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from classifiers.text.letters import is_syllable
from classifiers.text.normalise import normalise

_REMEMBERED: Final = 2**12  # syllables
_FINAL_RUN: Final = re.compile(r"(\w)\1+$")
_VOWEL: Final = "aăâeêioôơuưyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
_FRONT: Final = "iíìỉĩịeéèẻẽẹêếềểễệ"

# Each rule is a shape and what it becomes; they are tried in this order, each upon the outcome of those before.
_RULES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"^dz|^z"), "v"),
    (re.compile(r"^w"), "qu"),
    (re.compile(r"^f"), "ph"),
    (re.compile(r"^j"), "gi"),
    (re.compile(rf"(?<=[{_VOWEL}])j"), "i"),
    (re.compile(r"^c[kj](?=.)"), "ch"),
    (re.compile(rf"^k(?=[{_VOWEL}])(?![{_FRONT}yýỳỷỹỵ])"), "c"),
    (re.compile(rf"^ng(?=[{_FRONT}])"), "ngh"),
    (re.compile(r"^g(?=[eéèẻẽẹêếềểễệ])"), "gh"),
    (re.compile(rf"(?<=[{_FRONT}])c?k$"), "ch"),
    (re.compile(rf"(?<=[{_VOWEL}])c?k$"), "c"),
    (re.compile(rf"(?<=[{_VOWEL}])g$"), "ng"),
    (re.compile(rf"(?<=[{_VOWEL}])h$"), ""),
    (re.compile(r"^p(?![h])"), "b"),
    (re.compile(r"^gi(?=i|í|ì|ỉ|ĩ|ị)"), "g"),
)


class Speller:
    """Respells syllables.

    Args:
        words: Standard form (one or more syllables) by written form.
        left: Written forms that stay as they are.

    """

    def __init__(self, words: dict[str, str], left: Sequence[str] = ()) -> None:
        self._words = {written: tuple(standard.split()) for written, standard in words.items()}
        self._left = frozenset(left)

    def respell(self, syllable: str) -> tuple[str, ...]:
        """Give the standard form of one syllable in small letters; what nothing is known of comes back as it is."""
        for form in _without_last_run(syllable):
            if form in self._left:
                return (syllable,)
            if form in self._words:
                return self._words[form]
            if is_syllable(form):
                return (form,)
        return (_repaired(syllable),)


def _without_last_run(syllable: str) -> Iterator[str]:
    """Give a syllable as written and, when it ends in a run of one letter, with one letter instead."""
    yield syllable
    shorter = _FINAL_RUN.sub(r"\1", syllable)
    if shorter != syllable and len(shorter) > 1:
        yield shorter


def _repaired(syllable: str) -> str:
    """Apply the rules until a syllable comes out, or give back what was written."""
    if not syllable.isalpha():
        return syllable
    form = _FINAL_RUN.sub(r"\1", syllable)
    for shape, becomes in _RULES:
        form = shape.sub(becomes, form)
        if is_syllable(form):
            return form
    return syllable


@cache
def default_speller() -> Callable[[str], tuple[str, ...]]:
    """Read the project's list once a process; the outcome remembers what it was asked."""
    file = resources.files("classifiers.text") / "spelling.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    words = {
        normalise(written).text: standard for standard, forms in data["words"].items() for written in forms.split(",")
    }
    left = [word.strip() for word in data["left"]["words"].split(",")]
    return lru_cache(_REMEMBERED)(Speller(words, left).respell)
