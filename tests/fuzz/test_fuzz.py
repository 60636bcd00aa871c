"""Changed payloads for every parser: each gives posts or an error of the program, within the limits of parsing."""

import pytest

from tests.fuzz.parsers import ENDED_BY_LIMITS, TARGETS
from tests.fuzz.run import mutated, run_apart

MUTATIONS = 300


def test_a_number_makes_the_same_payload_at_each_run() -> None:
    assert mutated("rss", 7) == mutated("rss", 7)
    assert len({mutated("rss", number) for number in range(50)}) > 40


@pytest.mark.parametrize("name", TARGETS)
def test_sound_payloads_give_posts(name: str) -> None:
    target = TARGETS[name]
    posts = [post for payload in target.payloads() for post in _read(name, payload)]
    has_posts = name not in ("jetstream", "picture", "refusal", "robots.txt")
    assert bool(posts) == has_posts


def _read(name: str, payload: bytes) -> list[object]:
    target = TARGETS[name]
    # Some payloads are refusals, which are read for their reasons; of pictures some are none, or too large.
    return [] if name == "picture" or b'"error' in payload else list(target.read(target.answer(payload)))


@pytest.mark.gate
@pytest.mark.parametrize("name", TARGETS)
def test_changed_payloads_give_posts_or_errors_of_the_program(name: str) -> None:
    failed = run_apart(name, 0, MUTATIONS)
    if name in ENDED_BY_LIMITS:
        failed = [each for each in failed if "processor time" not in each]
    assert failed == []
