"""Places of concerns beside earlier periods: what is few is not told, and nothing is lost in the sums."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from monitor.reports.comparison import Trend
from monitor.reports.concerns import ELSEWHERE, FEWEST, PlaceFigures
from storage.database import Database
from storage.review import cases
from tests.factories import add_flag, add_post, add_source, add_user
from tests.monitor.reports.sample_week import MONDAY, gathered

HERE, THERE = "xã Sùng Phài", "xã Mường Kim"


def add_cases(session: Session, place: str, weeks_ago: int, count: int) -> None:
    """Add confirmed concerns of one place, published so many weeks ago."""
    source = add_source(session, f"{place} {weeks_ago}", now=MONDAY - timedelta(weeks=9))
    user = add_user(session, f"user {place} {weeks_ago}")
    at = MONDAY - timedelta(weeks=weeks_ago) + timedelta(hours=5)
    for number in range(count):
        post = add_post(session, source, str(number), published_at=at, collected_at=at)
        flag = add_flag(session, post, "concern", now=at)
        flag.state = "confirmed"
        cases.open_for(session, flag, topic="wages", place=place, user_id=user.id, now=at)


@pytest.fixture
def places(sqlite_database: Database) -> dict[str, PlaceFigures]:
    """Count a place with 20 cases now and 2 the week before, and one with few now and more before."""
    with sqlite_database.work() as session:
        for weeks_ago, here, there in ((0, 20, 2), (1, 2, 5), (2, 4, 4), (3, 4, 4), (4, 4, 4)):
            add_cases(session, HERE, weeks_ago, here)
            add_cases(session, THERE, weeks_ago, there)
        session.commit()
    return {row.place: row for row in gathered(sqlite_database).concerns.places}


def test_few_cases_of_an_earlier_period_are_not_told(places: dict[str, PlaceFigures]) -> None:
    (here,) = (row for name, row in places.items() if name != ELSEWHERE)
    assert (here.cases, here.comparison.previous, here.comparison.mean) == (20, None, None)
    assert here.comparison.trend is Trend.UP  # what can be said is said


def test_all_places_that_are_not_named_are_compared_as_one(places: dict[str, PlaceFigures]) -> None:
    rest = places[ELSEWHERE]
    assert rest.cases < FEWEST
    assert rest.comparison.previous is not None
    assert (rest.comparison.previous.confirmed, rest.comparison.mean) == (5, 17 / 4)
