"""Every parser of what others write, with sound payloads of its own."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from kiemtin_jetstream.events import read_message

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.bluesky import api as bluesky
from monitor.collectors.discourse import api as discourse
from monitor.collectors.facebook import api as facebook
from monitor.collectors.facebook.account import FacebookPage, GraphAccount, ThreadsAccount
from monitor.collectors.factcheck import api as factcheck
from monitor.collectors.feed.formats import read_document
from monitor.collectors.files.formats import open_file
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.rate_limit import retry_at
from monitor.collectors.http.robots import as_agent, read_rules
from monitor.collectors.mastodon import api as mastodon
from monitor.collectors.telegram import page as telegram
from monitor.collectors.webpage.page import read_listing, read_post_page
from monitor.collectors.webpage.settings import WebpageSettings
from monitor.collectors.xenforo import api as xenforo
from monitor.collectors.youtube import api as youtube
from monitor.pictures.reading import read_answer, recogniser
from tests.clock import MONDAY_MORNING
from tests.fuzz import samples
from tests.monitor.collectors import payloads
from tests.monitor.collectors.collecting import answered
from tests.monitor.collectors.youtube_samples import VIDEO

Read = Callable[[Fetched], Iterable[PublicPost]]


# Libraries find the text of an article, and the messages of a thread without a known forum, in time that grows faster
# than a hostile page: there the limits of the parsing process end it, which is one failed reading.
ENDED_BY_LIMITS = ("article", "article without rules", "thread")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One parser.

    Args:
        read: Reads an answer and gives its posts.
        payloads: Makes sound payloads.
        url: Where they are read.
        content_type: As which they are sent.

    """

    read: Read
    payloads: Callable[[], Sequence[bytes]]
    url: str = "https://a.example/api"
    content_type: str = "application/json"

    def answer(self, body: bytes) -> Fetched:
        """Make the answer that has a body."""
        return answered(body, self.url, self.content_type)


def source(**settings: Any) -> SourceView:
    return SourceView(name="a", address="https://a.example", settings=settings)


FORUM = discourse.Forum.from_source(source())
BOARD = xenforo.Board.from_source(source())
CHANNEL = telegram.Channel.from_source(
    SourceView(name="a", address="https://t.me/s/kenh_khu_b", settings={"permission": "Chủ kênh đồng ý 02/11/2026"})
)
PAGE = FacebookPage.from_source(source(page=payloads.PAGE_ID, comments=True))
ACCOUNT = ThreadsAccount.from_source(source(account="cong_doan"))
FEED = bluesky.Feed.from_source(source(actor=payloads.DID))
VIDEOS = youtube.CommentQuery.from_source(source(video=VIDEO))
CHECKS = factcheck.CheckQuery.from_source(source(queries=["tin"]))
TIMELINE = mastodon.Timeline.from_source(source())
BARE = WebpageSettings(start_urls=("https://a.example",))


def _none(_read: Any) -> tuple[PublicPost, ...]:
    return ()


def _document(fetched: Fetched) -> Iterable[PublicPost]:
    return read_document(fetched).posts


def _article(settings: WebpageSettings) -> Read:
    return lambda fetched: read_post_page(fetched, settings).posts


def _telegram(fetched: Fetched) -> Iterable[PublicPost]:
    return telegram.read_page(fetched, CHANNEL).posts


def _xenforo(fetched: Fetched) -> Iterable[PublicPost]:
    page = xenforo.read_thread(fetched, BOARD)
    return [message.post for message in page.messages if message.post] if page else ()


def _discourse(fetched: Fetched) -> Iterable[PublicPost]:
    discourse.refusal(fetched, FORUM)
    discourse.read_single(fetched, FORUM, 1)
    return discourse.read_page(fetched, FORUM).posts


def _graph(account: GraphAccount) -> Read:
    """Read a list of a Graph API."""

    def read(fetched: Fetched) -> Iterable[PublicPost]:
        facebook.problem_of(fetched, account)
        facebook.usage_problem(replace(fetched, headers={"x-app-usage": fetched.text()}))
        return facebook.read_page(fetched, account).posts

    return read


def _youtube(fetched: Fetched) -> Iterable[PublicPost]:
    youtube.problem_of(fetched, VIDEOS)
    video = next(iter(youtube.read_videos(fetched)), youtube.Video(id=VIDEO, title="a"))
    return [*youtube.read_threads(fetched, video).posts, *youtube.read_comments(fetched, None).posts]


def _bluesky(fetched: Fetched) -> Iterable[PublicPost]:
    bluesky.problem_of(fetched, FEED)
    if b'"posts"' in fetched.body:
        return [post for post in bluesky.read_posts(fetched, FEED).values() if isinstance(post, PublicPost)]
    return bluesky.read_page(fetched, FEED).posts


def _mastodon(fetched: Fetched) -> Iterable[PublicPost]:
    mastodon.timeline_access(fetched, TIMELINE)
    return mastodon.read_page(fetched, "a.example").posts


def _factcheck(fetched: Fetched) -> Iterable[PublicPost]:
    factcheck.problem_of(fetched, CHECKS)
    return factcheck.read_page(fetched).posts


def _file(fetched: Fetched) -> Iterable[PublicPost]:
    """Read an import; the name of the file is the end of the address."""
    handle, name = tempfile.mkstemp(suffix=Path(fetched.url).suffix)
    try:
        os.write(handle, fetched.body)
        os.close(handle)
        return [row for row in open_file(Path(name)).rows() if isinstance(row, PublicPost)]
    finally:
        Path(name).unlink()


def _in_archive(member: str) -> Read:
    """Read an import that is an archive of which one file is the payload."""
    return lambda fetched: _file(replace(fetched, body=samples.packed({member: fetched.body})))


def _robots(fetched: Fetched) -> Iterable[PublicPost]:
    rules = read_rules(fetched)
    rules.can_fetch("https://a.example/tin/1?trang=2", agent := as_agent("kiemtin"))
    return _none((rules.crawl_delay(agent), rules.request_rate(agent)))


def _json(*values: Any) -> Callable[[], Sequence[bytes]]:
    return lambda: [json.dumps(value, ensure_ascii=False).encode() for value in values]


def _lines(*values: Any) -> Callable[[], Sequence[bytes]]:
    return lambda: [b"\n".join(json.dumps(value, ensure_ascii=False).encode() for value in values)]


def _site(app: Callable[[], Any], path: str) -> Callable[[], Sequence[bytes]]:
    """Take what a sample site of the demo answers."""

    @cache
    def made() -> Sequence[bytes]:
        from starlette.testclient import TestClient  # noqa: PLC0415  heavy, and not needed where a body is given

        answered = TestClient(app()).get(path)
        answered.raise_for_status()
        return [answered.content]

    return made


def _page(read: Read, payloads: Callable[[], Sequence[bytes]], path: str) -> Target:
    return Target(read=read, payloads=payloads, url=f"https://a.example{path}", content_type=HTML)


HTML, XML = "text/html; charset=utf-8", "text/xml"
# With the extra and Tesseract alone.
PICTURES = {"picture": Target(read=lambda fetched: _none(read_answer(fetched)), payloads=samples.pictures)}

TARGETS: Mapping[str, Target] = (PICTURES if recogniser() else {}) | {
    "rss": Target(read=_document, payloads=lambda: samples.RSS, content_type=XML),
    "atom": Target(read=_document, payloads=lambda: samples.ATOM, content_type=XML),
    "json feed": Target(read=_document, payloads=lambda: [samples.JSON_FEED]),
    "mastodon": Target(
        read=_mastodon,
        payloads=_json(
            [payloads.mastodon_row(1), payloads.mastodon_row(2)],
            {"error": "a", "configuration": {"timelines_access": {"live_feeds": {"local": "public"}}}},
        ),
    ),
    "discourse": Target(
        read=_discourse,
        payloads=_json(
            {"latest_posts": [samples.discourse_row(2), samples.discourse_row(1)]},
            samples.discourse_row(3) | {"errors": ["x"], "error_type": "not_logged_in"},
        ),
    ),
    "bluesky": Target(
        read=_bluesky,
        payloads=_json(
            payloads.bluesky_page(payloads.bluesky_row(1), payloads.bluesky_row(2), cursor="a"),
            {"posts": [payloads.bluesky_row(1)["post"]]},
            {"error": "CursorTooOld", "message": "below the floor"},
        ),
    ),
    "jetstream": Target(
        read=lambda fetched: _none(read_message(fetched.body.decode("utf-8", errors="replace"))),
        payloads=_json(samples.JETSTREAM),
    ),
    "youtube": Target(
        read=_youtube,
        payloads=_json(
            payloads.youtube_list(payloads.youtube_thread(1), payloads.video_row(), payloads.youtube_comment(2)),
            {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}], "details": [{"reason": "KEY"}]}},
        ),
    ),
    "facebook": Target(
        read=_graph(PAGE),
        payloads=_json(
            payloads.facebook_list(payloads.facebook_row(1), payloads.facebook_row(2)),
            {"error": {"code": 190, "error_subcode": 463, "message": "Mã đã hết hạn"}},
        ),
    ),
    "threads": Target(
        read=_graph(ACCOUNT),
        payloads=_json(payloads.threads_list(payloads.threads_row(1), payloads.threads_row(2), after="QVFI")),
    ),
    "factcheck": Target(
        read=_factcheck,
        payloads=_json(
            payloads.factcheck_page(),
            {"error": {"status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}},
        ),
    ),
    "telegram": Target(
        read=_telegram,
        payloads=_site(samples.telegram_site, "/s/kenh_khu_b"),
        url="https://t.me/s/kenh_khu_b",
        content_type=HTML,
    ),
    "xenforo": _page(_xenforo, _site(samples.xenforo_site, "/threads/cham-luong.12/"), "/threads/cham-luong.12/"),
    "xenforo feed": Target(
        read=lambda fetched: xenforo.read_thread_feed(fetched, BOARD).posts,
        payloads=_site(samples.xenforo_site, "/forums/-/index.rss"),
        content_type=XML,
    ),
    "article": _page(_article(samples.ARTICLE), lambda: [samples.ARTICLE_PAGE], "/tin/1"),
    "article without rules": _page(_article(BARE), lambda: [samples.ARTICLE_PAGE], "/tin/1"),
    "thread": _page(
        lambda fetched: entries.posts if (entries := read_listing(fetched, samples.THREAD).entries) else (),
        lambda: [samples.THREAD_PAGE],
        "/chu-de/7",
    ),
    "refusal": Target(
        read=lambda fetched: _none(retry_at({"retry-after": fetched.text()[:100]}, fetched.body, MONDAY_MORNING)),
        payloads=_json({"extras": {"wait_seconds": 30}}),
    ),
    "robots.txt": Target(read=_robots, payloads=lambda: [samples.ROBOTS]),
    "csv": Target(read=_file, payloads=lambda: samples.CSV, url="https://a.example/x.csv"),
    "crowdtangle": Target(read=_file, payloads=lambda: samples.CROWDTANGLE, url="https://a.example/x.csv"),
    "json lines": Target(read=_file, payloads=_lines(*samples.PLAIN_LINES), url="https://a.example/x.jsonl"),
    "zeeschuimer": Target(read=_file, payloads=_lines(*samples.CAPTURED), url="https://a.example/x.ndjson"),
    "telegram export": Target(read=_file, payloads=_json(samples.TELEGRAM_EXPORT), url="https://a.example/x.json"),
    "file of a facebook archive": Target(
        read=_in_archive(samples.FACEBOOK_MEMBER),
        payloads=_json(*samples.FACEBOOK_DOWNLOADS),
        url="https://a.example/x.zip",
    ),
}


def read_target(fetched: Fetched, name: str) -> list[PublicPost]:
    """Read an answer with the parser of a name; a function of a module, for the parsing process."""
    return list(TARGETS[name].read(fetched))
