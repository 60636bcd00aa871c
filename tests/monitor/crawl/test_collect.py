"""What a crawl finds is counted and stored once, and what a platform says beside its posts is followed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.collectors.base import Batch, PostPicture, PublicPost, SourceView
from monitor.collectors.registry import collector_for, retention_days_for
from monitor.crawl.batch_writer import UNSTORABLE
from monitor.crawl.collect import MOST_FAILURES, TICK, moved_address
from monitor.demo.sites import FeedSite, MastodonSite, serve
from monitor.demo.sites.feed_site import ATOM_PATH, RSS_PATH
from monitor.operations.clock_check import confirm_clock
from monitor.operations.retain import retain
from storage.models import Capture, Picture, Post
from storage.posts import holdings
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, decide
from tests.monitor.crawl.conftest import World, account, post, script_of, site_post
from tests.monitor.crawl.loopback import ScriptedCollector, batch

AUTHOR = "nguoi_viet_bai_bi_mat"


async def test_a_feed_is_read_once_and_then_only_what_is_new_or_changed(
    site: FeedSite, base: str, world: World, clock: FakeClock
) -> None:
    world.register(base + RSS_PATH)
    first, again = await world.crawl(), await world.crawl()
    clock.advance(timedelta(hours=1))
    site.add(site_post(6))
    site.edit("p003", "Nội dung đã được sửa lại cho đúng")
    third = await world.crawl()

    counted = [("ok", 3, 0, 0), ("unchanged", 0, 0, 0), ("ok", 1, 1, 0)]
    assert list(map(account, (first, again, third))) == counted
    (edited,) = (each for each in world.posts() if each.revision_number)
    assert "số 3" in edited.text  # the original stays
    assert "đã được sửa" in edited.current_text
    assert [(run.outcome, run.seen, run.new, run.changed) for run in world.runs()] == [
        ("ok", 3, 3, 0), ("unchanged", 0, 0, 0), ("ok", 4, 1, 1),
    ]  # fmt: skip


async def test_a_mastodon_timeline_also_tells_what_is_gone(world: World, clock: FakeClock) -> None:
    site = MastodonSite([site_post(number, title=None) for number in range(1, 6)], clock)
    with serve(site) as address:
        world.register(address, kind="mastodon")
        assert account(await world.crawl()) == ("ok", 5, 0, 0)
        clock.advance(timedelta(hours=1))
        site.delete("p004")
        site.edit("p005", "Bài đã sửa")
        site.add(site_post(6, title=None))
        assert account(await world.crawl()) == ("ok", 1, 1, 1)
    (gone,) = (each for each in world.posts() if each.deleted_at)
    assert (gone.text, gone.deleted_at) == (site_post(4).text, clock.now())  # marked, not removed


async def test_every_post_names_the_answer_in_which_it_was_found(base: str, world: World) -> None:
    world.register(base + RSS_PATH)
    await world.crawl()
    assert (world.column(Capture.url), world.column(Capture.status)) == ([base + RSS_PATH], [200])
    assert set(world.column(Post.capture_id)) == set(world.column(Capture.id))


async def test_a_picture_that_a_post_names_twice_waits_once(world: World) -> None:
    world.register(settings={"pictures": True})
    named = [("a.jpg", ""), ("b.jpg", "Bảng lương"), ("a.jpg", "Cổng xưởng"), ("b.jpg", "Trang bìa")]
    shown = [PostPicture(f"https://cdn.example.vn/{name}", words) for name, words in named]
    await world.crawl(script_of(batch(post(1, pictures=shown))))
    assert world.column(Picture.address) == ["https://cdn.example.vn/a.jpg", "https://cdn.example.vn/b.jpg"]
    assert world.column(Picture.description) == ["Cổng xưởng", "Bảng lương"]


async def test_only_what_is_due_is_read_and_named_sources_are_read_in_any_case(
    base: str, world: World, clock: FakeClock
) -> None:
    world.register(base + RSS_PATH, "newspaper", interval_seconds=3600)
    world.register(base + ATOM_PATH, "other", interval_seconds=3600)
    assert set(await world.crawl_all(only_due=True)) == {"newspaper", "other"}
    assert set(await world.crawl_all(only_due=True)) == set()
    assert set(await world.crawl_all("other")) == {"other"}
    clock.advance(timedelta(hours=1))
    assert set(await world.crawl_all(only_due=True)) == {"newspaper", "other"}


@pytest.mark.parametrize("place", ["text", "title", "context", "url", "external_id", "language", "published_raw"])
@pytest.mark.parametrize("bad", ["\0", "\ud83d"], ids=["NUL", "half a pair"])
async def test_a_post_that_no_database_can_hold_is_left_out_and_counted(place: str, bad: str, world: World) -> None:
    values: dict[str, Any] = {"external_id": "2", "text": "hỏng", place: f"a{bad}b"}
    world.register()
    result = await world.crawl(script_of(batch(post(1), PublicPost(**values))))
    assert (account(result), result.seen, dict(result.skipped)) == (("ok", 1, 0, 0), 2, {UNSTORABLE: 1})
    assert world.column(Post.text) == ["bài 1"]


async def test_an_author_with_broken_characters_gets_a_pseudonym_like_any_other(world: World) -> None:
    world.register()
    assert account(await world.crawl(script_of(batch(post(1, author="a\ud83db"))))) == ("ok", 1, 0, 0)
    assert [len(key) for key in world.column(Post.author_key)] == [64]


def whole_database(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("kiemtin.db*"))


async def test_no_author_of_a_feed_stands_anywhere_in_the_database_file(
    base: str, world: World, tmp_path: Path
) -> None:
    world.register(base + ATOM_PATH)
    assert (await world.crawl()).new == 3
    assert [len(key) for key in set(world.column(Post.author_key))] == [64]  # one author, one pseudonym
    world.database.close()
    content = whole_database(tmp_path)
    assert "Tin số 1".encode() in content  # the file was looked into indeed
    assert AUTHOR.encode() not in content


async def test_no_author_of_a_timeline_is_stored_beside_the_address_of_the_post(world: World, clock: FakeClock) -> None:
    """Mastodon's own addresses carry the account's name; nothing else may."""
    with serve(MastodonSite([site_post(1, title=None)], clock)) as address:
        world.register(address, kind="mastodon")
        await world.crawl()
    (stored,) = world.posts()
    values = {name: str(getattr(stored, name)) for name in Post.__table__.columns.keys()}  # noqa: SIM118  no mapping
    assert {name for name, value in values.items() if AUTHOR in value} <= {"url", "external_id"}


async def test_gaps_stand_in_the_account_of_the_reading(world: World, clock: FakeClock) -> None:
    site = FeedSite([site_post(number) for number in range(1, 4)], clock, page_size=3)
    with serve(site) as address:
        world.register(address + RSS_PATH)
        await world.crawl()
        clock.advance(timedelta(days=1))
        site.add(*(site_post(number) for number in range(100, 110)))
        result = await world.crawl()
    assert result.gap is not None
    assert world.runs()[-1].gap == result.gap
    assert len(world.posts()) == 6
    source = world.source()
    assert (source.last_success_at, source.lease_owner) == (clock.now(), None)


def validators_sent(site: FeedSite) -> list[tuple[str | None, ...]]:
    """List the validators of all requests for the feed."""
    names = ("if-none-match", "if-modified-since")
    return [tuple(request.headers.get(name) for name in names) for request in site.seen(RSS_PATH)]


async def test_validators_are_sent_by_the_next_program_and_give_way_to_newer_ones(
    site: FeedSite, base: str, world: World, clock: FakeClock
) -> None:
    world.register(base + RSS_PATH)
    outcomes = [(await world.crawl()).outcome for _ in range(2)]
    clock.advance(timedelta(hours=1))
    site.edit("p002", "Bản đã sửa")
    outcomes += [(await world.crawl()).outcome for _ in range(2)]

    assert outcomes == ["ok", "unchanged", "ok", "unchanged"]
    assert world.column(Capture.status) == [200, 304, 200, 304]
    first, second, third, fourth = validators_sent(site)
    assert first == (None, None)
    assert second == third
    assert None not in (*second, *fourth)
    assert fourth[0] != third[0]


async def test_answer_that_could_not_be_stored_is_asked_for_again_as_if_it_had_never_come(
    site: FeedSite, base: str, world: World
) -> None:
    world.register(base + RSS_PATH)
    with world.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON posts BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    assert (await world.crawl()).outcome == "failed"
    with world.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    assert account(await world.crawl()) == ("ok", 3, 0, 0)
    assert validators_sent(site) == [(None, None), (None, None)]


OLD_PATH = "/tin-cu.rss"


# --- moves


async def test_a_permanent_move_is_followed_noted_and_asked_for_without_the_old_validators(
    site: FeedSite, base: str, world: World
) -> None:
    world.register(base + OLD_PATH)
    site.redirects[OLD_PATH] = (301, base + RSS_PATH)
    result = await world.crawl()
    assert (result.outcome, result.new, result.moved_to) == ("ok", 3, base + RSS_PATH)
    assert (world.source().address, world.source().validators) == (base + RSS_PATH, {})
    assert world.audited("source.moved") == [{"from": base + OLD_PATH, "to": base + RSS_PATH}]

    again = await world.crawl()
    assert (again.outcome, again.duplicate, again.moved_to) == ("unchanged", 0, None)
    assert len(site.seen(OLD_PATH)) == 1
    assert "if-none-match" not in site.seen(RSS_PATH)[-1].headers


@pytest.mark.parametrize(
    ("status", "place", "outcome"),
    [(302, RSS_PATH, "ok"), (303, RSS_PATH, "ok"), (307, RSS_PATH, "ok"), (301, "/no-such-feed", "failed")],
)
async def test_a_passing_redirect_or_one_that_ends_in_a_failure_moves_nothing(
    status: int, place: str, outcome: str, site: FeedSite, base: str, world: World
) -> None:
    world.register(base + OLD_PATH)
    site.redirects[OLD_PATH] = (status, base + place)
    result = await world.crawl()
    assert (result.outcome, result.moved_to) == (outcome, None)
    assert world.source().address == base + OLD_PATH


async def test_a_server_that_moved_moves_the_address_below_which_its_api_is_asked(
    clock: FakeClock, world: World
) -> None:
    new, old = MastodonSite([site_post(1)], clock), FeedSite([], clock)
    with serve(new) as new_base, serve(old) as old_base:
        path = "/api/v1/timelines/public"
        old.redirects[path] = (308, f"{new_base}{path}?limit=40&local=true")
        world.register(old_base, kind="mastodon")
        assert (await world.crawl()).new == 1
        assert world.source().address == new_base


@pytest.mark.parametrize(
    ("address", "url", "permanent", "new"),
    [
        ("http://a.example", "http://a.example/", "https://b.example/", "https://b.example/"),
        ("http://a.example/f?x=1", "http://a.example/f?x=1", "https://b.example/g", "https://b.example/g"),
        ("http://a.example", "http://a.example/api/v1?n=1", "http://b.example/login", None),
        ("http://ă.example/f", "http://xn--nda.example/f", "http://b.example/f", None),
        ("http://a.example/f", "http://a.example/f", None, None),
        ("http://a.example/f", "http://a.example/f", "http://a.example/", None),
    ],
)
def test_new_addresses(address: str, url: str, permanent: str | None, new: str | None) -> None:
    fetched = replace(batch().fetched, url=url, final_url=permanent or url, permanent_url=permanent)
    assert moved_address(address, replace(batch(), fetched=fetched)) == new


# --- how often


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(7200, 7200), (60, 1770), (10**9, 86400), ("soon", 1770), (True, 1770), (-5, 1770), (float("nan"), 1770)],
)
async def test_a_source_that_asks_to_be_read_less_often_is(
    asked: object, waits: int, world: World, clock: FakeClock
) -> None:
    world.register()
    await world.crawl(script_of(replace(batch(), cursor={"least_interval_seconds": asked})))
    assert world.source().next_due_at == clock.now() + timedelta(seconds=waits)


@pytest.mark.parametrize(
    ("lasts", "cursor", "minutes"),
    [
        (0, {}, [0, 5, 10, 15, 20]),
        (20, {}, [0, 5, 10, 15, 20]),
        (100, {}, [0, 5, 10, 15, 20]),
        (290, {}, [0, 8, 16]),  # half an interval after its end
        (20, {"least_interval_seconds": 300}, [0, 6, 12, 18]),  # of the site's own wish nothing is taken
    ],
)
async def test_an_interval_is_counted_from_one_reading_to_the_next(
    lasts: int, cursor: dict[str, int], minutes: list[int], world: World, clock: FakeClock
) -> None:
    began, read = clock.now(), list[int]()

    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        read.append((clock.now() - began) // TICK)
        clock.advance(lasts)
        yield replace(batch(), cursor=cursor)

    world.register(interval_seconds=300)
    for minute in range(21):
        late = 2 if minute == 0 else minute % 2  # seconds: the first tick has most to do
        clock.advance(max(began + minute * TICK + timedelta(seconds=late) - clock.now(), timedelta(0)))
        await world.crawl_all(only_due=True, collectors=ScriptedCollector(script))
    assert read == minutes


# --- who left


async def test_posts_of_an_account_that_was_closed_are_deleted_and_no_others(world: World) -> None:
    posts = [post(number, author=who) for number, who in enumerate(["an", "bình", "an"])]

    async def script(source: SourceView) -> AsyncIterator[Batch]:
        yield replace(batch(cursor="2"), gone_authors=("an", "")) if source.cursor else batch(*posts, cursor="1")

    world.register()
    assert (await world.crawl(script)).new == 3
    with world.database.changes() as session:
        decide(session, add_flag(session, session.merge(world.posts()[0])), "no")
    assert (await world.crawl(script)).gone == 2
    assert world.column(Post.external_id) == ["1"]
    with world.database.work() as session:
        assert holdings.erasures(session) == []  # nobody asked for it


# --- enough is enough


async def test_after_ten_failures_in_a_row_a_source_is_switched_off_with_the_reason(
    site: FeedSite, base: str, world: World
) -> None:
    world.register(base + RSS_PATH)
    site.fail(RSS_PATH, *[500] * MOST_FAILURES)
    assert [(await world.crawl()).disabled for _ in range(MOST_FAILURES)] == [False] * (MOST_FAILURES - 1) + [True]
    assert await world.crawl_all() == {}
    why = world.source().why_disabled or ""
    assert why.startswith("10 readings in a row failed, the last one with: ")
    assert "answers 500" in why
    assert (world.source().enabled, len(world.audited("source.disabled"))) == (False, 1)


async def test_being_asked_to_wait_is_no_failure_that_switches_off(site: FeedSite, base: str, world: World) -> None:
    world.register(base + RSS_PATH)
    site.rate_limit(0)
    assert not any([(await world.crawl()).disabled for _ in range(MOST_FAILURES + 1)])
    assert len(site.seen(RSS_PATH)) == MOST_FAILURES + 1


# --- how long


def test_a_platforms_limit_is_the_longest_that_its_posts_are_kept(
    world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(collector_for("feed")), "longest_retention_days", 30, raising=False)
    asked = [("feed", 7), ("feed", 180), ("mastodon", 180), ("import", 180)]
    assert [retention_days_for(kind, days) for kind, days in asked] == [7, 30, 180, 180]
    with world.database.changes() as session:
        for kind in ("feed", "mastodon"):  # as registered before the limit was known
            add_post(session, add_source(session, kind, kind=kind, retention_days=180))
    clock.advance(timedelta(days=31))
    confirm_clock(world.database, clock)
    assert retain(world.database, clock) == {"feed": 1}
