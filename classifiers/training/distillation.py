"""A tutor: what a curved border says of texts softens the answers that a straight line learns from.

A line hears of every text only yes or no. A kernel model of the few numbers that carry far ranks texts between them
better, above all such as nobody wrote for the corpus, but it is no line and gives no reasons. So the line learns from
both (Hinton, Vinyals and Dean, 2015): each target moves towards the tutor's probability by a share.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression

LANDMARKS: Final = 500  # texts by whose nearness a text is described (Williams and Seeger, 2001)
STRENGTH: Final = 3.0  # inverse of the regularisation
TOLERANCE: Final = 1e-3
LEAST: Final = 0.01  # a target so near to yes or no is taken for it
HALF: Final = 0.5  # a target above is more of a yes

Floats = NDArray[np.float64]


def answers_of(targets: Floats) -> tuple[NDArray[np.intp], NDArray[np.bool_], Floats]:
    """Learn a target between 0 and 1 as a yes of that weight and a no of the rest.

    Returns:
        The place of each answer's target, the answer, and its weight: first all that are a yes, then all that are a no.

    """
    yes, no = np.flatnonzero(targets > 0), np.flatnonzero(targets < 1)
    answers = np.repeat([True, False], [len(yes), len(no)])
    return np.concatenate([yes, no]), answers, np.concatenate([targets[yes], 1 - targets[no]])


@dataclass(frozen=True, slots=True)
class Trust:
    """How far targets move towards the tutor's probability: those that say no, and those that say yes; 0 to 1."""

    of_no: float
    of_yes: float


@dataclass(frozen=True, slots=True)
class Tutor:
    """Softens targets.

    Args:
        nearness: How near each text is to the landmarks, shape (texts, landmarks).
        trust: How far targets are softened.

    """

    nearness: NDArray[np.float32]
    trust: Trust

    def soften(self, rows: NDArray[np.intp], targets: Floats, weights: Floats) -> Floats:
        """Move the targets of some texts towards what the tutor, who learns from the same texts, thinks of them.

        Args:
            rows: The numbers of the texts.
            targets: How much of a yes each is, 0 to 1, in the shape of `rows`, like all that follows.
            weights: How much each text counts.

        """
        places, answers, parts = answers_of(targets)
        curved = LogisticRegression(C=STRENGTH, max_iter=1000, tol=TOLERANCE)
        curved.fit(self.nearness[rows[places]], answers, sample_weight=parts * weights[places])
        opinion = curved.predict_proba(self.nearness[rows])[:, 1]
        share = np.where(targets > HALF, self.trust.of_yes, self.trust.of_no)
        softened = targets + share * (opinion - targets)
        return np.asarray(np.where(softened < LEAST, 0, np.where(softened > 1 - LEAST, 1, softened)), dtype=np.float64)


def nearness(numbers: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Describe texts by how near they are to landmarks, with a Gaussian kernel.

    Args:
        numbers: Of deviation one, shape (texts, numbers).
        seed: Decides which texts are the landmarks.

    """
    width = numbers.shape[1]
    kernel = Nystroem(gamma=1 / width, n_components=min(LANDMARKS, len(numbers)), random_state=seed)
    return np.asarray(kernel.fit_transform(numbers), dtype=np.float32)
