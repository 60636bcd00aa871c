"""Decisions become labelled texts. Some are held back for ever: what a model is judged by, no model has learnt.

Whether a text is held back follows from the text alone, so it never changes sides, whatever is decided or collected
later, and a copy of it is on the same side. The texts stay in the database: nothing here writes a file.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from classifiers.data.datasets import Example
from classifiers.text.normalise import normalise
from storage.decisions import LabelDecision

HELD_OUT_SHARE: Final = 0.2
_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class HoldoutSplit:
    """Labelled texts of this installation, those to learn from and those to be judged by."""

    training: tuple[Example, ...]
    held_out: tuple[Example, ...]


def is_held_out(text: str) -> bool:
    """Say whether a text is held back: one in five, by a hash of what it says once it is normalised."""
    plain = normalise(text).text.encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(plain, digest_size=_BITS // 8, person=b"held out").digest()
    return bool(int.from_bytes(digest) < HELD_OUT_SHARE * 2**_BITS)


def split_holdout(found: Iterable[LabelDecision]) -> HoldoutSplit:
    """Make one example of each post and all its copies.

    Args:
        found: What people are sure about, oldest decision first; of copies that were decided differently the newest
            decision counts. A label that nobody decided stays unknown.

    """
    texts: dict[str, str] = {}
    labels: dict[str, dict[str, bool]] = {}
    for one in found:
        texts.setdefault(one.same_as, one.text)
        labels.setdefault(one.same_as, {})[one.label] = one.holds
    examples = [Example(text, labels[key]) for key, text in texts.items()]
    return HoldoutSplit(
        training=tuple(example for example in examples if not is_held_out(example.text)),
        held_out=tuple(example for example in examples if is_held_out(example.text)),
    )


def exclude_texts(examples: Sequence[Example], texts: Iterable[Example]) -> list[Example]:
    """Leave out of examples from elsewhere whatever says the same as one of some texts."""
    same = {normalise(example.text).text for example in texts}
    return [example for example in examples if normalise(example.text).text not in same]
