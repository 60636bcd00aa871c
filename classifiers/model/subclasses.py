"""What kind of post a text is, and what that says of its labels.

Posts that carry a label are of many kinds: an alarm that is passed on has little in common with a faked notice. So are
those that do not: a correction has the rumour's words, and a question its subject. One straight line between them all
passes some of them by; a mixture of experts, one a kind (Jacobs and others, 1991), does not:

    P(label | text) = sum over kinds of P(kind | text) x P(label | kind)

The many words of a long post say much the same, each as if it were alone; so the longer a post, the less sure its sum
may be.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

ORDINARY: Final = 400  # features of a text that is taken at its word: about forty syllables
WARINESS: Final = 0.25  # the power by which a longer one is held back

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kinds:
    """A softmax regression that tells kinds of posts apart.

    Args:
        names: What the kinds are called.
        columns: The features that it reads, of those of the whole matrix, in rising order; shape (features read,).
        weights: Shape (features read, kinds); each number is one that takes two bytes.
        intercepts: Shape (kinds,).

    """

    names: tuple[str, ...]
    columns: NDArray[np.intp]
    weights: NDArray[np.float32]
    intercepts: Floats

    def of(self, matrix: sp.csr_matrix) -> Floats:
        """Give the logarithm of the probability of each kind, shape (texts, kinds)."""
        # Numbers of eight bytes would have all weights copied, for every batch anew.
        scores = np.asarray(matrix[:, self.columns].astype(np.float32) @ self.weights, dtype=np.float64)
        return np.asarray(log_softmax((scores + self.intercepts) * restraint(matrix)[:, np.newaxis], axis=1))

    def weigh(self, matrix: sp.csr_matrix, pulls: Floats) -> Floats:
        """Give what the features of texts count where each kind pulls so hard at each label.

        Args:
            matrix: The texts, shape (texts, features).
            pulls: From `pull`, shape (texts, kinds, labels).

        Returns:
            A row for each number of the matrix, in its order, shape (numbers, labels); 0 where a feature is not read.

        """
        places = np.minimum(np.searchsorted(self.columns, matrix.indices), len(self.columns) - 1)
        read = self.columns[places] == matrix.indices
        found = np.zeros((len(places), pulls.shape[2]))
        believed = (pulls * restraint(matrix)[:, np.newaxis, np.newaxis]).astype(np.float32)
        for pulled, start, end in zip(believed, matrix.indptr, matrix.indptr[1:], strict=False):
            here = start + np.flatnonzero(read[start:end])
            found[here] = self.weights[places[here]] @ pulled
        return found


def restraint(matrix: sp.csr_matrix) -> Floats:
    """Say how far the scores of texts are believed, 0 to 1, by how many features each text has; shape (texts,)."""
    return np.asarray(np.minimum(1.0, (ORDINARY / np.maximum(np.diff(matrix.indptr), 1)) ** WARINESS))


def log_odds(kinds: Floats, shares: Floats) -> Floats:
    """Say how likely a label is by the kinds of texts.

    Args:
        kinds: From `Kinds.of`, shape (texts, kinds).
        shares: How many posts of each kind carry the label, 0 to 1; shape (kinds,).

    Returns:
        The log-odds, shape (texts,).

    """
    return _log_sum(kinds, shares) - _log_sum(kinds, 1 - shares)


def _log_sum(kinds: Floats, parts: Floats) -> Floats:
    """Add up parts of probabilities that are given as logarithms; scipy's `logsumexp` takes several times as long."""
    some = parts > 0
    likely = kinds[..., some]
    most = likely.max(axis=-1)
    return np.asarray(np.log(np.exp(likely - most[..., np.newaxis]) @ parts[some]) + most)


def pull(kinds: Floats, shares: Floats) -> Floats:
    """Say how much a label's log-odds grow with the score of each kind, as texts are; shape (texts, kinds).

    Args:
        kinds: From `Kinds.of`, shape (texts, kinds).
        shares: As in `log_odds`.

    """
    with np.errstate(divide="ignore"):
        return np.asarray(softmax(kinds + np.log(shares), axis=1) - softmax(kinds + np.log(1 - shares), axis=1))
