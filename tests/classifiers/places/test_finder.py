"""Places are found by their kind, their capitals, the words before them and their neighbours."""

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.places.finder import places_in
from classifiers.places.gazetteer import Level


def found(text: str, default: str | None = "Lai Châu") -> list[tuple[str, str | None]]:
    return [(text[place.start : place.end], place.current) for place in places_in(text, default)]


@pytest.mark.parametrize(
    ("text", "mention", "current"),
    [
        ("công ty ở Lai Châu nợ lương", "Lai Châu", "Tỉnh Lai Châu"),
        ("cong ty o lai chau no luong", "lai chau", "Tỉnh Lai Châu"),
        ("TP. Lai Châu mất nước", "TP. Lai Châu", "Tỉnh Lai Châu"),
        ("xã Sùng Phài mất nước", "xã Sùng Phài", "Phường Đoàn Kết, Tỉnh Lai Châu"),
        ("xa sung phai mat nuoc", "xa sung phai", "Phường Đoàn Kết, Tỉnh Lai Châu"),
        ("x. Nậm Sỏ chưa có điện", "x. Nậm Sỏ", "Xã Nậm Sỏ, Tỉnh Lai Châu"),
        ("Thị trấn Mường Tè cũ", "Thị trấn Mường Tè", "Xã Bum Tở, Tỉnh Lai Châu"),
        ("quê Yên Bái", "Yên Bái", "Tỉnh Lào Cai"),
        ("khu công nghiệp Hoà Bình", "Hoà Bình", "Tỉnh Phú Thọ"),
        ("trọ ở tphcm đắt", "tphcm", "Thành phố Hồ Chí Minh"),
        ("trọ ở quận 9 đắt", "quận 9", "Thành phố Hồ Chí Minh"),
        ("ra HN làm", "HN", "Thành phố Hà Nội"),
        ("đi làm ở Bà Rịa - Vũng Tàu", "Bà Rịa - Vũng Tàu", "Thành phố Hồ Chí Minh"),
        ("chợ Ea H'Leo", "Ea H'Leo", "Tỉnh Đắk Lắk"),
        ("gửi Chủ tịch Hà Nội", "Hà Nội", "Thành phố Hà Nội"),
        ("công an thành phố Thái Bình", "thành phố Thái Bình", "Tỉnh Hưng Yên"),
        ("bay Hà nội sáng nay", "Hà nội", "Thành phố Hà Nội"),
    ],
)
def test_a_place_is_found_with_its_unit_of_today(text: str, mention: str, current: str) -> None:
    assert found(text) == [(mention, current)]


@pytest.mark.parametrize(
    "text",
    [
        "chỉ mong hòa bình",
        "lương bên này cao bằng bên kia",
        "luong dong thap qua",
        "tổ mình đoàn kết lên",
        "đường Điện Biên Phủ kẹt xe",
        "anh Nguyễn Thái Bình bị dập tay",
        "Chủ tịch Hồ Chí Minh về thăm nhà máy",
        "tàu ra Thái Bình Dương",
        "Hà Nội FC thua",
        "bia Hà Nội hết hàng",
        "báo Hà Nội Mới đăng",
        "trường Đại học Sư phạm Kỹ thuật Hưng Yên tuyển sinh",
        "diễn viên Thanh Hoa kể",
        "bán hàng ở Golden River Saigon",
        "bé Hà Giang sốt",
        "nghĩ ra là biết, từ đó là xong",  # `LA` is short for Long An
        "mỗi xã cho nghỉ một kiểu",  # the town Chờ
        "xã Đông Sến Hạ thông báo",  # the commune Đông has no such longer name
        "phản ánh lên xã 3 lần",
        "dạy học ở xã biên giới",
        "đèn ở ngã năm hỏng",
        "lên VP hỏi chế độ",
        "bản Nậm Tăm",  # a hamlet is too small
        "phố Phong Thổ",
        "tăng theo phuong an luong moi",
    ],
)
def test_words_persons_streets_and_hamlets_are_no_places(text: str) -> None:
    assert found(text) == []


def test_the_district_beside_a_commune_decides_which_is_meant() -> None:
    assert found("xã Mường Than, huyện Than Uyên")[0][1] == "Xã Than Uyên, Tỉnh Lai Châu"
    assert found("xã Mường Than")[0][1] == "Xã Mường Than, Tỉnh Lai Châu"


def test_the_province_of_the_text_comes_before_that_of_the_office() -> None:
    assert found("phường Tân Phong ở Đồng Nai")[0][1] != found("phường Tân Phong")[0][1]
    assert found("phường Tân Phong")[0][1] == "Phường Tân Phong, Tỉnh Lai Châu"


def test_a_name_of_many_units_keeps_its_level_when_nothing_decides() -> None:
    (place,) = places_in("xã Quảng Minh nợ lương")
    assert (place.level, place.province, place.communes, place.current) == (Level.COMMUNE, None, (), None)


def test_an_abbreviation_of_two_provinces_needs_one_that_decides() -> None:
    assert found("dân LC mình") == [("LC", "Tỉnh Lai Châu")]
    assert found("dân LC mình", default=None) == []


def test_capitals_tell_nothing_in_a_text_of_capitals() -> None:
    assert found("CÔNG TY Ở LAI CHÂU NỢ LƯƠNG, CHỈ MONG HÒA BÌNH") == [("LAI CHÂU", "Tỉnh Lai Châu")]


def test_letters_and_marks_apart_are_read_as_composed() -> None:
    text = unicodedata.normalize("NFD", "làm ở Bắc Ninh")
    ((mention, current),) = found(text)
    assert (unicodedata.normalize("NFC", mention), current) == ("Bắc Ninh", "Tỉnh Bắc Ninh")


@given(st.text(alphabet=st.sampled_from("xãtphuyện LCaiâuôĐ.,-'\n\u0301@9⟨"), max_size=80))
def test_any_text_is_read_and_mentions_never_overlap(text: str) -> None:
    places = places_in(text, "Lai Châu")
    assert all(0 <= place.start < place.end <= len(text) for place in places)
    assert all(first.end <= second.start for first, second in pairwise(places))


@pytest.mark.parametrize("piece", ["xã ", "Lai Châu, ", "tp. ", "Bà Rịa - ", "@a", "a"])
def test_the_time_grows_with_the_text_and_not_faster(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        best = 60.0
        for _ in range(3):
            start = time.process_time()
            places_in(text)
            best = min(best, time.process_time() - start)
        return best

    seconds(10)
    assert seconds(16_000) < 16 * seconds(2_000) + 0.05
