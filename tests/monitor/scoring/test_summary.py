"""One sentence of a post: what it asserts first, without shouting, without a name, and short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.privacy.masks.mask import mask_personal
from monitor.scoring.summary import LONGEST, proposed
from tests.examples import examples_of


@pytest.mark.parametrize(("text", "is_claim", "sentence"), examples_of(__file__)["posts"])
def test_a_sentence_is_proposed(text: str, is_claim: bool, sentence: str) -> None:
    assert proposed(text, is_claim=is_claim, mask=mask_personal) == sentence


def test_a_long_sentence_ends_with_a_whole_word() -> None:
    sentence = proposed("lương tháng mười " * 40, is_claim=False, mask=None)
    assert len(sentence) <= LONGEST
    assert sentence.endswith(("mười…", "tháng…", "lương…"))


@pytest.mark.parametrize("before", range(0, 40, 3))
def test_half_a_number_is_never_shown_where_masks_have_shortened_the_sentence(before: int) -> None:
    address = "https://www.facebook.com/nguyen.van.mau." + "a" * (160 - before)
    sentence = proposed(f"{address} gọi số 0912345678 {'nhé ' * 100}", is_claim=False, mask=mask_personal)
    assert "0912" not in sentence
    assert len(sentence) <= LONGEST


@given(st.text(max_size=400), st.booleans())
def test_any_post_has_one_short_line(text: str, is_claim: bool) -> None:
    sentence = proposed(text, is_claim=is_claim, mask=None)
    assert len(sentence) <= LONGEST
    assert "\n" not in sentence
