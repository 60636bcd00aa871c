"""Two programs, or two people, never work on one thing: leases are taken by compare-and-set."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.models import Flag, Post, Source
from storage.posts import posts, sources
from storage.review import flag_queue
from storage.scoring import registry
from tests import factories
from tests.clock import MONDAY_MORNING

NOW = MONDAY_MORNING
HANGS_AFTER = 600  # seconds
SOON = NOW + timedelta(minutes=15)
Answer = TypeVar("Answer")


def side_by_side(database: Database, work: Callable[[Database, str], Answer]) -> list[Answer]:
    """Let two programs, each with connections of its own, do the same at the same moment."""
    address = database.url.render_as_string(hide_password=False)
    start = Barrier(2)

    def one(owner: str) -> Answer:
        with Database(address) as own:
            own.current_revision()  # connected before the race begins
            start.wait(timeout=HANGS_AFTER)
            return work(own, owner)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, ["first", "second"]))


def test_a_lease_ends_by_itself_or_when_its_owner_gives_it_back(session: Session) -> None:
    source = factories.add_source(session)

    def take(owner: str, minutes: int) -> int:
        now = NOW + timedelta(minutes=minutes)
        until = now + timedelta(minutes=15)
        return len(sources.lease(session, owner=owner, now=now, until=until, only_due=False))

    assert [take("one", 0), take("two", 14), take("two", 16)] == [1, 0, 1]
    sources.release(session, source.id, "one")
    assert take("one", 17) == 0, "who no longer holds it cannot give it back"
    sources.release(session, source.id, "two")
    assert take("one", 17) == 1


def test_only_what_is_due_enabled_named_and_not_a_file_is_taken(session: Session) -> None:
    factories.add_source(session, "a-file", kind="import")
    off = factories.add_source(session, "off")
    sources.set_enabled(session, off, enabled=False, why="robots.txt refuses")
    rested = factories.add_source(session, "rested")
    sources.record_success(session, rested, NOW - timedelta(seconds=rested.interval_seconds))
    resting = factories.add_source(session, "resting")
    sources.record_success(session, resting, NOW)
    factories.add_source(session, "new")

    def names(*, only_due: bool, among: tuple[str, ...] = ()) -> list[str]:
        taken = sources.lease(session, owner="me", now=NOW, until=SOON, only_due=only_due, names=among)
        for source in taken:
            sources.release(session, source.id, "me")
        return [source.name for source in taken]

    assert names(only_due=True) == ["new", "rested"], "what was never read comes first"
    assert names(only_due=False) == ["new", "rested", "resting"]
    assert names(only_due=True, among=("resting", "rested", "off")) == ["rested"]
    assert off.why_disabled == "robots.txt refuses"


def test_a_failed_reading_waits_until_it_is_tried_again_and_success_forgets_it(session: Session) -> None:
    source = factories.add_source(session)
    for _ in range(2):
        sources.record_failure(session, source, "no answer", NOW + timedelta(hours=2))
    assert (source.failures, source.last_error) == (2, "no answer")
    assert source.next_due_at == NOW + timedelta(hours=2)
    sources.record_success(session, source, NOW)
    assert (source.failures, source.last_error) == (0, None)
    assert source.last_success_at == NOW
    assert source.next_due_at == NOW + timedelta(seconds=source.interval_seconds)


def test_registering_again_updates_and_a_new_address_forgets_the_old_bookmarks(session: Session) -> None:
    source = factories.add_source(session)
    source.cursor, source.validators = {"page": 3}, {"u": {"etag": '"1"'}}
    draft = factories.make_source(retention_days=30)
    assert sources.register(session, draft, NOW) == (source, False)
    assert (source.retention_days, source.cursor) == (30, {"page": 3})
    sources.register(session, factories.make_source(address="https://elsewhere.example.vn/feed"), NOW)
    assert (source.cursor, source.validators) == ({}, {})
    assert sources.all_sources(session) == [source]


def test_the_leases_of_a_program_that_was_killed_are_free_at_once(session: Session) -> None:
    for name, owner in (("forum", "killed"), ("newspaper", "alive")):
        factories.add_source(session, name)
        sources.lease(session, owner=owner, now=NOW, until=SOON, only_due=False, names=[name])
    session.expire_all()
    sources.release_abandoned(session, lambda owner: owner == "killed")
    taken = sources.lease(session, owner="next", now=NOW, until=SOON, only_due=False)
    assert [source.name for source in taken] == ["forum"]


def test_how_far_a_source_was_read_is_kept_with_its_lease(database: Database) -> None:
    validators = {"https://forum.example.vn/feed": {"etag": 'W/"1"'}}
    with database.changes() as session:
        source = factories.add_source(session)
        for cursor, told in (({"page": 3}, validators), (None, None)):  # nothing told: nothing forgotten
            sources.save_progress(session, source.id, "me", SOON, cursor=cursor, validators=told)
    with database.work() as session:
        state = sources.by_name(session, "forum")
        assert (state.cursor, state.validators) == ({"page": 3}, validators)
        assert (state.lease_owner, state.lease_until) == ("me", SOON)


def test_two_programs_at_the_same_moment_share_the_sources_and_take_none_twice(database: Database) -> None:
    names = [f"source-{number:02}" for number in range(20)]
    with database.changes() as session:
        for name in names:
            factories.add_source(session, name)

    def take_all(own: Database, owner: str) -> list[str]:
        with own.changes() as session:
            return [source.name for source in sources.lease(session, owner=owner, now=NOW, until=SOON, only_due=True)]

    first, second = side_by_side(database, take_all)
    assert sorted(first + second) == names
    with database.work() as session:
        holders = session.scalars(select(Source.lease_owner)).all()
        assert holders.count("first") == len(first)


BATCH = [factories.make_post(str(number)) for number in range(50)]


@pytest.mark.parametrize(
    ("store", "posts_and_models"),
    [
        (lambda session: posts.record(session, 1, BATCH), (50, 0)),
        (factories.add_model, (0, 1)),
    ],
    ids=["posts", "a new model"],
)
def test_two_programs_that_store_the_same_at_the_same_moment_store_it_once(
    database: Database, store: Callable[[Session], object], posts_and_models: tuple[int, int]
) -> None:
    with database.changes() as session:
        factories.add_source(session)

    def keep(own: Database, _owner: str) -> None:
        with own.changes() as session:
            store(session)

    side_by_side(database, keep)
    with database.work() as session:
        assert (len(session.scalars(select(Post)).all()), len(registry.all_models(session))) == posts_and_models


def test_reviewers_get_different_flags_most_probable_first(session: Session) -> None:
    source = factories.add_source(session)
    for external_id, probability in (("low", 0.6), ("high", 0.9), ("middle", 0.7)):
        factories.add_flag(session, factories.add_post(session, source, external_id), probability=probability)

    def next_of(owner: str, *, minutes: int = 0) -> str | None:
        now = NOW + timedelta(minutes=minutes)
        taken = flag_queue.lease_next(session, owner=owner, now=now, until=now + timedelta(minutes=15))
        return session.get_one(Flag, taken).post.external_id if taken else None

    assert next_of("lan") == "high"
    assert next_of("lan") == "high", "who opens the desk again gets the same flag back"
    assert next_of("minh") == "middle"
    assert next_of("hoa") == "low"
    assert next_of("sơn") is None
    assert next_of("sơn", minutes=16) == "high", "a lease that ran out is free again"


def test_more_reviewers_than_twenty_all_find_work(session: Session) -> None:
    source = factories.add_source(session)
    for number in range(25):
        factories.add_flag(session, factories.add_post(session, source, str(number)), probability=0.9)
    taken = [flag_queue.lease_next(session, owner=f"reviewer {n}", now=NOW, until=SOON) for n in range(26)]
    assert len(set(taken) - {None}) == 25
    assert taken[-1] is None


def test_two_reviewers_at_the_same_moment_never_get_one_flag(database: Database) -> None:
    with database.changes() as session:
        source = factories.add_source(session)
        for number in range(10):
            factories.add_flag(session, factories.add_post(session, source, str(number)), probability=0.5)

    def take_five(own: Database, owner: str) -> list[int]:
        taken = []
        for number in range(5):
            with own.work() as session:
                taken.append(flag_queue.lease_next(session, owner=f"{owner} {number}", now=NOW, until=SOON) or 0)
                session.commit()
        return taken

    first, second = side_by_side(database, take_five)
    with database.work() as session:
        assert sorted(first + second) == sorted(session.scalars(select(Flag.id)))
