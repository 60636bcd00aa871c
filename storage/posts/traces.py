"""Where a pattern occurs in the database, whatever table and column, and how it is taken out."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import JSON, Column, String, Table, insert, select, text, update
from sqlalchemy.orm import Session

from storage import chain
from storage.models import Base, CaseEvent, CorrectionEvent, Post, Review, SearchNote

_KEPT: Final = frozenset(
    (*(table.__tablename__ for table in chain.CHAINED), "redactions", "chain_heads", "sources", "users")
)
_REWRITTEN: Final[tuple[tuple[type[chain.Rewritable], tuple[str, ...]], ...]] = (
    (Review, ("note", "evidence")),
    (CaseEvent, ("note", "passed_to", "place")),
    (CorrectionEvent, ("note", "claim", "text", "source_name", "source_url")),
)
_IDENTIFIER: Final = (Post.__tablename__, Post.external_id.key)
_NOTES: Final = SearchNote.metadata.tables[SearchNote.__tablename__]
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
        columns = [column for column in table.columns if isinstance(column.type, String | JSON)]
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


def mask(session: Session, pattern: re.Pattern[str], replacement: str, *, now: datetime) -> tuple[int, int]:
    """Replace a pattern wherever it may be replaced; a cursor that holds it is emptied.

    Sources, users and the audit trail stay: an operator wrote the first two, and nobody may change the third.

    Returns:
        How many values were changed, and how many of them are reviews and events, which were written anew.

    """
    traces = list(find(session, pattern))
    by_name = Base.metadata.tables
    changed = 0
    for trace in traces:
        if trace.table in _KEPT:
            continue
        masked: Any = pattern.sub(replacement, _as_text(trace.value))
        if not isinstance(trace.value, str):
            masked = {} if trace.column == "cursor" else json.loads(masked)
        elif (trace.table, trace.column) == _IDENTIFIER:
            masked = f"{masked} {trace.key[0]}"  # posts whose addresses differ behind the name would become one
        _set(session, by_name[trace.table], trace, masked)
        changed += 1
    rewritten = 0
    for table, columns in _REWRITTEN:
        for number in sorted({trace.key[0] for trace in traces if trace.table == table.__tablename__}):
            row = cast("chain.Rewritable", session.get_one(table, number))
            changes = {name: _masked(getattr(row, name), pattern, replacement) for name in columns}
            words = session.execute(select(_NOTES).where(_NOTES.c.review_id == number)).mappings().first()
            chain.rewrite(session, row, changes, now=now)
            if table is Review and words:  # they went with the row, and no note is indexed twice
                session.execute(insert(_NOTES).values(dict(words)))
            rewritten += 1
    session.expire_all()
    return changed + rewritten, rewritten


def _masked(value: str | list[str] | None, pattern: re.Pattern[str], replacement: str) -> str | list[str] | None:
    if isinstance(value, list):
        return [pattern.sub(replacement, part) for part in value]
    return pattern.sub(replacement, value) if value is not None else None


def _set(session: Session, table: Table, trace: Trace, value: Any) -> None:
    columns: list[Column[Any]] = list(table.primary_key.columns)
    which = [column == part for column, part in zip(columns, trace.key, strict=True)]
    session.execute(update(table).where(*which).values({trace.column: value}))


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
