"""What a person types becomes a tree of words, or is refused in one line; people are not searched for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import QueryRefused
from monitor.review.search_query import parse_query
from storage.search.search_words import AllOf, AnyOf, Words


@pytest.mark.parametrize("typed", ["@xuongmay_hoahong", "hoa.hong@may.vn", "0912 345 678"])
def test_a_person_is_not_searched_for(typed: str) -> None:
    with pytest.raises(QueryRefused, match="posts are not searched by people"):
        parse_query(typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "nothing to search for"),
        ("!!!", "nothing to search for"),
        ('"cắt điện', "quotation mark"),
        ("lương OR", "AND, OR and NOT stand between words"),
        ("AND lương", "AND, OR and NOT stand between words"),
        ("lương AND", "AND, OR and NOT stand between words"),
        ("NOT", "AND, OR and NOT stand between words"),
        ("-lương", "add a word that must be there"),
        ("lương OR -thưởng", "add a word that must be there"),
        ("x" * 301, "too long"),
        ("a " * 33, "too long"),
    ],
)
def test_what_is_no_search_is_answered_by_one_line(typed: str, said: str) -> None:
    with pytest.raises(QueryRefused, match=said) as refusal:
        parse_query(typed)
    assert "\n" not in str(refusal.value)


def test_brackets_and_words_become_a_tree() -> None:
    read = parse_query("(lương OR thuong) -tết")
    assert read == AllOf(
        (AnyOf((Words(("lương",), accented=True), Words(("thuong",), accented=False))),),
        (Words(("tết",), accented=True),),
    )


@pytest.mark.parametrize("typed", ["lương (thưởng", "lương) thưởng", ")lương( thưởng", "lương :( thưởng ()"])
def test_a_bracket_without_a_partner_is_a_mark_as_any_other(typed: str) -> None:
    assert parse_query(typed) == parse_query("lương thưởng")


PIECES = ["lương", "dien", "AND", "OR", "NOT", "(", ")", '"', "-", "*", "^", ":", "{", "}", "a.b", "\\", "'"]


def some_typing() -> st.SearchStrategy[str]:
    return st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES)).map(" ".join))


@given(typed=some_typing())
def test_whatever_is_typed_is_a_search_or_refused(typed: str) -> None:
    try:
        query = parse_query(typed)
    except QueryRefused:
        return
    assert isinstance(query, Words | AnyOf | AllOf)
