"""What a crawl finds is counted and stored once: new, changed, gone, unchanged, skipped."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.crawl.batch_writer import UNSTORABLE
from monitor.crawl.collect import SourceResult
from monitor.demo.sites import FeedSite, MastodonSite, SitePost, serve
from monitor.demo.sites.feed_site import ATOM_PATH, RSS_PATH
from storage.database import Database
from storage.models import Capture, CrawlRun, Post, Source
from storage.posts import sources
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.conftest import Crawl, Register
from tests.monitor.crawl.loopback import ScriptedCollector, batch

AUTHOR = "nguoi_viet_bai_bi_mat"


def site_post(number: int, **changes: Any) -> SitePost:
    values: dict[str, Any] = {
        "id": f"p{number:03d}",
        "author": AUTHOR,
        "title": f"Tin số {number}",
        "text": f"Nội dung của tin số {number}, công nhân xưởng may kể lại",
        "published_at": MONDAY_MORNING - timedelta(hours=10) + timedelta(minutes=number),
    }
    return SitePost(**(values | changes))


@pytest.fixture
def newspaper(clock: FakeClock) -> FeedSite:
    return FeedSite([site_post(number) for number in range(1, 6)], clock)


@pytest.fixture
def newspaper_address(newspaper: FeedSite) -> Iterator[str]:
    with serve(newspaper) as address:
        yield address


def whole_database(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("kiemtin.db*"))


def account(result: SourceResult) -> tuple[str, int, int, int]:
    return result.outcome, result.new, result.changed, result.gone


async def test_a_feed_is_read_once_and_then_only_what_is_new_or_changed(
    newspaper: FeedSite,
    newspaper_address: str,
    register: Register,
    crawl: Crawl,
    sqlite_database: Database,
    clock: FakeClock,
) -> None:
    register("newspaper", newspaper_address + RSS_PATH)

    first = (await crawl())["newspaper"]
    again = (await crawl())["newspaper"]
    clock.advance(timedelta(hours=1))
    newspaper.add(site_post(6))
    newspaper.edit("p003", "Nội dung đã được sửa lại cho đúng")
    third = (await crawl())["newspaper"]

    assert account(first) == ("ok", 5, 0, 0)
    assert account(again) == ("unchanged", 0, 0, 0)
    assert account(third) == ("ok", 1, 1, 0)
    with sqlite_database.work() as session:
        edited = session.scalars(select(Post).where(Post.revision_number == 1)).one()
        assert "số 3" in edited.text  # the original stays
        assert "đã được sửa" in edited.current_text
        stored = [(run.outcome, run.seen, run.new, run.changed) for run in session.scalars(select(CrawlRun))]
    assert stored == [("ok", 5, 5, 0), ("unchanged", 0, 0, 0), ("ok", 6, 1, 1)]


async def test_a_mastodon_timeline_also_tells_what_is_gone(
    register: Register, crawl: Crawl, sqlite_database: Database, clock: FakeClock
) -> None:
    site = MastodonSite([site_post(number, title=None) for number in range(1, 6)], clock)
    with serve(site) as address:
        register("network", address, kind="mastodon")
        first = (await crawl())["network"]
        clock.advance(timedelta(hours=1))
        site.delete("p004")
        site.edit("p005", "Bài đã sửa")
        site.add(site_post(6, title=None))
        second = (await crawl())["network"]

    assert account(first) == ("ok", 5, 0, 0)
    assert account(second) == ("ok", 1, 1, 1)
    with sqlite_database.work() as session:
        gone = session.scalars(select(Post).where(Post.deleted_at.is_not(None))).one()
        assert (gone.text, gone.deleted_at) == (site_post(4).text, clock.now())  # marked, not removed


async def test_every_post_names_the_answer_in_which_it_was_found(
    newspaper: FeedSite, newspaper_address: str, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    register("newspaper", newspaper_address + RSS_PATH)
    await crawl()
    with sqlite_database.work() as session:
        capture = session.scalars(select(Capture)).one()
        found = session.scalars(select(Post.capture_id).distinct()).all()
    assert (capture.url, capture.status, found) == (newspaper_address + RSS_PATH, 200, [capture.id])


async def test_only_what_is_due_is_read_and_named_sources_are_read_in_any_case(
    newspaper: FeedSite, newspaper_address: str, register: Register, crawl: Crawl, clock: FakeClock
) -> None:
    register("newspaper", newspaper_address + RSS_PATH, interval_seconds=3600)
    register("other", newspaper_address + ATOM_PATH, interval_seconds=3600)

    assert set(await crawl(only_due=True)) == {"newspaper", "other"}
    assert set(await crawl(only_due=True)) == set()
    assert set(await crawl("other")) == {"other"}
    clock.advance(timedelta(hours=1))
    assert set(await crawl(only_due=True)) == {"newspaper", "other"}


@pytest.mark.parametrize("place", ["text", "title", "context", "url", "external_id", "language", "published_raw"])
@pytest.mark.parametrize("bad", ["\0", "\ud83d"], ids=["NUL", "half a pair"])
async def test_a_post_that_no_database_can_hold_is_left_out_and_counted(
    place: str, bad: str, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        values: dict[str, Any] = {"external_id": "2", "text": "hỏng", place: f"a{bad}b"}
        yield batch(PublicPost(external_id="1", text="lành"), PublicPost(**values))

    register("forum", "https://forum.example.vn/feed")
    result = (await crawl(collectors=ScriptedCollector(script)))["forum"]

    assert (account(result), result.seen, dict(result.skipped)) == (("ok", 1, 0, 0), 2, {UNSTORABLE: 1})
    with sqlite_database.work() as session:
        assert session.scalars(select(Post.text)).all() == ["lành"]


async def test_an_author_with_broken_characters_gets_a_pseudonym_like_any_other(
    register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        yield batch(PublicPost(external_id="1", text="lành", author="a\ud83db"))

    register("forum", "https://forum.example.vn/feed")
    result = (await crawl(collectors=ScriptedCollector(script)))["forum"]
    assert account(result) == ("ok", 1, 0, 0)
    with sqlite_database.work() as session:
        assert len(session.scalars(select(Post.author_key)).one() or "") == 64


async def test_no_author_of_a_feed_stands_anywhere_in_the_database_file(
    newspaper_address: str, register: Register, crawl: Crawl, sqlite_database: Database, tmp_path: Path
) -> None:
    register("newspaper", newspaper_address + ATOM_PATH)
    assert (await crawl())["newspaper"].new == 5
    with sqlite_database.work() as session:
        keys = set(session.scalars(select(Post.author_key)))
    sqlite_database.close()

    assert [len(key or "") for key in keys] == [64]  # one author, one pseudonym
    content = whole_database(tmp_path)
    assert "Tin số 1".encode() in content  # the file was looked into indeed
    assert AUTHOR.encode() not in content


async def test_no_author_of_a_timeline_is_stored_beside_the_address_of_the_post(
    register: Register, crawl: Crawl, sqlite_database: Database, clock: FakeClock
) -> None:
    """Mastodon's own addresses carry the account's name; nothing else may."""
    site = MastodonSite([site_post(1, title=None)], clock)
    with serve(site) as address:
        register("network", address, kind="mastodon")
        await crawl()
    with sqlite_database.work() as session:
        post = session.scalars(select(Post)).one()
        values = {name: str(getattr(post, name)) for name in Post.__table__.columns.keys()}  # noqa: SIM118  no mapping
    assert {name for name, value in values.items() if AUTHOR in value} <= {"url", "external_id"}


async def test_skipped_items_stand_in_the_account_of_the_reading_and_gaps_too(
    register: Register, crawl: Crawl, sqlite_database: Database, clock: FakeClock
) -> None:
    site = FeedSite([site_post(number) for number in range(1, 4)], clock, page_size=3)
    with serve(site) as address:
        register("newspaper", address + RSS_PATH)
        await crawl()
        clock.advance(timedelta(days=1))
        site.add(*(site_post(number) for number in range(100, 110)))
        result = (await crawl())["newspaper"]
    assert result.gap is not None
    with sqlite_database.work() as session:
        newest = sources.recent_runs(session)[0]
        assert newest.gap == result.gap
        assert session.scalar(select(func.count(Post.id))) == 6
        state = session.scalars(select(Source)).one()
        assert (state.last_success_at, state.lease_owner) == (clock.now(), None)
