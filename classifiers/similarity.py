"""Which posts say the same thing, and which reference posts bear on a claim.

Copies: MinHash over runs of five characters (Broder, 1997), cut into bands so that a database can find candidates by
equality; a candidate counts as a copy when the true Jaccard similarity of the runs passes COPY_SIMILARITY.
Evidence: cosine of TF-IDF vectors of words.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from datasketch import MinHash
from sklearn.feature_extraction.text import TfidfVectorizer

from classifiers.text.normalise import normalise

RUN = 5
PERMUTATIONS = 128
BANDS = 32  # of four rows: two texts of similarity 0.6 share a band with probability 0.99
LEAST_CHARACTERS = 30  # shorter texts are the same by chance
COPY_SIMILARITY = 0.6
WORD = r"\S*\w\S*"  # whatever stands between two spaces and is not a mark
UNSIGNED_BAND = -1  # marks a text that is too short to be compared


def bands(text: str) -> dict[int, str]:
    """Sign a text: the key of each band; texts that share a key in the same band may be copies."""
    runs = _runs(text)
    if not runs:
        return {UNSIGNED_BAND: ""}
    signature = MinHash(num_perm=PERMUTATIONS, seed=1)
    signature.update_batch([run.encode() for run in sorted(runs)])
    rows = np.asarray(signature.hashvalues, dtype=np.uint64).reshape(BANDS, -1)
    return {band: hashlib.blake2b(row.tobytes(), digest_size=8).hexdigest() for band, row in enumerate(rows)}


def copy_similarity(first: str, second: str) -> float:
    """Tell how much two texts share: the Jaccard similarity of their runs of five characters, 0 to 1."""
    a, b = _runs(first), _runs(second)
    return len(a & b) / len(a | b) if a and b else 0.0


def _runs(text: str) -> set[str]:
    plain = normalise(text).text
    if len(plain) < LEAST_CHARACTERS:
        return set()
    return {plain[start : start + RUN] for start in range(len(plain) - RUN + 1)}


def rank_references(
    claims: Sequence[str], references: Mapping[int, str], *, most: int = 3, least: float = 0.2
) -> list[dict[int, float]]:
    """Find for each claim the reference texts that share its telling words.

    Args:
        claims: Segmented texts (words separated by spaces).
        references: Segmented texts by their number.
        most: How many to give at most for one claim.
        least: The least cosine that is worth a person's look.

    Returns:
        For each claim, the numbers of references and their cosine, best first.

    """
    if not claims or not references:
        return [{} for _ in claims]
    numbers = list(references)
    vectorizer = TfidfVectorizer(token_pattern=WORD, lowercase=False, sublinear_tf=True)
    vectorizer.fit([*references.values(), *claims])
    cosines = (vectorizer.transform(claims) @ vectorizer.transform(references.values()).T).toarray()
    ranked = []
    for row in cosines:
        best = np.argsort(-row, kind="stable")[:most]
        ranked.append({numbers[place]: float(min(row[place], 1.0)) for place in best if row[place] >= least})
    return ranked
