"""Every number in the matrix can be traced back to the words that it came from."""

from collections import Counter

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from classifiers.features.space import VIEWS, FeatureSpace
from classifiers.features.tokens import prepare, prepare_all
from classifiers.text.segment import Segmenter
from classifiers.training.train import Trained
from tests.classifiers.features.sklearn_vectorizer import fitted

SEGMENTER = Segmenter()
TEXTS = [
    "Công nhân chưa có lương tháng này",
    "công nhân hôm nay nghỉ, lương thì chưa có!",
    "Ngân hàng hôm nay đóng cửa ⟨link⟩ 😭😭",
    "ở nhà hôm nay nóng quá, công ty không có quạt",
]
SPACE = FeatureSpace.fit_transform([prepare(text, SEGMENTER) for text in TEXTS], min_documents=1)[0]
# Words that the space knows, mixed with what it has never seen and with marks that stand alone.
KNOWN = st.lists(st.sampled_from([*" ".join(TEXTS).split(), "\u0301", "\u0323\u0301", "_", "xyz", "đ", "."])).map(
    " ".join
)


def counted(space: FeatureSpace, text: str) -> dict[int, int]:
    """Count features as scikit-learn does before it weighs them."""
    prepared = prepare(text, SEGMENTER)
    counts: dict[int, int] = {}
    offset = 0
    for known in space.fitted:
        vectorizer = fitted(known)
        line = " ".join(known.view.tokens(prepared))
        row = CountVectorizer.transform(vectorizer, [line]).tocoo()
        counts |= {offset + int(column): int(count) for column, count in zip(row.col, row.data, strict=True)}
        offset += len(known.ngrams)
    return counts


def traced(space: FeatureSpace, text: str) -> dict[int, int]:
    return dict(Counter(space.transform_traced([prepare(text, SEGMENTER)]).trace([0]).columns.tolist()))


@settings(deadline=None)
@given(st.one_of(KNOWN, st.text()))
@example("công \u0301 nhân")  # without its marks the middle word is nothing at all
@example("")
@example(" ")
@example("😭")
@example("\u0301")
def test_the_trace_is_exactly_what_is_counted(text: str) -> None:
    assert traced(SPACE, text) == counted(SPACE, text)


@settings(deadline=None)
@given(st.lists(st.one_of(KNOWN, st.text()), min_size=1, max_size=5))
def test_the_matrix_is_the_one_of_scikit_learn(texts: list[str]) -> None:
    prepared = [prepare(text, SEGMENTER) for text in texts]
    blocks = []
    for known in SPACE.fitted:
        lines = [" ".join(known.view.tokens(each)) for each in prepared]
        blocks.append(fitted(known).transform(lines).toarray() * known.view.scale)
    matrix = SPACE.transform(prepared)
    np.testing.assert_allclose(matrix.toarray(), np.hstack(blocks), rtol=1e-12)
    assert matrix.has_canonical_format


def test_many_texts_make_the_same_rows_as_few() -> None:
    prepared = [prepare(text, SEGMENTER) for text in TEXTS] * 400
    matrix = SPACE.transform(prepared)
    assert matrix.shape == (1600, SPACE.width)
    np.testing.assert_array_equal(matrix[-4:].toarray(), SPACE.transform(prepared[:4]).toarray())


def test_the_trace_holds_on_a_model_of_the_corpus(trained: Trained) -> None:
    text = "Nghe bảo mai NGÂN HÀNG đóng cửaaa, rút tiền gấp!!! gọi 0912 345 678"
    assert len(counted(trained.classifier.space, text)) > 30
    assert traced(trained.classifier.space, text) == counted(trained.classifier.space, text)


def test_a_feature_names_the_words_it_came_from() -> None:
    prepared = prepare("hôm nay đóng cửa", SEGMENTER)
    pair = SPACE.vocabulary("spelled")["nay đóng"]
    trace = SPACE.transform_traced([prepared]).trace([0])
    (occurrence,) = np.flatnonzero(trace.columns == pair)
    assert [prepared.words[index].text for index in trace.words[trace.occurrences == occurrence]] == [
        "hôm nay",
        "đóng cửa",
    ]


def test_texts_are_traced_together_as_each_is_alone() -> None:
    texts = prepare_all(["chưa có lương", "", "có lương tháng này chưa"], SEGMENTER)
    space = FeatureSpace.fit_transform(texts, min_documents=1)[0]
    together = space.transform_traced(texts).trace([0, 1, 2])
    before = 0
    for row, text in enumerate(texts):
        alone = space.transform_traced([texts[-1], text]).trace([1])
        here = np.flatnonzero(together.rows == row)
        assert sorted(together.columns[here].tolist()) == sorted(alone.columns.tolist())
        from_words = np.isin(together.occurrences, here)
        pairs = zip(
            together.columns[together.occurrences[from_words]], together.words[from_words] - before, strict=True
        )
        assert Counter(pairs) == Counter(zip(alone.columns[alone.occurrences], alone.words, strict=True))
        before += len(text.words)


def test_one_letter_words_and_words_without_marks_count() -> None:
    unmarked = FeatureSpace.fit_transform([prepare("o nha chua co luong", SEGMENTER)], min_documents=1)[0]
    assert "ở" in SPACE.vocabulary("spelled")
    assert "luong" in unmarked.vocabulary("spelled")
    shared = [traced(SPACE, text).keys() for text in ("cong nhan chua co luong", "công nhân chưa có lương")]
    assert shared[0] & shared[1]


def test_the_matrix_has_a_row_a_text_and_finite_numbers() -> None:
    matrix = SPACE.transform([prepare(text, SEGMENTER) for text in (*TEXTS, "", "xyz")])
    assert matrix.shape == (len(TEXTS) + 2, SPACE.width)
    assert np.isfinite(matrix.data).all()
    assert matrix[len(TEXTS)].nnz == 0, "nothing is said of an empty text"
    assert SPACE.transform([]).shape == (0, SPACE.width)


def test_blocks_lie_side_by_side() -> None:
    blocks = [SPACE.block(view.name) for view in VIEWS]
    assert [block.start for block in blocks] == [0, *(block.stop for block in blocks[:-1])]
    assert blocks[-1].stop == SPACE.width
    nowhere = SPACE.block("title")
    assert nowhere.start == nowhere.stop
