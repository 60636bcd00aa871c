"""How often the machine was right, by whatever it is counted."""

from datetime import timedelta

from sqlalchemy.orm import Session

from storage.figures.concluded import Concluded, band, concluded
from storage.figures.report_counts import ConcludedFlags, Period, concluded_by_probability
from storage.models import Flag
from storage.posts import posts
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, decide


def test_nothing_was_right_where_nothing_was_suggested(session: Session) -> None:
    assert concluded(session) == {(): Concluded(0, 0, None)}
    assert concluded(session, by=(Flag.label,)) == {}


def test_suggestions_count_in_the_band_of_their_probability_and_in_their_period(session: Session) -> None:
    source = add_source(session)
    for number, (probability, decision) in enumerate(
        ((0.4, "yes"), (0.5, "yes"), (0.59, "no"), (0.6, "unsure"), (0.9, "no"), (1.0, "yes"), (0.7, None))
    ):
        flag = add_flag(session, add_post(session, source, f"{number}"), probability=probability)
        if decision:
            decide(session, flag, decision)
    by_band = concluded(session, by=(band((0.5, 0.6, 0.7, 0.8, 0.9)),))
    assert {number: (row.right, row.total) for (number,), row in by_band.items()} == {
        0: (1, 1),
        1: (1, 2),
        2: (0, 0),
        3: (0, 0),
        5: (1, 2),
    }
    assert by_band[5,].probability == 0.95
    assert concluded(session, where=(Flag.probability > 0.55,))[()].total == 3
    period = Period(NOW, NOW + timedelta(days=1))
    assert concluded_by_probability(session, period)[-1] == ConcludedFlags("concern", 9, 0.95, 2, 1)
    assert concluded_by_probability(session, Period(period.end, period.end + timedelta(days=1))) == []


def test_counts_follow_what_retention_and_erasure_delete(session: Session) -> None:
    forum, board = add_source(session), add_source(session, "bảng tin")
    for number in range(12):
        author = "a" * 64 if number % 3 == 0 else "b" * 64
        collected = NOW - timedelta(days=number * 30)
        source = board if number % 2 else forum
        flag = add_flag(session, add_post(session, source, f"{number}", author_key=author, collected_at=collected))
        if number % 4:
            decide(session, flag, ("yes", "no", "unsure")[number % 4 - 1])
    places = (Flag.source_id, Flag.label)
    counts = {place: (row.right, row.total) for place, row in concluded(session, by=places).items()}
    assert counts == {(forum.id, "concern"): (0, 3), (board.id, "concern"): (3, 3)}
    posts.erase_author(session, "a" * 64, NOW)
    posts.delete_expired(session, forum.id, NOW, 100, 50)
    counts = {place: (row.right, row.total) for place, row in concluded(session, by=places).items()}
    assert counts == {(forum.id, "concern"): (0, 1), (board.id, "concern"): (2, 2)}
