"""A small week whose figures can be counted by hand."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from monitor.reports.figures import WeekFigures, gather
from monitor.reports.iso_week import Week
from storage import reviews, sources
from storage.database import Database
from storage.models import Cluster
from tests import factories

WEEK: Final = Week(2026, 47)
MONDAY: Final = WEEK.period.start  # midnight in Việt Nam is 17:00 UTC of Sunday
THURSDAY: Final = MONDAY + timedelta(days=3, hours=10)
SUNDAY: Final = WEEK.period.end - timedelta(microseconds=1)
LAST_WEEK: Final = MONDAY - timedelta(microseconds=1)
AFTER: Final = WEEK.period.end + timedelta(hours=1)
AUTHOR_KEY: Final = "5eed" * 16
BANK: Final = (
    "Ngân hàng sắp phá sản, liên hệ anh Nguyễn Văn Ba 0912345678, @rutgap, xem http://rut-tien.example.com/nhanh"
)
WAGES: Final = "=SUM(A1) Ba tháng nay công ty chưa trả lương"


def fill(session: Session) -> None:
    """Store the week and the one before.

    forum: `wages` (concern 0.9 confirmed, negative 0.6 open) on Monday; `bank` (unverified 0.95 open) and `copy` of it
    (unverified 0.7 open) on Thursday; `plain` without a flag on Sunday. channel: `abuse` (negative 0.8 rejected) on
    Sunday. newspaper (reference): one article. `silent` gave nothing; `closed` is switched off. The week before: one
    post of the forum with a concern, decided in this week.
    """
    forum, channel = (factories.add_source(session, name, now=LAST_WEEK) for name in ("forum", "channel"))
    newspaper = factories.add_source(session, "newspaper", now=LAST_WEEK, role="reference")
    factories.add_source(session, "silent", now=LAST_WEEK)
    closed = factories.add_source(session, "closed", now=LAST_WEEK)
    sources.set_enabled(session, closed, enabled=False, why="robots.txt forbids https://closed.example.vn/feed")
    seen: dict[str, tuple[int, str, datetime]] = {
        "wages": (forum.id, WAGES, MONDAY),
        "bank": (forum.id, BANK, THURSDAY),
        "copy": (forum.id, BANK + "!", THURSDAY),
        "plain": (forum.id, "Cuối tuần đi đá bóng không?", SUNDAY),
        "abuse": (channel.id, "Đồ ngu", SUNDAY),
        "article": (newspaper.id, "Ngân hàng hoạt động bình thường", MONDAY),
        "before": (forum.id, "Tăng ca không trả tiền", LAST_WEEK),
    }
    places = {source.id: source for source in (forum, channel, newspaper)}
    posts = {
        name: factories.add_post(session, places[source_id], name, text=text, collected_at=at, author_key=AUTHOR_KEY)
        for name, (source_id, text, at) in seen.items()
    }
    cluster = Cluster(created_at=THURSDAY)
    session.add(cluster)
    session.flush()
    posts["bank"].cluster_id = posts["copy"].cluster_id = cluster.id
    wages = factories.add_flag(session, posts["wages"], "concern", 0.9)
    factories.add_flag(session, posts["wages"], "negative", 0.6)
    factories.add_flag(session, posts["bank"], "unverified", 0.95)
    factories.add_flag(session, posts["copy"], "unverified", 0.7)
    abuse = factories.add_flag(session, posts["abuse"], "negative", 0.8)
    before = factories.add_flag(session, posts["before"], "concern", 0.99)
    reviewer = factories.add_user(session)
    for flag, decision in ((wages, "yes"), (abuse, "no"), (before, "yes")):
        reviews.decide(session, flag, reviewer_id=reviewer.id, decision=decision, note="", now=THURSDAY)
    _fail(session, channel.id, THURSDAY, error="https://channel.example.vn/feed answered 503: try again later")
    _fail(
        session,
        channel.id,
        THURSDAY + timedelta(hours=1),
        error="https://channel.example.vn/feed answered 503: try again later",
    )


def _fail(session: Session, source_id: int, at: datetime, *, error: str) -> None:
    run = sources.start_run(session, source_id, at)
    sources.close_run(session, run.id, now=at, outcome="failed", counts={"seen": 0}, skipped={}, error=error)


def gathered(database: Database, week: Week = WEEK, *, top: int = 10, now: datetime = AFTER) -> WeekFigures:
    """Gather the figures of a week, an hour after the end of the one that is filled."""
    with database.work() as session:
        return gather(session, week, top=top, now=now)
