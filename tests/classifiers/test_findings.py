"""What a post was flagged for: a few findings whose words stand in the text, and never its length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import findings
from classifiers.findings import MOST_FINDINGS, Finding, find_reasons
from classifiers.labels import LABEL_NAMES
from classifiers.model.prediction import BASE, REST, TRAITS, Reason
from tests.examples import cases, examples_of

EXAMPLES = examples_of(__file__)


@pytest.mark.parametrize(("label", "text", "found"), cases(EXAMPLES["found"]))
def test_what_is_found(label: str, text: str, found: list[tuple[str, str]]) -> None:
    named = {one.kind: " ".join(one.words) for one in find_reasons(label, text)}
    for kind, words in found:
        assert words in named[kind]


def test_words_that_count_nothing_are_not_named() -> None:
    weighed = [Reason("óc chó", 0.0), Reason("hay", 0.9), Reason("thật", 0.01)]
    assert find_reasons("negative", "đồ óc chó hay thật", weighed) == (Finding(findings.WORDS, ("hay",)),)


def test_neither_length_nor_the_rest_is_a_reason() -> None:
    weighed = [Reason(words, 3.0) for words in (*TRAITS, BASE, REST)]
    assert find_reasons("negative", "bài này", weighed) == (Finding(findings.STYLE),)


@given(st.sampled_from([*LABEL_NAMES, "own"]), st.text(max_size=200))
def test_any_text_has_some_findings_and_not_many(label: str, text: str) -> None:
    assert 1 <= len(find_reasons(label, text)) <= MOST_FINDINGS
