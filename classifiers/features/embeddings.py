"""Embeddings of texts by latent semantic analysis (Deerwester and others, 1990): like texts get like vectors."""

from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

DIMENSIONS: Final = 100


def embed(matrix: sp.csr_matrix, *, seed: int) -> NDArray[np.float64]:
    """Embed texts by their features.

    Args:
        matrix: The features, shape (texts, features).
        seed: Decides the first guess of the decomposition.

    Returns:
        Centred rows of length one, shape (texts, at most DIMENSIONS); no columns for fewer than two texts.

    """
    dimensions = min(DIMENSIONS, *(size - 1 for size in matrix.shape))
    if dimensions < 1:
        return np.zeros((matrix.shape[0], 0))
    vectors = TruncatedSVD(dimensions, random_state=seed).fit_transform(matrix)
    return np.asarray(normalize(vectors - vectors.mean(axis=0)), dtype=np.float64)
