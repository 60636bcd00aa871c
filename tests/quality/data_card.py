"""The data card of the project's own posts: what they are, counted, in Markdown (Gebru et al., 2021)."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from importlib import resources
from string import Template
from typing import Final

import numpy as np
from datasketch import MinHash

from classifiers.data.datasets import Example, data_hash
from classifiers.labels import LABEL_NAMES
from classifiers.text.letters import split_syllables
from classifiers.text.normalise import normalise
from tests.quality.agreement import DoubleLabel, measure_agreement
from tests.quality.slices import FORMS, LEAST_UNMARKED, SHORT, forms_of

NGRAM = 5  # characters
PERMUTATIONS = 128
BANDS = 32  # of four rows: two texts of similarity 0.6 share a band with probability 0.99
LEAST_CHARACTERS = 30  # shorter texts are the same by chance
COPY_SIMILARITY = 0.6
UNSIGNED_BAND = -1  # marks a text that is too short to be compared
QUARTERS: Final = ("shortest", "first quarter", "half", "third quarter", "longest")
FORM_TEXT: Final = {
    "short": f"fewer than {SHORT} syllables",
    "no_diacritics": f"no diacritics ({LEAST_UNMARKED} syllables or more)",
    "obfuscated": "letters masked, split, hidden or taken from another script",
    "teencode": "spellings of chats",
}


def data_card(examples: Sequence[Example], double_labels: Sequence[DoubleLabel]) -> str:
    """Write the card.

    Args:
        examples: The posts, as `read_corpus` gives them.
        double_labels: Those that were labelled a second time, as `read_second_labels` gives them.

    Returns:
        Markdown that depends on the arguments alone, so that a test can compare it with the committed card.

    """
    template = Template((resources.files("classifiers") / "corpus" / "card.md").read_text(encoding="utf-8"))
    return template.substitute(
        hash=data_hash(examples)[:12],
        posts=f"{len(examples):,}",
        labels=_labels(examples),
        agreement=_agreement(double_labels),
        kinds=_by_fact(examples, "kind"),
        topics=_by_fact(examples, "topic"),
        registers=_by_fact(examples, "register"),
        platforms=_by_fact(examples, "platform"),
        lengths=_lengths(examples),
        forms=_forms(examples),
        copies=_copies(examples),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a Markdown table; all columns but the first are right-aligned."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _share(part: int, total: int) -> str:
    return f"{part / total:.1%}"


def _labels(examples: Sequence[Example]) -> str:
    sets = Counter(
        " and ".join(f"`{label}`" for label in LABEL_NAMES if example.labels[label]) or "none" for example in examples
    )
    rows = [(name, f"{count:,}", _share(count, len(examples))) for name, count in sets.most_common()]
    return _table(("labels of a post", "posts", "share"), rows)


def _by_fact(examples: Sequence[Example], fact: str) -> str:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        of_value = counts[example.facts[fact]]
        of_value["posts"] += 1
        of_value.update(label for label in LABEL_NAMES if example.labels[label])
    rows = [
        (f"`{value}`", *(f"{of_value[column]:,}" for column in ("posts", *LABEL_NAMES)))
        for value, of_value in sorted(counts.items(), key=lambda item: (-item[1]["posts"], item[0]))
    ]
    return _table((fact, "posts", *LABEL_NAMES), rows)


def _lengths(examples: Sequence[Example]) -> str:
    characters = [len(example.text) for example in examples]
    syllables = [
        sum(piece[0].isalnum() for piece in split_syllables(normalise(example.text).text)) for example in examples
    ]
    rows = [
        (name, *(f"{value:,.0f}" for value in np.quantile(lengths, [0, 0.25, 0.5, 0.75, 1], method="lower")))
        for name, lengths in (("characters", characters), ("syllables", syllables))
    ]
    return _table(("a post in", *QUARTERS), rows)


def _forms(examples: Sequence[Example]) -> str:
    counts = Counter(form for example in examples for form in forms_of(example.text))
    return _table(
        ("form", "posts", "share"),
        [(FORM_TEXT[form], f"{counts[form]:,}", _share(counts[form], len(examples))) for form in FORMS],
    )


def _copies(examples: Sequence[Example]) -> str:
    texts = [example.text for example in examples]
    copied, too_short = near_copies(texts)
    return (
        f"{len(copied)} of {len(texts):,} posts ({_share(len(copied), len(texts))}) share at least "
        f"{COPY_SIMILARITY:.0%} of their runs of five characters with another post. "
        f"{too_short:,} posts are too short to be compared; no text stands there twice."
    )


def near_copies(texts: Sequence[str]) -> tuple[set[int], int]:
    """Find the near-duplicates among texts, by MinHash signatures of character 5-grams in bands (Broder, 1997).

    Returns:
        The indices of such texts, and how many texts were too short to be compared.

    """
    sharing: dict[tuple[int, str], list[int]] = defaultdict(list)
    too_short = 0
    for number, text in enumerate(texts):
        keys = bands(text)
        if UNSIGNED_BAND in keys:
            too_short += 1
            continue
        for key in keys.items():
            sharing[key].append(number)
    pairs = {(one, other) for group in sharing.values() for one in group for other in group if one < other}
    alike = [pair for pair in pairs if copy_similarity(texts[pair[0]], texts[pair[1]]) >= COPY_SIMILARITY]
    return {number for pair in alike for number in pair}, too_short


def _agreement(double_labels: Sequence[DoubleLabel]) -> str:
    if not double_labels:
        return "No post has been labelled a second time yet."
    rows = []
    for label in LABEL_NAMES:
        measured = measure_agreement(double_labels, label)
        low, high = measured.interval
        counts = (measured.both, measured.only_first, measured.only_second, measured.neither)
        rows.append(
            (f"`{label}`", *(f"{count:,}" for count in counts), f"{measured.kappa:.2f} ({low:.2f} to {high:.2f})")
        )
    differed = sum(post.first != post.second for post in double_labels)
    head = ("label", "both", "only the first", "only the second", "neither", "kappa")
    return (
        f"A second, blind labelling gave {len(double_labels):,} posts labels from the guide alone. "
        f"The two labellings differ on {differed:,}; each of these was settled by the guide, and the corpus carries "
        f"what was settled (`second_labels.jsonl`, with the reason). Cohen's kappa with its 95 % interval:"
        f"\n\n{_table(head, rows)}"
    )


def bands(text: str) -> dict[int, str]:
    """Compute the key of each band of a text's signature; texts with an equal key in a band may be copies."""
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
