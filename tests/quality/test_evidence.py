"""What bears on a claim is found among others, and is read rightly; the measurement among news is `make evidence`."""

from collections.abc import Sequence

import pytest

from storage.database import Database
from tests.corpus import corpus
from tests.quality.evidence import (
    CONTRADICTED,
    DENIED,
    REPORTED,
    SIMILAR,
    UNANSWERED,
    Claim,
    measure,
    read_claims,
    read_stories,
    store_references,
)

OTHERS = 500  # posts of the corpus that stand beside the answers as references


def with_others(database: Database, claims: Sequence[Claim]) -> dict[str, int]:
    some = [each.text for each in corpus()[:: len(corpus()) // OTHERS] if not each.labels]
    return store_references(database, list(dict.fromkeys([*some, *(each.answer for each in claims if each.answer)])))


def test_there_are_150_claims_with_an_answer_and_100_without_and_three_posts_of_each_story() -> None:
    claims, stories = read_claims(), read_stories()
    assert len({claim.text for claim in claims}) == 250
    assert [claim.kind for claim in claims].count(DENIED) == 150
    assert len({claim.answer for claim in claims}) == 151
    assert len({claim.text for claim in stories}) == 3 * len({claim.answer for claim in stories}) == 72


@pytest.mark.gate
def test_answers_are_among_the_first_five_suggestions(sqlite_database: Database) -> None:
    claims = read_claims()
    known = with_others(sqlite_database, claims)
    found = measure(sqlite_database, known, claims[1::4])
    assert found[DENIED, "among five"] >= 0.87
    assert found[DENIED, "contradicted"] >= 0.6
    assert found[DENIED, "reported"] <= 0.05
    assert found[UNANSWERED, "suggested"] <= 0.1
    assert found[UNANSWERED, "reported"] == 0  # else a rumour would sink in the queue
    plain = measure(sqlite_database, known, claims[1:150:8], plain=True)
    assert plain[DENIED, "among five"] >= 0.85


@pytest.mark.gate
def test_a_story_told_otherwise_is_told_from_one_that_was_changed(sqlite_database: Database) -> None:
    stories = read_stories()
    known = with_others(sqlite_database, stories)
    found = measure(sqlite_database, known, stories)
    assert found[REPORTED, "reported"] >= 0.9  # the rest stays in the queue
    assert found[REPORTED, "contradicted"] <= 0.05
    assert found[REPORTED, "differing"] <= 0.05
    assert found[CONTRADICTED, "contradicted"] >= 0.9
    assert found[CONTRADICTED, "reported"] <= 0.05
    assert found[SIMILAR, "suggested"] <= 0.15
    assert found[SIMILAR, "reported"] == 0
