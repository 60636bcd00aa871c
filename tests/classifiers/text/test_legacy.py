"""Old encodings are recognised where they are plain, and only there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.aligned import Aligned
from classifiers.text.legacy import decoded
from classifiers.text.normalise import normalise

DECLARED = "cộng hòa xã hội chủ nghĩa việt nam, độc lập tự do"


@pytest.mark.parametrize(
    "written",
    [
        "Céng hßa x· héi chñ nghÜa ViÖt Nam, ®éc lËp tù do",
        "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, ñoäc laäp töï do",
    ],
)
def test_tcvn3_and_vni_are_read(written: str) -> None:
    assert normalise(written).text == DECLARED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hoàn toàn bình thường",
        "café déjà vu à la carte, très bien",
        "Straße, Grüße, München, schöne Tage",
        "© 2026 · µm ± 5 §",
        "cong nhan chua co luong",
        "là và mà",
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    assert decoded(Aligned.compose(text)).text == text


def test_a_decoded_letter_knows_where_it_came_from() -> None:
    original = "Coäng hoøa xaõ hoäi chuû nghóa"
    aligned = normalise(original)
    start = aligned.text.index("hội")
    assert original[slice(*aligned.original_span(start, start + 3))] == "hoäi"


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=60))
def test_any_latin_1_text_settles(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once
