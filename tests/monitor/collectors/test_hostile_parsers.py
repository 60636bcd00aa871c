"""What the parsers of the platforms' answers make of values that are wrong: posts, or an error of the program."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from monitor.collectors.base import PublicPost
from monitor.collectors.bluesky import api as bluesky
from tests.fuzz.parsers import FEED, TARGETS
from tests.monitor.collectors.hostile import HALF, answer, as_json, each_wrong, read_all

READERS = ("mastodon", "discourse", "bluesky", "youtube", "facebook", "threads", "factcheck")


@pytest.mark.parametrize("name", READERS)
def test_each_wrong_value_at_each_place_gives_posts_or_an_error_of_ours(name: str) -> None:
    target = TARGETS[name]

    def read(payload: Any) -> Iterable[PublicPost]:
        return target.read(target.answer(as_json(payload)))

    for sound in target.payloads():
        read_all(each_wrong(json.loads(sound)), read)


@pytest.mark.parametrize("body", [{"error": HALF, "message": ["a"]}, {"error": 3}, [], "NUL \0", {"message": "a\0b"}])
def test_refusal_is_explained_in_words_that_can_be_stored(body: Any) -> None:
    explanation = str(bluesky.problem_of(answer(body), FEED))
    assert "\0" not in explanation
    explanation.encode()
