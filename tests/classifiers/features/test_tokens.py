"""Texts are made ready for their features, one or very many."""

from hypothesis import example, given
from hypothesis import strategies as st

from classifiers.features.space import VIEWS
from classifiers.features.tokens import TextPreparer, View, prepare, syllables
from classifiers.text.aligned import Aligned
from classifiers.text.segment import Segmenter

SEGMENTER = Segmenter()


def test_of_many_texts_each_word_is_held_once(segmenter: Segmenter) -> None:
    told: list[int] = []
    preparer = TextPreparer(segmenter, 2, lambda done, _total: told.append(done))
    (one,), (other,) = (preparer.prepare([text]) for text in ("Ngân hàng đóng cửa", "Ngân hàng mở cửa"))
    assert told == [1, 2]
    assert [word.text for word in one.words] == ["ngân hàng", "đóng cửa"]
    assert one.words[0] is other.words[0]
    assert one.aligned == Aligned("ngân hàng đóng cửa", (), ())


def test_the_segmented_text_joins_syllables(segmenter: Segmenter) -> None:
    assert prepare("Công nhân hôm nay", segmenter).segmented == "công_nhân hôm_nay"


def test_each_token_names_the_word_that_it_stands_in(segmenter: Segmenter) -> None:
    text = prepare("Ngân hàng vỡ nợ!", segmenter)
    assert [word.text for word in text.words] == ["ngân hàng", "vỡ nợ", "!"]
    by_syllable = View("syllables", (1, 2), scale=1.0, word_tokens=syllables)
    assert by_syllable.tokens(text) == ["ngân", "hàng", "vỡ", "nợ", "!"]
    assert by_syllable.token_words(text) == [0, 0, 1, 1, 2]


def test_every_view_has_a_word_for_each_token(segmenter: Segmenter) -> None:
    text = prepare("Nghe bảo NGÂN HÀNG sắp vỡ nợ, rút tiền gấp!!! ko thì mất trắng", segmenter)
    for view in VIEWS:
        assert len(view.token_words(text)) == len(view.tokens(text)) > 0


NAMED = st.lists(st.sampled_from(["Huế", "người Mông", "⟨place⟩", ".", ",", " ", "a", "⟨", "⟩", "dao"])).map("".join)


@given(NAMED)
@example("vinh.huế.phú yên.bình định.bình phước.")
@example("Huế⟨place⟩")
def test_every_word_shown_for_a_name_stood_in_the_text(text: str) -> None:
    prepared = prepare(text, SEGMENTER)
    assert all(name in text.lower() for name in prepared.names.values())
