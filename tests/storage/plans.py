"""What SQLite does with a statement: by the indexes alone, so that few rows show what it does with many."""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session


def plan_of(session: Session, ask: Callable[[], object]) -> list[str]:
    """Return SQLite's plan for the last query that is issued."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    ask()
    statement, values = [each for each in asked if each[0].startswith(("SELECT", "WITH"))][-1]
    return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
