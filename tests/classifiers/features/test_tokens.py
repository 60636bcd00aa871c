"""Texts are made ready for their features, one or very many."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifiers.features.space import VIEWS
from classifiers.features.tokens import View, prepare, prepare_many, syllables
from classifiers.text.aligned import Aligned
from classifiers.text.segment import Segmenter


def test_of_many_texts_each_word_is_held_once(segmenter: Segmenter) -> None:
    told: list[tuple[int, int]] = []
    one, other = prepare_many(["Ngân hàng đóng cửa", "Ngân hàng mở cửa"], segmenter, lambda *both: told.append(both))
    assert told == [(2, 2)]
    assert [word.text for word in one.words] == ["ngân hàng", "đóng cửa"]
    assert one.words[0] is other.words[0]
    assert one.aligned == Aligned("ngân hàng đóng cửa", (), ())


def test_a_word_keeps_its_syllables(segmenter: Segmenter) -> None:
    assert prepare("Công nhân hôm nay", segmenter).written == ["công nhân", "hôm nay"]


def test_each_token_names_the_word_that_it_stands_in(segmenter: Segmenter) -> None:
    text = prepare("Ngân hàng vỡ nợ!", segmenter)
    assert [word.text for word in text.words] == ["ngân hàng", "vỡ nợ", "!"]
    by_syllable = View("syllables", (1, 2), scale=1.0, word_tokens=syllables)
    assert by_syllable.tokens(text) == ["ngân", "hàng", "vỡ", "nợ", "!"]
    assert by_syllable.token_words(text) == [0, 0, 1, 1, 2]


def test_a_groups_name_is_one_word_that_is_shown_as_written_and_no_view_sees(segmenter: Segmenter) -> None:
    text = prepare("Em là người Hà Nhì", segmenter)
    assert [word.text for word in text.words] == ["em", "là", "⟨people⟩"]
    assert text.written == ["em", "là", "người hà nhì"]
    assert {token for view in VIEWS for token in view.tokens(text)} == {"em", "là", "⟨people⟩"}


@pytest.mark.parametrize(
    "text",
    ["...người Mông", "?người Thái!người Dao", "⟨⟨people⟩⟩ người Kinh", "⟨người Mông⟩", "....⟨people⟩", "ở.người Lự"],
)
def test_a_groups_name_is_a_word_whatever_marks_stand_around_it(segmenter: Segmenter, text: str) -> None:
    prepared = prepare(text, segmenter)
    assert sum(word.text == "⟨people⟩" for word in prepared.words) == len(prepared.names) > 0


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(
        st.sampled_from(["người Mông", "Hà Nội", "⟨", "⟩", "people", ".", "…", "?", " ", "\n", "a", "⟨link⟩"])
    )
)
def test_every_mixture_of_names_and_marks_can_be_prepared(segmenter: Segmenter, parts: list[str]) -> None:
    prepared = prepare("".join(parts), segmenter)
    assert len(prepared.written) == len(prepared.words)


def test_every_view_has_a_word_for_each_token(segmenter: Segmenter) -> None:
    text = prepare("Nghe bảo NGÂN HÀNG sắp vỡ nợ, rút tiền gấp!!! ko thì mất trắng", segmenter)
    for view in VIEWS:
        assert len(view.token_words(text)) == len(view.tokens(text)) > 0
