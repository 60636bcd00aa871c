"""Learning from real posts: figures over the features of a model of the project's corpus, and no text.

For each label a linear support vector machine is fitted on real posts. Its columns are the features of the given model,
the log-odds that this model gives, and the traits of a post. All of it is linear in what the model computes, so the
result is an ordinary classifier over the same vocabulary. The corpus stands beside the real posts with a small weight,
so that what they do not show is not forgotten. Nothing is learned about the names of groups: what naming one means is
told by the corpus alone, which names all kinds alike.

Each post is scored by machines that saw no post of its story. These scores are calibrated, set the thresholds, and are
the figures of the manifest. Stories are split in several ways, and a post's scores averaged: how one split falls out
would move a threshold.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from classifiers.copies import signature
from classifiers.data.datasets import CRITICISM, Example, data_hash, hash_of
from classifiers.evaluation.metrics import measure
from classifiers.features.space import LEXICON, FeatureSpace
from classifiers.features.tfidf import character_ngrams
from classifiers.features.tokens import PreparedText, prepare_many
from classifiers.labels import CONCERN, NEGATIVE, UNVERIFIED
from classifiers.model.classifier import Classifier, LabelModel, sigmoid, traits_of
from classifiers.text.group_names import default_group_names
from classifiers.text.letters import split_syllables, strip_diacritics
from classifiers.text.segment import Segmenter
from classifiers.training.calibration import calibrate
from classifiers.training.linear import Floats, LinearModel
from classifiers.training.splits import Fold
from classifiers.training.thresholds import label_threshold
from classifiers.training.train import Trained

REAL_VERSION: Final = 4  # raised when the same posts make another model
CRITICAL: Final = frozenset({"opinion_criticism", "political_criticism", "satire"})  # kinds that must not be flagged
ATTACK: Final = "group_hate"  # the kind of attacks on groups
GROUP: Final = "group"  # the fact that names whom a post of a review board is about
STRATUM: Final = "stratum"  # the fact that says how a post was drawn: at random, or by its score for a label
SCALE: Final = 3.0  # of the features, whose rows have a length of about one
SCALE_OF_BASE: Final = 0.5  # of the log-odds by the corpus
USUAL_TRAITS: Final = np.array([4.5, 0.0])  # subtracted, so that traits do not act on the intercept
TOLERANCE: Final = 1e-3
INVERSE_REGULARISATION: Final = 0.03  # scikit-learn's C
# Largest share of criticism and satire elsewhere that may be flagged for a label, of that which was not drawn by its
# score for the label.
CRITICISM_LIMIT: Final = 0.01
FOLDS: Final = 5  # in how many parts the stories are split
SPLITS: Final = 5  # in how many ways
SEED: Final = 20260101  # decides the order in which the solver takes the posts
LEAST_SHARED: Final = 5  # of 20 keys of two texts of one story: about a quarter of the runs of four syllables


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelConfig:
    """Choices for one label.

    Args:
        precision: The share of flags that are to be right on posts of stories that were not seen.
        corpus_weight: What a post of the corpus weighs; a real one weighs 1.
        kind_factors: How many times that posts of a kind of the corpus weigh; 1 where none is named.
        attack_factors: By kind of group, how many times more that attacks on it weigh. Real posts attack some groups
            seldom, and in other words than most, so that such attacks would be found less often.
        board_weight: What a post of a review board weighs.
        lexicon_factor: By what the features of the lexicon are multiplied: it tells plain cases.
        on_boards: Whether the threshold is set on posts of review boards as well; their writers complain at work.

    """

    precision: float
    corpus_weight: float
    kind_factors: Mapping[str, float] = field(default_factory=dict)
    attack_factors: Mapping[str, float] = field(default_factory=dict)
    board_weight: float = 1.0
    lexicon_factor: float = 1.0
    on_boards: bool = False


LABEL_CONFIGS: Final[Mapping[str, LabelConfig]] = {
    UNVERIFIED.name: LabelConfig(precision=0.7, corpus_weight=0.015),
    NEGATIVE.name: LabelConfig(
        precision=0.85,
        corpus_weight=0.02,
        kind_factors={ATTACK: 6.0},
        attack_factors={"⟨place⟩": 60.0, "⟨faith⟩": 6.0},
    ),
    CONCERN.name: LabelConfig(
        precision=0.72,
        corpus_weight=0.03,
        kind_factors={CRITICISM: 8.0},
        board_weight=2.0,
        lexicon_factor=2.0,
        on_boards=True,
    ),
}


def learn_from_real_posts(
    base: Trained, corpus: Sequence[Example], posts: Sequence[Example], segmenter: Segmenter
) -> Trained:
    """Learn from real posts on top of a model.

    Args:
        base: The model of the project's corpus, without corrections; it stays as it is.
        corpus: What it was trained on.
        posts: Labelled by the guide, without personal data; facts["group"] names a review board's employer.
        segmenter: Cuts texts into words.

    Returns:
        A model over the vocabulary of `base`, with the figures that it reaches on stories that it did not see.

    """
    learner = _Learner.prepare(base, corpus, posts, segmenter)
    found = [learner.learn(column, model) for column, model in enumerate(base.classifier.label_models)]
    classifier = Classifier(
        base.classifier.space,
        [model for model, _ in found],
        {},
        segmenter,
        subclasses=base.classifier.subclasses,
    )
    metrics, unseen = {}, {}
    for (model, log_odds), (rows, answers) in zip(found, map(learner.judged, classifier.labels), strict=True):
        unseen[model.label] = sigmoid(log_odds)
        threshold = learner.threshold(model.label, unseen[model.label])
        classifier.thresholds[model.label] = threshold
        metrics[model.label] = measure(unseen[model.label][rows], answers[rows], threshold)
    return Trained(
        classifier,
        hash_of(REAL_VERSION, base.data_hash, data_hash(posts), repr(LABEL_CONFIGS)),
        base.examples + len(posts),
        metrics,
        unseen,
    )


@dataclass(frozen=True, slots=True)
class _Texts:
    """Labelled texts with what all labels need of them.

    Args:
        examples: The texts.
        matrix: Their features, without those that name groups, shape (texts, features).
        log_odds: By the corpus, of models that had not seen them, shape (texts, labels).
        traits: From `traits_of`, less the usual ones, shape (texts, 2).

    """

    examples: Sequence[Example]
    matrix: sp.csr_matrix
    log_odds: Floats
    traits: Floats

    def columns(self, column: int, scale: Floats) -> sp.csr_matrix:
        """Give the columns of a label's machine, shape (texts, features + 3); `scale` is of the features."""
        beside = np.column_stack([SCALE_OF_BASE * self.log_odds[:, column], self.traits])
        return sp.csr_matrix(sp.hstack([self.matrix @ sp.diags(scale), sp.csr_matrix(beside)], format="csr"))

    def answers(self, label: str) -> NDArray[np.bool_]:
        """Tell which texts carry a label, shape (texts,)."""
        return np.array([example.labels[label] for example in self.examples], dtype=bool)


@dataclass(frozen=True, slots=True)
class _Learner:
    """The real posts and those of the corpus.

    Args:
        corpus: The corpus.
        named: The kinds of groups that each of its posts names.
        of_lexicon: Which features are of the lexicon, shape (features,).
        real: The real posts.
        folds: Parts of whole stories of the real posts, in SPLITS ways.

    """

    corpus: _Texts
    named: Sequence[frozenset[str]]
    of_lexicon: NDArray[np.bool_]
    real: _Texts
    folds: Sequence[Fold]

    @classmethod
    def prepare(
        cls,
        base: Trained,
        corpus: Sequence[Example],
        posts: Sequence[Example],
        segmenter: Segmenter,
    ) -> "_Learner":
        """Compute features, and split the posts by their stories."""
        model = base.classifier
        kept = sp.diags(names_no_group(model.space))
        of_lexicon = np.concatenate([np.full(len(each.ngrams), each.view == LEXICON) for each in model.space.fitted])

        def prepared(examples: Sequence[Example], log_odds: Floats | None) -> tuple[_Texts, list[PreparedText]]:
            texts = prepare_many([example.text for example in examples], segmenter)
            matrix, traits = model.space.transform(texts), traits_of(texts, [each.title for each in examples])
            if log_odds is None:
                log_odds = model.log_odds(matrix, traits)
            return _Texts(examples, sp.csr_matrix(matrix @ kept), log_odds, traits - USUAL_TRAITS), texts

        unseen = np.column_stack([base.unseen[label] for label in model.labels])
        own, of_corpus = prepared(corpus, np.log(unseen) - np.log1p(-unseen))
        named = [default_group_names().kinds.intersection(split_syllables(text.aligned.text)) for text in of_corpus]
        real, texts = prepared(posts, None)
        stories = stories_of(
            [text.aligned.text for text in texts],
            [(post.title, post.facts.get(GROUP, "")) for post in posts],
        )
        splits = [GroupKFold(FOLDS, shuffle=True, random_state=SEED + number) for number in range(SPLITS)]
        folds = [fold for split in splits for fold in split.split(stories, groups=stories)]
        return cls(own, named, of_lexicon, real, folds)

    def learn(self, column: int, model: LabelModel) -> tuple[LabelModel, Floats]:
        """Fit one label; gives its model, and the log-odds of each post by models that saw nothing of its story."""
        chosen = LABEL_CONFIGS[model.label]
        scale = SCALE * np.where(self.of_lexicon, chosen.lexicon_factor, 1.0)
        parts = (self.real, self.corpus)
        columns = sp.vstack([part.columns(column, scale) for part in parts], format="csr")
        answers = np.concatenate([part.answers(model.label) for part in parts])
        weights = np.concatenate([np.where(self._of_boards(), chosen.board_weight, 1.0), self._corpus_weights(chosen)])
        posts = len(self.real.examples)

        def fit(seen: NDArray[np.intp]) -> LinearModel:
            rows = np.concatenate([seen, np.arange(posts, len(answers))])
            machine = LinearSVC(
                C=INVERSE_REGULARISATION, dual=True, tol=TOLERANCE, max_iter=10_000, random_state=SEED
            ).fit(columns[rows], answers[rows], sample_weight=weights[rows])
            return LinearModel(np.asarray(machine.coef_[0]), float(machine.intercept_[0]))

        scores = np.zeros(posts)
        for seen, judged in self.folds:
            scores[judged] += fit(seen).decision_function(columns[judged]) / SPLITS
        fitted, unseen = calibrate(model.label, fit(np.arange(posts)), scores, answers[:posts], None)
        of_features, slope, traits = fitted.weights[:-3], fitted.weights[-3], fitted.weights[-2:]
        scaled = model.scaled(SCALE_OF_BASE * float(slope), fitted.intercept - USUAL_TRAITS[0] * float(traits[0]))
        learnt = replace(
            scaled,
            weights=scaled.weights + scale * of_features,
            trait_weights=scaled.trait_weights + traits,
        )
        return learnt, unseen

    def _corpus_weights(self, chosen: LabelConfig) -> Floats:
        """Give what each post of the corpus weighs for a label, shape (posts,)."""
        weights = []
        for example, named in zip(self.corpus.examples, self.named, strict=True):
            kind = example.facts.get("kind", "")
            attack = max((chosen.attack_factors.get(name, 1.0) for name in named), default=1.0)
            weights.append(chosen.kind_factors.get(kind, 1.0) * (attack if kind == ATTACK else 1.0))
        return chosen.corpus_weight * np.array(weights)

    def judged(self, label: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell by which posts a label is judged, and which carry it; both of shape (posts,)."""
        return ~self._of_boards() | LABEL_CONFIGS[label].on_boards, self.real.answers(label)

    def threshold(self, label: str, probabilities: Floats) -> float:
        """Choose the probability from which a label is flagged; the probabilities have shape (posts,).

        Criticism that was drawn because a model scored it high for the label is not what a platform holds, so it does
        not count where the share of flagged criticism is limited. It counts where the share of right flags is.
        """
        rows, answers = self.judged(label)
        critical = np.array(
            [
                post.facts.get("kind") in CRITICAL and not post.facts.get(STRATUM, "").startswith(label)
                for post in self.real.examples
            ],
            dtype=bool,
        )
        return label_threshold(
            probabilities[rows],
            answers[rows],
            LABEL_CONFIGS[label].precision,
            criticism=(critical & ~answers & ~self._of_boards())[rows],
            criticism_limit=CRITICISM_LIMIT,
        )

    def _of_boards(self) -> NDArray[np.bool_]:
        return np.array([GROUP in post.facts for post in self.real.examples], dtype=bool)


def names_no_group(space: FeatureSpace) -> Floats:
    """Give 0 for the features that the name of a group has, alone or beside other words, and 1 for all others."""
    kinds = default_group_names().kinds
    kept = []
    for each in space.fitted:
        if each.view.characters:
            within = {ngram for kind in kinds for ngram in character_ngrams(kind, *each.view.ngrams)}
            kept += [ngram not in within for ngram in each.ngrams]
        else:
            kept += [kinds.isdisjoint(ngram.split(" ")) for ngram in each.ngrams]
    return np.array(kept, dtype=np.float64)


def stories_of(texts: Sequence[str], keys: Sequence[Sequence[Hashable]]) -> NDArray[np.intp]:
    """Number texts, shape (texts,), so that those of one story have one number.

    Of one story are equal and near-equal texts and those that share a key, also through others.

    Args:
        texts: Normalised.
        keys: What else makes texts one story, such as the article that they answer; what is empty ties nothing.

    """
    holders: defaultdict[Hashable, list[int]] = defaultdict(list)
    tied: list[tuple[int, int]] = []
    for row, (text, own) in enumerate(zip(texts, keys, strict=True)):
        bands = signature([strip_diacritics(syllable) for syllable in split_syllables(text)])
        shared = Counter(other for band in bands for other in holders[band])
        tied += [(row, other) for other, count in shared.items() if count >= LEAST_SHARED]
        names = [("text", text), *((place, key) for place, key in enumerate(own) if key)]
        tied += [(row, holders[name][0]) for name in names if holders[name]]
        for one in (*names, *bands):
            holders[one].append(row)
    first, second = np.array(tied, dtype=np.intp).reshape(-1, 2).T
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(len(texts), len(texts)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)
