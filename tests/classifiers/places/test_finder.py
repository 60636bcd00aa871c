"""Places are found by their kind, their capitals, the words before them and their neighbours."""

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.places.finder import places_in
from classifiers.places.gazetteer import Level
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)


def found(text: str, default: str | None = "Lai Châu") -> list[tuple[str, str | None]]:
    return [(text[place.start : place.end], place.current) for place in places_in(text, default)]


@pytest.mark.parametrize(("text", "mention", "current"), EXAMPLES["places"])
def test_a_place_is_found_with_its_unit_of_today(text: str, mention: str, current: str) -> None:
    assert found(text) == [(mention, current)]


@pytest.mark.parametrize("text", EXAMPLES["no_places"])
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
