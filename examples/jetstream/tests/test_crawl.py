"""A stream in a crawl: what comes twice is one post, and what is taken away there is taken away here."""

from dataclasses import replace
from datetime import timedelta

from kiemtin_jetstream.events import to_microseconds
from sqlalchemy import func, select

from examples.jetstream.tests.jetstream_site import FIRST_PATH, JetstreamSite, serve_stream
from storage.database import Database
from storage.models import Post, PostRevision
from storage.posts import sources
from tests.monitor.collectors.platform_samples import written
from tests.monitor.crawl.conftest import World


def count(database: Database, table: type[Post | PostRevision]) -> int:
    with database.work() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


async def test_what_a_stream_sends_again_after_a_break_is_one_post(jetstream: str, world: World) -> None:
    start = world.clock.now() - timedelta(minutes=30)
    found = [replace(written(number), published_at=start + timedelta(seconds=number)) for number in range(1, 21)]
    site = JetstreamSite([*found, replace(written(21), published_at=world.clock.now())], world.clock)
    site.drops = [10, 8]
    with serve_stream(site) as base:
        world.register(base, "stream", kind=jetstream)
        with world.database.changes() as session:
            sources.by_name(session, "stream").cursor = {"time_us": to_microseconds(start)}
        result = await world.crawl(only_due=True)
    assert len(site.seen(FIRST_PATH)) == 3
    assert result.duplicate > 0, "nothing came twice: the test shows too little"
    assert (result.outcome, result.new, result.changed) == ("ok", 21, 0)
    assert count(world.database, Post) == 21
    assert count(world.database, PostRevision) == 0


async def test_stream_takes_posts_away_when_they_are_deleted_and_when_their_author_leaves(
    jetstream: str, world: World
) -> None:
    start = world.clock.now() - timedelta(minutes=30)
    authors = {1: "to_truong", 2: "to_truong", 3: "tho_han", 4: "tho_may"}
    found = [
        replace(written(number), author=author, published_at=start + timedelta(seconds=number))
        for number, author in authors.items()
    ]
    site = JetstreamSite([*found, replace(written(5), author="tho_may", published_at=world.clock.now())], world.clock)
    with serve_stream(site) as base:
        world.register(base, "stream", kind=jetstream)
        with world.database.changes() as session:
            sources.by_name(session, "stream").cursor = {"time_us": to_microseconds(start)}
        assert (await world.crawl(only_due=True)).new == 5
        cursor = to_microseconds(world.clock.now())
        world.clock.advance(timedelta(hours=1))
        site.delete("3m0003")
        site.account("to_truong", status="deleted")
        site.identity("tho_may")
        world.clock.advance(1)
        site.add(replace(written(6), author="tho_may", published_at=world.clock.now()))
        result = await world.crawl(only_due=True)
    assert (result.outcome, result.new, result.gone) == ("ok", 1, 3)
    asked = [int(request.query["cursor"]) for request in site.seen(FIRST_PATH)]
    assert asked[-1] == cursor - 5_000_000  # five seconds earlier than it had read
    with world.database.work() as session:
        left = {post.text: post.deleted_at for post in session.scalars(select(Post))}
    assert left == {"Bài số 3": world.clock.now(), "Bài số 4": None, "Bài số 5": None, "Bài số 6": None}
