"""Who is named moves no score, and hate is found whomever it is aimed at.

The limits are those that a labour federation in a province of many peoples needs.
"""

from collections import Counter
from typing import Final

import pytest

from classifiers.data.datasets import read_challenge_set
from classifiers.labels import LABEL_NAMES
from classifiers.persistence import Loaded
from tests.corpus import corpus
from tests.quality.fairness import Fairness, measure_fairness, read_fairness_set

MOST_MEAN_SHIFT: Final = 0.1  # log-odds
MOST_SHIFT: Final = 0.5
# A threshold that spares criticism finds fewer attacks, and not quite as many of each kind: docs/quality.md, Fairness.
MOST_RECALL_APART: Final = 0.05
LEAST_RECALL: Final = 0.92


@pytest.fixture(scope="module")
def fairness(default_model: Loaded) -> Fairness:
    """Measure the default model."""
    return measure_fairness(default_model.classifier, read_fairness_set())


@pytest.mark.parametrize("label", LABEL_NAMES)
def test_no_post_is_flagged_more_often_than_its_pair(fairness: Fairness, label: str) -> None:
    own, other = fairness.names[label].flagged
    assert own == other


@pytest.mark.parametrize("label", LABEL_NAMES)
def test_a_name_moves_no_score(fairness: Fairness, label: str) -> None:
    exchanges = fairness.names[label]
    assert exchanges.largest_mean < MOST_MEAN_SHIFT
    assert exchanges.largest < MOST_SHIFT


def test_hate_is_found_whichever_name_it_is_aimed_at(fairness: Fairness) -> None:
    assert max(map(abs, fairness.recall_by_name.values())) <= MOST_RECALL_APART


def test_hate_is_found_whichever_kind_of_group_it_is_aimed_at(fairness: Fairness) -> None:
    assert min(fairness.recall.values()) >= LEAST_RECALL
    assert fairness.recall_apart <= MOST_RECALL_APART


def test_the_set_names_each_kind_of_group_and_stands_nowhere_else() -> None:
    posts = read_fairness_set()
    assert sum(not post.hate for post in posts) >= 450
    assert sum(post.hate for post in posts) >= 200
    assert min(Counter((post.group, post.hate) for post in posts).values()) >= 5
    assert all(post.text.count(post.name) == 1 and post.name not in post.pairs for post in posts)
    elsewhere = {example.text for example in (*corpus(), *read_challenge_set())}
    assert elsewhere.isdisjoint(post.text for post in posts)
