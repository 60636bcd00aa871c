"""`kiemtin sources`: adding, looking, switching; a check stores nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from monitor.demo.sites import FeedSite, SitePost, serve
from monitor.demo.sites.feed_site import ATOM_PATH, RSS_PATH
from storage.models import AuditEvent, CrawlRun, Post
from storage.posts.sources import by_name
from tests.clock import FakeClock
from tests.monitor.cli.command import Command
from tests.monitor.cli.conftest import BASIS
from tests.platforms import ForumPost, ForumThread, XenForoSite


@pytest.mark.parametrize(
    "address", ["notaurl", "example.org/rss", "https://", "ftp://a.example", "http://a.example:x", ""]
)
def test_what_is_no_web_address_is_not_added(kiemtin: Command, address: str) -> None:
    assert "is not a web address" in kiemtin("sources", "add", "forum", "feed", address, *BASIS).complaint
    assert kiemtin.well("sources", "list", "--json").data == []


@pytest.mark.parametrize(
    ("order", "state"),
    [("month-first", "forum: dates: month-first"), ("open", "its dates may have the day or the month first: set")],
)
def test_the_order_of_day_and_month_is_listed_with_its_source(kiemtin: Command, order: str, state: str) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", *BASIS)
    with kiemtin.rows() as session:
        by_name(session, "forum").cursor = {"date_order": order}
    assert kiemtin.well("sources", "list", "--json").data[0]["date_order"] == order
    assert state in " ".join(kiemtin.well("sources", "list").out.split())


def test_a_source_is_added_listed_and_changed(kiemtin: Command) -> None:
    added = kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", *BASIS, "--interval-minutes", "15")
    assert "Added forum" in added.out
    assert kiemtin.well("sources", "list", "--json").data == [
        {
            "name": "forum",
            "kind": "feed",
            "address": "https://a.example/rss",
            "role": "monitored",
            "posts": 0,
            "last_success": None,
            "next_due": None,
            "gap": None,
            "enabled": True,
            "state": "ok",
            "why": None,
            "legal_basis": "Nguồn công khai",
            "robots_leave": None,
            "pictures": False,
            "date_order": None,
            "retention_days": 180,
            "interval_minutes": 15,
        }
    ]
    changed = kiemtin.well("sources", "add", "forum", "feed", "https://b.example/rss", *BASIS, "--role", "reference")
    assert "Changed forum" in changed.out
    (found,) = kiemtin.well("sources", "list", "--json").data
    assert (found["address"], found["role"], found["interval_minutes"]) == ("https://b.example/rss", "reference", 30)
    assert "forum" in kiemtin.well("sources", "list").out


def test_settings_of_a_source_are_numbers_where_they_look_like_numbers(kiemtin: Command) -> None:
    assert "sources add" in kiemtin.well("sources", "list").out, "an empty list says how to go on"
    settings = ["--setting", "timeline=tag", "--setting", "tag=laichau", "--setting", "backfill_pages=2"]
    kiemtin.well("sources", "add", "net", "mastodon", "https://mang.example", *BASIS, *settings)
    with kiemtin.rows() as session:
        assert by_name(session, "net").settings == {"timeline": "tag", "tag": "laichau", "backfill_pages": 2}


def test_leave_to_read_what_robots_forbid_is_recorded_and_shown(kiemtin: Command) -> None:
    said = "Điều khoản dịch vụ, khoá cấp ngày 02/11/2026"
    leave = ["--setting", f"robots_leave={said}", "--setting", "video=video_so_01"]
    kiemtin.well("sources", "add", "kênh", "youtube", "https://api.example", *BASIS, *leave)
    (found,) = kiemtin.well("sources", "list", "--json").data
    assert found["robots_leave"] == said
    assert said in " ".join(kiemtin.well("sources", "list").out.split())


@pytest.mark.parametrize(
    ("kind", "given", "complaint"),
    [
        ("feed", [*BASIS, "--setting", "robots_leave=Chủ báo đồng ý ngày 02/11/2026"], "not for feed"),
        ("youtube", [*BASIS, "--setting", "robots_leave=ok"], "who allowed it and when"),
        ("facebook", [*BASIS, "--setting", "robots_leave=true"], "who allowed it and when"),
        *(("feed", ["--legal-basis", basis], "--legal-basis") for basis in ("", "    ", "vì t", " ok  ")),
    ],
)
def test_a_basis_or_leave_that_says_nothing_or_is_for_another_kind_is_refused(
    kiemtin: Command, kind: str, given: list[str], complaint: str
) -> None:
    kiemtin.fails(complaint, "sources", "add", "x", kind, "https://a.example", *given, status=2)
    assert kiemtin.well("sources", "list", "--json").data == []


def test_a_check_shows_what_is_there_and_stores_nothing(kiemtin: Command, site: FeedSite, address: str) -> None:
    kiemtin.well("sources", "add", "forum", "feed", address, *BASIS)
    answer = kiemtin.well("sources", "check", "forum")
    assert "status 200" in answer.out
    assert "4 posts" in answer.out
    assert answer.out.count("·") == 3
    with kiemtin.rows() as session:
        assert session.scalar(select(func.count(Post.id))) == session.scalar(select(func.count(CrawlRun.id))) == 0
    assert kiemtin.well("sources", "check", "forum").out == answer.out  # and remembers nothing


def test_a_check_tells_how_the_host_wants_to_be_read_and_what_is_missing(
    kiemtin: Command, site: FeedSite, address: str
) -> None:
    site.robots = (200, b"User-agent: *\nCrawl-delay: 0.3")
    without_pictures = address.replace(RSS_PATH, ATOM_PATH)
    kiemtin.well("sources", "add", "forum", "feed", without_pictures, *BASIS)
    answer = kiemtin.well("sources", "check", "forum").out
    assert "pause between two requests to this host: 0.3 s" in answer
    assert "etag W/" in answer
    assert "left out" not in answer
    assert "GAP" not in answer
    site.etag, site.truncate = False, False
    site.add(SitePost(id="empty", author="x", title="", text="", published_at=site.clock.now()))
    again = kiemtin.well("sources", "check", "forum").out
    assert "no, it names neither ETag nor date" in again
    assert "left out: 1 × " in again
    site.redirects["/old"] = (301, address)
    kiemtin.well("sources", "add", "forum", "feed", address.replace(RSS_PATH, "/old"), *BASIS)
    assert f"moved for good to {address}" in kiemtin.well("sources", "check", "forum").out


def test_a_check_of_a_forum_goes_on_until_there_are_posts(kiemtin: Command, clock: FakeClock) -> None:
    moment = clock.now() - timedelta(hours=3)
    posts = [
        ForumPost(id=str(n), author="x", text=f"Bài {n}", published_at=moment, thread=n // 2, number=0)
        for n in range(2, 9)
    ]
    site = XenForoSite(posts, [ForumThread(id=n, title=f"Chủ đề {n}") for n in range(1, 5)], clock)
    with serve(site) as base:
        kiemtin.well("sources", "add", "forum", "xenforo", base, *BASIS)
        answer = kiemtin.well("sources", "check", "forum").out
    assert ", 0 posts" in answer
    assert ", 1 posts" in answer
    assert ", 2 posts" in answer
    assert answer.count("·") == 3
    assert len([request for request in site.log if request.path.startswith("/threads/")]) == 2


def test_the_list_tells_what_is_due_and_what_was_missed(
    kiemtin: Command, site: FeedSite, address: str, clock: FakeClock
) -> None:
    kiemtin.well("sources", "add", "forum", "feed", address, *BASIS)
    kiemtin.well("crawl")
    for old in range(4):
        site.delete(f"p{old}")
    later = clock.now() + timedelta(hours=1)
    site.add(SitePost(id="q", author="x", title="Tin mới", text="Bài mới", published_at=later))
    clock.advance(timedelta(hours=2))
    kiemtin.well("crawl")
    (found,) = kiemtin.well("sources", "list", "--json").data
    assert found["next_due"] is not None
    assert "were missed" in found["gap"]
    listed = kiemtin.well("sources", "list").out
    assert found["next_due"] in listed
    assert "GAP:" in listed


def test_one_failure_and_more_are_told(kiemtin: Command, address: str, clock: FakeClock) -> None:
    kiemtin.well("sources", "add", "forum", "feed", address.replace(RSS_PATH, "/none"), *BASIS)
    for said in ("failed 1 × in a row", "failed 2 × in a row"):
        kiemtin("crawl")
        assert kiemtin.well("sources", "list", "--json").data[0]["state"] == said
        assert "\nforum: http" in kiemtin.well("sources", "list").out
        clock.advance(timedelta(days=1))


def test_what_cannot_be_read_or_is_unknown_is_one_line(kiemtin: Command, address: str) -> None:
    kiemtin.well("sources", "add", "forum", "feed", address + "/nothing", *BASIS)
    kiemtin.fails("404", "sources", "check", "forum")
    for command in ("check", "enable", "disable", "remove"):
        kiemtin.fails("'nobody'", "sources", command, "nobody")


def test_switching_off_and_on_is_recorded_with_its_reason(kiemtin: Command, site: FeedSite, address: str) -> None:
    kiemtin.well("sources", "add", "forum", "feed", address, *BASIS)
    kiemtin.well("sources", "disable", "forum", "--why", "ban quản trị yêu cầu")
    (found,) = kiemtin.well("sources", "list", "--json").data
    assert (found["enabled"], found["state"], found["why"]) == (False, "off", "ban quản trị yêu cầu")
    assert "no enabled source" in kiemtin("crawl").complaint
    assert site.log == []
    kiemtin.well("sources", "enable", "forum")
    assert "4 new" in kiemtin.well("crawl").out
    with kiemtin.rows() as session:
        events = session.execute(select(AuditEvent.action, AuditEvent.subject).order_by(AuditEvent.id)).all()
    assert [tuple(event) for event in events][-3:] == [
        ("source.registered", "forum"),
        ("source.disabled", "forum"),
        ("source.enabled", "forum"),
    ]


def test_a_source_is_removed_with_all_that_was_read_from_it(kiemtin: Command, address: str) -> None:
    kiemtin.well("sources", "add", "forum", "feed", address, *BASIS)
    kiemtin.well("sources", "add", "other", "feed", address.replace("127.0.0.1", "localhost"), *BASIS)
    kiemtin.well("crawl", "forum")
    assert "Removed forum and its 4 posts." in kiemtin.well("sources", "remove", "forum", "--yes").out
    assert [row["name"] for row in kiemtin.well("sources", "list", "--json").data] == ["other"]
    with kiemtin.rows() as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in (Post, CrawlRun)] == [0, 0]
