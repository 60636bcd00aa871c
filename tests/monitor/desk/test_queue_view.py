"""A view of the queue is whole again after its address, whatever somebody typed into it."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.desk.views.queue_view import QueueView, place_query, view_of
from monitor.desk.web.request_origin import MAX_ADDRESS, own_address
from storage.search.search_words import AnyOf, Words

TYPED = st.one_of(
    st.text(max_size=80), st.sampled_from(("concern", "today", "any", "open", "7", "2026-11-16", "reach"))
)


@given(st.dictionaries(st.sampled_from(tuple(QueueView.__dataclass_fields__)), TYPED))
def test_an_address_gives_the_view_that_it_was_made_of(fields: dict[str, str]) -> None:
    view = view_of(urlencode(fields))
    assert view_of(view.address) == view
    path = f"/flags/1?{view.address}"
    assert own_address(path) == path, "the view survives a sign-in"
    assert len(path) < MAX_ADDRESS
    assert view.order_by
    assert "\0" not in view.place


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("Bình Dương", {("bình", "dương")}),
        ("Hồ Chí Minh", {("hồ", "chí", "minh"), ("bình", "dương"), ("bà", "rịa", "vũng", "tàu")}),
        (
            "ho chi minh",
            {("ho", "chi", "minh"), ("hồ", "chí", "minh"), ("bình", "dương"), ("bà", "rịa", "vũng", "tàu")},
        ),
        ("Xưởng ba", {("xưởng", "ba")}),
    ],
)
def test_a_province_of_today_is_found_by_the_names_of_those_that_it_was_made_of(
    place: str, found: set[tuple[str, ...]]
) -> None:
    query = place_query(place)
    assert isinstance(query, AnyOf)
    assert {part.syllables for part in query.parts if isinstance(part, Words)} == found


@pytest.mark.parametrize("place", ["", " ", "…", "@lan"])
def test_what_names_no_place_filters_nothing(place: str) -> None:
    assert place_query(place) is None
