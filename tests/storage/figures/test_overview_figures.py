"""What the overview counts agrees with what the reports count, and with the flags that are there."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from classifiers.labels import LABEL_NAMES
from storage.database import Database
from storage.figures import overview_figures, report_counts
from storage.figures.overview_figures import BinCount
from storage.models import Flag
from storage.posts import posts
from storage.review import reviews
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user

BOUNDS = tuple(NOW + timedelta(days=day) for day in range(5))
HOURS = st.integers(-30, 130)  # from a day before the first part to a day after the last


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dates=st.lists(st.tuples(st.booleans(), st.none() | HOURS, HOURS), max_size=12))
def test_a_post_counts_on_the_day_on_which_reports_count_it(
    database: Database, dates: Sequence[tuple[bool, int | None, int]]
) -> None:
    with database.work() as session:
        forum, paper = add_source(session), add_source(session, "báo", role="reference")
        for number, (monitored, published, collected) in enumerate(dates):
            add_post(
                session,
                forum if monitored else paper,
                f"{number}",
                published_at=None if published is None else NOW + timedelta(hours=published),
                collected_at=NOW + timedelta(hours=collected),
            )
        counted = Counter(
            {row.part: row.posts for row in report_counts.posts_by_part(session, BOUNDS) if row.role == "monitored"}
        )
        found = overview_figures.posts_by_part(session, BOUNDS)
        assert found == {start: counted[part] for part, (start, _) in enumerate(pairwise(BOUNDS))}
        session.rollback()


def test_flags_count_on_the_day_of_their_posts(database: Database) -> None:
    with database.work() as session:
        source, user = add_source(session), add_user(session)
        for number, hours in enumerate((-1, 0, 1, 25, 96)):
            moment = NOW + timedelta(hours=hours)
            post = add_post(session, source, f"{number}", published_at=moment, collected_at=moment)
            flag = add_flag(session, post)
            if number % 2:
                reviews.decide(session, flag, reviewer_id=user.id, decision="yes", note="", now=NOW)
        found = overview_figures.flags_by_part(session, BOUNDS, ("concern", "negative"))
        of_concern = {start: count for (start, label), count in found.items() if label == "concern"}
        assert of_concern == dict(zip(BOUNDS, (2, 1, 0, 0), strict=False))
        assert not any(count for (_, label), count in found.items() if label == "negative")


def test_decided_flags_count_in_the_bin_of_their_probability(database: Database) -> None:
    with database.work() as session:
        source, user = add_source(session), add_user(session)
        for number, (probability, decision) in enumerate(
            ((0.4, "yes"), (0.5, "yes"), (0.59, "no"), (0.6, "unsure"), (0.9, "no"), (1.0, "yes"), (0.7, None))
        ):
            flag = add_flag(session, add_post(session, source, f"{number}"), probability=probability)
            if decision:
                reviews.decide(session, flag, reviewer_id=user.id, decision=decision, note="", now=NOW)
        found = overview_figures.decided_by_probability(session, (50, 60, 70, 80, 90))
        assert found == [BinCount(50, 1, 2), BinCount(90, 1, 2)]


def test_counts_follow_what_retention_and_erasure_delete(database: Database) -> None:
    with database.work() as session:
        forum, board, user = add_source(session), add_source(session, "bảng tin"), add_user(session)
        for number in range(12):
            author = "a" * 64 if number % 3 == 0 else "b" * 64
            collected = NOW - timedelta(days=number * 30)
            source = board if number % 2 else forum
            flag = add_flag(session, add_post(session, source, f"{number}", author_key=author, collected_at=collected))
            if number % 4:
                decision = ("yes", "no", "unsure")[number % 4 - 1]
                reviews.decide(session, flag, reviewer_id=user.id, decision=decision, note="", now=NOW)
        assert sum(row.flags for row in overview_figures.states_by_source(session, LABEL_NAMES)) == 12
        posts.erase_author(session, "a" * 64, NOW)
        posts.delete_expired(session, forum.id, NOW, 100, 50)
        session.flush()
        session.expire_all()
        left = session.scalars(select(Flag).order_by(Flag.id)).all()
        known = Counter((flag.post.source.name, flag.label, flag.state) for flag in left)
        assert 0 < len(left) < 12
        counts = overview_figures.states_by_source(session, LABEL_NAMES)
        assert {(row.source, row.label, row.state): row.flags for row in counts} == known
