"""The features that texts share are those that scikit-learn would find, with its weights, in an order of their own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from classifiers.features.space import VIEWS, View
from classifiers.features.tfidf import Lookup
from classifiers.features.vocabulary import learn

WORDS = next(view for view in VIEWS if view.name == "words")
LETTERS = next(view for view in VIEWS if view.name == "letters")
TEXTS = st.lists(
    st.lists(st.sampled_from(["lương", "chậm", "ca", "đêm", "ở", "x"]), max_size=6), min_size=1, max_size=9
)


def sklearn_of(view: View, texts: list[list[str]], least: int) -> TfidfVectorizer:
    lines = [" ".join(tokens) for tokens in texts]
    return view.without_features().set_params(min_df=least).fit(lines)


@settings(deadline=None)
@given(TEXTS, st.sampled_from([WORDS, LETTERS]), st.integers(1, 3))
def test_features_and_weights_are_those_of_scikit_learn(texts: list[list[str]], view: View, least: int) -> None:
    lookup = Lookup(view.without_features(), None)
    learnt = learn(lookup, [texts[:4], texts[4:]], [], least=least, least_with_others=5)
    if not learnt.features:
        with pytest.raises(ValueError, match=r"empty vocabulary|no terms remain|max_df"):
            sklearn_of(view, texts, least)
        return
    expected = sklearn_of(view, texts, least)
    assert set(learnt.features) == set(expected.vocabulary_)
    weights = [expected.idf_[expected.vocabulary_[feature]] for feature in learnt.features]
    assert learnt.idf == pytest.approx(np.array(weights))
    assert (np.diff(learnt.idf) >= 0).all(), "the most frequent come first"


def test_occurrences_name_the_texts_and_the_columns_that_were_kept() -> None:
    lookup = Lookup(WORDS.without_features(), None)
    learnt = learn(lookup, [[["ca", "đêm"], ["ca", "ca"]], [["đêm"]]], [], least=2, least_with_others=5)
    assert learnt.features == ["ca", "đêm"]
    (rows, columns), (later_rows, later_columns) = learnt.occurrences
    assert sorted(zip(rows.tolist(), columns.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 0)]
    assert (later_rows.tolist(), later_columns.tolist()) == ([0], [1]), "rows are counted anew in each batch"


def test_what_enough_others_have_is_a_feature_too() -> None:
    lookup = Lookup(WORDS.without_features(), None)
    others = [[["tăng", "ca"]] * 3, [["tăng"]]]
    learnt = learn(lookup, [[["ca", "ca"], ["ca"]]], others, least=2, least_with_others=4)
    assert learnt.features == ["ca", "tăng"], "`tăng ca` stands in three others only"
    assert learnt.idf.tolist() == pytest.approx([1.0, np.log(3) + 1]), "frequencies are those of the texts alone"


def test_of_a_known_vocabulary_everything_is_kept_in_its_order() -> None:
    lookup = Lookup(WORDS.without_features(), {"đêm": 0, "ngày": 1})
    learnt = learn(lookup, [[["ca", "đêm"]]], [], least=2, least_with_others=5)
    assert learnt.features == ["đêm", "ngày"]
    ((rows, columns),) = learnt.occurrences
    assert (rows.tolist(), columns.tolist()) == ([0], [0])
