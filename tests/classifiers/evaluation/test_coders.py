"""Agreement of people: the figures of published examples, and what holds for every table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evaluation.coders import alpha


def units(*people: str) -> list[list[str]]:
    """Make units of what each person answered, one letter a unit; a star: not judged."""
    return [[answer for answer in column if answer != "*"] for column in zip(*people, strict=True)]


@pytest.mark.parametrize(
    ("people", "published"),
    [
        # Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): A, two people and two answers
        (("0100000010", "1110010000"), 0.095),
        # B, two people and five answers
        (("aabbdcccedda", "babbbccceddd"), 0.692),
        # C, four people, some answers missing
        (("123321412***", "1233224125*3", "*3332342251*", "12332441251*"), 0.743),
        # https://en.wikipedia.org/wiki/Krippendorff%27s_alpha, nominal data of three people
        (("*****34121133*3", "1*213343*******", "**21344*21133*4"), 0.691),
    ],
)
def test_alpha_of_published_examples(people: tuple[str, ...], published: float) -> None:
    found = alpha(units(*people))
    assert found.value == pytest.approx(published, abs=0.0006)


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=20))
def test_alpha_does_not_depend_on_order_or_names(answers: list[list[str]]) -> None:
    found = alpha(answers)
    renamed = alpha([[answer.upper() for answer in reversed(unit)] for unit in reversed(answers)])
    if found is None:
        assert renamed is None
        assert all(len(unit) < 2 for unit in answers)
        return
    assert renamed.units == found.units == sum(len(unit) > 1 for unit in answers)
    if found.value is not None:
        assert renamed.value == pytest.approx(found.value)
        assert found.value <= 1


def test_people_who_always_agree_have_1_and_those_with_one_answer_alone_no_figure() -> None:
    agreed = alpha([["a", "a"], ["b", "b"], ["a", "a", "a"]])
    assert (agreed.value, agreed.same) == (1.0, 1.0)
    single = alpha([["a", "a"], ["a", "a"]])
    assert (single.value, single.interval, single.same) == (None, None, 1.0)
    assert alpha([["a"], []]) is None
