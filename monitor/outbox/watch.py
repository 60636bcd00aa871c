"""Looks at counts, searches, sources and reports, and raises an alert for what is out of its usual range.

An alert is raised once for each episode: a unique key in the database keeps two programs from telling the same twice.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy.orm import Session

from classifiers.labels import LABEL_NAMES
from monitor.clock import Clock
from monitor.errors import QueryRefused
from monitor.outbox.bursts import DAY, DAYS, FEWEST, WINDOWS, Window, find_burst
from monitor.outbox.outbox import Outbox
from storage.database import Database
from storage.figures import alert_counts
from storage.figures.report_counts import Period
from storage.models import Alert
from storage.outbox import alerts
from storage.outbox.deliveries import ALERT
from storage.search import search
from storage.search.search_filters import Filters
from storage.search.search_words import Query

AGAIN: Final[Mapping[str, timedelta | None]] = {
    "cluster": timedelta(days=7),
    "label": timedelta(days=2),  # a day's count still holds what yesterday's alert was about
    "search": timedelta(hours=6),
    "source": timedelta(),  # but not before something came and it went silent anew: see `_silent_sources`
    "report": None,
}
"""After which time the same subject is told of again."""
_SILENT: Final = (timedelta(days=1), timedelta(days=7))
_EXPECTED: Final = 10  # posts that are usual in a time in which none came: the chance of none is e^-10
_MOST_FOUND: Final = 100
_WEEK: Final = 7
ReadSearch = Callable[[Mapping[str, str]], tuple[Query | None, Filters]]
DueReport = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be told: its subject, its facts, and whom alone it concerns."""

    subject: str
    facts: Mapping[str, Any]
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class AlertWatch:
    """Looks, and stores what is to be told.

    Args:
        database: Posts, sources and alerts.
        clock: Tells the time.
        outbox: Sends alerts for everybody.
        read_search: Reads a saved search; raises QueryRefused for what is none.
        late_report: Names the period of a report that is late; empty when none is.

    """

    database: Database
    clock: Clock
    outbox: Outbox
    read_search: ReadSearch
    late_report: DueReport

    def look(self) -> list[Alert]:
        """Look at everything; returns what was raised."""
        now, raised = self.clock.now(), list[Alert]()
        period = self.late_report()
        with self.database.changes() as session:
            findings = [*_clusters(session, now), *_labels(session, now), *_silent_sources(session, now)]
            findings += self._searches(session)
            if period:
                findings.append(Finding(f"report:{period}", {"period": period}))
            for finding in findings:
                alert = self._raise(session, finding, now)
                raised += [alert] if alert else []
        return raised

    def _raise(self, session: Session, finding: Finding, now: datetime) -> Alert | None:
        subject, facts = finding.subject, finding.facts
        quiet = AGAIN[subject.partition(":")[0]]
        alert = alerts.raise_once(session, subject, facts, now=now, quiet=quiet, user_id=finding.user_id)
        if alert is not None and finding.user_id is None:
            self.outbox.put(session, ALERT, alert.id)
        return alert

    def _searches(self, session: Session) -> Iterator[Finding]:
        for saved in alerts.watches(session):
            try:
                query, filters = self.read_search(saved.query)
                newest = search.find(session, query, filters, limit=_MOST_FOUND)
            except QueryRefused:  # kept by an older version, or typed so that it was never one: it finds nothing
                continue
            found = [number for number in newest if number > (saved.watched_post or 0)]
            last = alerts.newest(session, f"search:{saved.id}")
            if not found or (last and self.clock.now() - last < (AGAIN["search"] or timedelta())):
                continue
            saved.watched_post = max(found)
            yield Finding(f"search:{saved.id}", {"search": saved.id, "posts": len(found)}, saved.user_id)


def _clusters(session: Session, now: datetime) -> Iterator[Finding]:
    recent = alert_counts.growing_clusters(session, Period(now - DAY.length, now), FEWEST)
    for cluster in recent:
        times = sorted(alert_counts.cluster_times(session, cluster, now - timedelta(days=DAYS) - DAY.length))
        weeks = range(7, DAYS + 1, 7)
        if burst := find_burst({window: counted(times, window, now, weeks) for window in WINDOWS}):
            yield Finding(f"cluster:{cluster}", {"cluster": cluster, **asdict(burst)})


def _labels(session: Session, now: datetime) -> Iterator[Finding]:
    first = alert_counts.first_stored(session)
    known = min(DAYS, (now - first).days - 1) if first else 0
    if known < _WEEK:  # nothing can be said of the usual range before the same weekday was seen once
        return
    for label in LABEL_NAMES:
        period = Period(now - timedelta(days=known) - DAY.length, now)
        times = sorted(alert_counts.flag_times(session, label, period))
        days = range(1, known + 1)
        if burst := find_burst({window: counted(times, window, now, days) for window in WINDOWS}):
            yield Finding(f"label:{label}", {"label": label, **asdict(burst)})


def counted(
    times: Sequence[datetime], window: Window, now: datetime, days: Sequence[int]
) -> tuple[int, dict[int, int]]:
    """Count sorted times in a window, and in the same one so many days before."""

    def count(end: datetime) -> int:
        return bisect_right(times, end) - bisect_right(times, end - window.length)

    end = now - window.ago
    return count(end), {day: count(end - timedelta(days=day)) for day in days}


def _silent_sources(session: Session, now: datetime) -> Iterator[Finding]:
    for source, newest in alert_counts.quiet_sources(session, now - _SILENT[0]):
        if newest is None:
            continue
        silent_since = alerts.newest(session, f"source:{source}")
        if silent_since and silent_since > newest:  # told of, and nothing has come since
            continue
        for length in _SILENT:
            usual = _usual_of_silence(session, source, newest, now, length)
            if usual >= _EXPECTED:
                hours = int((now - newest) / timedelta(hours=1))
                yield Finding(f"source:{source}", {"source": source, "hours": hours, "usual": usual})
                break


def _usual_of_silence(session: Session, source: int, newest: datetime, now: datetime, length: timedelta) -> float:
    """Return how many posts are usual in a time in which none came; 0 where one came, or nothing is known."""
    if now - newest < length:
        return 0.0
    times = sorted(alert_counts.seen_times(session, source, now - timedelta(days=DAYS) - length))
    weeks = [day for day in range(7, DAYS + 1, 7) if times and times[0] <= now - timedelta(days=day)]
    _, earlier = counted(times, Window(length), now, weeks)
    return float(median(earlier.values())) if len(earlier) > 1 else 0.0
