"""Names of groups are replaced by their kind; ordinary words that are spelled alike stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.group_names import default_group_names
from classifiers.text.normalise import normalise


def replaced(text: str) -> str:
    return default_group_names().replace(normalise(text), text)[0].text


@pytest.mark.parametrize(
    "names",
    [
        [
            "người Mông",
            "người Thái",
            "người Hà Nhì",
            "người La Hủ",
            "người Lự",
            "người dân tộc",
            "đồng bào",
            "người H'Mông",
        ],
        ["người Công giáo", "người Tin Lành", "Phật tử", "người theo đạo"],
        ["Thanh Hoá", "Thanh Hóa", "Nghệ An", "Hà Nội", "Lai Châu", "miền Tây", "vùng cao", "biên giới"],
        ["người đồng tính", "người chuyển giới", "LGBT"],
        ["người khuyết tật", "người mù", "người khiếm thính"],
        ["Trung Quốc", "Lào", "Campuchia", "Thái Lan"],
        ["công nhân", "giáo viên", "shipper", "xe ôm", "cán bộ"],
        ["phụ nữ", "đàn ông"],
    ],
)
def test_names_of_one_kind_become_the_same(names: list[str]) -> None:
    assert len({replaced(f"hôm qua gặp {name} ngoài chợ") for name in names}) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bản Mông mùa này đẹp", "bản ⟨people⟩ mùa này đẹp"),
        ("Áo của mẹ là áo Dao", "áo của mẹ là áo ⟨people⟩"),
        ("các dân tộc Mông, Thái, Dao", "các ⟨people⟩, ⟨people⟩, ⟨people⟩"),
        ("nguoi mong hien lam", "⟨people⟩ hien lam"),
        ("Bà cụ nguoi thai rất hiền", "bà cụ ⟨people⟩ rất hiền"),
        ("nguoi o ha noi", "nguoi o ⟨place⟩"),
        ("giọng Bắc nghe hay", "giọng ⟨place⟩ nghe hay"),
        ("sang Lào chơi", "sang ⟨country⟩ chơi"),
    ],
)
def test_a_name_is_known_by_what_stands_before_it_or_by_its_capital(text: str, expected: str) -> None:
    assert replaced(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "thái độ phục vụ tốt",
        "Dao này sắc lắm, mua con dao đi",
        "mong mọi người bình an",
        "lào xào lá khô",
        "người kinh doanh phải giữ chữ tín",
        "người cống hiến thầm lặng",
        "Mông lung quá",
        "gặp anh Thái ở cổng",
        "thầy Nam dạy toán",
        "Nguyễn Thái học lớp bên",
        "việt kiều về quê",
        "cho mong di cho",
    ],
)
def test_ordinary_words_and_names_of_persons_stay(text: str) -> None:
    assert replaced(text) == normalise(text).text


@pytest.mark.parametrize("text", ["lũ khựa cút đi", "bọn bắc kỳ chó", "parky", "quân mọi rợ", "đồ rừng rú"])
def test_abusive_names_stay(text: str) -> None:
    assert replaced(text) == text


def test_names_are_given_as_they_stood_in_the_text_and_traced_to_the_original() -> None:
    original = "Cô giáo NGƯỜI HÀ NHÌ dạy tiếng Thái"
    aligned, names = default_group_names().replace(normalise(original), original)
    assert aligned.text == "cô giáo ⟨people⟩ dạy tiếng ⟨people⟩"
    assert list(names.values()) == ["người hà nhì", "thái"]
    assert all(aligned.text[start:].startswith("⟨people⟩") for start in names)
    start = aligned.text.index("⟨")
    assert slice(*aligned.original_span(start, aligned.text.index("⟩") + 1)) == slice(8, 20)


@given(text=st.text())
def test_any_text_can_be_replaced_and_again_changes_nothing(text: str) -> None:
    once = replaced(text)
    assert replaced(once) == once


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_each_kind_in_a_text_has_its_name(before: str, after: str) -> None:
    text = f"{before} ⟨people⟩ người Mông ⟨place⟩ {after}"
    aligned, names = default_group_names().replace(normalise(text), text)
    assert sum(aligned.text.count(kind) for kind in default_group_names().kinds) == len(names)
