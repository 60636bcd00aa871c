"""What SQLite does with a statement: by the indexes alone, so that few rows show what it does with many."""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session


def plan_of(session: Session, ask: Callable[[], object]) -> list[str]:
    """Return the steps of SQLite's plans for the queries that are issued."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    ask()
    queries = [each for each in asked if each[0].startswith(("SELECT", "WITH"))]
    plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all() for query, values in queries]
    return [step for plan in plans for *_, step in plan]
