"""A concern's topic follows from the words of an editable list."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.concern_topics import OTHER, TopicRules, default_topic_rules, topics_of
from classifiers.errors import DataInvalid
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

TOPICS = {"wages", "insurance", "hours", "safety", "meals", "housing", "childcare", "contracts", "relief", "other"}
TABLE = EXAMPLES["wages"]
MEALS = {"screen": "bữa ăn", "sure": "cơm thiu", "strong": "bữa ăn", "weak": "", "nothing": ""}
EMPTY = {"screen": "khác", "sure": "", "strong": "", "weak": "", "nothing": ""}


def rules(**tables: Mapping[str, str]) -> TopicRules:
    return TopicRules({OTHER: EMPTY, **tables})


def test_the_project_has_ten_topics_with_vietnamese_names() -> None:
    names = default_topic_rules().screen_names
    assert set(names) == TOPICS
    assert len(set(names.values())) == len(TOPICS)


@pytest.mark.parametrize(("text", "topic"), EXAMPLES["topics"].items())
def test_a_concern_gets_its_topic(text: str, topic: str) -> None:
    assert topics_of(text)[0].name == topic


@pytest.mark.parametrize(("text", "reasons"), EXAMPLES["reasons"].items())
def test_the_reasons_are_the_terms_that_count_most_first(text: str, reasons: Mapping[str, int]) -> None:
    (found,) = rules(wages=TABLE).topics_of(text)
    assert list(found.reasons.items()) == list(reasons.items())


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("cơm thiu, còn nợ lương", ["wages", "meals"]),  # of equal ones an office acts on wages first
        ("cơm thiu, thưởng không, lương không", ["wages", "meals"]),  # four points of five weigh the same
        ("cơm thiu, bữa ăn tệ, mà thưởng không có", ["meals", "wages"]),  # three of eight do not
    ],
)
def test_the_strongest_topic_is_the_main_one_and_of_near_ones_that_to_act_on_first(
    text: str, topics: list[str]
) -> None:
    both = rules(wages=TABLE, meals=MEALS)
    assert [topic.name for topic in both.topics_of(text)] == topics


@pytest.mark.parametrize("key", ["screen", "sure", "strong", "weak", "nothing"])
def test_a_table_without_a_list_is_refused_by_name(key: str) -> None:
    with pytest.raises(DataInvalid, match=rf"wages\.{key} is missing"):
        rules(wages={name: value for name, value in TABLE.items() if name != key})


def test_rules_without_other_are_refused() -> None:
    with pytest.raises(DataInvalid, match="other is missing"):
        TopicRules({"wages": TABLE})


@given(st.text(max_size=200))
def test_any_text_has_a_topic(text: str) -> None:
    assert topics_of(text)[0].name in TOPICS
