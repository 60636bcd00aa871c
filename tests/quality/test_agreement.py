"""Agreement of two labellings is Cohen's kappa; what they gave is read as the guide describes it."""

import json
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from classifiers.errors import DataInvalid
from tests.quality.agreement import DoubleLabel, measure_agreement, parse_second_labels

NONE: frozenset[str] = frozenset()
CONCERN = frozenset({"concern"})


def judged(*pairs: tuple[frozenset[str], frozenset[str]]) -> list[DoubleLabel]:
    return [DoubleLabel(f"p-{number}", first, second, first) for number, (first, second) in enumerate(pairs)]


def test_kappa_is_that_of_scikit_learn() -> None:
    generator = np.random.default_rng(7)
    first = generator.random(200) < 0.3
    second = first ^ (generator.random(200) < 0.1)
    posts = judged(*((CONCERN if a else NONE, CONCERN if b else NONE) for a, b in zip(first, second, strict=True)))
    found = measure_agreement(posts, "concern")
    assert found.kappa == pytest.approx(cohen_kappa_score(first, second))
    assert found.interval[0] < found.kappa < found.interval[1]
    assert found.both + found.only_first + found.only_second + found.neither == 200
    assert (found.both, found.only_second) == (int((first & second).sum()), int((~first & second).sum()))


def test_those_who_always_agree_have_a_kappa_of_one() -> None:
    found = measure_agreement(judged((CONCERN, CONCERN), (NONE, NONE), (NONE, NONE)), "concern")
    assert (found.kappa, found.interval) == (1.0, (1.0, 1.0))
    assert measure_agreement(judged((NONE, NONE)), "concern").kappa == 1.0


def test_those_who_agree_by_chance_have_none() -> None:
    assert (
        measure_agreement(judged((CONCERN, CONCERN), (CONCERN, NONE), (NONE, CONCERN), (NONE, NONE)), "concern").kappa
        == 0.0
    )


def line(**fields: Any) -> str:
    return json.dumps({"id": "p-1", "first": ["concern"], "labels": ["concern"], **fields}, ensure_ascii=False)


def test_posts_on_which_both_agree_need_no_more() -> None:
    (post,) = parse_second_labels([line()])
    assert (post.first, post.second, post.settled, post.why) == (CONCERN, CONCERN, CONCERN, "")


def test_posts_on_which_they_differ_say_what_was_settled_and_why() -> None:
    (post,) = parse_second_labels([line(labels=[], settled=[], why="chỉ hỏi về quyền")])
    assert (post.first, post.second, post.settled, post.why) == (CONCERN, NONE, NONE, "chỉ hỏi về quyền")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["not json"], "line 1: not a post"),
        (["[]"], "line 1: not a post"),
        (['{"id": "p-1", "labels": []}'], "line 1: not a post"),
        ([line(labels=["politics"])], "'politics'"),
        ([line(settled=["politics"], why="x")], "'politics'"),
        ([line(doubt="x")], "'doubt'"),
        ([line(labels=[])], "settled"),
        ([line(labels=[], settled=["concern"])], "why"),
        ([line(labels=[], settled=["concern"], why=" ")], "why"),
        ([line(settled=[])], "why"),
        ([line(), line()], "line 2: p-1 stands there twice"),
    ],
)
def test_what_is_not_so_is_told_in_one_line(lines: list[str], said: str) -> None:
    with pytest.raises(DataInvalid, match=r"second_labels\.jsonl") as caught:
        parse_second_labels(lines)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
