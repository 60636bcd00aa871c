"""The n-grams that texts share are those that scikit-learn would find, with its weights, in an order of their own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from classifiers.features.tfidf import character_ngrams, fit_view
from classifiers.features.tokens import View
from tests.classifiers.features.sklearn_vectorizer import joined_word, unfitted

WORDS = View("words", (1, 2), scale=1.0, word_tokens=joined_word)
LETTERS = View("letters", (2, 4), scale=1.0, word_tokens=joined_word, characters=True)
TEXTS = st.lists(
    st.lists(st.sampled_from(["lương", "chậm", "ca", "đêm", "ở", "x"]), max_size=6), min_size=1, max_size=9
)


def sklearn_of(view: View, texts: list[list[str]], least: int) -> TfidfVectorizer:
    lines = [" ".join(tokens) for tokens in texts]
    return unfitted(view).set_params(min_df=least).fit(lines)


@settings(deadline=None)
@given(TEXTS, st.sampled_from([WORDS, LETTERS]), st.integers(1, 3))
def test_ngrams_and_weights_are_those_of_scikit_learn(texts: list[list[str]], view: View, least: int) -> None:
    fitted, _ = fit_view(view, [texts[:4], texts[4:]], least=least)
    if not fitted.ngrams:
        with pytest.raises(ValueError, match=r"empty vocabulary|no terms remain|max_df"):
            sklearn_of(view, texts, least)
        return
    expected = sklearn_of(view, texts, least)
    assert set(fitted.ngrams) == set(expected.vocabulary_)
    weights = [expected.idf_[expected.vocabulary_[ngram]] for ngram in fitted.ngrams]
    assert fitted.idf == pytest.approx(np.array(weights))
    assert (np.diff(fitted.idf) >= 0).all(), "the most frequent come first"


@settings(deadline=None)
@given(st.text(max_size=8), st.integers(1, 4), st.integers(0, 3))
def test_character_ngrams_are_those_of_scikit_learn(token: str, shortest: int, more: int) -> None:
    view = View("letters", (shortest, shortest + more), scale=1.0, word_tokens=joined_word, characters=True)
    assert list(character_ngrams(token, *view.ngrams)) == unfitted(view).build_analyzer()(token)


def test_occurrences_name_the_texts_and_the_columns_that_were_kept() -> None:
    fitted, occurrences = fit_view(WORDS, [[["ca", "đêm"], ["ca", "ca"]], [["đêm"]]], least=2)
    assert fitted.ngrams == ["ca", "đêm"]
    (rows, columns), (later_rows, later_columns) = occurrences
    assert sorted(zip(rows.tolist(), columns.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 0)]
    assert (later_rows.tolist(), later_columns.tolist()) == ([0], [1]), "rows are counted anew in each batch"


def test_of_a_known_vocabulary_everything_is_kept_in_its_order() -> None:
    fitted, ((rows, columns),) = fit_view(WORDS, [[["ca", "đêm"]]], vocabulary={"đêm": 0, "ngày": 1}, least=2)
    assert fitted.ngrams == ["đêm", "ngày"]
    assert (rows.tolist(), columns.tolist()) == ([0], [0])
