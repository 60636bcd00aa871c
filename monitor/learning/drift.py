"""Drift: scores and unknown words by week, precision by reviews, estimates from random questions, and advice."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.bootstrap import wilson
from classifiers.evaluation.drift import ScoreDrift, measure_drift
from classifiers.features.tokens import respelled_syllables
from classifiers.persistence import Loaded
from monitor.clock import Clock, week_of
from monitor.errors import NotReady
from storage.database import Database
from storage.review import questions
from storage.scoring import registry, scores

WEEKS: Final = 12
LEAST_POSTS: Final = 100  # of a week and of all weeks before it; with fewer, a drift may be chance
LEAST_WORDS: Final = 1000
NOTABLE_UNKNOWN: Final = 0.05  # rise of the share of unknown words over the weeks before
NOTABLE_PRECISION: Final = 0.5  # below it, more flags are wrong than right
SYLLABLES_VIEW: Final = "spelled"


@dataclass(frozen=True, slots=True)
class Share:
    """A share `hits / total` with its 95 % Wilson interval."""

    hits: int
    total: int
    low: float
    high: float

    @classmethod
    def from_counts(cls, hits: int, total: int) -> "Share":
        """Compute the interval."""
        return cls(hits, total, *wilson(hits, total))


@dataclass(frozen=True, slots=True)
class WeekOfScores:
    """The scores of one label in one week; `drift` compares with all weeks before, None with too few posts."""

    week: str
    label: str
    posts: int
    mean: float
    drift: ScoreDrift | None


@dataclass(frozen=True, slots=True)
class WeekOfWords:
    """The number of words in one week, and the share of them that is not in the model's vocabulary."""

    week: str
    words: int
    unknown: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimates for one label from the answers about posts drawn at random.

    Args:
        prevalence: Posts with the label, of all.
        precision: Posts with the label, of those that the model flagged.
        recall: Flagged posts, of those with the label.

    """

    prevalence: Share
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class Drift:
    """How the active model is doing.

    Args:
        model: Its version.
        scores: By week and label.
        words: By week.
        reviewed: By label, confirmed flags of the confirmed and rejected ones.
        estimates: By label, from questions about posts drawn at random.
        advice: What to do, one line each; empty when there is nothing to do.

    """

    model: str
    scores: tuple[WeekOfScores, ...]
    words: tuple[WeekOfWords, ...]
    reviewed: Mapping[str, Share]
    estimates: Mapping[str, Estimate]
    advice: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain data, for JSON."""
        return asdict(self)


def drift(database: Database, loaded: Loaded, clock: Clock, weeks: int = WEEKS) -> Drift:
    """Compute the drift over some weeks.

    Args:
        database: Scores, words and decisions.
        loaded: The model in use.
        clock: Tells the time.
        weeks: How many weeks to look back.

    Raises:
        NotReady: When the model has scored nothing in this database.

    """
    since = clock.now() - timedelta(weeks=weeks)
    with database.work() as session:
        model = next((row for row in registry.all_models(session) if row.version == loaded.version), None)
        if model is None:
            message = f"{loaded.version} has scored no post yet: run `kiemtin score` first"
            raise NotReady(message)
        by_week = _weeks_of_scores(scores.scores_since(session, model.id, since))
        words = _weeks_of_words(scores.words_since(session, model.id, since), loaded)
        reviewed = _reviewed(scores.flags_since(session, model.id, since))
        estimates = _estimates(questions.drawn_at_random(session, model.id))
    advice = (*_on_scores(by_week), *_on_words(words), *_on_flags(reviewed), *_on_estimates(reviewed, estimates))
    return Drift(loaded.version, by_week, words, reviewed, estimates, advice)


def _weeks_of_scores(rows: Iterable[tuple[str, datetime, float]]) -> tuple[WeekOfScores, ...]:
    found: dict[str, dict[str, list[float]]] = {}
    for label, collected_at, probability in rows:
        found.setdefault(label, {}).setdefault(week_of(collected_at), []).append(probability)
    listed = []
    for label, by_week in sorted(found.items()):
        before: NDArray[np.float64] = np.zeros(0)
        for week, values in sorted(by_week.items()):
            now = np.array(values)
            enough = min(len(now), len(before)) >= LEAST_POSTS
            listed.append(
                WeekOfScores(week, label, len(now), float(now.mean()), measure_drift(before, now) if enough else None)
            )
            # A week is compared with all weeks before it, so that a slow drift adds up and is seen.
            before = np.concatenate([before, now])
    return tuple(listed)


def _weeks_of_words(rows: Iterable[tuple[datetime, str]], loaded: Loaded) -> tuple[WeekOfWords, ...]:
    vocabulary = loaded.classifier.space.vocabulary(SYLLABLES_VIEW)
    counts: dict[str, list[int]] = {}
    for collected_at, segmented in rows:
        of_week = counts.setdefault(week_of(collected_at), [0, 0])
        words = [word.replace("_", " ") for word in segmented.split()]
        syllables = [syllable for word in words for syllable in respelled_syllables(word)]
        of_week[0] += len(syllables)
        of_week[1] += sum(syllable not in vocabulary for syllable in syllables)
    return tuple(
        WeekOfWords(week, total, unknown / total) for week, (total, unknown) in sorted(counts.items()) if total
    )


def _reviewed(rows: Iterable[tuple[str, datetime, str]]) -> dict[str, Share]:
    counts: dict[str, list[int]] = {}
    for label, _, state in rows:
        if state in ("confirmed", "rejected"):
            of_label = counts.setdefault(label, [0, 0])
            of_label[0] += state == "confirmed"
            of_label[1] += 1
    return {label: Share.from_counts(confirmed, total) for label, (confirmed, total) in sorted(counts.items())}


def _estimates(answers: Iterable[questions.Answered]) -> dict[str, Estimate]:
    sure = [answer for answer in answers if answer.holds is not None]
    found = {}
    for label in sorted({answer.label for answer in sure}):
        of_label = [answer for answer in sure if answer.label == label]
        carrying = [answer for answer in of_label if answer.holds]
        flagged = [answer for answer in of_label if answer.flagged]
        both = sum(answer.flagged for answer in carrying)
        found[label] = Estimate(
            prevalence=Share.from_counts(len(carrying), len(of_label)),
            precision=Share.from_counts(both, len(flagged)),
            recall=Share.from_counts(both, len(carrying)),
        )
    return found


def _on_scores(by_week: Iterable[WeekOfScores]) -> list[str]:
    newest = {found.label: found for found in by_week if found.drift is not None}
    return [
        f"{label}: scores of {found.week} have moved (PSI {found.drift.psi:.2f}): answer questions "
        "(`kiemtin ask`), then `kiemtin learn`"
        for label, found in newest.items()
        if found.drift is not None and found.drift.is_notable
    ]


def _on_words(words: tuple[WeekOfWords, ...]) -> list[str]:
    *before, newest = words or (WeekOfWords("", 0, 0.0),)
    earlier = sum(week.words for week in before)
    if min(earlier, newest.words) < LEAST_WORDS:
        return []
    usual = sum(week.unknown * week.words for week in before) / earlier
    if newest.unknown - usual <= NOTABLE_UNKNOWN:
        return []
    known = f"{newest.unknown:.0%} of the syllables of {newest.week} are unknown to the model ({usual:.0%} before)"
    return [f"{known}: label such posts (`kiemtin ask`), then run `kiemtin learn`"]


def _on_flags(reviewed: Mapping[str, Share]) -> list[str]:
    return [
        f"{label}: {share.hits} of {share.total} reviewed flags were right, surely less than half: `kiemtin learn`"
        for label, share in reviewed.items()
        if share.high < NOTABLE_PRECISION
    ]


def _on_estimates(reviewed: Mapping[str, Share], estimates: Mapping[str, Estimate]) -> list[str]:
    missing = sorted(set(reviewed) - set(estimates))
    if not missing:
        return []
    unknown = f"{', '.join(missing)}: nobody knows what the model misses, for only its flags were judged"
    return [f"{unknown}: `kiemtin ask` puts questions about posts drawn at random"]
