"""Perceptual hashes: the same picture, resized, recompressed or cropped a little, has nearly the same."""

import numpy as np
from numpy.typing import NDArray

_SIDE = 8
_MOST_DIFFERENT_BITS = 6


def of(brightness: NDArray[np.uint8]) -> bytes:
    """Take the fingerprint of a picture, shape (height, width): 8 bytes."""
    rows = np.array_split(np.arange(brightness.shape[0]), _SIDE)
    columns = np.array_split(np.arange(brightness.shape[1]), _SIDE + 1)
    means = np.array(
        [
            [brightness[np.ix_(row, column)].mean() if row.size and column.size else 0.0 for column in columns]
            for row in rows
        ]
    )
    return np.packbits(means[:, 1:] > means[:, :-1]).tobytes()


def fingerprint_keys(fingerprint: bytes) -> tuple[int, ...]:
    """Give numbers for an indexed look-up: pictures that share one may be the same, others are not."""
    return tuple(int.from_bytes(fingerprint[at : at + 2]) + (at << 16) for at in range(0, len(fingerprint), 2))


def same_picture(a: bytes, b: bytes, a_text: str = "", b_text: str = "") -> bool:
    """Tell whether two fingerprints are of one picture, by them and by the words that were recognised in both."""
    return sum((x ^ y).bit_count() for x, y in zip(a, b, strict=True)) <= _MOST_DIFFERENT_BITS and (
        not a_text or not b_text or a_text == b_text
    )
