"""Where a pattern occurs in the database, whatever table and column, and how it is taken out."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import JSON, Column, String, Table, select, text, update
from sqlalchemy.orm import Session

from storage.base import TypedText
from storage.models import AuditEvent, Base, CorrectionEvent, MatterEvent, Picture, Post, Review, Source, User

_APPEND_ONLY: Final = {
    Review.__tablename__: ("note", "evidence"),
    MatterEvent.__tablename__: ("note", "passed_to", "sentence", "place"),
    CorrectionEvent.__tablename__: ("note", "claim", "text", "source_name", "source_url"),
}
"""What the triggers of these tables let an erasure change, together with the time of it."""
_MASKED: Final[Mapping[str, tuple[str, ...]]] = {
    **_APPEND_ONLY,
    AuditEvent.__tablename__: (),
    User.__tablename__: (),
    Source.__tablename__: ("cursor", "validators", "last_error"),
}
"""The tables of which not every column is masked, and those that are."""
_IDENTIFIER: Final = (Post.__tablename__, Post.external_id.key)
_READ_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Trace:
    """One value in which a pattern occurs."""

    table: str
    key: tuple[Any, ...]
    column: str
    value: Any


def find(session: Session, pattern: re.Pattern[str]) -> Iterator[Trace]:
    """Yield every text and JSON value of the database in which the pattern occurs."""
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, String | JSON | TypedText)]
        if not columns:
            continue
        keys = list(table.primary_key.columns)
        query = select(*keys, *columns).execution_options(yield_per=_READ_AT_ONCE)
        for row in session.execute(query):
            key, values = tuple(row[: len(keys)]), row[len(keys) :]
            for column, value in zip(columns, values, strict=True):
                if value is not None and pattern.search(_as_text(value)):
                    yield Trace(table.name, key, column.name, value)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def mask(session: Session, pattern: re.Pattern[str], replacement: str, *, now: datetime) -> int:
    """Replace a pattern wherever it may be replaced; a cursor that holds it is emptied.

    What an operator wrote of sources and users stays, and the audit trail, which nobody may change.

    Returns:
        How many values were changed.

    """
    changed = 0
    for trace in list(find(session, pattern)):
        if trace.column not in _MASKED.get(trace.table, (trace.column,)):
            continue
        masked: Any = pattern.sub(replacement, _as_text(trace.value))
        if not isinstance(trace.value, str):
            masked = {} if trace.column == "cursor" else json.loads(masked)
        elif (trace.table, trace.column) == _IDENTIFIER:
            masked = f"{masked} {trace.key[0]}"  # posts whose addresses differ behind the name would become one
        changes: dict[str, Any] = {trace.column: masked}
        if trace.table == Picture.__tablename__:
            changes["small"] = None  # the name stands in it
        if trace.table in _APPEND_ONLY:
            changes["redacted_at"] = now + timedelta(microseconds=changed)  # a new one for each change of a row
        _set(session, Base.metadata.tables[trace.table], trace.key, changes)
        changed += 1
    session.expire_all()
    return changed


def _set(session: Session, table: Table, key: tuple[Any, ...], changes: Mapping[str, Any]) -> None:
    columns: list[Column[Any]] = list(table.primary_key.columns)
    which = [column == part for column, part in zip(columns, key, strict=True)]
    session.execute(update(table).where(*which).values(changes))


def scrub(session: Session) -> bool:
    """Rewrite the files of the database, so that nothing deleted lingers in free pages or in the log of changes.

    Returns:
        Whether all was rewritten; False when another program held the database.

    """
    engine = session.get_bind()
    with engine.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            for table in Base.metadata.sorted_tables:
                connection.execute(text(f"VACUUM (FULL) {table.name}"))
            return True
        connection.exec_driver_sql("VACUUM")
        busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
        return not busy
