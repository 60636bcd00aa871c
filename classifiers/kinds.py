"""What kind of post a text is, and what that says of its labels.

Posts that carry a label are of many kinds: an alarm that is passed on has little in common with a faked notice. So are
those that do not: a correction has the rumour's words, and a question its subject. One straight line between them all
passes some of them by; a mixture of experts, one a kind (Jacobs and others, 1991), does not:

    P(label | text) = sum over kinds of P(kind | text) x P(label | kind)
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import log_softmax, logsumexp, softmax

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
        scores = np.asarray(matrix[:, self.columns] @ self.weights, dtype=np.float64)
        return np.asarray(log_softmax(scores + self.intercepts, axis=1))

    def weights_of(self, columns: NDArray[np.intp]) -> Floats:
        """Give the weights of some features, shape (columns, kinds); 0 for those that are not read."""
        places = np.minimum(np.searchsorted(self.columns, columns), len(self.columns) - 1)
        read = self.columns[places] == columns
        return np.where(read[:, np.newaxis], self.weights[places], 0.0)


def log_odds(kinds: Floats, shares: Floats) -> Floats:
    """Say how likely a label is by the kinds of texts.

    Args:
        kinds: From `Kinds.of`, shape (texts, kinds).
        shares: How many posts of each kind carry the label, 0 to 1; shape (kinds,).

    Returns:
        The log-odds, shape (texts,).

    """
    return np.asarray(logsumexp(kinds, b=shares, axis=-1) - logsumexp(kinds, b=1 - shares, axis=-1))


def pull(kinds: Floats, shares: Floats) -> Floats:
    """Say how much a label's log-odds grow with the score of each kind, as the text is.

    Args:
        kinds: Of one text, from `Kinds.of`; shape (kinds,).
        shares: As in `log_odds`.

    """
    with np.errstate(divide="ignore"):
        return np.asarray(softmax(kinds + np.log(shares)) - softmax(kinds + np.log(1 - shares)))
