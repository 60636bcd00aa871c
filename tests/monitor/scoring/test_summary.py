"""One sentence of a post: what it asserts first, without shouting, without a name, and short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.privacy.masks.mask import mask_personal
from monitor.scoring.summary import LONGEST, proposed


@pytest.mark.parametrize(
    ("text", "is_claim", "sentence"),
    [
        ("Tin nội bộ: ngày mai ngân hàng đóng cửa, ai có tiền rút ngay!", True, "ngày mai ngân hàng đóng cửa"),
        ("Buồn quá. Chẳng muốn làm gì nữa", True, "Buồn quá. Chẳng muốn làm gì nữa"),
        ("Công ty nợ lương hai tháng. Hỏi thì bảo chờ.", False, "Công ty nợ lương hai tháng"),
        ("🔥🔥 NÓNG!!! CÔNG NHÂN XƯỞNG BA ĐÌNH CÔNG ‼️", False, "Công nhân xưởng ba đình công"),
        ("Cảnh báo: nước giếng có mùi lạ???", False, "nước giếng có mùi lạ?"),
        ("Chuyện ở xưởng\nXưởng nóng 40 độ", False, "Chuyện ở xưởng"),
        ("Gọi chị Nguyễn Thị Mẫu 0912345678 hỏi lương", False, "Gọi chị [tên] [số điện thoại] hỏi lương"),
        ("  \n\u200b ", False, ""),
    ],
)
def test_a_sentence_is_proposed(text: str, is_claim: bool, sentence: str) -> None:
    assert proposed(text, is_claim=is_claim, mask=mask_personal) == sentence


def test_a_long_sentence_ends_with_a_whole_word() -> None:
    sentence = proposed("lương tháng mười " * 40, is_claim=False, mask=None)
    assert len(sentence) <= LONGEST
    assert sentence.endswith(("mười…", "tháng…", "lương…"))


@given(st.text(max_size=400), st.booleans())
def test_any_post_has_one_short_line(text: str, is_claim: bool) -> None:
    sentence = proposed(text, is_claim=is_claim, mask=None)
    assert len(sentence) <= LONGEST
    assert "\n" not in sentence
