"""The demo: five days of crawls on sample platforms, scores, flags, decisions, a report, and the desk."""

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from monitor.app.application import Application
from monitor.clock import SystemClock
from monitor.crawl.collect import SourceResult
from monitor.demo.office import ORGANISATION, work
from monitor.demo.sites import FeedSite, MastodonSite, SitePicture, SitePost, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.desk.web.accounts import NO_HASH
from monitor.desk.web.passwords import hash_password, one_time_password
from monitor.errors import UsageError
from monitor.outbox.issue import Wish
from monitor.pictures.reading import recogniser
from monitor.privacy.secret_key import make_key
from monitor.reports.periods import Unit, current_period
from monitor.scoring.score import Progress
from monitor.settings.reports import PublishSettings, ReportSettings
from monitor.settings.settings import DEFAULT_MODEL, DEMO_MARK, Settings
from storage.accounts import users
from storage.posts import sources
from storage.posts.sources import SourceDraft

CRAWL_DAYS = (4, 3, 2, 1, 0)  # days before now; posts are edited and removed after the first crawl
REPORTED_DAYS = 4.68  # days before now, as old as the post that is corrected and the concern that is passed on
USER = "demo"
LEAD = "truong-nhom"  # releases what the other one writes; nobody can sign in by this name
PUBLISHED_AT = "https://nampha.example/dinh-chinh"  # nobody serves it; the files lie in the folder
_POSTS = resources.files("monitor.demo") / "posts"
PAGE = 80  # every sample feed fits into one page


class ManualClock(SystemClock):
    """Tells the time that it was last set to, one of the demo's days; waits are real.

    Args:
        now: The first time, UTC.

    """

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Set the time."""
        self._now = now


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post, and what will happen to it."""

    post: SitePost
    edited_text: str | None
    deleted: bool


@dataclass
class Demo:
    """What the demo made: the application, how to sign in, who works, what was served, found and written."""

    app: Application
    password: str
    people: tuple[int, int]
    served: dict[str, list[DemoPost]]
    crawls: list[list[SourceResult]] = field(default_factory=list)
    decided: int = 0
    opened: Counter[str] = field(default_factory=Counter)
    copies: int = 0
    claims_with_evidence: int = 0
    files: Sequence[Path] = ()


def prepare_folder(folder: Path) -> None:
    """Empty the demo's folder, and refuse one that holds anything else.

    Raises:
        UsageError: When the folder is in use for something else.

    """
    if folder.exists():
        if any(folder.iterdir()) and not (folder / DEMO_MARK).exists():
            raise UsageError(f"{folder} was not made by the demo: move it away or choose another with --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / DEMO_MARK).touch()


@contextmanager
def play(folder: Path, port: int, say: Callable[[str], None], progress: Progress) -> Iterator[Demo]:
    """Run the five days and write the summary; sites and application are closed on leaving.

    Args:
        folder: Where everything is kept; emptied first.
        port: Where the desk will listen.
        say: Shows a line.
        progress: Told how far a long step is.

    Yields:
        What was made.

    """
    prepare_folder(folder)
    now = datetime.now(UTC)
    clock = ManualClock(now)
    served = {site: read_posts(site, now) for site in ("newspaper", "forum", "mastodon")}
    with ExitStack() as stack:
        newspaper = FeedSite([p.post for p in served["newspaper"]], clock, title="Báo Nậm Pha", page_size=PAGE)
        forum = FeedSite([p.post for p in served["forum"]], clock, title="Diễn đàn Nậm Pha", page_size=PAGE)
        mastodon = MastodonSite([p.post for p in served["mastodon"]], clock, domain="mang.nampha")
        addresses = [stack.enter_context(serve(site)) for site in (newspaper, forum, mastodon)]
        app = stack.enter_context(Application(demo_settings(folder, port, addresses), clock))
        demo = Demo(app, *_set_up(app, addresses, now), served)
        app.models.ensure(DEFAULT_MODEL, progress)
        for day, days_ago in enumerate(CRAWL_DAYS):
            clock.set(now - timedelta(days=days_ago))
            _one_day(demo, say, progress)
            if day == 0:
                _edit_and_remove((forum, served["forum"]), (mastodon, served["mastodon"]))
        week = current_period(Unit.WEEK, now - timedelta(days=REPORTED_DAYS))
        demo.files = app.reports.issue(Wish(period=week))
        for file in demo.files:
            say(f"Wrote {file}")
        yield demo


def read_posts(site: str, now: datetime) -> list[DemoPost]:
    """Read the posts of one platform.

    Args:
        site: `newspaper`, `forum` or `mastodon`.
        now: The time that the posts' ages count back from, UTC.

    """
    text = (_POSTS / f"{site}.jsonl").read_text(encoding="utf-8")
    return [_post(json.loads(line), now) for line in text.splitlines() if line.strip()]


def _post(record: Mapping[str, Any], now: datetime) -> DemoPost:
    post = SitePost(
        id=record["id"],
        author=record["author"],
        title=record["title"],
        text=record["text"],
        published_at=now - timedelta(days=record["days_ago"]),
        engagement=record["engagement"],
        pictures=[
            SitePicture((_POSTS / "pictures" / each["file"]).read_bytes(), each["description"])
            for each in record.get("pictures", ())
        ],
    )
    return DemoPost(post, record["edited_text"], record["deleted"])


def demo_settings(folder: Path, port: int, addresses: Sequence[str]) -> Settings:
    """Make the demo's settings, which no KIEMTIN_ variable changes: they may name a real installation's database.

    Args:
        folder: The demo's home folder, an absolute path.
        port: Where the desk will listen.
        addresses: The addresses of the sample platforms.

    """
    return Settings.model_construct(  # the constructor would read the environment
        home=folder,
        delay_seconds=0,
        allow_addresses=tuple(address.removeprefix("http://") for address in addresses),
        desk_port=port,
        report=ReportSettings(
            organisation=ORGANISATION,
            symbol="BC-LĐLĐ",
            place="Nậm Pha",
            copies_to=("Ban Thường vụ Liên đoàn Lao động tỉnh", "Các công đoàn cơ sở", "Lưu: VT"),
            signature=("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH", ""),
        ),
        publish=PublishSettings(url=PUBLISHED_AT, folder=folder / "dinh-chinh"),
    )


def _set_up(app: Application, addresses: Sequence[str], now: datetime) -> tuple[str, tuple[int, int]]:
    """Make key, tables, sources and two users; returns the password of the first, and the numbers of both."""
    make_key(app.secret_path)
    app.database.upgrade()
    password = one_time_password()
    basis = "Sample posts written for this project, served on this machine."
    with_pictures = recogniser() is not None
    kinds: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
        ("bao-nam-pha", "feed", addresses[0] + RSS_PATH, "reference", {}),
        ("dien-dan-nam-pha", "feed", addresses[1] + RSS_PATH, "monitored", {}),
        ("mang-nam-pha", "mastodon", addresses[2], "monitored", {"timeline": "local", "pictures": with_pictures}),
    )
    with app.database.changes() as session:
        for name, kind, address, role, settings in kinds:
            draft = SourceDraft(
                name=name,
                kind=kind,
                address=address,
                role=role,
                legal_basis=basis,
                retention_days=30,
                interval_seconds=3600,
                settings=settings,
            )
            sources.register(session, draft, now - timedelta(days=CRAWL_DAYS[0]))
        began = now - timedelta(days=CRAWL_DAYS[0])
        reviewer = users.add(session, name=USER, password_hash=hash_password(password), role="reviewer", now=began)
        lead = users.add(session, name=LEAD, password_hash=NO_HASH, role="lead", now=began)
        return password, (reviewer.id, lead.id)


def _one_day(demo: Demo, say: Callable[[str], None], progress: Progress) -> None:
    app = demo.app
    readings = asyncio.run(_crawl(app))
    demo.crawls.append(readings)
    result = app.score_waiting(progress)
    demo.opened.update(result.opened)
    demo.copies += result.matches.copies
    demo.claims_with_evidence += result.matches.claims_with_evidence
    decided = work(app, *demo.people)
    demo.decided += decided
    for reading in sorted(readings, key=lambda reading: reading.source):
        found = f"{reading.source}: {reading.new} new, {reading.changed} changed, {reading.gone} gone"
        say(f"{reading.source} failed: {reading.error}" if reading.outcome == "failed" else found)
    say(f"{app.clock.now():%d/%m}: {result.opened.total()} flags opened, {decided} decided")


async def _crawl(app: Application) -> list[SourceResult]:
    async with app.client() as client:
        results = await app.crawler(client).crawl(only_due=False)
        await app.picture_reader(client).run()
        return results


def _edit_and_remove(*sites: tuple[FeedSite | MastodonSite, Sequence[DemoPost]]) -> None:
    for site, posts in sites:
        for item in posts:
            if item.edited_text:
                site.edit(item.post.id, item.edited_text)
            if item.deleted:
                site.delete(item.post.id)
