"""What two texts say alike, and where they cannot both be right."""

import pytest

from classifiers.evidence.facts import KINDS, compare_facts, facts_of
from classifiers.evidence.likeness import compare


def differs(claim: str, reference: str) -> set[str]:
    found = compare_facts(facts_of(claim), facts_of(reference)).differs
    assert set(found) <= set(KINDS)
    return set(found)


@pytest.mark.parametrize(
    ("claim", "reference"),
    [
        ("Ở Sài Gòn 3 tạ cá chết", "TP. HCM: 300 kg cá chết"),
        ("8/3 mới phát quà", "Ngày 8-3 phát quà"),
        ("Vụ ở Việt Trì", "Vụ ở Phú Thọ"),
        ("5 người thương vong vụ lật xe khách", "Vụ lật xe khách 1 người chết, 4 người bị thương"),
        ("Công nhân nhà máy đình công", "40 công nhân nhà máy ở Lai Châu đình công ngày 5-12"),
        ("Không phải bắt cóc đâu, cậu tới đón cháu", "Công an bác tin bắt cóc: cậu tới đón cháu"),
        ("Không ít vụ chó cắn người", "Chó cắn người nhiều nơi"),
        ("Họ chưa bắt được ai", "Họ chưa bắt được ai"),
        ("Ngày 9/4 khởi tố vụ phá rừng", "Ngày 16-5, thêm sáu bị can trong rừng già"),
        ("Cô ấy bị giang hồ đe doạ", "Cô ấy không ngủ vì bị giang hồ đe doạ"),
        ("Xưởng tạm dừng hoạt động", "Xưởng ngưng hoạt động"),
    ],
)
def test_what_is_said_otherwise_is_no_difference(claim: str, reference: str) -> None:
    assert differs(claim, reference) == set()
    assert differs(reference, claim) == set()


@pytest.mark.parametrize(
    ("kind", "claim", "reference"),
    [
        ("numbers", "Cháu đánh bà gãy 2 cái xương sườn", "Cháu đánh bà ngoại gãy 5 xương sườn"),
        ("numbers", "Bổ nhiệm 131 người thiếu chuẩn", "Bổ nhiệm 31 cán bộ thiếu chuẩn"),
        ("numbers", "Hội thi tay nghề lần thứ 3 khai mạc", "Hội thi tay nghề lần thứ 4 khai mạc"),
        ("places", "Sập giàn giáo ở Ninh Bình", "Sập giàn giáo ở Vĩnh Phúc"),
        ("places", "chay rung ben Da Nang", "Cháy rừng ở Huế"),
        ("dates", "27/5 toà xử sơ thẩm vụ chém người", "Toà xử sơ thẩm vụ chém người ngày 17-5"),
        ("dates", "Năm 2022 mới báo cáo Quốc hội", "Năm 2019 báo cáo Quốc hội"),
        ("outcomes", "Ông ấy thừa nhận", "Ông ấy phủ nhận"),
        ("outcomes", "Bà ấy không bị thả", "Bà ấy được trả tự do"),
        ("outcomes", "Toà vẫn xử, không hoãn gì hết", "Hoãn phiên xử"),
        ("outcomes", "KHONG bo nhiem lai", "Bổ nhiệm lại phó giám đốc"),
        ("outcomes", "Xưởng hổng có đóng bảo hiểm", "Xưởng đóng bảo hiểm đủ"),
        ("outcomes", "Kẹo có tẩm thuốc phiện", "Công an: kẹo không chứa thuốc phiện"),
        ("outcomes", "Nhà máy sắp nổ rồi", "Công ty bác tin nhà máy sắp nổ"),
    ],
)
def test_what_cannot_both_be_right_is_a_difference(kind: str, claim: str, reference: str) -> None:
    assert kind in differs(claim, reference)


def test_shared_words_and_differences_are_told() -> None:
    rumour = "Tin nội bộ: ngày 15/3 nhà máy nước Nậm Pha ngừng cấp nước 3 ngày, bà con mau chứa nước."
    denial = "Nhà máy nước Nậm Pha: không ngừng cấp nước, chỉ thay van trong 4 giờ ngày 16-3."
    found = compare(rumour, denial)
    assert found.words[0] == "nhà máy nước nậm pha"
    assert "ngừng cấp nước" in found.words
    assert found.differs == {"outcomes": (("ngừng",), ("không ngừng",))}  # other days, of other things


def test_a_preposition_beside_a_place_is_no_shared_word() -> None:
    assert compare("Đồn ở Lai Châu", "Mưa ở Lai Châu").words == ("lai châu",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hôm qua bạn Kim Thịnh nói", {"kim thinh"}),
        ("CẤM XE QUA CẦU", set()),
        ("Sáng nay trời mưa. Đường Lầy lội", set()),
        ("Ở Lai Châu", set()),
    ],
)
def test_names_that_are_no_places_are_read(text: str, names: set[str]) -> None:
    assert set(facts_of(text).names) == names


def test_a_name_in_small_letters_is_the_same_name() -> None:
    claim, report = facts_of("xuong kim thinh rut di roi"), facts_of("Công ty giày Kim Thịnh: không rút nhà máy")
    assert compare_facts(claim, report).same["names"] == 1
