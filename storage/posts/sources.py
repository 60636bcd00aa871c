"""Sources: registration, leases, due times, and one row for each crawl run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from storage.database import added, count_changed, require
from storage.models import Capture, CrawlRun, Post, Score, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDraft:
    """The columns of a source that a person sets when registering it."""

    name: str
    kind: str
    address: str
    role: str
    legal_basis: str
    retention_days: int
    interval_seconds: int
    settings: Mapping[str, Any] = field(default_factory=dict)


def register(session: Session, draft: SourceDraft, now: datetime) -> tuple[Source, bool]:
    """Add a source, or update the one of the same name.

    Returns:
        The source, and whether it is new.

    """
    source = session.scalar(select(Source).where(Source.name == draft.name))
    if source is None:
        source = Source(name=draft.name, enabled=True, created_at=now, validators={}, cursor={})
        session.add(source)
        created = True
    else:
        created = False
        if source.address != draft.address or source.kind != draft.kind:
            # ETags and cursors belong to the old address and must never be sent to another one.
            source.validators, source.cursor, source.next_due_at = {}, {}, None
        if source.role != draft.role:
            _change_role(session, source, draft.role)
    for column, value in asdict(draft).items():
        setattr(source, column, value)
    session.flush()
    return source, created


def _change_role(session: Session, source: Source, role: str) -> None:
    """Let the posts of a source wait for scores, or no longer."""
    scored = exists().where(Score.post_id == Post.id, Score.revision_number == Post.revision_number)
    unscored = ~scored if role == "monitored" else false()
    session.execute(update(Post).where(Post.source_id == source.id).values(unscored=unscored))


def by_id(session: Session, source_id: int) -> Source:
    """Return the source of a number.

    Raises:
        NotFound: When there is none.

    """
    return require(session, select(Source).where(Source.id == source_id), f"there is no source {source_id}")


def by_name(session: Session, name: str) -> Source:
    """Return the source of a name.

    Raises:
        NotFound: When none has that name.

    """
    missing = f"there is no source named {name!r}: `kiemtin sources list` shows them"
    return require(session, select(Source).where(Source.name == name), missing)


def all_sources(session: Session) -> Sequence[Source]:
    """List all sources by name."""
    return session.scalars(select(Source).order_by(Source.name)).all()


def post_counts(session: Session) -> dict[int, int]:
    """Count the stored posts of each source."""
    query = select(Post.source_id, func.count()).group_by(Post.source_id)
    return dict(session.execute(query).all())


def set_enabled(session: Session, source: Source, *, enabled: bool, why: str | None = None) -> None:
    """Enable or disable a source; disabling stores the reason, enabling makes it due at once."""
    source.enabled, source.why_disabled = enabled, None if enabled else why
    if enabled:
        # Old failures must not disable it again after the next one.
        source.failures, source.next_due_at = 0, None
    session.flush()


def remove(session: Session, source_id: int) -> None:
    """Delete a source with its state, runs and captures; its posts are deleted before."""
    session.execute(delete(Source).where(Source.id == source_id))


def lease(
    session: Session, *, owner: str, now: datetime, until: datetime, only_due: bool, names: Sequence[str] = ()
) -> Sequence[Source]:
    """Lease the enabled sources that nobody else holds.

    Args:
        session: The unit of work; commit it to make the leases visible to others.
        owner: Who leases them.
        now: The present time, UTC.
        until: When the leases expire by themselves.
        only_due: Leave out what was read less than its interval ago.
        names: Lease only these; empty for all.

    """
    free = or_(Source.lease_until.is_(None), Source.lease_until < now)
    query = select(Source).where(Source.enabled, Source.kind != "import", free)
    if only_due:
        query = query.where(or_(Source.next_due_at.is_(None), Source.next_due_at <= now))
    if names:
        query = query.where(Source.name.in_(names))
    taken = []
    for source in session.scalars(query.order_by(Source.next_due_at.nulls_first(), Source.id)).all():
        # Compare and set: of two programs that selected the same row, only one updates it.
        claim = update(Source).where(Source.id == source.id, free).values(lease_owner=owner, lease_until=until)
        if count_changed(session, claim) == 1:
            taken.append(source)
    return taken


def is_leased(session: Session, source_id: int, now: datetime) -> bool:
    """Tell whether a program holds a source at a time, UTC."""
    held = select(Source.id).where(Source.id == source_id, Source.lease_until >= now)
    return session.execute(held).first() is not None


def renew(session: Session, source_id: int, owner: str, until: datetime) -> bool:
    """Extend a lease; False when it ran out and another program holds the source now."""
    held = (Source.id == source_id, Source.lease_owner == owner)
    return count_changed(session, update(Source).where(*held).values(lease_until=until)) == 1


def release(session: Session, source_id: int, owner: str) -> None:
    """End a lease, if `owner` still holds it."""
    held = (Source.id == source_id, Source.lease_owner == owner)
    session.execute(update(Source).where(*held).values(lease_owner=None, lease_until=None))


def release_abandoned(session: Session, is_gone: Callable[[str], bool]) -> None:
    """End the leases of owners that no longer run, so that the sources of a killed crawl can be read at once."""
    for state in session.scalars(select(Source).where(Source.lease_owner.is_not(None))):
        if state.lease_owner and is_gone(state.lease_owner):
            state.lease_owner, state.lease_until = None, None
    session.flush()


def save_progress(
    session: Session,
    source_id: int,
    owner: str,
    until: datetime,
    *,
    cursor: Mapping[str, Any] | None,
    validators: Mapping[str, Any] | None,
) -> None:
    """Store cursor and validators in the unit of work that stores the posts, and extend the lease."""
    values: dict[str, Any] = {"lease_owner": owner, "lease_until": until}
    if cursor is not None:
        values["cursor"] = dict(cursor)
    if validators is not None:
        values["validators"] = {url: dict(pair) for url, pair in validators.items()}
    session.execute(update(Source).where(Source.id == source_id).values(**values))


def start_run(session: Session, source_id: int, now: datetime) -> CrawlRun:
    """Add the row of a crawl run that begins."""
    # A run that is still marked as running was left by a program that was killed: the lease admits one run at a time.
    left_open = (CrawlRun.source_id == source_id, CrawlRun.outcome == "running")
    session.execute(update(CrawlRun).where(*left_open).values(outcome="interrupted", ended_at=now))
    return added(session, CrawlRun(source_id=source_id, started_at=now, outcome="running", skipped={}))


def close_run(
    session: Session,
    run_id: int,
    *,
    now: datetime,
    outcome: str,
    counts: Mapping[str, int],
    skipped: Mapping[str, int],
    gap: str | None = None,
    error: str | None = None,
) -> None:
    """Store the outcome of a crawl run.

    Args:
        session: The unit of work.
        run_id: The run.
        now: When it ended, UTC.
        outcome: `ok`, `unchanged`, `failed` or `interrupted`.
        counts: `seen`, `new`, `changed` and `gone`.
        skipped: How many items were left out, by reason.
        gap: What is known to have been missed.
        error: Why it failed.

    """
    closing = {"ended_at": now, "outcome": outcome, "skipped": dict(skipped), "gap": gap, "error": error, **counts}
    session.execute(update(CrawlRun).where(CrawlRun.id == run_id).values(**closing))


def add_capture(session: Session, run_id: int, capture: Capture) -> int:
    """Add a capture of a run; returns its id."""
    capture.run_id = run_id
    return added(session, capture).id


def record_success(
    session: Session,
    source: Source,
    now: datetime,
    *,
    passed: timedelta = timedelta(0),
    least_interval: timedelta = timedelta(0),
) -> None:
    """Note a reading that worked: failures are forgotten and the next reading is due after the interval.

    Args:
        session: The unit of work.
        source: What was read.
        now: The present time, UTC.
        passed: How much of the interval is over; half of it is waited for all the same, so that the next reading does
            not follow at once on a slow one.
        least_interval: How long to wait at least, as its server asks.

    """
    source.failures, source.last_error, source.last_success_at = 0, None, now
    interval = timedelta(seconds=source.interval_seconds)
    source.next_due_at = now + max(interval - passed, interval / 2, least_interval)
    session.flush()


def change_address(session: Session, source: Source, address: str) -> None:
    """Store the new address of a source that has moved."""
    # Validators of the old address must never be sent to the new one.
    source.address, source.validators = address, {}
    session.flush()


def record_failure(session: Session, source: Source, error: str, retry_at: datetime) -> None:
    """Store a failed run and when to try again."""
    source.failures += 1
    source.last_error = error
    source.next_due_at = retry_at
    session.flush()


def recent_runs(session: Session, limit: int = 50) -> Sequence[CrawlRun]:
    """List the newest crawl runs, newest first."""
    return session.scalars(select(CrawlRun).order_by(CrawlRun.id.desc()).limit(limit)).all()


def latest_gaps(session: Session) -> dict[int, str]:
    """Return the gap of each source whose newest finished run left one, by source id."""
    newest = select(func.max(CrawlRun.id)).where(CrawlRun.outcome.in_(("ok", "unchanged"))).group_by(CrawlRun.source_id)
    query = select(CrawlRun.source_id, CrawlRun.gap).where(CrawlRun.id.in_(newest), CrawlRun.gap.is_not(None))
    return {source_id: gap for source_id, gap in session.execute(query) if gap}
