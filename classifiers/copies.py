"""Copies of posts: signatures by which an index finds candidates, and the comparison that decides.

Signatures are MinHash values (Broder, 1997) of runs of four syllables without diacritics. Each value is a band of its
own, so that posts with a quarter of their runs in common share a value with probability 0.997. Of candidates the
syllables, chat spelling written out, are aligned: forwarding adds and cuts at the ends, respells, and puts sentences
into another order; it does not replace a number, a name or a "not" within the text. A text that holds another one and
denies it is a correction, no copy. Short comments say the same by chance, so that hardly a word of them may differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, Final

import numpy as np

from classifiers.text.letters import strip_diacritics
from classifiers.text.spelling import default_speller

BANDS: Final = 20
RUN: Final = 4  # syllables
LEAST_SYLLABLES: Final = 8  # shorter texts are the same by chance
MOST_COMPARED: Final = 600  # syllables of a text that are aligned
LEAST_OF_SHORTER: Final = 0.6  # share of the shorter text's syllables that stand in the longer one
LEAST_OF_LONGER: Final = 0.3
SHORT: Final = 20  # syllables; comments below it are compared more strictly
LEAST_OF_SHORT: Final = (0.9, 0.7)  # as the two shares above
LEAST_RUNS: Final = 0.8  # share of the runs that stand in another order in the other text
MOST_CHANGED: Final = 0.15  # share of syllables that are added or left out between the first and last common ones
ONE_REPLACED_IN: Final = 20  # syllables; of so many one may be another word
LEAST_RESPELT: Final = 0.75  # likeness of letters from which two spellings are of one word
_VALUE_BITS: Final = 32
_READ_AS: Final = str.maketrans("0134589", "oieasbg")
_NUMBERS: Final = frozenset((
    "khong", "mot", "hai", "ba", "bon", "tu", "nam", "lam", "sau", "bay", "tam", "chin", "muoi", "chuc", "tram",
    "nghin", "ngan", "trieu", "ty", "ti", "nua", "gap", "doi", "nhat",
))  # fmt: skip
_TURNS: Final = frozenset((
    "khong", "chua", "chang", "cha", "ko", "hong", "huy", "ngung", "hoan", "tang", "giam", "het", "cam", "dung",
    "sai", "that",
))  # fmt: skip
# fmt: off
_DENIALS: Final = (
    " tin gia ", " tin don ", " don thoi ", " bac bo ", " dinh chinh ", " sai su that ", " khong dung ",
    " khong co that ", " bia dat ", " khong chinh xac ", " thong tin sai ", " khong co chuyen ",
    " khong phai su that ", " xuyen tac ", " that thiet ", " khong he co ", " tin sai ", " tin vit ",
    " chua he co ", " dung tin ", " dung chia se ", " khong nen tin ", " bi dat ", " tin xao ", " khong co viec ",
    " lan truyen sai ", " bi xu phat ", " kiem chung ", " fake ", " la gia ", " gia mao ",
)
# fmt: on


Step = tuple[str, int, int, int, int]
"""One of difflib's: its kind, and the half-open places in both texts."""


def signature(bare: Sequence[str]) -> list[int]:
    """Compute the keys of a text; two texts with an equal key may be copies.

    Args:
        bare: Its syllables without diacritics.

    Returns:
        A key of 37 bits for each band, without those of later equal values; none for a text too short to compare.

    """
    bare = _written_out(bare)
    if len(bare) < LEAST_SYLLABLES:
        return []
    numbers = np.fromiter(map(_number, bare), np.uint64, len(bare))
    runs = np.zeros(len(bare) - RUN + 1, np.uint64)
    for place in range(RUN):
        runs = runs * np.uint64(0x9E3779B97F4A7C15) + numbers[place : len(runs) + place]
    runs = np.unique((runs ^ (runs >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(32))
    made = _empty().copy()
    made.update_batch(runs.tolist())
    return [(band << _VALUE_BITS) | int(value) for band, value in enumerate(made.hashvalues)]


@cache
def _empty() -> Any:
    """Make the signature of nothing, of which all others are copies: drawing its permutations takes long."""
    from datasketch import MinHash

    return MinHash(num_perm=BANDS, seed=1, hashfunc=int, scheme="affine32")


@lru_cache(2**12)
def _number(syllable: str) -> int:
    return int.from_bytes(blake2b(syllable.encode(), digest_size=8).digest())


def is_copy(first: Sequence[str], second: Sequence[str]) -> bool:
    """Tell whether two texts are the same text as it is forwarded.

    Args:
        first: Its syllables in small letters without diacritics, in order.
        second: Those of the other text.

    """
    shorter, longer = sorted((_written_out(text[:MOST_COMPARED]) for text in (first, second)), key=len)
    if len(shorter) < LEAST_SYLLABLES:
        return False
    if len(shorter) >= SHORT and _reordered(shorter, longer):
        return True
    least = (LEAST_OF_SHORTER, LEAST_OF_LONGER) if len(shorter) >= SHORT else LEAST_OF_SHORT
    steps = SequenceMatcher(None, shorter, longer, autojunk=False).get_opcodes()
    solid = [place for place, step in enumerate(steps) if step[0] == "equal" and step[2] - step[1] >= RUN - 1]
    if not solid:
        return False
    inner = steps[solid[0] : solid[-1] + 1]
    common = _compare(shorter, longer, inner)
    outer = [*steps[: solid[0]], *steps[solid[-1] + 1 :]]
    outside = [
        [syllable for step in outer for syllable in shorter[step[1] : step[2]]],
        [syllable for step in outer for syllable in longer[step[3] : step[4]]],
    ]
    return (
        common.same >= least[0] * len(shorter)
        and common.same >= least[1] * len(longer)
        and not common.turned
        and not _other_numbers(shorter, longer, outer)
        and common.changed <= MOST_CHANGED * common.same
        and common.replaced * ONE_REPLACED_IN <= common.same
        and _denies(outside[0]) == _denies(outside[1])
    )


def contradict(first: Sequence[str], second: Sequence[str]) -> bool:
    """Tell whether one of two texts denies something and the other one does not; arguments as in `is_copy`."""
    return _denies(first) != _denies(second)


@dataclass(slots=True)
class _Common:
    """What lies between the first and the last syllables that two texts have in common.

    Args:
        same: Syllables that are in both, also respelt.
        changed: Syllables that are in one of them alone.
        replaced: Syllables in whose place the other one has another word.
        turned: A number, a "not" or the like is in one of them alone.

    """

    same: int = 0
    changed: int = 0
    replaced: int = 0
    turned: bool = False


def _compare(shorter: Sequence[str], longer: Sequence[str], steps: Iterable[Step]) -> _Common:
    common = _Common()
    for kind, i, j, k, m in steps:
        here, there = shorter[i:j], longer[k:m]
        if kind == "equal" or _respelt(here, there):
            common.same += max(len(here), len(there))
            continue
        common.changed += max(len(here), len(there))
        common.replaced += min(len(here), len(there))
        common.turned = common.turned or any(map(_turns, (*here, *there)))
    return common


def _turns(syllable: str) -> bool:
    return syllable in _TURNS or _is_number(syllable)


def _is_number(syllable: str) -> bool:
    return syllable in _NUMBERS or any(map(str.isdigit, syllable))


def _reordered(first: Sequence[str], second: Sequence[str]) -> bool:
    """Tell whether two texts are of the same sentences in another order."""
    if sorted(first) != sorted(second):
        return False
    runs = [{tuple(text[place : place + RUN]) for place in range(len(text) - RUN + 1)} for text in (first, second)]
    return len(runs[0] & runs[1]) >= LEAST_RUNS * max(map(len, runs))


def _other_numbers(shorter: Sequence[str], longer: Sequence[str], steps: Iterable[Step]) -> bool:
    """Tell whether a number stands in the place of another one."""
    replaced = ((shorter[i:j], longer[k:m]) for kind, i, j, k, m in steps if kind == "replace")
    return any(all(any(map(_is_number, side)) for side in sides) for sides in replaced)


def _written_out(bare: Sequence[str]) -> list[str]:
    """Replace chat spelling (`k`, `dc`) by the syllables that it stands for, without diacritics."""
    return [standard for syllable in bare for standard in _standard(syllable)]


@lru_cache(2**12)
def _standard(syllable: str) -> tuple[str, ...]:
    return tuple(map(strip_diacritics, default_speller()(syllable)))


def _respelt(here: Sequence[str], there: Sequence[str]) -> bool:
    """Tell whether some syllables are others in disguise: figures for letters, split, joined, letters left out."""
    one, other = "".join(here), "".join(there)
    if not one or not other or one.isdigit() or other.isdigit():
        return False
    if not any(char.isdigit() for char in one + other) and {*here, *there} & (_NUMBERS | _TURNS):
        return one == other
    one, other = one.translate(_READ_AS), other.translate(_READ_AS)
    return one == other or (
        min(len(one), len(other)) > RUN and SequenceMatcher(None, one, other).ratio() >= LEAST_RESPELT
    )


def _denies(syllables: Sequence[str]) -> bool:
    text = f" {' '.join(syllables)} "
    return any(words in text for words in _DENIALS)
