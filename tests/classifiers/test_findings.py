"""What a post was flagged for: a few findings whose words stand in the text, and never its length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import findings
from classifiers.findings import MOST_FINDINGS, Finding, find_reasons
from classifiers.labels import LABEL_NAMES
from classifiers.model.prediction import BASE, REST, TRAITS, Reason


@pytest.mark.parametrize(
    ("label", "text", "found"),
    [
        pytest.param(
            "unverified",
            "Tối qua 3 người chết ở xã Nậm Pha, mọi người chia sẻ gấp",
            [
                (findings.ASSERTS, "Tối qua 3 người chết ở xã Nậm Pha"),
                (findings.NO_SOURCE, ""),
                (findings.SHARE, "chia sẻ gấp"),
            ],
            id="a claim without a source, to be shared",
        ),
        pytest.param(
            "unverified",
            "Nghe nói ngân hàng này sắp phá sản",
            [(findings.ASSERTS, "ngân hàng này sắp phá sản"), (findings.HEARSAY, "Nghe nói"), (findings.NO_SOURCE, "")],
            id="hearsay",
        ),
        pytest.param("negative", "đồ óc chó", [(findings.INSULT, "óc chó")], id="an insult"),
        pytest.param("negative", "tao giết mày", [(findings.THREAT, "giết")], id="a threat"),
        pytest.param("concern", "công ty nợ lương ba tháng", [(findings.UNPAID, "nợ lương")], id="unpaid wages"),
        pytest.param(
            "concern", "xưởng không đóng bảo hiểm", [(findings.INSURANCE, "không đóng bảo hiểm")], id="insurance debts"
        ),
        pytest.param(
            "concern", "một thợ hồ rơi từ tầng ba", [(findings.ACCIDENT, "thợ hồ rơi từ")], id="an accident at work"
        ),
        pytest.param("concern", "bữa cơm ca toàn canh loãng", [(f"{findings.TOPIC}:meals", "cơm ca")], id="a topic"),
    ],
)
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
