"""Personal data in quoted posts is masked, and hardly anything else is."""

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from classifiers.data.datasets import read_challenge_set
from monitor.reports.quotes import conceal
from tests.corpus import corpus
from tests.quality.masking import NAME_KINDS, Masking, measure_masking, read_masking_set

ROOT: Final = Path(__file__).parents[2]
LEAST_RECALL: Final = 0.97
LEAST_RECALL_OF_NAMES: Final = 0.95
LEAST_RECALL_OF_A_KIND: Final = 0.9
MOST_OTHER_WORDS: Final = 0.01


@pytest.fixture(scope="module")
def masking() -> Masking:
    """Measure the rules once."""
    return measure_masking(read_masking_set())


def test_personal_data_is_masked(masking: Masking) -> None:
    assert masking.recall() >= LEAST_RECALL


def test_names_of_all_peoples_are_masked(masking: Masking) -> None:
    assert masking.recall(*NAME_KINDS) >= LEAST_RECALL_OF_NAMES


def test_no_kind_is_left_behind(masking: Masking) -> None:
    assert {kind: masking.recall(kind) for kind in masking.given if masking.recall(kind) < LEAST_RECALL_OF_A_KIND} == {}


def test_public_bodies_places_and_ordinary_words_stay(masking: Masking) -> None:
    assert masking.other_share <= MOST_OTHER_WORDS


def test_the_set_is_large_and_has_every_kind() -> None:
    texts = read_masking_set()
    kinds = Counter(part.kind for text in texts for part in text.personal)
    assert len({text.text for text in texts}) == len(texts) >= 800
    assert sum(not text.personal for text in texts) >= 250
    assert len(kinds) == 16
    assert min(kinds.values()) >= 20
    page = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    assert f"{kinds.total():,} pieces of personal data of {len(kinds)} kinds in {len(texts):,} own texts" in page


def test_the_places_are_those_of_the_words() -> None:
    for text in read_masking_set():
        assert all(text.text[part.start : part.end] == part.words for part in text.personal)


def test_no_text_stands_in_another_set() -> None:
    elsewhere = {example.text for example in (*corpus(), *read_challenge_set())}
    assert elsewhere.isdisjoint(text.text for text in read_masking_set())


COUNTRIES_AND_PROVINCES: Final = """
Phi Châu|Mỹ Châu|Úc Châu|Đan Mạch|Phần Lan|Na Uy|Thụy Sĩ|Ái Nhĩ Lan|Tô Cách Lan|La Mã|Mạc Tư Khoa|
Lý Sơn|Kim Bôi|Hoàng Mai|Cao Ly|Ma-rốc|I-ran|Thổ Nhĩ Kỳ|Hy Lạp|Hung Ga Ri|Tân Tây Lan|Nam Dương|
Phi Luật Tân|Mông Cổ|Cu Ba|Ba Tư|Do Thái|A Phú Hãn|Mễ Tây Cơ|Gia Nã Đại|Âu Châu|Á Châu|châu Âu|
Châu Phi|Mỹ|Hoa Kỳ|Nhật Bản|Hàn Quốc|Trung Quốc|Đài Loan|Thái Lan|Lào|Campuchia|Singapore|Úc|Nga|
Đức|Pháp|Anh|Ấn Độ|Ả Rập Xê Út|Ba Lan|Thụy Điển|Tây Ban Nha|Bồ Đào Nha|Hà Lan|Triều Tiên|Mã Lai|
Nam Phi|Ma Cao|Hồng Kông|Bắc Kinh|Tô-ky-ô|Đông Nam Á|Trung Đông|Đông Âu|
Lai Châu|Điện Biên|Sơn La|Lào Cai|Hà Nội|Thái Nguyên|Bắc Ninh|Hưng Yên|Hải Phòng|Ninh Bình|Thanh Hóa|
Nghệ An|Hà Tĩnh|Quảng Trị|Huế|Đà Nẵng|Quảng Ngãi|Gia Lai|Khánh Hòa|Lâm Đồng|Đắk Lắk|Đồng Nai|
Tây Ninh|Đồng Tháp|Vĩnh Long|An Giang|Cần Thơ|Cà Mau|Cao Bằng|Lạng Sơn|Tuyên Quang|Phú Thọ|Quảng Ninh|
Bình Dương|Long An|Sài Gòn
"""
BODIES_AND_FIRMS: Final = """
Ngân hàng Á Châu|Tập đoàn Hoàng Anh Gia Lai|Mai Linh|Phương Trang|Thành Bưởi|Hòa Bình|Đức Giang|
Việt Tiến|Nhà Bè|Phong Phú|Thế Giới Di Động|Điện máy Xanh|Bách hóa Xanh|Kinh Đô|Hữu Nghị|Đảng ủy xã|
Huyện ủy|Bộ Giáo dục và Đào tạo|Tổng cục Thống kê|Hội Cựu chiến binh|Hội Nông dân|Bảo hiểm xã hội tỉnh|
Liên đoàn Lao động tỉnh|Tổng Liên đoàn Lao động Việt Nam|Ủy ban nhân dân xã|UBND huyện|Sở Nội vụ|Sở Y tế|
Bộ Công an|Bộ Lao động|Công an tỉnh|Tòa án nhân dân|Viện kiểm sát|Ngân hàng Nhà nước|Kho bạc Nhà nước|
Mặt trận Tổ quốc|Hội Phụ nữ|Đoàn Thanh niên|Hội Chữ thập đỏ|Ban Quản lý khu công nghiệp|Công đoàn cơ sở|
Trung tâm Dịch vụ việc làm|Cục Thuế|Chi cục Thi hành án|Thanh tra Chính phủ|Quốc hội|Chính phủ|
Bệnh viện Bạch Mai|Trường Đại học Y|Vietcombank|Agribank|BIDV|Điện lực|Viettel|VNPT|Samsung|Foxconn|
Pouyuen|Hòa Phát|Vinamilk|Trường Hải
"""
OUTLETS: Final = """
báo Đại Đoàn Kết|báo Sài Gòn Giải Phóng|báo Phụ Nữ|báo Quân đội nhân dân|Kênh VTC|báo Điện Biên Phủ|
báo Tuổi Trẻ|báo Thanh Niên|báo Lao Động|báo Nhân Dân|VnExpress|Dân trí|VTV|VOV|Thông tấn xã Việt Nam|
báo Tiền Phong|Zing|VietNamNet|báo Người Lao Động|báo Công an nhân dân|báo Lai Châu|
Đài Truyền hình Việt Nam|Đài Phát thanh tỉnh|báo Pháp Luật|CafeF|báo Đầu tư|báo Giao thông|Kênh 14|
Facebook|YouTube|Zalo|TikTok
"""
FRAMES: Final = {
    COUNTRIES_AND_PROVINCES: (
        "Nghe nói bên {} đã cấm rồi",
        "Công nhân đi {} làm việc về kể lại",
        "Hàng từ {} về chậm hai tuần",
        "Ở {} lương cao hơn nhiều",
    ),
    BODIES_AND_FIRMS: (
        "Hôm qua {} đã trả lời",
        "Tôi gửi đơn lên {} mà chưa thấy gì",
        "Bên {} nói là sẽ xem lại",
        "Anh em hỏi {} thì bảo chờ",
    ),
    OUTLETS: ("Không biết {} có đăng tin này chưa", "Xem trên {} thấy nói khác", "Nguồn: {} ngày hôm qua"),
}


def test_names_of_countries_provinces_bodies_firms_and_outlets_stay() -> None:
    sentences = [
        frame.format(name)
        for names, frames in FRAMES.items()
        for name in names.replace("\n", "").strip("|").split("|")
        for frame in frames
    ]
    assert len(sentences) > 700
    hidden = [text for text in sentences if conceal(text) != text]
    assert len(hidden) <= 0.003 * len(sentences), hidden
