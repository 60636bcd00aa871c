"""The item that answers a claim is found among others; the whole measurement, among news, is `make evidence`."""

from pathlib import Path

import pytest

from storage.database import Database
from tests.corpus import corpus
from tests.quality.evidence import measure, read_claims, store_references

OTHERS = 500  # posts of the corpus that stand beside the answers as references


def test_there_are_150_claims_with_an_answer_and_100_without() -> None:
    claims = read_claims()
    assert len({claim.text for claim in claims}) == 250
    assert sum(claim.answer is not None for claim in claims) == 150
    assert len({claim.answer for claim in claims}) == 151


@pytest.mark.gate
def test_answers_are_among_the_first_five_suggestions(sqlite_database: Database, tmp_path: Path) -> None:
    claims = read_claims()
    some = [each.text for each in corpus()[:: len(corpus()) // OTHERS] if not each.labels]
    known = store_references(sqlite_database, [*some, *(claim.answer for claim in claims if claim.answer)])
    found = measure(sqlite_database, known, claims[1::4])
    assert found.recall >= 0.9
    assert found.false <= 0.1
    assert measure(sqlite_database, known, claims[1:150:8], plain=True).recall >= 0.85
