"""The words are underthesea's own; only the way to them is shorter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underthesea import word_tokenize

from classifiers.errors import ModelRefused
from classifiers.text.normalise import normalise
from classifiers.text.segment import Segmenter
from classifiers.text.tagger import Tagger
from tests.corpus import corpus

SEGMENTER = Segmenter()
LINE = "công nhân ngân hàng đóng cửa hôm nay lương tháng ba mươi việt nam 2026 99999999999 12,5 4k , # 😭 a ở"


def both(text: str) -> tuple[list[str], list[str]]:
    """Cut one sentence by the library and by ours."""
    theirs = [word.replace(" ", "") for word in word_tokenize(text, use_token_normalize=False)]
    return theirs, [word.text.replace(" ", "") for word in SEGMENTER.segment(text)]


def test_the_posts_of_the_corpus_are_cut_as_the_library_cuts_them() -> None:
    # A sentence and no more: the segmenter gives the library one at a time.
    sentences = [normalise(example.text).text.split(".")[0][:300] for example in corpus()[::20]]
    plain = [text for text in sentences if text.strip() and not set(text) & set("!?…⟨")]
    assert len(plain) > 50
    for text in plain:
        theirs, ours = both(text)
        assert ours == theirs


@settings(deadline=None)
@given(st.lists(st.sampled_from(LINE.split()), min_size=1).map(" ".join))
def test_any_order_of_syllables_is_cut_as_the_library_cuts_it(text: str) -> None:
    theirs, ours = both(text)
    assert ours == theirs


@pytest.mark.parametrize("model", [b"", b"lCRF", b"lCRF" + bytes(60)])
def test_a_model_of_another_kind_is_refused_in_one_line(model: bytes) -> None:
    with pytest.raises(ModelRefused, match=r"^underthesea's tagger is of a kind not known here: install .*$"):
        Tagger(model, [], ())
