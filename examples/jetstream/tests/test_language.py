"""Which texts look Vietnamese when nobody says what they are."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiemtin_jetstream.language import looks_vietnamese


@pytest.mark.parametrize(
    "text",
    [
        "Công ty tôi nợ lương ba tháng rồi",
        "luong thang nay cham qua, cong ty khong noi gi",
        "Ok bạn",
        "NGƯỜI TA ĐỒN NGÂN HÀNG SẮP ĐÓNG CỬA",
        "https://bao.example/some-english-words-in-here Nghe nói vậy",
    ],
)
def test_vietnamese(text: str) -> None:
    assert looks_vietnamese(text)
    assert looks_vietnamese(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🔥🔥🔥 123 !!!",
        "The company closes its doors, they say",
        "Le château est fermé à clé depuis août, très étrange",
        "Não há ônibus amanhã, só na terça",
        "Mo fẹ́ lọ sí ọjà ní ọ̀la, ẹ jọ̀ọ́",
        "Đorđe je rođen u Beogradu",
        "Wir müssen über Größe reden",
        "ba con ma",
        "Mi casa es su casa con la ventana",
        "I had phở in Hanoi last summer and it was the best soup",
        "@nguyễn_văn #hànội look at this",
        "日本語のテキスト",
    ],
)
def test_not_vietnamese(text: str) -> None:
    assert not looks_vietnamese(text)


@given(st.text())
def test_unicode_form_makes_no_difference(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert looks_vietnamese(composed) == looks_vietnamese(unicodedata.normalize("NFD", composed))
