"""Split decided posts into training texts and held-out texts.

The split depends on the text alone (a hash), so a text never changes sides, whatever is decided or collected later, and
its copies are on the same side: no model is ever compared on a text that any model has learnt.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from classifiers.data.datasets import Example
from classifiers.text.normalise import normalise
from storage.review.decisions import LabelDecision

HELD_OUT_SHARE: Final = 0.2
_BITS: Final = 64


class HoldoutSplit(NamedTuple):
    """Labelled texts of this installation: for training, and for comparing models."""

    training: list[Example]
    held_out: list[Example]


def is_held_out(text: str) -> bool:
    """Tell whether a text is held out: one in five, by a hash of the normalised text."""
    plain = normalise(text).text.encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(plain, digest_size=_BITS // 8, person=b"held out").digest()
    return bool(int.from_bytes(digest) < HELD_OUT_SHARE * 2**_BITS)


def split_holdout(found: Iterable[LabelDecision]) -> HoldoutSplit:
    """Make one example of each post together with its copies, and split the examples.

    Args:
        found: Decisions, oldest first; where copies were decided differently, the newest decision counts. A label that
            nobody decided stays unknown.

    """
    texts: dict[str, tuple[str, str]] = {}
    labels: dict[str, dict[str, bool]] = {}
    for one in found:
        texts.setdefault(one.same_as, (one.text, one.context or ""))
        labels.setdefault(one.same_as, {})[one.label] = one.holds
    split = HoldoutSplit([], [])
    for key, (text, title) in texts.items():
        side = split.held_out if is_held_out(text) else split.training
        side.append(Example(text, labels[key], title=title))
    return split


def exclude_texts(examples: Sequence[Example], texts: Iterable[Example]) -> list[Example]:
    """Return the examples whose normalised text is not among the given texts."""
    same = {normalise(example.text).text for example in texts}
    return [example for example in examples if normalise(example.text).text not in same]
