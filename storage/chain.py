"""Append-only rows: reviews, answers, events of cases, corrections and the audit trail, chained by hashes.

Triggers of the database refuse every change and deletion. The one lawful deletion is by retention or erasure: it leaves
a `Redaction`, which keeps the row's place and hash in the chain.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, insert, literal, select, text, update
from sqlalchemy.orm import Session

from storage.models import (
    Answer,
    AuditEvent,
    CaseEvent,
    ChainHead,
    CorrectionEvent,
    Flag,
    Post,
    Question,
    Redaction,
    Review,
)

START: Final = "0" * 64
"""What the first row of a chain carries as the hash before it."""
CHAINED: Final = (AuditEvent, Review, Answer, CaseEvent, CorrectionEvent)
_OWN: Final = frozenset(("id", "chain_position", "chain_previous", "chain_salt", "chain_hash"))
_READ_AT_ONCE: Final = 1000
DECISIONS: Final = "decisions"
"""In the detail of an audit event: how many decisions were deleted with their posts."""
DEPARTED: Final = "departed"
"""In the detail of an erasure: that nobody asked for it, the platform no longer has the account."""

Rewritable = Review | CaseEvent | CorrectionEvent
Row = AuditEvent | Answer | Rewritable


def append(session: Session, row: Row) -> None:
    """Add a row at the end of its table's chain. Programs that add to the same chain wait for each other."""
    mine = ChainHead.table_name == row.__tablename__
    # The update comes first: it takes the lock, so that no two rows follow the same one.
    _set_head(session, mine, chain_position=ChainHead.chain_position + 1)
    position, previous = session.execute(select(ChainHead.chain_position, ChainHead.chain_hash).where(mine)).one()
    row.chain_position, row.chain_previous, row.chain_salt = position, previous, secrets.token_hex(16)
    row.chain_hash = hash_of(row)
    session.add(row)
    _set_head(session, mine, chain_hash=row.chain_hash)
    session.flush()


def _set_head(session: Session, mine: ColumnElement[bool], **values: Any) -> None:
    unread = {"synchronize_session": False}  # heads are never loaded as objects
    session.execute(update(ChainHead).where(mine).values(**values), execution_options=unread)


def hash_of(row: Row) -> str:
    """Return the SHA-256 of a row: its table, place, predecessor, salt, and all columns but the id."""
    content = {name: _plain(value) for name, value in _values(row).items() if name not in _OWN}
    return digest(row.__tablename__, row.chain_position, row.chain_previous, row.chain_salt, content)


def _values(row: Row) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def digest(table: str, position: int | None, previous: str | None, salt: str | None, content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a row holds, as JSON with sorted names and without spaces."""
    whole = json.dumps([table, position, previous, salt, content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def redact_decisions(session: Session, posts: ColumnElement[bool], *, now: datetime, reason: str) -> int:
    """Allow the decisions on some posts to be deleted with them; returns how many.

    Args:
        session: The unit of work, in which the posts are deleted next.
        posts: Which posts, as a condition on `Post`.
        now: The present time, UTC.
        reason: `retention` or `erasure`.

    """
    chosen = select(Post.id).where(posts).scalar_subquery()
    of_flags = Review.flag_id.in_(select(Flag.id).where(Flag.post_id.in_(chosen)))
    of_questions = Answer.question_id.in_(select(Question.id).where(Question.post_id.in_(chosen)))
    return sum(
        _redact(session, table, which, now=now, reason=reason)
        for table, which in ((Review, of_flags), (Answer, of_questions))
    )


def _redact(
    session: Session,
    table: type[Answer | Rewritable],
    which: ColumnElement[bool],
    *,
    now: datetime,
    reason: str,
) -> int:
    kept = (table.chain_position, table.chain_previous, table.chain_hash)
    rows = select(literal(table.__tablename__), *kept, literal(now, Redaction.redacted_at.type), literal(reason))
    names = ["table_name", "chain_position", "chain_previous", "chain_hash", "redacted_at", "reason"]
    # Counted by what comes back: psycopg does not count the rows of such a statement.
    statement = insert(Redaction).from_select(names, rows.where(which)).returning(Redaction.chain_position)
    return len(session.scalars(statement).all())


def rewrite(session: Session, row: Rewritable, changes: Mapping[str, Any], *, now: datetime) -> None:
    """Replace texts of a review or an event on an erasure; what was decided, when, and its number stay."""
    table = type(row)
    _redact(session, table, table.id == row.id, now=now, reason="erasure")
    kept = _values(row)
    session.expunge(row)
    session.execute(delete(table).where(table.id == kept["id"]))
    append(session, table(**{**kept, **changes}))


def verify(session: Session) -> list[str]:
    """Walk all chains; returns one line for everything that is not as the program wrote it."""
    problems = [f"the trigger {name} is missing: rows of its table can be changed" for name in _missing(session)]
    for table in CHAINED:
        problems.extend(_verify_table(session, table))
    noted = sum(
        event.detail.get(DECISIONS, 0)
        for event in session.scalars(select(AuditEvent).where(AuditEvent.action.in_(("retention", "erasure"))))
    )
    redacted = session.scalar(select(func.count()).select_from(Redaction)) or 0
    if noted != redacted:
        problems.append(f"{redacted} decisions were deleted, and the audit trail tells of {noted}")
    return problems


def counts(session: Session) -> dict[str, int]:
    """Count the rows of each chain."""
    return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in CHAINED}


def _verify_table(session: Session, table: type[Row]) -> Iterator[str]:
    name = table.__tablename__
    strays = session.scalar(select(func.count()).select_from(table).where(table.chain_position.is_(None)))
    if strays:
        yield f"{name}: {strays} rows were added past the program"
    position, previous = 0, START
    for link in _links(session, table):
        if link.position != position + 1:
            yield f"{name}: rows {position + 1} to {link.position - 1} are missing"
        elif link.previous != previous:
            yield f"{name}: row {link.position} does not follow the one before it"
        if link.computed != link.hash:
            yield f"{name}: row {link.position} was changed"
        position, previous = link.position, link.hash
    head = session.execute(
        select(ChainHead.chain_position, ChainHead.chain_hash).where(ChainHead.table_name == name)
    ).one_or_none()
    if head is None or (head[0], head[1]) != (position, previous):
        yield f"{name}: the chain ends at row {position}, and its head says {head[0] if head else 'nothing'}"


@dataclass(frozen=True, slots=True)
class _Link:
    """One place of a chain; `computed` is the hash that follows from the content, or the kept one of a redaction."""

    position: int
    previous: str
    hash: str
    computed: str


def _links(session: Session, table: type[Row]) -> Iterator[_Link]:
    """Yield rows and redactions of a chain in its order, without holding them all in memory."""
    end = session.scalar(select(func.max(table.chain_position))) or 0
    mine = Redaction.table_name == table.__tablename__
    end = max(end, session.scalar(select(func.max(Redaction.chain_position)).where(mine)) or 0)
    for last in range(0, end, _READ_AT_ONCE):
        rows: Iterable[Row] = session.scalars(select(table).where(_after(table.chain_position, last)))
        gone = session.scalars(select(Redaction).where(mine, _after(Redaction.chain_position, last)))
        links = [_link(row, hash_of(row)) for row in rows] + [_link(row, row.chain_hash) for row in gone]
        yield from sorted(links, key=lambda link: link.position)
        session.expunge_all()


def _after(column: Any, last: int) -> ColumnElement[bool]:
    return and_(column > last, column <= last + _READ_AT_ONCE)


def _link(row: Row | Redaction, computed: str) -> _Link:
    return _Link(row.chain_position or 0, row.chain_previous or "", row.chain_hash or "", computed)


_GUARDED: Final = tuple(table.__tablename__ for table in (*CHAINED, Redaction))
TRIGGERS: Final = (
    *(f"{table}_{rule}" for table in _GUARDED for rule in ("append_only", "kept", "added")),
    *(f"{ChainHead.__tablename__}_{rule}" for rule in ("forward", "kept")),
)
POSTGRESQL_TRIGGERS: Final = tuple(f"{table}_whole" for table in (*_GUARDED, ChainHead.__tablename__))
"""SQLite has no TRUNCATE to refuse."""


def _missing(session: Session) -> list[str]:
    if session.get_bind().dialect.name == "sqlite":
        return _absent(session, TRIGGERS, "SELECT name FROM sqlite_master WHERE type = 'trigger'")
    enabled = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    return _absent(session, TRIGGERS + POSTGRESQL_TRIGGERS, enabled)


def _absent(session: Session, wanted: tuple[str, ...], names: str) -> list[str]:
    return sorted(set(wanted) - set(session.scalars(text(names))))
