"""What a post was flagged for, as a few findings with their words, from which a sentence can be built.

A finding never changes a probability. Its words stand in the text; the length of a post is no finding.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from classifiers.claims import Mention, find_claim
from classifiers.concern_topics import OTHER, topics_of
from classifiers.labels import Label, label_named
from classifiers.model.prediction import BASE, REST, TRAITS, Reason
from classifiers.text.letters import split_syllables
from classifiers.text.lexicon import default_lexicon
from classifiers.text.normalise import normalise

MOST_WORDS: Final = 2  # of one finding
MOST_FINDINGS: Final = 4
LONGEST: Final = 60  # characters of what a claim asserts
LEAST_WEIGHT: Final = 0.1  # log-odds of a word that is named where nothing else was found

ASSERTS, NO_SOURCE, NAMES_SOURCE, HEARSAY = "asserts", "no_source", "names_source", "hearsay"
SHARE, ALARM, LURE, CURE = "share", "alarm", "lure", "cure"
THREAT, GLOATING, OBSCENE, INSULT, GROUP = "threat", "gloating", "obscene", "insult", "group"
UNPAID, INSURANCE, ACCIDENT, POISONING, STRIKE = "unpaid", "insurance", "accident", "poisoning", "strike"
TOPIC: Final = "topic"
WORDS: Final = "words"  # nothing but the words that count most
STYLE: Final = "style"  # no single word counts


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Args:
        kind: One of the constants of this module; of TOPIC, what follows the colon is the topic.
        words: What speaks for it, as it stands in the text.

    """

    kind: str
    words: tuple[str, ...] = ()


def find_reasons(label: str, text: str, reasons: Sequence[Reason] = ()) -> tuple[Finding, ...]:
    """Find what a post was flagged for.

    Args:
        label: The name of the label.
        text: The text as it was published.
        reasons: The model's reasons for the label, which tell what counts most.

    Returns:
        At most MOST_FINDINGS; the last resort is one finding that names the words that count most, or none.

    """
    weights = {one.words: one.weight for one in reasons if one.words not in (BASE, REST, *TRAITS)}
    of_label = label_named(label)
    found = [*_of_claim(text, reasons)] if of_label.is_claim else []
    found += _of_terms(text, of_label, {} if of_label.has_topics else weights)
    if of_label.has_topics and not found and (topic := topics_of(text)[0]).name != OTHER:
        found.append(Finding(f"{TOPIC}:{topic.name}", tuple(topic.reasons)[:MOST_WORDS]))
    if found:
        return tuple(found[:MOST_FINDINGS])
    heaviest = sorted((word for word, weight in weights.items() if weight >= LEAST_WEIGHT), key=lambda w: -weights[w])
    return (Finding(WORDS, tuple(heaviest[:MOST_WORDS])),) if heaviest else (Finding(STYLE),)


def _of_claim(text: str, reasons: Sequence[Reason]) -> Iterator[Finding]:
    claim = find_claim(text, reasons)
    if not claim.asserts:
        return
    yield Finding(ASSERTS, _shown(claim.asserts[:1]))
    if claim.hearsay:
        yield Finding(HEARSAY, _shown(claim.hearsay[:MOST_WORDS]))
    yield Finding(NAMES_SOURCE, _shown(claim.sources[:MOST_WORDS])) if claim.sources else Finding(NO_SOURCE)


def _of_terms(text: str, label: Label, weights: Mapping[str, float]) -> Iterator[Finding]:
    """Find terms of the lexicon whose words count, all of them without weights; those that count most are named."""
    kinds = {group: kind for kind, groups in label.findings for group in groups}
    syllables = split_syllables(normalise(text).text)
    words: dict[str, dict[str, float]] = {}
    for group, start, end in default_lexicon().find(syllables):
        if group in kinds:
            term = syllables[start:end]
            weight = sum(weight for word, weight in weights.items() if set(word.replace("_", " ").split()) & set(term))
            if weight >= LEAST_WEIGHT or not weights:
                words.setdefault(kinds[group], {}).setdefault(" ".join(term), weight)
    for kind, _groups in label.findings:
        if kind in words:
            yield Finding(kind, tuple(sorted(words[kind], key=lambda term: -words[kind][term])[:MOST_WORDS]))


def _shown(mentions: Sequence[Mention]) -> tuple[str, ...]:
    return tuple(one.words if len(one.words) <= LONGEST else f"{one.words[: LONGEST - 1]}…" for one in mentions)
