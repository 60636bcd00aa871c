"""scikit-learn's vectoriser of a view, which ours has to equal."""

from sklearn.feature_extraction.text import TfidfVectorizer

from classifiers.features.tfidf import FittedView
from classifiers.features.tokens import View


def unfitted(view: View) -> TfidfVectorizer:
    """Make the vectoriser of a view."""
    return TfidfVectorizer(
        analyzer="char_wb" if view.characters else "word",
        token_pattern=None if view.characters else r"\S+",
        ngram_range=view.ngrams,
        sublinear_tf=True,
        lowercase=False,
    )


def fitted(known: FittedView) -> TfidfVectorizer:
    """Make the vectoriser of a view with its n-grams and their frequencies."""
    vectorizer = unfitted(known.view)
    vectorizer.vocabulary = {ngram: column for column, ngram in enumerate(known.ngrams)}
    vectorizer.idf_ = known.idf
    return vectorizer


def joined_word(word: str) -> tuple[str, ...]:
    """Take a word as one token, its syllables joined by `_`."""
    return (word.replace(" ", "_"),)
