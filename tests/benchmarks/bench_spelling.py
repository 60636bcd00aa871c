"""How well chat spelling is respelt, on pairs of sentences that somebody normalised by hand.

Run by `make bench-spelling DATA=FILE`; the file holds JSON lines, gzipped or not, with the fields `original` and
`normalized` (ViLexNorm is published so). Prints precision and recall of changed words, and how many sentences come out
exactly right.
"""

import argparse
import difflib
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from classifiers.evaluation.bootstrap import wilson
from classifiers.text.letters import split_syllables
from classifiers.text.normalise import normalise
from classifiers.text.spelling import default_speller

_PIECE = re.compile(r"\w+|[^\w\s]+")


def _pairs(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in body.decode().splitlines():
        row = json.loads(line)
        # One place of the tone: `hoà` and `hòa` are no difference.
        normal = [normalise(piece).text for piece in _PIECE.findall(row["normalized"].lower())]
        yield _PIECE.findall(row["original"].lower()), normal


def _respelt(piece: str) -> list[str]:
    if not piece[0].isalnum():
        return [normalise(piece).text]
    return [word for syllable in split_syllables(normalise(piece).text) for word in default_speller()(syllable)]


def _wanted(written: Sequence[str], normal: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each written piece with what it should become, where that can be told."""
    for kind, start, end, first, last in difflib.SequenceMatcher(a=written, b=normal, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and end - start == last - first):
            yield from ((written[start + i], [normal[first + i]]) for i in range(end - start))
        elif kind == "replace" and end - start == 1:
            yield written[start], list(normal[first:last])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--errors", type=int, default=0, help="also list so many of the commonest errors")
    chosen = parser.parse_args()
    counts: Counter[str] = Counter()
    errors: Counter[tuple[str, str, str]] = Counter()
    for written, normal in _pairs(chosen.file):
        counts["sentences"] += 1
        counts["exact"] += [word for piece in written for word in _respelt(piece)] == normal
        for piece, wanted in _wanted(written, normal):
            if not piece[0].isalnum():
                continue
            got = _respelt(piece)
            as_written = [normalise(piece).text]
            changed, should = got != as_written, wanted != as_written
            counts["changed"] += changed
            counts["should"] += should
            counts["right"] += changed and got == wanted
            if got != wanted:
                errors[piece, " ".join(got), " ".join(wanted)] += 1
    for name, part, whole in (
        ("precision", "right", "changed"),
        ("recall", "right", "should"),
        ("exact", "exact", "sentences"),
    ):
        low, high = wilson(counts[part], counts[whole])
        sys.stdout.write(
            f"{name:<10} {counts[part] / counts[whole]:.3f}  [{low:.3f}, {high:.3f}]  of {counts[whole]}\n"
        )
    for (piece, got, wanted), count in errors.most_common(chosen.errors):
        sys.stdout.write(f"{count:5} {piece} -> {got}, should be {wanted}\n")


if __name__ == "__main__":
    main()
