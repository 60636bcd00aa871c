"""A small week whose figures can be counted by hand."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from monitor.reports.figures import ReportFigures, gather
from monitor.reports.periods import CalendarPeriod, Unit
from storage.database import Database
from storage.models import Cluster, Post
from storage.posts import sources
from storage.review import matter_steps, quote_choices
from storage.review.matter_steps import Step
from storage.scoring import focus
from storage.scoring.focus import FocusDraft
from tests import factories

WEEK: Final = CalendarPeriod(Unit.WEEK, 2026, 47)
MONDAY: Final = WEEK.span.start  # midnight in Việt Nam is 17:00 UTC of Sunday
THURSDAY: Final = MONDAY + timedelta(days=3, hours=10)
SUNDAY: Final = WEEK.span.end - timedelta(microseconds=1)
LAST_WEEK: Final = MONDAY - timedelta(microseconds=1)
AFTER: Final = WEEK.span.end + timedelta(hours=7)
YEARS_AGO: Final = MONDAY - timedelta(days=2000)
AUTHOR_KEY: Final = "5eed" * 16
PROVINCE: Final = "Lai Châu"
BANK: Final = (
    "Ngân hàng sắp phá sản, liên hệ anh Nguyễn Văn Ba 0912345678, @rutgap, xem http://rut-tien.example.com/nhanh"
)
WAGES: Final = "=SUM(A1) Ba tháng nay công ty chưa trả lương, đcm"


def fill(session: Session) -> None:
    """Store the week and the one before.

    forum: `wages` (concern confirmed and chosen, negative open) on Monday; `bank` (unverified refuted and chosen) and
    its copy `copy` (unverified open) on Thursday; `plain` without a flag on Sunday; `late`, of Thursday and found after
    the week; `old`, years old and imported on Thursday (concern confirmed). channel: `abuse` (negative rejected) on
    Sunday. newspaper (reference): one article. `silent` gave nothing; `closed` is switched off. The week before: one
    post of the forum with a concern, confirmed in this week. The matter of `wages` was passed on.
    """
    forum, channel = (factories.add_source(session, name, now=LAST_WEEK) for name in ("forum", "channel"))
    newspaper = factories.add_source(session, "newspaper", now=LAST_WEEK, role="reference")
    factories.add_source(session, "silent", now=LAST_WEEK)
    closed = factories.add_source(session, "closed", now=LAST_WEEK)
    sources.set_enabled(session, closed, enabled=False, why="robots.txt forbids https://closed.example.vn/feed")
    seen: dict[str, tuple[int, str, datetime | None, datetime]] = {
        "wages": (forum.id, WAGES, MONDAY, MONDAY + timedelta(hours=1)),
        "bank": (forum.id, BANK, THURSDAY, THURSDAY),
        "copy": (forum.id, BANK + "!", None, THURSDAY),
        "plain": (forum.id, "Cuối tuần đi đá bóng không?", SUNDAY, SUNDAY),
        "late": (forum.id, "Hôm nay mưa", THURSDAY, WEEK.span.end + timedelta(hours=1)),
        "old": (forum.id, "Ngày ấy nợ lương", YEARS_AGO, THURSDAY),
        "abuse": (channel.id, "Đồ ngu", None, SUNDAY),
        "article": (newspaper.id, "Ngân hàng hoạt động bình thường", MONDAY, MONDAY),
        "before": (forum.id, "Tăng ca không trả tiền", LAST_WEEK, LAST_WEEK),
    }
    places = {source.id: source for source in (forum, channel, newspaper)}
    posts: dict[str, Post] = {}
    for name, (source_id, text, published, collected) in seen.items():
        when = {"published_at": published, "collected_at": collected}
        posts[name] = factories.add_post(session, places[source_id], name, text=text, author_key=AUTHOR_KEY, **when)
    cluster = Cluster(created_at=THURSDAY)
    session.add(cluster)
    session.flush()
    posts["bank"].cluster_id = posts["copy"].cluster_id = cluster.id
    _decide(session, posts)
    for hours in (0, 1):
        _fail(session, channel.id, THURSDAY + timedelta(hours=hours))


def _decide(session: Session, posts: dict[str, Post]) -> None:
    reviewer = factories.add_user(session)
    wages = factories.add_flag(session, posts["wages"], "concern", 0.9)
    factories.add_flag(session, posts["wages"], "negative", 0.6)
    bank = factories.add_flag(session, posts["bank"], "unverified", 0.95)
    factories.add_flag(session, posts["copy"], "unverified", 0.7)
    abuse = factories.add_flag(session, posts["abuse"], "negative", 0.8)
    old = factories.add_flag(session, posts["old"], "concern", 0.9)
    before = factories.add_flag(session, posts["before"], "concern", 0.99)
    decide = partial(factories.decide, session, by=reviewer, now=THURSDAY)
    place = "xã Sùng Phài"
    decide(wages, "yes", topic="wages", place=place)
    decide(old, "yes", topic="wages", place=place)
    decide(before, "yes", topic="hours", place=place)
    decide(abuse, "no")
    decide(bank, "refuted", evidence=["https://www.bao.example.vn/1"])
    for flag in (wages, bank):
        quote_choices.choose(session, flag, user_id=reviewer.id, now=THURSDAY)
    step = Step(kind="passed", passed_to="Công đoàn khu công nghiệp")
    matter_steps.take_step(session, factories.matter_of(session, wages), step, user_id=reviewer.id, now=THURSDAY)


def _fail(session: Session, source_id: int, at: datetime) -> None:
    run = sources.start_run(session, source_id, at)
    error = "https://channel.example.vn/feed answered 503: try again later"
    sources.close_run(session, run.id, now=at, outcome="failed", counts={"seen": 0}, skipped={}, error=error)


def gathered(database: Database, period: CalendarPeriod = WEEK, *, now: datetime = AFTER) -> ReportFigures:
    """Gather the figures of a period, on the Monday behind the week that is filled."""
    with database.work() as session:
        focus.put(session, FocusDraft(province=PROVINCE), now)
        return gather(session, period, now=now)
