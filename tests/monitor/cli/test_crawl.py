"""`kiemtin crawl`: what was found is told in words or as JSON; trouble is one line."""

import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from math import inf

import time_machine
from sqlalchemy import func, select, update

from monitor.cli.crawl import _as_data
from monitor.crawl.recheck import RecheckResult
from monitor.demo.sites import FeedSite, serve
from monitor.demo.sites.feed_site import RSS_PATH
from storage.models import CrawlRun, Post, Source
from tests.clock import FakeClock
from tests.monitor.cli.command import STOPS, Command, start, wait_for
from tests.monitor.cli.conftest import BASIS

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def add(kiemtin: Command, name: str, address: str) -> None:
    kiemtin.well("sources", "add", name, "feed", address, *BASIS)


def stored(kiemtin: Command) -> int:
    with kiemtin.rows() as session:
        return session.scalar(select(func.count(Post.id))) or 0


def test_what_was_found_is_told(kiemtin: Command, site: FeedSite, address: str, clock: FakeClock) -> None:
    add(kiemtin, "forum", address)
    assert kiemtin.well("crawl").out == "forum: 4 new, 0 changed, 0 gone\n"
    assert "unchanged since the last reading" in kiemtin.well("crawl").out
    clock.advance(60)
    site.edit("p2", "Bài 2 đã sửa")
    assert "0 new, 1 changed" in kiemtin.well("crawl", "forum").out


def test_the_account_as_json(kiemtin: Command, address: str) -> None:
    add(kiemtin, "forum", address)
    assert kiemtin.well("crawl", "--json").data == {
        "sources": [
            {
                "source": "forum",
                "outcome": "ok",
                "seen": 4,
                "new": 4,
                "changed": 0,
                "duplicate": 0,
                "gone": 0,
                "skipped": {},
                "gap": None,
                "error": None,
                "disabled": False,
                "moved_to": None,
            }
        ],
        "rechecked": {"checked": 0, "changed": 0, "gone": 0, "unclear": {}},
        "pictures": {"read": 0, "unreadable": 0, "failed": {}},
    }


def test_only_what_is_due_is_read(kiemtin: Command, site: FeedSite, address: str) -> None:
    add(kiemtin, "forum", address)
    assert [each["source"] for each in kiemtin.well("crawl", "--due", "--json").data["sources"]] == ["forum"]
    before = len(site.log)
    assert "Nothing is due" in kiemtin.well("crawl", "--due").out
    assert kiemtin.well("crawl", "--due", "--json").data["sources"] == []
    assert len(site.log) == before


def test_what_is_past_its_retention_is_deleted_and_told(kiemtin: Command, address: str) -> None:
    add(kiemtin, "forum", address)
    kiemtin.well("crawl")
    with kiemtin.rows() as session:
        session.execute(update(Post).where(Post.id == 1).values(collected_at=LONG_AGO))
    before = stored(kiemtin)
    assert "Past their retention: forum: 1 posts deleted" in kiemtin.well("crawl").out
    assert stored(kiemtin) == before - 1
    assert "retention" not in kiemtin.well("crawl").out


def test_a_failing_source_fails_the_command_only_when_it_is_the_only_one(kiemtin: Command, address: str) -> None:
    add(kiemtin, "broken", address + "/nowhere")
    assert "broken: failed:" in kiemtin.fails("1 failed", "crawl").out
    add(kiemtin, "forum", address)
    both = kiemtin.well("crawl", "--json").data["sources"]
    assert {each["source"]: each["outcome"] for each in both} == {"broken": "failed", "forum": "ok"}
    assert stored(kiemtin) == 4


def test_a_site_that_refuses_is_switched_off_and_that_is_said(kiemtin: Command, site: FeedSite, address: str) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /")
    add(kiemtin, "forum", address)
    assert "The source was switched off." in kiemtin("crawl").out
    (found,) = kiemtin.well("sources", "list", "--json").data
    assert "robots.txt" in found["why"]


def test_a_named_source_that_is_off_or_a_file_is_not_passed_over_in_silence(kiemtin: Command, address: str) -> None:
    add(kiemtin, "forum", address)
    add(kiemtin, "other", address)
    kiemtin.well("sources", "disable", "forum")
    kiemtin.well("tip", "Nghe nói mai cắt điện cả khu")
    for name, said in (("forum", "sources enable forum"), ("nobody", "'nobody'"), ("tips", "`kiemtin import` reads")):
        kiemtin.fails(said, "crawl", name)
    (row,) = (line.split() for line in kiemtin.well("sources", "list").out.splitlines() if "tips" in line)
    assert row == ["tips", "import", "monitored", "1", "never", "never", "ok"]


def test_where_nobody_listens_or_nobody_may_read_it_is_one_line(kiemtin: Command) -> None:
    add(kiemtin, "forum", "http://127.0.0.1:9/rss")
    add(kiemtin, "inside", "http://10.0.0.1/rss")
    answer = kiemtin.fails("2 failed", "crawl")
    assert "forum: failed: http://127.0.0.1:9/" in answer.out
    assert "inside: failed:" in answer.out


def test_looks_at_flagged_posts_are_counted_as_json_too() -> None:
    looks = RecheckResult(checked=2, unclear=Counter({"no answer": 2}))
    assert _as_data(looks) == {"checked": 2, "changed": 0, "gone": 0, "unclear": {"no answer": 2}}


@STOPS
def test_a_crawl_that_is_stopped_keeps_what_it_stored_and_the_next_finishes(
    how: signal.Signals, kiemtin: Command, site: FeedSite, address: str, clock: FakeClock
) -> None:
    slow = FeedSite(site.visible(), clock)
    slow.slow = inf
    with serve(slow) as slow_base:
        add(kiemtin, "forum", address)
        add(kiemtin, "slow", slow_base + RSS_PATH)
        with start("crawl", KIEMTIN_TIMEOUT_SECONDS="600") as child:
            wait_for(lambda: slow.seen(RSS_PATH) and stored(kiemtin), child)
            child.send_signal(how)
            out, err = child.communicate()
        assert (child.returncode, err.count("\n"), "Traceback" in err + out) == (1, 1, False)
        assert err.startswith("kiemtin: stopped")
        with kiemtin.rows() as session:
            outcomes = sorted(session.scalars(select(CrawlRun.outcome)))
            assert set(session.scalars(select(Source.lease_owner))) == {None}
        assert (outcomes, stored(kiemtin)) == (["interrupted", "ok"], 4)
        slow.slow = 0.0
        found = kiemtin.well("crawl", "--due", "--json").data["sources"]
    assert [(each["source"], each["new"]) for each in found] == [("slow", 4)]


def test_scoring_tells_that_the_clock_went_back(kiemtin: Command) -> None:
    kiemtin.well("score")
    with time_machine.travel(datetime.now(UTC) - timedelta(days=1)):
        assert "the clock went back" in kiemtin.well("score").err
