"""Reasons are marked in the text as it was published, and the text itself is never changed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.model.prediction import BASE, REST
from classifiers.text.normalise import normalise
from monitor.desk.views.highlight import Piece, Reason, fold, gather_reasons, mark
from tests.growth import quadratic

VIETNAMESE = st.text(
    alphabet=st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạệữ AĐỆ.,!?-\n\u0301\u0323\u200b@0123456789")
)
ANY_TEXT = st.one_of(VIETNAMESE, st.text(max_size=200))


@st.composite
def texts_with_reasons(draw: st.DrawFn) -> tuple[str, list[Reason]]:
    """Make a text and reasons of which most occur in it, also overlapping and inside of words."""
    text = draw(ANY_TEXT)
    normal = normalise(text).text
    reasons = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, max(0, len(normal) - 1)))
        words = normal[start : start + draw(st.integers(1, 8))] or draw(ANY_TEXT)
        reasons.append(Reason(words, draw(st.floats(-5, 5))))
    return text, reasons


@given(texts_with_reasons())
def test_the_pieces_put_together_are_the_original(case: tuple[str, list[Reason]]) -> None:
    text, reasons = case
    pieces = mark(text, reasons)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


@given(ANY_TEXT)
def test_a_word_that_is_the_whole_text_marks_the_whole_text(text: str) -> None:
    normal = normalise(text)
    if normal.text:
        marked = [piece.text for piece in mark(text, [Reason(normal.text, 1.0)]) if piece.tone]
        start, end = normal.original_span(0, len(normal.text))
        assert marked == [text[start:end]]


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("text", "reasons", "found"),
    [
        pytest.param(decomposed("NỢ LƯƠNG ba"), {"nợ lương": 1.0}, {decomposed("NỢ LƯƠNG"): "for-3"}, id="capitals"),
        pytest.param("thằng n.g.u này", {"ngu": 1.0}, {"n.g.u": "for-3"}, id="as it was written"),
        pytest.param(
            "gọi 0912 345 678", {"⟨phone⟩": 1.0}, {"0912 345 678": "for-3"}, id="what a placeholder stands for"
        ),
        pytest.param("ngân hàng", {"ngân": 1.0, "ngân hàng": 2.0}, {"ngân hàng": "for-3"}, id="the longer one wins"),
        pytest.param(
            "một hai ba bốn năm",
            {"một": 3.0, "hai": 1.2, "ba": 0.4, "bốn": -2.9, "năm": 0.1},
            {"một": "for-3", "hai": "for-2", "ba": "for-1", "bốn": "against-3"},
            id="direction and weight, and what counts little is not marked",
        ),
        pytest.param(f"mức nền {BASE} {REST}", {BASE: -2.0, REST: 1.0}, {}, id="base and rest are no words"),
    ],
)
def test_reasons_are_found_as_they_were_written(text: str, reasons: dict[str, float], found: dict[str, str]) -> None:
    pieces = mark(text, [Reason(*reason) for reason in reasons.items()])
    assert [(piece.text, piece.tone) for piece in pieces if piece.tone] == list(found.items())


def test_a_word_inside_another_word_is_left_alone() -> None:
    assert mark("lan an toàn", [Reason("an", 1.0)]) == (Piece("lan "), Piece("an", "for-3"), Piece(" toàn"))


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_a_text_without_letters_has_nothing_to_mark(text: str) -> None:
    assert "".join(piece.text for piece in mark(text, [Reason("nóng", 1.0)])) == text


def test_occurrences_are_added_up_and_the_special_entries_come_last() -> None:
    stored = [["tiền", 0.4], [BASE, -2.0], ["lương", 0.5], ["tiền", 0.3], [REST, 0.1]]
    gathered = gather_reasons(stored)
    assert [reason.words for reason in gathered] == ["tiền", "lương", BASE, REST]
    assert gathered[0].weight == pytest.approx(0.7)


def test_the_time_grows_with_the_length_alone() -> None:
    reasons = [Reason("a", 1.0), Reason("n g u", 0.5), Reason("0.9.", -1.0), Reason(". .", 0.1)]
    assert quadratic(lambda text: mark(text, reasons)) == {}


@given(texts_with_reasons())
def test_what_is_folded_still_adds_up(case: tuple[str, list[Reason]]) -> None:
    _, reasons = case
    gathered = gather_reasons([[one.words, one.weight] for one in reasons] + [[BASE, -1.0]])
    assert sum(one.weight for one in fold(gathered)) == pytest.approx(sum(one.weight for one in gathered))


def test_stop_words_are_no_reasons() -> None:
    reasons = [Reason("người", 2.0), Reason("nợ lương", 1.5), Reason("đã ở", 0.5), Reason(BASE, -3.0)]
    assert fold(reasons) == (Reason("nợ lương", 1.5), Reason(REST, 2.5), Reason(BASE, -3.0))
    assert fold([Reason("nợ lương", 1.5)]) == (Reason("nợ lương", 1.5),)
    many = [Reason(f"từ{number}", 1.0) for number in range(30)]
    assert fold(many)[-1] == Reason(REST, 18.0)
