"""Disturbing words are blurred on the page of a flag until somebody asks for them; no letter of the post is lost."""

from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.letters import strip_diacritics
from classifiers.text.lexicon import default_lexicon
from monitor.desk.views.highlight import Piece, Reason, mark
from monitor.desk.views.veil import GROUPS, everyday_words, veil, veil_pieces
from tests.growth import PARTS
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.world import World

CURSE = "Địt mẹ mày, xưởng nóng thế này ai làm nổi"


def veiled(text: str) -> list[str]:
    return [piece.text for piece in veil(text) if piece.veiled]


def test_obscenity_and_threats_are_veiled_and_harsh_words_are_not() -> None:
    assert veiled(CURSE) == ["Địt mẹ mày"]
    assert veiled("đ.ị.t m.ẹ mày đi") != []
    assert veiled("Sếp ngu quá, làm ăn dối trá, vô trách nhiệm") == []
    assert veiled("Quản lý xưởng xúc phạm công nhân, nợ lương hai tháng") == []


def test_words_of_everyday_stay_readable_and_are_terms_of_the_lexicon() -> None:
    assert veiled("Xà phòng diệt khuẩn, tiêu diệt con virus; ở nhà, đừng ra khỏi nhà; xưởng đầy rác thải") == []
    assert veiled("khong ra khoi nha, khau trang diet khuan") == []
    assert veiled("Vườn thú có con khỉ; chủ trọ uy hiếp công nhân, uy hiep ca nha") == []
    assert veiled("tao giết chết mày") != []
    lexicon = default_lexicon()
    for word in everyday_words():
        if word != strip_diacritics(word):
            assert any(group in GROUPS for group, _first, _after in lexicon.find(word.split())), word


def test_a_piece_keeps_its_tone_where_it_is_cut() -> None:
    pieces = veil_pieces(mark(CURSE, [Reason("mày , xưởng", 1.0), Reason("nóng", 0.5)]))
    assert "".join(piece.text for piece in pieces) == CURSE
    assert Piece("nóng", "for-2") in pieces


@given(st.lists(st.one_of(st.sampled_from((*PARTS, "địt mẹ ", "chó ", "l*n ")), st.text(max_size=4)), max_size=12))
def test_joined_the_pieces_are_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    pieces = veil_pieces(mark(text, [Reason("a", 1.0), Reason("mẹ", -1.0)]))
    assert "".join(piece.text for piece in pieces) == text


def test_the_page_offers_one_key_that_needs_no_script(lan: Browser, world: World) -> None:
    page = lan.page(f"/flags/{world.flag(CURSE, context='Đụ má bọn chủ')}")
    (box,) = page.select("input#unveil[type=checkbox]")
    assert box["data-key"] == "w"
    assert [found["for"] for found in page.select("label[for=unveil]")] == ["unveil"]
    assert page.select("#unveil ~ .post .veil"), "the style sheet finds them behind the box"
    assert page.select("#unveil ~ .side input.veiled#sentence"), "the proposed sentence too"
    for blurred in page.select(".veil"):
        first, said = blurred.find_all("span", recursive=False)
        assert first["aria-hidden"] == "true", "a screen reader is spared the word as well"
        assert said.get_text() == "[từ được làm mờ]"
    assert page.select_one("input#unveil[checked]") is None
    assert lan.page(f"/flags/{world.flag('Xưởng nóng')}").select_one("#unveil") is None


def test_a_list_is_blurred_like_a_page(lan: Browser, world: World) -> None:
    number = world.flag(CURSE)
    assert [word.get_text() for word in lan.page("/queue").select("main .veil > [aria-hidden]")] == ["Địt mẹ mày"]
    lan.decide(number, "yes")
    assert lan.page("/matters").select(".queue-line .veil")
