"""The bytes behind flagged posts are kept as WARC, exactly as they came, for as long as the posts; no others are."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from warcio.archiveiterator import ArchiveIterator

from monitor.collectors.base import Batch, PublicPost
from monitor.collectors.http.fetched import Fetched
from monitor.crawl.batch_writer import NOT_KEPT, BatchWriter
from monitor.crawl.captures import SPOOL_FULL, CaptureStore, as_warc
from monitor.demo.sites import serve
from monitor.errors import KiemtinError
from monitor.operations.clock_check import confirm_clock
from monitor.operations.erasure import Erasure
from monitor.operations.retain import retain
from monitor.privacy.pseudonym import Pseudonymiser
from storage.database import Database
from storage.models import Capture, Model, Post, PostRevision
from storage.posts import posts, sources
from storage.scoring import registry, unscored
from tests.clock import FakeClock
from tests.factories import add_flag, add_model, add_source, make_score
from tests.monitor.crawl.conftest import World
from tests.monitor.crawl.loopback import SECRET, batch, loopback_client

PAGE = "<p>Nghe nói mai cắt nước cả phố</p>".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "captures"


@pytest.fixture
def store(folder: Path, clock: FakeClock) -> CaptureStore:
    return CaptureStore(folder, clock, 1_000_000)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def records(warc: bytes) -> list[tuple[str, str, bytes, Any]]:
    found = []
    for record in ArchiveIterator(BytesIO(warc), no_record_parse=False):
        body = record.raw_stream.read()
        found.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), body, record))
    return found


# --- what is in a WARC


@pytest.fixture
def server() -> Iterator[str]:
    async def chunked(_request: Request) -> Response:
        async def parts() -> Any:
            yield PAGE[:7]
            yield PAGE[7:]

        return StreamingResponse(parts(), headers={"set-cookie": "who=you", "x-own": "có"}, media_type="text/html")

    async def packed(_request: Request) -> Response:
        return Response(gzip.compress(PAGE), headers={"content-encoding": "gzip", "content-type": "text/html"})

    with serve(Starlette(routes=[Route("/chunked", chunked), Route("/packed", packed)])) as base:
        yield base


async def test_the_pair_is_kept_without_keys_cookies_and_chunks(clock: FakeClock, server: str) -> None:
    async with loopback_client(clock) as client:
        fetched = await client.get(f"{server}/chunked?trang=1", headers={"authorization": "Bearer bi-mat"})
    warc = as_warc(fetched)
    (kind, url, body, response), (request_kind, request_url, _, request) = records(warc)
    assert (kind, request_kind, url, request_url) == ("response", "request", fetched.final_url, fetched.final_url)
    assert body == PAGE
    assert response.http_headers.get_statuscode() == "200"
    assert response.http_headers.get_header("transfer-encoding") is None
    assert response.http_headers.get_header("set-cookie") is None
    assert response.http_headers.get_header("x-own") is not None
    assert response.rec_headers.get_header("WARC-Date") == "2026-11-16T02:00:00Z"
    assert response.rec_headers.get_header("WARC-Payload-Digest").startswith("sha1:")
    assert request.http_headers.statusline == "/chunked?trang=1 HTTP/1.1"
    assert request.http_headers.get_header("user-agent").startswith("kiemtin/")
    assert request.http_headers.get_header("authorization") is None
    assert request.rec_headers.get_header("WARC-Concurrent-To") == response.rec_headers.get_header("WARC-Record-ID")


async def test_a_packed_body_is_kept_as_it_came(clock: FakeClock, server: str) -> None:
    async with loopback_client(clock) as client:
        fetched = await client.get(f"{server}/packed")
    assert fetched.body == PAGE
    (_, _, body, response), _ = records(as_warc(fetched))
    assert gzip.decompress(body) == PAGE
    assert response.http_headers.get_header("content-encoding") == "gzip"
    assert int(response.http_headers.get_header("content-length")) == len(body)


async def test_an_address_without_its_key_is_the_one_that_is_kept(clock: FakeClock, server: str) -> None:
    async with loopback_client(clock) as client:
        fetched = await client.get(f"{server}/packed", params={"key": "bimat"})
    stripped = replace(fetched, url=f"{server}/packed", final_url=f"{server}/packed")
    for _, url, body, record in records(as_warc(stripped)):
        assert b"bimat" not in body + str(record.http_headers).encode()
        assert url == f"{server}/packed"


def test_what_did_not_come_by_http_is_a_resource() -> None:
    ((kind, url, body, _),) = records(as_warc(batch().fetched))
    assert (kind, url, body) == ("resource", "https://forum.example.vn/feed", b"<rss/>")


# --- where it goes


@dataclass(frozen=True)
class Archive(World):
    """A monitored and a reference source, and posts read from pages."""

    store: CaptureStore

    def __post_init__(self) -> None:
        with self.database.changes() as session:
            for name, role in (("forum", "monitored"), ("paper", "reference")):
                add_source(session, name, role=role, retention_days=30)
            add_model(session)

    def read(self, page: bytes, *read: PublicPost, source: str = "forum", **changes: Any) -> dict[str, int]:
        fetched: Fetched = replace(batch().fetched, body=page, fetched_at=self.clock.now())
        with self.database.changes() as session:
            row = sources.by_name(session, source)
            run = sources.start_run(session, row.id, self.clock.now())
            kept = BatchWriter(Pseudonymiser(SECRET), self.clock, self.store).write(
                session, row, run.id, Batch(fetched=fetched, posts=read, **changes)
            )
        return dict(kept.skipped)

    def score(self, *flagged: str) -> None:
        """Score all posts as the scorer would, flag some, and settle."""
        with self.database.changes() as session:
            model = session.scalars(select(Model)).one()
            waiting = unscored.waiting(session, 0, 100)
            registry.record_scores(session, model.id, [make_score(post) for post in waiting])
            for post in session.scalars(select(Post).where(Post.external_id.in_(flagged))):
                add_flag(session, post, model=model)
        self.settle()

    def settle(self) -> None:
        self.store.settle(self.database)


@pytest.fixture
def world(sqlite_database: Database, clock: FakeClock, store: CaptureStore) -> Archive:
    return Archive(sqlite_database, clock, store)


def post(external_id: str, text: str = "Nghe nói mai cắt nước", author: str = "an") -> PublicPost:
    return PublicPost(external_id=external_id, text=f"{text} {external_id}", author=author)


def name_of(page: bytes) -> str:
    return replace(batch().fetched, body=page).sha256 + ".warc.gz"


def test_bytes_wait_until_all_their_posts_are_scored_and_stay_only_behind_a_flag(world: Archive, folder: Path) -> None:
    world.read(b"page 1", post("1"), post("2"))
    world.read(b"page 2", post("3"))
    spooled = sorted([f"spool/{name_of(b'page 1')}", f"spool/{name_of(b'page 2')}"])
    assert files(folder) == spooled
    world.settle()
    assert files(folder) == spooled
    world.score("2")
    assert files(folder) == [f"2026/11/{name_of(b'page 1')}"]
    assert world.column(Capture.warc_path) == [f"2026/11/{name_of(b'page 1')}", None]
    ((_, _, body, _),) = records((folder / files(folder)[0]).read_bytes())
    assert body == b"page 1"


def test_a_flag_that_is_opened_by_an_edit_keeps_the_edit(world: Archive, folder: Path) -> None:
    world.read(b"page 1", post("1"))
    world.score()
    assert files(folder) == []
    world.read(b"page 2", post("1", "Chắc chắn cắt nước"))
    world.score("1")
    assert files(folder) == [f"2026/11/{name_of(b'page 2')}"]


def test_nothing_is_kept_of_a_page_that_gave_nothing_new_or_that_is_only_evidence(world: Archive, folder: Path) -> None:
    world.read(b"page 1", post("1"))
    world.read(b"page 2", post("1"))
    world.read(b"page 3")
    world.read(b"news", post("9"), source="paper")
    assert files(folder) == [f"spool/{name_of(b'page 1')}"]


def test_equal_bytes_are_kept_once(world: Archive, folder: Path, clock: FakeClock) -> None:
    world.read(b"page", post("1"))
    world.score("1")
    clock.advance(timedelta(days=20))  # another month
    world.read(b"page", post("2"))
    world.score("2")
    assert files(folder) == [f"2026/11/{name_of(b'page')}"]
    assert world.column(Capture.warc_path) == [f"2026/11/{name_of(b'page')}"] * 2


def test_a_page_that_asks_for_no_copies_is_stored_without_one(world: Archive, folder: Path) -> None:
    world.read(PAGE, post("1"), may_be_kept=False)
    world.score("1")
    assert files(folder) == []
    assert (world.column(Post.external_id), world.column(Capture.warc_path)) == (["1"], [None])


def test_a_full_spool_loses_its_oldest_and_says_how_many(
    sqlite_database: Database, clock: FakeClock, folder: Path
) -> None:
    size = len(as_warc(replace(batch().fetched, body=b"page 0")))
    world = Archive(sqlite_database, clock, CaptureStore(folder, clock, int(size * 2.5)))
    counted = []
    for number in range(4):
        clock.advance(60)
        counted.append(world.read(f"page {number}".encode(), post(str(number))).get(SPOOL_FULL))
    assert counted == [None, None, 1, 1]
    assert files(folder) == sorted(f"spool/{name_of(page)}" for page in (b"page 2", b"page 3"))


def test_bytes_that_no_stored_capture_names_are_deleted_after_a_day(
    world: Archive, folder: Path, clock: FakeClock, store: CaptureStore
) -> None:
    store.spool(replace(batch().fetched, fetched_at=clock.now()))  # and then the crawl was killed
    world.settle()
    assert len(files(folder)) == 1
    clock.advance(timedelta(days=1, seconds=1))
    world.settle()
    assert files(folder) == []


def test_a_program_that_was_killed_while_moving_is_finished_by_the_next(world: Archive, folder: Path) -> None:
    world.read(b"page", post("1"))
    spooled = next(folder.rglob("*.warc.gz"))
    content = spooled.read_bytes()
    world.score("1")
    kept = next(folder.rglob("*.warc.gz"))
    kept.unlink()
    spooled.write_bytes(content)  # noted, and not moved yet
    world.settle()
    assert files(folder) == [f"2026/11/{name_of(b'page')}"]


# --- how long


def test_captures_go_with_the_last_of_their_posts(
    world: Archive, folder: Path, sqlite_database: Database, clock: FakeClock, store: CaptureStore
) -> None:
    world.read(b"page", post("1"))
    world.score("1")
    clock.advance(timedelta(days=29))
    confirm_clock(sqlite_database, clock)
    retain(sqlite_database, clock, store)
    assert len(files(folder)) == 1
    clock.advance(timedelta(days=2))
    assert retain(sqlite_database, clock, store) == {"forum": 1}
    assert files(folder) == []
    assert world.column(Capture.warc_path) == [None]


def test_an_erased_author_is_on_no_kept_page(
    world: Archive, folder: Path, sqlite_database: Database, clock: FakeClock, store: CaptureStore
) -> None:
    world.read(b"page", post("1", author="an"), post("2", author="bình"))
    world.score("2")
    world.read(b"page of both", post("3", author="an"), post("4", author="bình"))
    world.read(b"page of another", post("5", author="bình"))
    assert len(files(folder)) == 3
    erasure = Erasure(sqlite_database, clock, Pseudonymiser(SECRET), store, folder.parent, kind="feed", given="an")
    assert (erasure.run().posts, files(folder)) == (2, [f"spool/{name_of(b'page of another')}"])


def test_later_pages_with_an_erased_author_or_the_name_are_not_kept(
    world: Archive, folder: Path, sqlite_database: Database
) -> None:
    with sqlite_database.changes() as session:
        posts.erase_author(session, Pseudonymiser(SECRET).key("feed", "nguyen.an") or "", world.clock.now())
    both = world.read(b"page of both", post("1", author="nguyen.an"), post("2", author="hoa"))
    named = world.read(b"page that names", post("3", "Như @nguyen.an nói", author="hoa"))
    world.read(b"page of another", post("4", author="hoa"))
    assert (both[NOT_KEPT], named[NOT_KEPT]) == (1, 1)
    assert files(folder) == [f"spool/{name_of(b'page of another')}"]
    texts = ["Nghe nói mai cắt nước 2", "Như [đã xoá] nói 3", "Nghe nói mai cắt nước 4"]
    assert world.column(Post.text) == texts
    assert world.read(b"page that names", post("3", "Như @nguyen.an nói", author="hoa")) == {}  # no edit
    assert world.column(PostRevision.id) == []


def test_an_account_that_was_closed_is_on_no_kept_page(world: Archive, folder: Path) -> None:
    world.read(b"page", post("1", author="an"))
    world.score("1")
    world.read(b"", gone_authors=("an",))
    assert files(folder) == []


def test_a_folder_that_cannot_be_written_is_one_line(world: Archive, folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("in the way")
    with pytest.raises(KiemtinError, match=r"^cannot keep captured pages in .*: check rights and space$"):
        world.read(b"page", post("1"))
