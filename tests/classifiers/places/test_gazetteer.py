"""The gazetteer holds every unit before and after the mergers of 2025, as the National Assembly counted them."""

from collections import Counter

import pytest

from classifiers.places.gazetteer import Gazetteer, Level, default_gazetteer, key_of

SECTION = """
# a comment
[Tỉnh Lai Châu]
Phường Đoàn Kết = Thành phố Lai Châu: Phường Đoàn Kết, Xã Sùng Phài
[Tỉnh Lào Cai]
Xã Văn Bàn = Huyện Văn Bàn: Xã Hòa Mạc; Tỉnh Yên Bái / Huyện Văn Yên: Xã Đại Sơn, Xã An Bình~
Xã Đông Cuông = Tỉnh Yên Bái / Huyện Văn Yên: Xã An Bình
"""


def test_the_counts_are_those_of_the_national_assembly() -> None:
    units = default_gazetteer().units
    counts = Counter((unit.level, unit.old) for unit in units)
    assert counts[Level.PROVINCE, False] == 34
    assert counts[Level.COMMUNE, False] == 3_321
    assert counts[Level.DISTRICT, True] == 696
    assert counts[Level.COMMUNE, True] == 10_035
    assert len({unit.province for unit in units if unit.old and unit.level is Level.DISTRICT}) == 63


def test_lai_chau_has_38_communes_and_stays_a_province() -> None:
    today = [unit for unit in default_gazetteer().units if unit.current_province == "Tỉnh Lai Châu" and not unit.old]
    kinds = Counter(unit.kind for unit in today)
    assert kinds == {"Tỉnh": 1, "Phường": 2, "Xã": 36}


@pytest.mark.parametrize(
    ("name", "province", "today"),
    [
        ("Sùng Phài", "Lai Châu", ("Tỉnh Lai Châu", ("Phường Đoàn Kết",))),
        ("Pa Vệ Sủ", "Lai Châu", ("Tỉnh Lai Châu", ("Xã Bum Nưa",))),
        ("Yên Bái", "Yên Bái", ("Tỉnh Lào Cai", ())),
        ("Thủ Đức", "Hồ Chí Minh", ("Thành phố Hồ Chí Minh", ())),
    ],
)
def test_a_former_unit_knows_what_it_is_today(name: str, province: str, today: tuple[str, tuple[str, ...]]) -> None:
    found = [unit for _, unit in default_gazetteer().named(key_of(name)) if unit.old and unit.province == province]
    assert today in [(unit.current_province, unit.communes) for unit in found]


def test_the_main_part_of_a_divided_commune_comes_first() -> None:
    gazetteer = Gazetteer(SECTION.splitlines(), {})
    (unit,) = [unit for _, unit in gazetteer.named("an binh")]
    assert unit.communes == ("Xã Đông Cuông", "Xã Văn Bàn")
    assert (unit.province, unit.district, unit.current_province) == ("Yên Bái", "Văn Yên", "Tỉnh Lào Cai")
