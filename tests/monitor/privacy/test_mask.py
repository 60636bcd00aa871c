"""What is hidden in quoted posts, and what is left alone."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.privacy.masks.mask import (
    ACCOUNT,
    ADDRESS,
    BIRTH_DATE,
    DOCUMENT,
    MAIL,
    NAME,
    PHONE,
    PLATE,
    PROFILE,
    find_personal,
    mask_personal,
)
from tests.growth import PARTS, quadratic

WRITTEN = {
    ("Ai cần gọi {} nhé.", PHONE): (
        "0912345678", "0912 345 678", "0912.345.678", "0912-345-678", "09 12 34 56 78",
        "+84912345678", "+84 912 345 678",
        "+84.912.345.678", "(+84) 912345678", "0084912345678", "84 912 345 678", "(024) 3825 1234", "024.3825.1234",
        "02838251234", "01234567890", "0 9 1 2 3 4 5 6 7 8", "0.9.1.2.3.4.5.6.7.8", "012345678",
    ),
    ("gọi {}nhé", PHONE): (  # invisible or wide characters part it
        "0912\u200b345678", "09\u00ad12 345 678", "0912345678\ufeff", "０９１２３４５６７８",
        "".join(f"{digit}\ufe0f\u20e3" for digit in "0912345678"),
    ),
    ("Gửi về {}, cảm ơn", MAIL): (
        "a.b@example.com", "a_b+c@mail.example.vn", "abc [at] example.com", "abc @ gmail.com",
    ),
    ("hỏi {} nhé", ACCOUNT): (
        "@user_99", "@user.name", "@user@example.social", "@user.example.social", "@Người_Lạ",
        "@lan@mang.example@hoa@mang.example",
    ),
    ("xem {}. Hết", PROFILE): (
        "facebook.com/xyz.abc", "https://www.facebook.com/profile.php?id=1000", "m.facebook.com/xyz/posts/12",
        "https://facebook.com/groups/1/user/2", "fb.com/xyz", "zalo.me/0912345678", "https://t.me/xyz",
        "https://www.tiktok.com/@xyz/video/1", "https://x.com/xyz/status/1", "instagram.com/xyz",
        "https://example.social/@xyz/1", "https://example.social/users/xyz", "https://youtube.com/@xyz",
    ),
}  # fmt: skip
"""Ways of writing by the sentence around them and what takes their place."""


@pytest.mark.parametrize(
    ("sentence", "mask", "written"), [(*frame, each) for frame, known in WRITTEN.items() for each in known]
)
def test_numbers_addresses_accounts_and_profiles_are_hidden_however_they_are_written(
    sentence: str, mask: str, written: str
) -> None:
    assert mask_personal(sentence.format(written)) == sentence.format(mask)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("SĐT: 912345678", f"SĐT: {PHONE}"),  # without its zero, where a word announces it
        ("hỏi Nguyễn\u00ad Văn\u200b An \u200bở tổ 3", f"hỏi {NAME} \u200bở tổ 3"),
        ("hỏi Ng\u200buyễn Văn An", f"hỏi {NAME}"),
        ("0912345678/0987654321 2 người", f"{PHONE}/{PHONE} 2 người"),
        ("20/11: 0912.345.678", f"20/11: {PHONE}"),
        ("https://example.vn/?tel=0912345678&x=1", f"https://example.vn/?tel={PHONE}&x=1"),
        ("CCCD 001234567890", f"CCCD {DOCUMENT}"),
        ("số 079201001234 của tôi", f"số {DOCUMENT} của tôi"),
        ("001 234 567 890", DOCUMENT),
        ("CMND: 123456789", f"CMND: {DOCUMENT}"),
        ("hộ chiếu B1234567", f"hộ chiếu {DOCUMENT}"),
        ("STK 0071000123456 ngân hàng", f"STK {ACCOUNT} ngân hàng"),
        ("số tài khoản: 1903 4567 8901 23", f"số tài khoản: {ACCOUNT}"),
        ("chuyển vào tk 19034567890", f"chuyển vào tk {ACCOUNT}"),
        ("Vietcombank: 0071000123456", ACCOUNT),
        ("tk của @user_99 là 123456789", f"tk của {ACCOUNT} là {ACCOUNT}"),
        ("zalo o9oo ooo 123 nha", f"zalo {PHONE} nha"),
        ("gọi không chín không không không không không một hai ba", f"gọi {PHONE}"),
        ("số BHXH 9912345678 của em", f"số BHXH {DOCUMENT} của em"),
        ("sinh ngày 12/3/1998 ở xã", f"sinh ngày {BIRTH_DATE} ở xã"),
        ("Lò Thị Thơm (1988) mất tích", f"{NAME} ({BIRTH_DATE}) mất tích"),
        ("xe 96A-123.45 đâm", f"xe {PLATE} đâm"),
        ("ở số 12 ngõ 45 phố Lê Lợi, phường Him Lam", f"ở {ADDRESS}, phường Him Lam"),
        ("em ở phòng 203 nhà trọ bà Hoa", f"em ở {ADDRESS}"),
        ("xem https://trang.example/lo-thi-thom nhé", f"xem {PROFILE} nhé"),
        ("gửi VCB 0451000123456 nhé", f"gửi {ACCOUNT} nhé"),
    ],
)
def test_what_leads_to_a_person_is_hidden_and_what_stands_beside_it_stays(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("anh Nguyễn Văn Tèo bị nợ lương", f"anh {NAME} bị nợ lương"),
        ("Chị Thanh Hương nói", f"Chị {NAME} nói"),
        ("chị Nguyễn Lan Anh và anh Trần B.", f"chị {NAME} và anh {NAME}."),
        ("bà Lê Thị Hồng Nhung Em nói", f"bà {NAME} nói"),
        ("CHỊ NGUYỄN THỊ HOA", f"CHỊ {NAME}"),
        ("chủ tk NGUYEN VAN A", f"chủ tk {NAME}"),
        ("Họ và tên: Nguyễn Văn A", f"Họ và tên: {NAME}"),
        ("@Nguyễn Văn A cho hỏi", f"{ACCOUNT} cho hỏi"),
        ("hỏi Lò Thị Thơm nhé", f"hỏi {NAME} nhé"),
        ("hỏi Nguyễn-Văn-An nhé", f"hỏi {NAME} nhé"),
        ("Vàng A Chinh với Giàng Thị Dua", f"{NAME} với {NAME}"),
        ("Pờ Lóng Na, Chảo Mẩy Pham", f"{NAME}, {NAME}"),
        ("anh Páo nói", f"anh {NAME} nói"),
        ("giám đốc hùng hứa rồi", f"giám đốc {NAME} hứa rồi"),
        ("chi huong oi", f"chi {NAME} oi"),
        ("Giang A Chu no luong", f"{NAME} no luong"),
        ("LÒ VĂN THƠM LỪA TIỀN ANH EM CÔNG NHÂN", f"{NAME} LỪA TIỀN ANH EM CÔNG NHÂN"),
    ],
)
def test_names_are_hidden_as_posts_write_them_and_the_title_stays(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("gọi 0 9 0 1 – 2 3 4 – 5 6 7 nha", f"gọi {PHONE} nha"),
        ("số em 0901\n234 567", f"số em {PHONE}"),
        ("zalo không chín lẻ 1 hai3bốn 567", f"zalo {PHONE}"),
        ("0901, rồi tới 234, rồi 567", PHONE),
        ("số em o9o1 hai ba bốn 567 nghe máy", f"số em {PHONE} nghe máy"),
        ("+84 (0) 901 23 45 67", PHONE),
        ("mã nv 20417733 tổ 2", f"mã nv {DOCUMENT} tổ 2"),
        ("thẻ ghi mã KT-20417", f"thẻ ghi mã {DOCUMENT}"),
        ("bằng lái số 400 123 456 789", f"bằng lái số {DOCUMENT}"),
        ("bs 21b1 33445 chính chủ", f"bs {PLATE} chính chủ"),
        ("biển số 21 B1 — 334 . 45", f"biển số {PLATE}"),
        ("ở đây: 21.12345, 105.54321", f"ở đây: {ADDRESS}"),
        ("em ở phòng 7 dãy B nhà trọ cô Ba Xoài, ra gặp", f"em ở {ADDRESS}, ra gặp"),
        ("giao tới số 41/6B tổ 9 khu phố Đông Hà", f"giao tới {ADDRESS}"),
        ("nhà em ấp 3, kế bên vựa dừa Út Lợi", f"nhà em {ADDRESS}"),
        ("fb tên là Mưa Cuối Mùa", f"fb tên là {ACCOUNT}"),
        ("nick tuan.mayxanh.21 đó", f"nick {ACCOUNT} đó"),
        ("mail tho_may88 at hop-thu dot vn", f"mail {MAIL}"),
        ("H'Lan Êban với Y Blim", f"{NAME} với {NAME}"),
        ("anh Rơ Châm Thin", f"anh {NAME}"),
        ("bác sĩ K'Tem", f"bác sĩ {NAME}"),
        ("Thị Sa Rươn nè", f"{NAME} nè"),
        ("sếp tên Lin Mei-Hua", f"sếp tên {NAME}"),
        ("tui là Tư Chột", f"tui là {NAME}"),
        ("anh Khuê “Còi”, chị Chuẩn lùn", f"anh {NAME}, chị {NAME}"),
        ("Thoa ơi về đi", f"{NAME} ơi về đi"),
        ("gặp Nhàn ở cổng", f"gặp {NAME} ở cổng"),
        ("chị phiên dịch Khả Tú", f"chị phiên dịch {NAME}"),
        ("anh Tuấn, Dũng và Hương", f"anh {NAME}, {NAME} và {NAME}"),
        ("Lò Thị Pan Vàng Văn Ún", NAME),
    ],
)
def test_what_others_write_in_their_own_way_is_hidden_as_well(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text", ["chị Thanh Hương", "số tài khoản 123456789", "hộ chiếu B1234567", "anh Nguyễn Văn Tèo"]
)
def test_decomposed_letters_make_no_difference(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert unicodedata.normalize("NFC", mask_personal(decomposed)) == mask_personal(text) != text


@pytest.mark.parametrize(
    "text",
    [
        "giá 150.000 đồng", "thưởng 1.500.000đ", "lương 12.000.000 tháng", "lãi 150.012.345.678", "84.912.345.678 đồng",
        "tài khoản có 150.000.000 đồng", "tài khoản bị trừ 1500000 đồng", "+150.000.000",
        "ngày 24/11/2025", "01-02-2025 10:30", "10.02.2025 1030", "2025-01-02 03:04:05", "từ 2019-2020-2021",
        "Nghị định 12/2022/NĐ-CP", "Quyết định 0123/QĐ-LĐLĐ", "Thông tư 03/2023/TT-BLĐTBXH",
        "gọi 113, 114, 115 hoặc 1022", "hotline 1900 1234", "hotline 1800 588 899", "tỉ lệ 0.123456789",
        "giá 25k @ 3 cái", "cả nước có 912345678 lượt xem",
        "Bà Rịa Vũng Tàu", "đường Hai Bà Trưng Hà Nội", "các anh Công An phường", "ANH CHỊ EM CÔNG NHÂN CÔNG TY",
        "Em Chào Anh Chị", "người đàn ông Hàn Quốc", "trẻ em Hàn Quốc",
        "Cho em hỏi Công ty", "anh em nói", "Anh Em Muốn Hỏi Lương Tháng Này",
        "Vàng SJC tăng giá", "Lý do là thiếu đơn hàng", "Hà Nội và Cao Bằng mưa", "đường Trần Phú, trường Lê Quý Đôn",
        "Chủ tịch Liên đoàn Lao động tỉnh", "giám đốc hiền mà không có quyền", "xã Ma Lù Thàng", "Công ty Hoàng Long",
        "Phòng 5 người ở", "tổ 5 phường Him Lam", "Quốc lộ 12", "sinh con thứ 3", "@all vào đọc nhé",
        "tàu Hà Nội-Huế", "Cao Bằng-Lạng Sơn",
        "nhà máy\u200b tăng ca \U0001f468\u200d\U0001f469\u200d\U0001f467 １２ giờ",
        "xem https://facebook.com/groups/123/posts/456 nhé", "xem https://www.facebook.com/watch?v=1 nhé",
        "xem https://example.vn/bai-0912345678.html nhé", "xem https://x.com/search?q=luong nhé",
        "xem https://example.vn/tin-tuc nhé", "tầng 2", "tổ 6 chuyền 3", "Quý 3/2026 lỗ 12 tỷ", "Quốc lộ 12 sạt lở",
        "ở Y Tý", "thị Trấn", "kỹ sư Bosch", "hàng từ Cu Ba", "ba năm chín tháng", "mã đơn hàng 88231234",
        "con trai ơi",
    ],
)  # fmt: skip
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
def test_no_mobile_number_gets_through(before: str, number: str, separator: str, after: str) -> None:
    written = separator.join((number[:4], number[4:7], number[7:]))
    masked = mask_personal(f"{before} {written} {after}")
    assert not any(char.isdigit() for char in masked)
    assert PHONE in masked


@given(PLAIN, st.from_regex(r"[a-z][a-z0-9]{1,8}@[a-z]{2,8}\.(com|vn|org)", fullmatch=True), PLAIN)
def test_no_mail_address_gets_through(before: str, address: str, after: str) -> None:
    masked = mask_personal(f"{before} {address} {after}")
    assert "@" not in masked
    assert MAIL in masked


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
    assert mask_personal(listed) == "chuyển vào stk " + ", ".join([f"{ACCOUNT} ngân hàng"] * 30)


def test_each_mask_tells_its_kind_and_its_place_in_the_text_as_given() -> None:
    text = unicodedata.normalize("NFD", "chị Hường, 0900000123")
    first, second = find_personal(text)
    assert (first.kind, unicodedata.normalize("NFC", text[first.start : first.end])) == ("name", "Hường")
    assert (second.kind, text[second.start : second.end], second.placeholder) == ("phone", "0900000123", PHONE)


@given(st.lists(st.sampled_from((*PARTS, *PERSONAL_PARTS)), max_size=30).map("".join))
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
