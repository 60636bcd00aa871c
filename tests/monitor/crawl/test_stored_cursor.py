"""What a cursor says of posts of erased authors is not stored."""

from typing import Any

import pytest

from monitor.crawl.stored_state import without_posts

POST, OTHER = "https://mang.example/users/lan/statuses/1", "https://mang.example/users/hoa/statuses/2"


@pytest.mark.parametrize(
    ("cursor", "stored"),
    [
        ({"recent": [["1", POST], ["2", OTHER]]}, {"recent": [["2", OTHER]]}),
        ({"seen": [POST, OTHER]}, {"seen": [OTHER]}),
        ({"pages": {POST: 1, OTHER: {"rows": [POST]}}}, {"pages": {OTHER: {"rows": []}}}),
        ({"newest": "1", "page": 3, "left": None}, {"newest": "1", "page": 3, "left": None}),
        ({}, {}),
        (None, None),
    ],
)
def test_entries_that_name_such_a_post_are_left_out(cursor: Any, stored: Any) -> None:
    assert without_posts(cursor, {POST}) == stored
    assert without_posts(cursor, frozenset()) is cursor
