"""What is raised as an alert, when, for whom, and that nothing is told twice."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.outbox.outbox import Outbox
from monitor.outbox.watch import AlertWatch
from monitor.settings.channels import ChannelSettings
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Alert, Cluster, Delivery, Source
from storage.outbox import alerts
from storage.search import saved_searches, search
from storage.search.search_filters import Filters
from storage.search.search_words import Query, Words
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, add_user

Make = Callable[..., AlertWatch]


def read_search(fields: Mapping[str, str]) -> tuple[Query | None, Filters]:
    return Words((fields["q"],), accented=True), Filters()


@pytest.fixture
def outbox(database: Database, clock: FakeClock, tmp_path: Path) -> Outbox:
    channels = (
        ChannelSettings(name="ban", what=("alerts",)),
        ChannelSettings(name="hook", what=("decisions",), to="https://e.vn"),
    )
    return Outbox(database, Settings(home=tmp_path, channels=channels), clock)


@pytest.fixture
def make(database: Database, clock: FakeClock, outbox: Outbox) -> Make:
    def watch(late: str = "") -> AlertWatch:
        return AlertWatch(database, clock, outbox, read_search=read_search, late_report=lambda: late)

    return watch


def add_copies(session: Session, source: Source, times: list[datetime], cluster: Cluster | None) -> None:
    for number, at in enumerate(times):
        post = add_post(session, source, f"{at.isoformat()}-{number}", published_at=at, collected_at=at)
        post.cluster_id = cluster.id if cluster else None
    session.flush()


def new_cluster(session: Session, now: datetime) -> Cluster:
    cluster = Cluster(created_at=now)
    session.add(cluster)
    session.flush()
    return cluster


def minutes_ago(now: datetime, count: int, step: float = 5) -> list[datetime]:
    return [now - timedelta(minutes=step * number) for number in range(1, count + 1)]


def add_flags(session: Session, source: Source, times: list[datetime]) -> None:
    for at in times:
        add_flag(session, add_post(session, source, at.isoformat(), published_at=at, collected_at=at), "concern")


def test_a_cluster_that_spreads_within_an_hour_is_told_once(database: Database, clock: FakeClock, make: Make) -> None:
    with database.changes() as session:
        cluster = new_cluster(session, clock.now())
        add_copies(session, add_source(session), minutes_ago(clock.now(), 11), cluster)
    (alert,) = make().look()
    assert alert.facts == {"cluster": alert.facts["cluster"], "hours": 1, "posts": 11, "usual": 0.0}
    assert make().look() == []
    clock.advance(timedelta(hours=20))
    assert make().look() == []
    with database.work() as session:
        rows = session.scalars(select(Delivery)).all()
        assert [(row.channel, row.state) for row in rows] == [("ban", "waiting")]


def test_a_cluster_that_goes_on_is_told_of_again_after_a_week(database: Database, clock: FakeClock, make: Make) -> None:
    with database.changes() as session:
        source, cluster = add_source(session), new_cluster(session, clock.now())
        add_copies(session, source, minutes_ago(clock.now(), 11), cluster)
    make().look()
    clock.advance(timedelta(days=8))
    with database.changes() as session:
        row = session.scalars(select(Cluster)).one()
        add_copies(session, session.scalars(select(Source)).one(), minutes_ago(clock.now(), 40, 1), row)
    assert [alert.episode for alert in make().look()] == [2]


def test_few_posts_reference_posts_and_old_posts_are_no_burst(database: Database, clock: FakeClock, make: Make) -> None:
    with database.changes() as session:
        forum, news = add_source(session), add_source(session, "news", role="reference")
        add_copies(session, forum, minutes_ago(clock.now(), 4, 1), new_cluster(session, clock.now()))
        add_copies(session, news, minutes_ago(clock.now(), 30, 1), new_cluster(session, clock.now()))
        long_ago = [clock.now() - timedelta(days=40, minutes=number) for number in range(30)]
        cluster = new_cluster(session, clock.now())
        for number, at in enumerate(long_ago):  # imported now, published long ago
            add_post(session, forum, f"old-{number}", published_at=at, collected_at=clock.now()).cluster_id = cluster.id
    assert make().look() == []


def test_a_label_is_compared_with_the_same_hours_of_the_weeks_before_if_there_are_any(
    database: Database, clock: FakeClock, make: Make
) -> None:
    with database.changes() as session:
        source = add_source(session)
        add_flags(session, source, minutes_ago(clock.now(), 30, 1))
        session.commit()
        assert make().look() == [], "nothing is said of labels in the first week"
        for week in range(1, 5):
            add_flags(session, source, minutes_ago(clock.now() - timedelta(days=7 * week), 3, 1))
    (alert,) = make().look()
    assert (alert.subject, alert.facts["posts"], alert.facts["usual"]) == ("label:concern", 30, 3.0)


def test_a_source_that_has_fallen_silent_is_told_of_once_for_each_silence(
    database: Database, clock: FakeClock, make: Make
) -> None:
    def speak(days: range) -> None:
        with database.changes() as session:
            source = session.scalars(select(Source)).first() or add_source(session)
            for day in days:
                add_copies(session, source, minutes_ago(clock.now() - timedelta(days=day), 12), None)

    speak(range(2, 35))
    (alert,) = make().look()
    assert (alert.subject, alert.facts["usual"] >= 10, alert.facts["hours"]) == ("source:1", True, 48)
    clock.advance(timedelta(days=1))
    assert make().look() == []
    speak(range(1))
    clock.advance(timedelta(days=2))
    assert [alert.episode for alert in make().look()] == [2]


def test_a_source_that_says_little_is_not_missed_after_a_day(database: Database, clock: FakeClock, make: Make) -> None:
    with database.changes() as session:
        source = add_source(session)
        for day in range(2, 35):
            add_copies(session, source, minutes_ago(clock.now() - timedelta(days=day), 2), None)
    assert make().look() == []
    clock.advance(timedelta(days=7))
    assert [alert.kind for alert in make().look()] == ["source"]


def test_a_watched_search_is_told_to_its_user_alone_and_is_not_sent(
    database: Database, clock: FakeClock, make: Make
) -> None:
    with database.work() as session:
        source, lan, hung = add_source(session), add_user(session), add_user(session, "hùng")
        saved_searches.save(session, lan.id, page="search", name="chị Tám", query={"q": "lương"}, now=clock.now())
        number = saved_searches.of_user(session, lan.id, "search")[0].id
        alerts.watch(session, hung.id, number, wanted=True, newest_post=0, now=clock.now())
        assert alerts.watches(session) == [], "nobody watches the search of somebody else"
        alerts.watch(session, lan.id, number, wanted=True, newest_post=0, now=clock.now())
        post = add_post(session, source, text="nợ lương")
        draft = search.SearchDraft(post_id=post.id, source_id=source.id, dated=clock.now(), accented=["nợ", "lương"])
        search.index(session, [draft])
        session.commit()
        people = (lan.id, hung.id)
    (alert,) = make().look()
    assert alert.facts == {"search": number, "posts": 1}, "and not its name"
    assert make().look() == []
    with database.work() as session:
        assert [len(alerts.listed(session, person)) for person in people] == [1, 0]
        assert session.scalars(select(Delivery)).all() == []


def test_a_late_report_is_told_of_once_also_by_two_programs_that_look_at_once(
    database: Database, clock: FakeClock, make: Make
) -> None:
    assert [alert.facts for alert in make("2026-W46").look()] == [{"period": "2026-W46"}]
    assert make("2026-W46").look() == []
    with database.work() as session:
        assert alerts.raise_once(session, "report:2026-W46", {}, now=clock.now(), quiet=None) is None
        assert session.scalars(select(Alert.subject)).all() == ["report:2026-W46"]
