"""A claim has two parts: something that could be looked up, and a place to look. Opinion lacks the first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.claims import MOST, SOURCES, UNNAMED, find_claim
from classifiers.model.prediction import Reason
from classifiers.text.lexicon import default_lexicon
from tests.examples import cases, examples_of
from tests.growth import quadratic

EXAMPLES = examples_of(__file__)

RUMOUR = "Tin nội bộ: ngày mai ngân hàng đóng cửa, ai có tiền rút ngay!"


def test_a_rumour_asserts_something_and_names_nobody_who_could_be_asked() -> None:
    assert find_claim(RUMOUR).as_dict() == {
        "asserts": ["ngày mai ngân hàng đóng cửa"],
        "sources": [],
        "hearsay": ["Tin nội bộ"],
    }


@pytest.mark.parametrize(("text", "asserted"), cases(EXAMPLES["facts"]))
def test_deaths_bans_money_and_cures_are_matters_of_fact(text: str, asserted: str) -> None:
    assert [mention.words for mention in find_claim(text).asserts] == [asserted]


@pytest.mark.parametrize("text", cases(EXAMPLES["no_facts"]))
def test_opinion_questions_and_small_talk_assert_nothing(text: str) -> None:
    assert find_claim(text).asserts == ()


@pytest.mark.parametrize(("text", "source"), cases(EXAMPLES["sources"]))
def test_a_source_that_can_be_looked_up_is_found(text: str, source: str) -> None:
    assert source in find_claim(text).as_dict()["sources"]


@pytest.mark.parametrize("text", cases(EXAMPLES["no_sources"]))
def test_plain_words_and_bait_are_no_sources(text: str) -> None:
    assert find_claim(text).sources == ()


@pytest.mark.parametrize("text", ["Nghe nói mai mất nước", "Có người bảo sắp cấm", "Các nhà khoa học đã tìm ra thuốc"])
def test_people_without_a_name_are_told_apart_from_sources(text: str) -> None:
    claim = find_claim(text)
    assert (len(claim.hearsay), claim.sources) == (1, ())


def test_spans_lie_in_the_original_whatever_it_is_written_like() -> None:
    text = "NGHE   NÓI\u200b… ngày mai  ngân hàng\u0301 ĐÓNG CỬA!!!!"
    claim = find_claim(text)
    (asserted,) = claim.asserts
    assert " ".join(text[asserted.start : asserted.end].split()) == asserted.words
    assert asserted.words.endswith("ĐÓNG CỬA")


def test_what_weighs_most_in_the_models_reasons_stands_first() -> None:
    text = "Mai mất điện, mai mất nước, mai đóng cửa chợ. Nguồn: VTV, VOV."
    reasons = [Reason("đóng cửa", 2.0), Reason("nước", 1.0), Reason("vov", -1.0)]
    plain, weighed = find_claim(text), find_claim(text, reasons)
    assert plain.asserts[0].words == "Mai mất điện"
    assert [mention.words for mention in weighed.asserts] == ["mai đóng cửa chợ", "mai mất nước", "Mai mất điện"]
    assert [(mention.words, mention.weight) for mention in weighed.sources] == [("VOV", -1.0), ("VTV", 0.0)]


def test_where_no_rule_fits_the_models_reasons_point_at_the_clause() -> None:
    text = "Bà con ơi! Phà bến cỏ ngưng hẳn từ mùng 5. Buồn ghê."
    assert find_claim(text).asserts == ()
    (pointed_at,) = find_claim(text, [Reason("ngưng", 0.9), Reason("phà", 0.6), Reason("buồn", -0.5)]).asserts
    assert (pointed_at.words, pointed_at.weight) == ("Phà bến cỏ ngưng hẳn từ mùng 5", 1.5)
    assert find_claim(text, [Reason("ngưng", 0.3), Reason("buồn", -0.5)]).asserts == (), "too little to point at"


def test_reasons_do_not_make_a_question_or_an_opinion_a_fact() -> None:
    reasons = [Reason("ngưng", 3.0)]
    assert find_claim("Phà ngưng rồi phải không?", reasons).asserts == ()
    assert find_claim("Theo tôi phà nên ngưng", reasons).asserts == ()


def test_a_long_list_is_cut() -> None:
    text = ". ".join(f"Xã số {number} mất điện {number} ngày" for number in range(20))
    assert len(find_claim(text).asserts) == MOST


def test_the_groups_of_the_lexicon_are_there() -> None:
    assert {SOURCES, *UNNAMED} <= set(default_lexicon().groups)


@given(st.text(max_size=200))
def test_any_text_has_parts_that_lie_within_it(text: str) -> None:
    claim = find_claim(text, [Reason("(", 1.0), Reason("a", -1.0)])
    for mention in (*claim.asserts, *claim.sources, *claim.hearsay):
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.words == " ".join(text[mention.start : mention.end].split())


def test_the_time_grows_with_the_length_alone() -> None:
    assert quadratic(lambda text: find_claim(text, [Reason("0 9", 1.0), Reason("a", -1.0)])) == {}
