"""Perceptual hashes of a picture and of its words: what finds the same picture again.

Pictures of words on a plain ground look alike, so that their outlines alone do not tell them apart, and a bar, a frame
or a cut edge moves them. Each fingerprint holds two things: where ink stands in the whole picture (a difference hash,
32 bytes), which stays when a picture is resized, recompressed or recoloured; and MinHash values of runs of recognised
letters without marks (Broder, 1997; 64 bytes), which stay when edges change. Where nothing looks like letters, hashes
of eight parts stand in their place.
"""

from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from classifiers.text.letters import strip_diacritics

LENGTH: Final = 97
"""Bytes of a fingerprint: which of both it is, the hash of the whole picture, and its words or parts."""
_REST: Final = 33  # where words or parts begin
SIDE: Final = 512
"""Pixels of the square to which a picture is brought before its ink is taken."""
_OUTLINE, _WORDS, _PARTS = 0, 1, 2
_FINE, _COARSE = 16, 8  # rows of the hashes
_LEAST_DIFFERENCE: Final = 4.0  # of ink between two cells; less is grain on empty ground
_RUN: Final = 4  # letters
_LEAST_LETTERS: Final = 24  # fewer are the same by chance
_VALUES: Final = 32
_PRIME: Final = 2**31 - 1
_CUT: Final = 40  # pixels of SIDE that a part has less
_SIDES_CUT: Final = (  # left, top, right, bottom
    (0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (1, 0, 1, 0), (0, 1, 0, 1), (1, 1, 1, 1),
)  # fmt: skip
MOST_DIFFERENT: Final = 28
"""Bits of 256 that differ at most in two forms of a whole picture."""
MOST_DIFFERENT_WITHOUT_WORDS: Final = 16
"""The same, where no words could be read in one of them: then nothing contradicts."""
LEAST_EQUAL: Final = 10
"""MinHash values of 32 that are equal at least in two forms of a text."""
MOST_DIFFERENT_OF_PART: Final = 5
"""Bits of 64 that differ at most in the likest two parts."""
_LEAST_TELLING: Final = 16
"""Bits of 256 that are set at least; a plain ground is like any other."""
_CONTRADICTS: Final = 2
"""Where no more values are equal, the words are of two texts, however alike the pictures look."""


def of(strokes: NDArray[np.uint8], text: str, *, may_have_letters: bool) -> bytes:
    """Take the fingerprint of a picture.

    Args:
        strokes: Its ink, shape (SIDE, SIDE).
        text: The words that were recognised with some confidence; else empty.
        may_have_letters: Whether it has many small spots; then parts of it are like parts of any other page.

    """
    letters = "".join(filter(str.isalnum, strip_diacritics(text).casefold()))
    whole = _difference_hash(strokes, _FINE)
    if len(letters) >= _LEAST_LETTERS:
        return bytes([_WORDS]) + whole + _min_hash(letters)
    if may_have_letters:
        return bytes([_OUTLINE]) + whole + bytes(LENGTH - _REST)
    parts = (
        strokes[_CUT * top : SIDE - _CUT * bottom, _CUT * left : SIDE - _CUT * right]
        for left, top, right, bottom in _SIDES_CUT
    )
    return bytes([_PARTS]) + whole + b"".join(_difference_hash(part, _COARSE) for part in parts)


def fingerprint_keys(fingerprint: bytes) -> tuple[int, ...]:
    """Give numbers below 2**40 for an indexed look-up: pictures that share none are not the same."""
    keys: dict[int, None] = {}
    for place in range(1, LENGTH, 4):
        # A part of one picture may be another part of a cropped one.
        slot = place if place < _REST or fingerprint[0] == _WORDS else _REST + place % _COARSE
        if piece := int.from_bytes(fingerprint[place : place + 4]):  # empty ground is the same everywhere
            keys[(slot << 32) | piece] = None
    return tuple(keys)


def same_picture(a: bytes, b: bytes) -> bool:
    """Tell whether two fingerprints are of one picture."""
    different, equal, of_parts = likeness(a, b)
    if a[0] == b[0] == _WORDS:
        return equal >= LEAST_EQUAL or (different <= MOST_DIFFERENT and equal > _CONTRADICTS)
    if min(int.from_bytes(one[1:_REST]).bit_count() for one in (a, b)) < _LEAST_TELLING:
        return False
    return different <= MOST_DIFFERENT_WITHOUT_WORDS or of_parts <= MOST_DIFFERENT_OF_PART


def likeness(a: bytes, b: bytes) -> tuple[int, int, int]:
    """Compare two fingerprints.

    Returns:
        How many bits of the whole pictures differ, how many values of their words are equal (0 where one has none), and
        how many bits of the likest parts differ (64 where one has words).

    """
    different = (int.from_bytes(a[1:_REST]) ^ int.from_bytes(b[1:_REST])).bit_count()
    if a[0] == b[0] == _WORDS:
        return different, int((np.frombuffer(a[_REST:], ">u2") == np.frombuffer(b[_REST:], ">u2")).sum()), 64
    if a[0] == b[0] == _PARTS:
        ours, theirs = np.frombuffer(a[_REST:], ">u8"), np.frombuffer(b[_REST:], ">u8")
        return different, 0, int(np.bitwise_count(ours[:, None] ^ theirs).min())
    return different, 0, 64


def _difference_hash(strokes: NDArray[np.uint8], rows: int) -> bytes:
    """Say of each cell whether its right neighbour has more ink: rows * rows bits."""
    lines = np.add.reduceat(strokes.astype(np.float64), _starts(strokes.shape[0], rows), axis=0)
    cells = np.add.reduceat(lines, _starts(strokes.shape[1], rows + 1), axis=1) * rows * (rows + 1) / strokes.size
    return np.packbits(np.diff(cells, axis=1) > _LEAST_DIFFERENCE).tobytes()


def _starts(length: int, parts: int) -> NDArray[np.int64]:
    return np.arange(parts) * length // parts


def _min_hash(letters: str) -> bytes:
    """Take the least of each of 32 hashes over all runs of letters: the share of equal ones is that of common runs."""
    runs = {letters[place : place + _RUN] for place in range(len(letters) - _RUN + 1)}
    numbers = np.array([crc32(run.encode()) % _PRIME for run in runs], np.uint64)
    # The same multipliers everywhere, or stored fingerprints could not be compared.
    factors, offsets = np.random.default_rng(0).integers(1, _PRIME, (2, _VALUES, 1), dtype=np.uint64)
    least: NDArray[np.uint64] = ((numbers * factors + offsets) % _PRIME).min(axis=1)
    return least.astype(">u2").tobytes()
