"""Near-duplicates among the texts of a data set.

MinHash signatures of character 5-grams (Broder, 1997) are divided into bands (locality-sensitive
hashing), so that a database finds candidates by equality; a candidate is a copy when the Jaccard similarity of the
5-grams reaches COPY_SIMILARITY.
"""

import hashlib

import numpy as np

from classifiers.text.normalise import normalise

NGRAM = 5  # characters
PERMUTATIONS = 128
BANDS = 32  # of four rows: two texts of similarity 0.6 share a band with probability 0.99
LEAST_CHARACTERS = 30  # shorter texts are the same by chance
COPY_SIMILARITY = 0.6
UNSIGNED_BAND = -1  # marks a text that is too short to be compared


def bands(text: str) -> dict[int, str]:
    """Compute the key of each band of a text's signature; texts with an equal key in a band may be copies."""
    from datasketch import MinHash

    ngrams = _ngrams(text)
    if not ngrams:
        return {UNSIGNED_BAND: ""}
    signature = MinHash(num_perm=PERMUTATIONS, seed=1)
    signature.update_batch([ngram.encode() for ngram in sorted(ngrams)])
    rows = np.asarray(signature.hashvalues, dtype=np.uint64).reshape(BANDS, -1)
    return {band: hashlib.blake2b(row.tobytes(), digest_size=8).hexdigest() for band, row in enumerate(rows)}


def copy_similarity(first: str, second: str) -> float:
    """Compute the Jaccard similarity of two texts' character 5-grams, 0 to 1; 0 where a text is too short."""
    a, b = _ngrams(first), _ngrams(second)
    return len(a & b) / len(a | b) if a and b else 0.0


def _ngrams(text: str) -> set[str]:
    plain = normalise(text).text
    if len(plain) < LEAST_CHARACTERS:
        return set()
    return {plain[start : start + NGRAM] for start in range(len(plain) - NGRAM + 1)}
