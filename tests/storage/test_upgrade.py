"""Whatever revision an installation stands at, an upgrade keeps every row, and the program works on it."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text

from storage import audit, chain
from storage.database import Database, known_revisions
from storage.migrate import alembic_config
from storage.models import Flag
from storage.review import reviews
from tests.clock import MONDAY_MORNING
from tests.storage.old_rows import dump, fill

RENAMED = {
    "questions": {"why": "sampling"},
    "robots_copies": {"place": "url"},
    "rechecks": {"looked_at": "checked_at"},
    "reports": {"week": "period"},
}
MADE_ANEW = ("post_bands",)  # the next run fills it
NEVER_WRITTEN = {"corrections": "post_id"}  # by a column that only the former table has: no version stored a row in it
# Columns whose values another revision wrote anew: finer decisions and the chain that holds them, what to index anew.
REWRITTEN = {
    ("posts", "indexed"),
    *(("reviews", name) for name in ("decision", "chain_previous", "chain_hash")),
    ("redactions", "chain_previous"),
    ("chain_heads", "chain_position"),
    ("chain_heads", "chain_hash"),
    ("evidence", "state"),
}
GROWING = ("audit_events", "chain_heads")  # the trail tells of chains written anew; a chained table brings its head
NEW_ROLES = {"analyst": "reviewer"}


@pytest.mark.gate
@pytest.mark.parametrize("revision", known_revisions()[::-1])
def test_every_row_of_an_older_revision_is_kept(empty_database: Database, revision: str) -> None:
    database = empty_database
    if database.is_sqlite:
        Path(str(database.url.database)).parent.mkdir()
    with database.engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)
        fill(connection)
    with database.engine.connect() as connection:
        before = dump(connection)
    assert all(before.values()), "a table is empty"
    database.upgrade()
    with database.engine.connect() as connection:
        after = dump(connection)
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all() if database.is_sqlite else []
    for table, rows in before.items():
        if table in MADE_ANEW or NEVER_WRITTEN.get(table) in next(iter(rows.values())):
            continue
        kept = {key: _with_new_names(table, row) for key, row in rows.items()}
        added = set(after[table]) - set(kept)
        assert set(kept) <= set(after[table])
        assert not added or table in GROWING, f"{table} got {added}"
        assert {key: {name: after[table][key][name] for name in row} for key, row in kept.items()} == kept
    assert orphans == []
    assert database.differences() == []
    _work_on(database)


def _with_new_names(table: str, row: dict[str, Any]) -> dict[str, Any]:
    names = RENAMED.get(table, {})
    row = {name: value for name, value in row.items() if (table, name) not in REWRITTEN}
    renamed = {names.get(name, name): value for name, value in row.items()}
    if table == "users":
        renamed["role"] = NEW_ROLES.get(renamed["role"], renamed["role"])
    return renamed


def _work_on(database: Database) -> None:
    """Check the chains, then decide on a flag as the desk does."""
    with database.work() as session:
        assert chain.verify(session) == []
        flag = session.scalars(select(Flag).order_by(Flag.id)).first()
        if flag is not None:
            reviews.decide(session, flag, reviewer_id=1, decision="no", note="", now=MONDAY_MORNING)
        audit.record(session, at=MONDAY_MORNING, action="upgraded", subject="database")
        session.commit()
    with database.work() as session:
        assert chain.verify(session) == []
