"""What is hidden in quoted posts, and what is left alone."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.privacy.masks.mask import PLACEHOLDERS, find_personal, mask_personal
from tests.examples import examples_of
from tests.growth import PARTS, quadratic

EXAMPLES = examples_of(__file__)


@pytest.mark.parametrize(
    ("text", "masked"), [row for kind in ("written", "beside", "names", "own_way") for row in EXAMPLES[kind]]
)
def test_what_leads_to_a_person_is_hidden_and_what_stands_beside_it_stays(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text", ["chị Thanh Hương", "số tài khoản 123456789", "hộ chiếu B1234567", "anh Nguyễn Văn Tèo"]
)
def test_decomposed_letters_make_no_difference(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert unicodedata.normalize("NFC", mask_personal(decomposed)) == mask_personal(text) != text


@pytest.mark.parametrize("text", EXAMPLES["kept"])
def test_what_names_nobody_stays(text: str) -> None:
    assert mask_personal(text) == text


PERSONAL_PARTS = (
    "Nguyễn ", "anh ", "giám đốc ", "Anh Nguyễn Văn ", "vàng a ", "không ", "0o", "phòng 1 ", "phòng 1, dãy 1, ",
    "số 1 ngõ 1 ", "ngõ 1 ", "đường Lê ", "12A-", "bhxh ", "sinh ngày ", "1/1/", "[tên] ", "[tên] (1988", "ngân hàng ",
    "nhà trọ ", "tầng 1 ", "u/a", "VCB ", "sn 1990 ", "nguyen-van-", "LÒ VĂN ", "\ue000", "thẻ ",
)  # fmt: skip
PLAIN = st.text(st.sampled_from("abcđêô ,.!?\n"), max_size=20)
SEPARATORS = st.sampled_from(["", " ", ".", "-"])


@given(PLAIN, st.from_regex(r"0[35789][0-9]{8}", fullmatch=True), SEPARATORS, PLAIN)
@example("ôô", "0912345678", " ", "")
@example("", "0912345678", "", "acb")  # beside the name of a bank it may be an account
def test_no_mobile_number_gets_through(before: str, number: str, separator: str, after: str) -> None:
    written = separator.join((number[:4], number[4:7], number[7:]))
    masked = mask_personal(f"{before} {written} {after}")
    assert not any(char.isdigit() for char in masked)
    assert any(PLACEHOLDERS[kind] in masked for kind in ("phone", "account"))


@given(PLAIN, st.from_regex(r"[a-z][a-z0-9]{1,8}@[a-z]{2,8}\.(com|vn|org)", fullmatch=True), PLAIN)
def test_no_mail_address_gets_through(before: str, address: str, after: str) -> None:
    masked = mask_personal(f"{before} {address} {after}")
    assert "@" not in masked
    assert PLACEHOLDERS["email"] in masked


@given(
    st.text()
    | st.text(st.sampled_from("0912348 .-+()@/abAnh tk:"), max_size=60)
    | st.lists(st.sampled_from(PARTS), max_size=40).map("".join)
)
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask_personal(text)
    assert mask_personal(once) == once


@given(st.text(st.sampled_from("abcdeghđăâêôơư ,.!?\n"), max_size=80))
def test_a_text_of_small_letters_stays(text: str) -> None:
    assert mask_personal(text) == text


def test_the_time_grows_with_the_length_alone() -> None:
    assert quadratic(mask_personal, (*PARTS, *PERSONAL_PARTS)) == {}


def test_a_list_of_accounts_is_masked_to_its_end() -> None:
    listed = "chuyển vào stk " + ", ".join(f"{number} ngân hàng" for number in range(1_000_000, 1_000_030))
    assert mask_personal(listed) == "chuyển vào stk " + ", ".join([f"{PLACEHOLDERS['account']} ngân hàng"] * 30)


def test_each_mask_tells_its_kind_and_its_place_in_the_text_as_given() -> None:
    text = unicodedata.normalize("NFD", "chị Hường, 0900000123")
    first, second = find_personal(text)
    assert (first.kind, unicodedata.normalize("NFC", text[first.start : first.end])) == ("name", "Hường")
    assert (second.kind, text[second.start : second.end]) == ("phone", "0900000123")
    assert second.placeholder == PLACEHOLDERS["phone"]


@given(st.lists(st.sampled_from((*PARTS, *PERSONAL_PARTS)), max_size=30).map("".join))
@example("anh phòng 1, dãy 1, 0912345678 Anh nguyen-van-0.9.")  # without its address the rest has no diacritics
def test_masks_stand_in_order_and_say_what_is_replaced(text: str) -> None:
    masks = find_personal(text)
    assert all(before.end <= after.start for before, after in pairwise(masks))
    assert all(mask.start < mask.end for mask in masks)
    pieces = [
        text[start:end]
        for start, end in zip([0, *(m.end for m in masks)], [*(m.start for m in masks), None], strict=True)
    ]
    shown = "".join(piece + mask.placeholder for piece, mask in zip(pieces, masks, strict=False)) + pieces[-1]
    assert mask_personal(text) == shown
    assert mask_personal(shown) == shown
