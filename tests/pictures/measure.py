"""`make pictures-quality`: draw pictures, read them, and say how much of their words and of changed forms was found.

docs/pictures.md holds the figures of seed 2 and of texts that nothing was chosen by; seed 1, on the corpus, is for
whoever changes something.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

from PIL import Image

from classifiers.persistence import DEFAULT_FOLDER, load
from classifiers.text.segment import Segmenter
from monitor.pictures.fingerprint import fingerprint_keys, same_picture
from monitor.pictures.reading import READABLE, PictureReading, read_picture, recogniser
from tests.pictures.changes import CHANGES, changed, encoded, scene
from tests.pictures.drawing import TEXTS, Drawn, missing_fonts, pictures
from tests.pictures.likeness import count_words, distance, letters, right_words

SCENES: Final = 20


def main() -> None:
    """Print the figures of a seed."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures.measure")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--texts", choices=TEXTS, default="tuning")
    parser.add_argument("--count", type=int, default=200, help="pictures that are read; the second half is noisy")
    parser.add_argument("--changed", type=int, default=40, help="pictures that are read in twelve changed forms")
    given = parser.parse_args()
    if recogniser() is None or missing_fonts():
        sys.exit(f"install tesseract-ocr-vie and the extra `pictures`; missing fonts: {missing_fonts() or 'none'}")
    drawn = list(pictures(given.seed, given.texts, given.count))
    seconds, read = [], []
    for one in drawn:
        begun = time.process_time()
        read.append(read_picture(one.data))
        seconds.append(time.process_time() - begun)
    _print_words(drawn, read)
    _print_labels(drawn, read)
    print(f"CPU seconds a picture: mean {sum(seconds) / len(seconds):.2f}, most {max(seconds):.2f}")
    every = len(drawn) // given.changed
    _print_same(
        {at: drawn[at].image for at in range(0, len(drawn), every)},
        {at: one.fingerprint for at, one in enumerate(read)},
    )
    scenes = {at: scene(at + given.seed * 1000) for at in range(SCENES)}
    print(f"\n{SCENES} pictures without words:")
    _print_same(
        scenes, [read_picture(encoded(image, quality=88)).fingerprint for image in scenes.values()], range(SCENES)
    )


def _print_words(drawn: Sequence[Drawn], read: Sequence[PictureReading]) -> None:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for one, reading in zip(drawn, read, strict=True):
        half = "noisy" if one.noisy else "clean"
        for name in (half, f"{half}, {one.layout}"):
            sums[name] += Counter(
                letters=len(letters(one.written)),
                wrong=distance(letters(one.written), letters(reading.text)),
                words=count_words(one.written),
                right=right_words(one.written, reading.text),
                unreadable=reading.confidence < READABLE,
            )
    for name, of in sorted(sums.items()):
        share = of["wrong"] / of["letters"]
        print(
            f"{name}: character error {share:.2%}, words {of['right'] / of['words']:.3f}, unreadable {of['unreadable']}"
        )


def _print_labels(drawn: Sequence[Drawn], read: Sequence[PictureReading]) -> None:
    classifier = load(DEFAULT_FOLDER, Segmenter()).classifier
    typed, seen = (
        [prediction.flags for prediction in classifier.predict(texts)]
        for texts in ([one.text for one in drawn], [one.text for one in read])
    )
    equal = sum(set(a) == set(b) for a, b in zip(typed, seen, strict=True))
    print(f"labels equal to those of the typed post: {equal} of {len(drawn)}, {sum(map(bool, typed))} have any")


def _print_same(images: Mapping[int, Image.Image], first: Sequence[bytes], shown: Sequence[object]) -> None:
    """Print how many changed forms are found, and how many pairs of different pictures are taken for the same.

    Args:
        images: Those that are changed, by their places among all.
        first: The fingerprints of all.
        shown: What each shows; those that show the same words are no different pictures.

    """
    forms = []
    for name in CHANGES:
        found = 0
        for at, image in images.items():
            form = read_picture(changed(image, name, f"{name} {at}")).fingerprint
            forms.append((at, form))
            found += same_picture(first[at], form) and not {*fingerprint_keys(first[at])}.isdisjoint(
                fingerprint_keys(form)
            )
        print(f"  {name}: {found} of {len(images)}")
    pairs = [(first[a], first[b]) for a, b in combinations(range(len(first)), 2) if shown[a] != shown[b]]
    others = [(mine, form) for at, form in forms for place, mine in enumerate(first) if shown[place] != shown[at]]
    for name, of in (("pictures", pairs), ("pictures and changed forms", others)):
        print(f"  wrong pairs of different {name}: {sum(same_picture(a, b) for a, b in of)} of {len(of)}")


if __name__ == "__main__":
    main()
