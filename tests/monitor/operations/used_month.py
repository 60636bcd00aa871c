"""A home folder after a month of use: crawls, edits, replies, captures, decisions, summaries, a model, a backup."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from classifiers.labels import label_named
from monitor.app.application import Application
from monitor.demo.show import read_posts
from monitor.demo.sites import FeedSite, MastodonSite, SitePost, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.operations.backup import write_backup
from monitor.operations.retain import retain
from monitor.outbox.issue import Wish
from monitor.privacy.secret_key import make_key
from monitor.reports.periods import Unit, current_period
from monitor.settings.settings import Settings
from storage.models import Flag
from storage.posts import sources
from storage.review import flag_queue, quote_choices
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_user, decide, make_source
from tests.monitor.collectors.isolation.round_trip import RoundTripParser

HANDLE = "nam_chuyen9"
HOST = "127.0.0.1"  # where the sample server is, which is its name as well
PROFILE = f"https://{HOST}/@{HANDLE}"
DAYS = 30
SECRET = "cây bàng sau nhà kho số bốn"
"""Words that stand in every post of the author and in no other."""
TEXT = f"Nghe nói mai công ty cắt hết nước của công nhân, mọi người chia sẻ gấp, chỗ {SECRET}"


@dataclass
class Month:
    """What was used, and what it left."""

    app: Application
    clock: FakeClock
    mastodon: MastodonSite
    posts: int
    backup: Path

    def crawl(self) -> None:
        """Read all sources, score, and look for copies."""

        async def read() -> Sequence[str]:
            client = self.app.client()
            client._parser = RoundTripParser()
            async with client:
                return [each.outcome for each in await self.app.crawler(client).crawl(only_due=False)]

        assert "failed" not in asyncio.run(read())
        self.app.score_waiting(lambda *_: None)


@contextmanager
def used_for_a_month(home: Path, model: Path) -> Iterator[Month]:
    """Use a home for thirty days, in which one author posts every third day and others answer by name."""
    clock = FakeClock()
    home.mkdir()
    own, others = _posts_of_the_author(), _posts_of_others()
    with ExitStack() as stack:
        mastodon = MastodonSite([*own, *others], clock, domain=HOST)
        forum = FeedSite(_posts_of_the_forum(), clock, title="Diễn đàn Nậm Pha", page_size=80)
        addresses = [stack.enter_context(serve(site)) for site in (mastodon, forum)]
        settings = Settings.model_construct(
            home=home,
            model=str(model),
            workers=1,
            delay_seconds=0,
            allow_addresses=tuple(address.removeprefix("http://") for address in addresses),
        )
        app = stack.enter_context(Application(settings, clock))
        _set_up(app, addresses)
        month = Month(app, clock, mastodon, len(own), home / "backups" / "old.kiemtin")
        for day in range(0, DAYS, 2):
            _two_days(month, day, own)
        month.crawl()
        yield month


def _posts_of_the_author() -> list[SitePost]:
    return [
        SitePost(
            id=f"own-{day}",
            author=HANDLE,
            text=f"{TEXT} {day} #nậmpha",
            published_at=MONDAY_MORNING + timedelta(days=day, hours=-1),
        )
        for day in range(0, DAYS, 3)
    ]


def _posts_of_others() -> list[SitePost]:
    answers = [f"@{HANDLE} nói đúng", f"hỏi @{HANDLE}@{HOST} đi", f"xem {PROFILE}/1122", f"anh {HANDLE} nói thế"]
    replies = [
        SitePost(
            id=f"reply-{day}",
            author="kim_gay",
            text=f"{answers[day % len(answers)]}, nghe nói mai cắt nước thật, chia sẻ gấp lần {day}",
            published_at=MONDAY_MORNING + timedelta(days=day),
        )
        for day in range(1, DAYS, 2)
    ]
    return [*replies, *_weeks_of("mastodon")]


def _posts_of_the_forum() -> list[SitePost]:
    answer = SitePost(
        id="f",
        author="chuyen7",
        title=f"Gửi @{HANDLE}",
        text=f"Bạn {PROFILE} viết vậy có nguồn không? Nghe nói mai cắt nước, chia sẻ gấp.",
        published_at=MONDAY_MORNING + timedelta(days=4),
    )
    return [answer, *_weeks_of("forum")]


def _weeks_of(site: str) -> list[SitePost]:
    """Repeat the demo's week, a fifth of it each time, so that the days are not empty."""
    posts = [
        replace(each.post, id=f"{each.post.id}-{week}")
        for week in range(1, 5)
        for each in read_posts(site, MONDAY_MORNING + timedelta(weeks=week))[week::5]
    ]
    return [post for post in posts if post.published_at > MONDAY_MORNING]


def _set_up(app: Application, addresses: Sequence[str]) -> None:
    make_key(app.secret_path)
    app.database.upgrade()
    with app.database.changes() as session:
        for draft in (
            make_source("mang", kind="mastodon", address=addresses[0], settings={"timeline": "local"}),
            make_source("forum", address=addresses[1] + RSS_PATH),
        ):
            sources.register(session, draft, app.clock.now())
        add_user(session, "lan", now=app.clock.now())


def _two_days(month: Month, day: int, own: Sequence[SitePost]) -> None:
    app, clock = month.app, month.clock
    if day % 6 == 2:
        month.mastodon.edit(own[day // 3].id, f"{TEXT} đã sửa ngày {day}")
    month.crawl()
    _decide(month, 12)
    retain(app.ready_database, clock, app.captures)
    if day % 7 > 4:  # once a week
        app.reports.issue(Wish(period=current_period(Unit.WEEK, clock.now()), formats=("html", "xlsx")))
    if day == DAYS // 2 - 1:
        base = app.models.load(app.settings.model)
        app.learner().run(base, base)
        month.backup.parent.mkdir()
        write_backup(app.ready_database, app.settings.home, month.backup, now=clock.now())
    clock.advance(timedelta(days=2))


def _decide(month: Month, most: int) -> None:
    """Decide on the day's flags, with notes that name the author."""
    with month.app.ready_database.changes() as session:
        now = month.clock.now()
        for _ in range(most):
            taken = flag_queue.lease_next(session, owner="lan", now=now, until=now + timedelta(minutes=1))
            if taken is None:
                break
            flag = session.get_one(Flag, taken)
            named = flag.id % 3 == 0
            note, link = (f"đã hỏi @{HANDLE}@{HOST}", f"{PROFILE}/9") if named else ("đã hỏi", "https://e.vn")
            holds, *_, differs, _ = label_named(flag.label).decisions
            decision = holds if flag.id % 2 else differs
            decide(session, flag, decision, note=note, evidence=[link], now=now)
            if flag.state == "confirmed":
                quote_choices.choose(session, flag, user_id=1, now=now)


def flags_decided(month: Month) -> int:
    """Count the flags that are not open."""
    with month.app.ready_database.work() as session:
        return sum(flag.state != "open" for flag in session.query(Flag))
