"""Posts that people report: a text or a page, kept once, scored like any other, never crawled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.crawl.imports import TIPS
from monitor.crawl.tipline import Tip, Tipline, canonical_url
from monitor.demo.sites.server import serve
from monitor.errors import AddressBlocked, PayloadInvalid, SourceRefused, UsageError
from monitor.privacy.pseudonym import Pseudonymiser
from storage.database import Database
from storage.models import AuditEvent, Capture, CrawlRun, Post, Source
from storage.posts import posts, sources
from storage.scoring import unscored
from tests.clock import FakeClock
from tests.factories import add_model
from tests.monitor.crawl.conftest import World
from tests.monitor.crawl.loopback import SECRET, loopback_client

PAGE = """<!DOCTYPE html><html lang="vi"><head><title>Kho tin - Sắp cắt nước cả khu</title>
<meta property="og:title" content="Sắp cắt nước cả khu">
<meta property="article:published_time" content="2026-11-14T08:30:00+07:00"></head>
<body><nav><a href="/">Trang chủ</a></nav><article><h1>Sắp cắt nước cả khu</h1>
<p>Một người tự nhận là bảo vệ nói rằng từ ngày mai cả khu trọ sẽ không có nước dùng trong năm ngày liền.</p>
<p>Chưa có thông báo nào của ban quản lý khu trọ về việc này, mọi người đang hỏi nhau và chia sẻ cho người quen.</p>
</article><footer>Bản quyền</footer></body></html>"""


class TipSite:
    """A site of one page, with a log and the answers that a test sets."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.robots = ""
        self.page = Response(PAGE, media_type="text/html")

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._answer)])

    async def _answer(self, request: Request) -> Response:
        self.log.append(request.url.path)
        return Response(self.robots, media_type="text/plain") if request.url.path == "/robots.txt" else self.page


@pytest.fixture
def box(sqlite_database: Database, clock: FakeClock) -> Tipline:
    return Tipline(sqlite_database, Pseudonymiser(SECRET), clock, retention_days=90)


def test_a_text_is_kept_as_it_is_and_waits_for_its_score(box: Tipline, world: World, clock: FakeClock) -> None:
    text = "  Nghe nói mai cắt điện,\n chia sẻ gấp!  "
    tip = box.add_text(text, title="Khẩn", url="https://Example.org/1?utm_source=zalo#top")
    assert (tip.outcome, tip.url) == ("new", "https://example.org/1")
    (post,), source = world.posts(), world.source(TIPS)
    assert (post.text, post.title, post.url, post.author_key) == (text, "Khẩn", "https://example.org/1", None)
    assert (source.kind, source.retention_days) == ("import", 90)
    assert "Reported by a person" in source.legal_basis
    assert (world.column(CrawlRun.outcome), world.column(AuditEvent.action)) == (["ok"], ["tip"])
    with world.database.work() as session:
        assert unscored.count(session, add_model(session)) == 1
        later = clock.now().replace(year=2030)
        assert sources.lease(session, owner="a", now=later, until=later, only_due=False) == []


@pytest.mark.parametrize(
    "again",
    ["Mai cắt điện cả khu", " Mai  cắt điện\ncả khu ", "Mai ca\u0306\u0301t đie\u0323\u0302n cả khu"],
    ids=["same", "other spaces", "decomposed"],
)
def test_a_text_that_was_reported_before_is_a_duplicate(again: str, box: Tipline, world: World) -> None:
    assert box.add_text("Mai cắt điện cả khu").outcome == "new"
    assert box.add_text(again).outcome == "duplicate"
    assert len(world.posts()) == 1


def test_a_text_is_known_by_its_address_and_an_address_by_its_text(box: Tipline) -> None:
    assert box.add_text("Mai cắt điện", url="https://example.org/1").outcome == "new"
    assert box.add_text("Mai cắt điện nhé", url="https://example.org/1?fbclid=x").outcome == "duplicate"
    assert box.add_text("Mai cắt điện", url="https://example.org/2").outcome == "duplicate"
    assert box.add_text("Tin khác", url="https://example.org/2").outcome == "new"


@pytest.mark.parametrize(
    ("text", "url", "said"),
    [
        ("  ", None, "empty"),
        ("a\0b", None, "cannot be stored"),
        ("nửa \ud83d", None, "cannot be stored"),
        ("a", "ftp://example.org", "not a web address"),
        ("a", "https://", "not a web address"),
        ("a", "https://[", "not a web address"),
    ],
)
def test_what_cannot_be_a_tip_is_told_in_one_line(text: str, url: str | None, said: str, box: Tipline) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        box.add_text(text, url=url)
    assert "\n" not in str(caught.value)


async def test_a_page_is_read_once_with_its_robots_and_becomes_its_article(
    box: Tipline, world: World, clock: FakeClock
) -> None:
    site = TipSite()
    with serve(site.app()) as address:
        async with loopback_client(clock) as client:
            first = await box.add_page(f"{address}/tin?utm_medium=x#a", client)
            again = await box.add_page(f"{address}/tin", client)
    assert site.log == ["/robots.txt", "/tin"]
    assert (first.outcome, first.title, first.url) == ("new", "Sắp cắt nước cả khu", f"{address}/tin")
    assert again == Tip(outcome="duplicate", external_id=f"{address}/tin", url=f"{address}/tin", title=None, text=None)
    (post,) = world.posts()
    assert "năm ngày liền" in post.text
    assert "Trang chủ" not in post.text
    assert "Bản quyền" not in post.text
    assert post.published_at.isoformat() == "2026-11-14T01:30:00+00:00"
    assert post.published_raw == "2026-11-14T08:30:00+07:00"
    assert (world.column(Capture.url), world.column(Capture.status)) == ([f"{address}/tin"], [200])
    assert world.column(Capture.id) == [post.capture_id]


@pytest.mark.parametrize(
    ("answer", "robots", "error", "said"),
    [
        (Response("no", 403), "", SourceRefused, "paste it"),
        (Response(PAGE, media_type="text/html"), "User-agent: *\nDisallow: /", SourceRefused, "paste it"),
        (Response(b"%PDF-1.7", media_type="application/pdf"), "", PayloadInvalid, "application/pdf"),
        (Response("<html><body></body></html>", media_type="text/html"), "", PayloadInvalid, "no text"),
        (Response("gone", 404), "", PayloadInvalid, "404"),
    ],
    ids=["login", "robots", "pdf", "empty", "missing"],
)
async def test_a_page_that_may_not_or_cannot_be_read_leaves_nothing(
    answer: Response, robots: str, error: type[Exception], said: str, box: Tipline, world: World, clock: FakeClock
) -> None:
    site = TipSite()
    site.page, site.robots = answer, robots
    with serve(site.app()) as address:
        async with loopback_client(clock) as client:
            with pytest.raises(error, match=said) as caught:
                await box.add_page(f"{address}/tin", client)
    assert "\n" not in str(caught.value)
    assert world.column(Source.id) == []


async def test_a_private_address_is_not_opened(box: Tipline, clock: FakeClock) -> None:
    async with loopback_client(clock) as client:
        with pytest.raises(AddressBlocked):
            await box.add_page("http://169.254.169.254/latest", client)


def test_a_place_that_is_read_under_this_name_is_not_replaced(box: Tipline, world: World) -> None:
    world.register(name=TIPS)
    with pytest.raises(UsageError, match="another name"):
        box.add_text("Tin")


@given(st.text(), st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_writing_an_address_twice_changes_nothing(path: str, parameters: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={value}" for name, value in parameters)
    try:
        once = canonical_url(f"HTTPS://Example.org/{path}?{query}")
    except UsageError:
        return
    assert canonical_url(once) == once
    assert once.startswith("https://example.org/")


def test_a_tip_does_not_bring_the_name_of_an_erased_author_back(box: Tipline, world: World) -> None:
    with world.database.changes() as session:
        key = Pseudonymiser(SECRET).key("mastodon", "lan@mang.example") or ""
        posts.erase_author(session, key, world.clock.now())
    box.add_text("@lan@mang.example bảo mai cắt điện")
    assert world.column(Post.text) == ["[đã xoá] bảo mai cắt điện"]
