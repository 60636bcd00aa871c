# ruff: noqa: S608  the queries are put together from constants of the program
"""How long the report of a week takes, and how much memory, on SQLite and on PostgreSQL.

A fifth of all posts were published in the week: 200,000 of 1,000,000. The same is measured with a tenth of the posts,
so that memory can be compared. Each command is a process of its own; the server of PostgreSQL is not measured.
"""

import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import text

from classifiers.data.datasets import read_corpus
from classifiers.labels import LABEL_NAMES
from monitor.reports.periods import CalendarPeriod, Unit
from storage.database import Database
from storage.models import Model
from tests.benchmarks.commands import KIEMTIN, Spent, run_command
from tests.benchmarks.filled import filled_database
from tests.benchmarks.varied_posts import analyse, store, syllables_of, varied
from tests.factories import add_user

WEEK: Final = CalendarPeriod(Unit.WEEK, 2026, 30)
SHARE: Final = 0.2  # of the posts, published in the week
BEFORE: Final = timedelta(weeks=40)  # the others lie in the weeks before
MOST_SECONDS, MOST_MEGABYTES = 20.0, 400.0
MOST_GROWTH: Final = 1.15  # of memory, with ten times as many posts
FORMATS: Final = "docx,html,xlsx,csv,jsonl,parquet"
COPIES, QUOTES = 5_000, 20
SEED: Final = 13
COMMANDS: Final = {
    "report": ("report", "--week", str(WEEK), "--format", FORMATS),
    "export of flags": ("export", "flags", "--week", str(WEEK), "--format", "csv,jsonl,parquet"),
    "export of posts": ("export", "posts", "--week", str(WEEK), "--format", "csv,jsonl,parquet"),
}
# What people and models add to posts and flags, written by the database itself: the program takes them one by one.
WORK: Final = (
    *(f"INSERT INTO scores SELECT id, 0, :model, '{label}', 0.3, id % 50 = 0 FROM posts" for label in LABEL_NAMES),
    """
    INSERT INTO clusters (id, created_at, state)
    SELECT id, collected_at, 'suggested' FROM posts WHERE id <= :copies
    """,
    "UPDATE posts SET cluster_id = 1 + id % :copies WHERE id % 10 = 0",
    """
    INSERT INTO reviews (flag_id, reviewer_id, decision, note, evidence, revision_number, decided_at)
    SELECT id, :user, CASE state WHEN 'rejected' THEN 'no' WHEN 'unsure' THEN 'unsure' ELSE 'yes' END, '', '[]', 0,
        opened_at
    FROM flags WHERE state != 'open'
    """,
    """
    INSERT INTO cases (flag_id, topic, place, state, opened_by, opened_at, changed_at)
    SELECT id, CASE id % 3 WHEN 0 THEN 'wages' WHEN 1 THEN 'hours' ELSE 'meals' END,
        CASE id % 4 WHEN 0 THEN 'xã Sùng Phài' WHEN 1 THEN 'xã Mường Kim' ELSE '' END,
        CASE id % 5 WHEN 0 THEN 'passed' ELSE 'open' END, :user, opened_at, opened_at
    FROM flags WHERE state = 'confirmed' AND label = 'concern'
    """,
    """
    INSERT INTO case_events (case_id, user_id, kind, note, passed_to, at)
    SELECT id, :user, CASE state WHEN 'passed' THEN 'passed' ELSE 'opened' END, '', 'Ban Chính sách', opened_at
    FROM cases
    """,
    """
    INSERT INTO quote_choices (flag_id, revision_number, chosen_by, chosen_at)
    SELECT id, 0, :user, opened_at FROM flags WHERE state = 'confirmed' ORDER BY id DESC LIMIT :quotes
    """,
)


def moment_of(number: int, count: int) -> datetime:
    """Give the time of a post: the last fifth lies in the week, all in the order of their numbers."""
    before = round(count * (1 - SHARE))
    if number <= before:
        return WEEK.span.start - BEFORE * (1 - (number - 1) / before)
    return WEEK.span.start + timedelta(weeks=1) * ((number - before - 1) / (count - before))


def fill(database: Database, count: int) -> None:
    """Store posts varied from the project's own, with flags, scores, decisions, cases, copies and quotes."""
    texts = syllables_of([post.text for post in read_corpus()])
    store(database, varied(texts, count, SEED), count, SEED, moment_of=moment_of, searchable=False)
    with database.work() as session:
        values = {"user": add_user(session).id, "model": session.query(Model.id).scalar()}
        values |= {"copies": min(COPIES, count), "quotes": QUOTES}
        for statement in WORK:
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            session.execute(text(statement), named)
        session.commit()
    analyse(database)


def measure(kind: str, sizes: Sequence[int], kept: Path | None) -> bool:
    """Measure the commands on one database, print a line each, and say whether all limits were kept."""
    found: dict[str, list[Spent]] = {name: [] for name in COMMANDS}
    for count in sizes:
        print(f"{kind}: {count:,} posts, {round(count * SHARE):,} of them in the week", flush=True)
        filled = filled_database(kind, f"report_{count}", kept, partial(fill, count=count))
        with filled as database, tempfile.TemporaryDirectory() as home:
            url = database.url.render_as_string(hide_password=False)
            for name, command in COMMANDS.items():
                used = run_command([KIEMTIN, *command], {"KIEMTIN_HOME": home, "KIEMTIN_DATABASE_URL": url})
                found[name].append(used)
                print(f"  {name:16} {used.seconds:6.1f} s ({used.cpu:.1f} CPU s), {used.peak:4.0f} MB", flush=True)
    report = found["report"][-1]
    kept_limits = report.seconds <= MOST_SECONDS and report.peak <= MOST_MEGABYTES
    for name, (few, *_, many) in found.items():
        growth = many.peak / few.peak
        print(f"  memory of {name}: {growth:.2f} times that with a tenth of the posts", flush=True)
        kept_limits &= growth <= MOST_GROWTH
    return kept_limits


def main(kinds: Sequence[str], count: int, kept: Path | None) -> int:
    """Measure on each database; the exit status says whether all limits were kept."""
    kept_limits = [measure(kind, (count // 10, count), kept) for kind in kinds]
    print(f"at most {MOST_SECONDS:.0f} s, {MOST_MEGABYTES:.0f} MB and {MOST_GROWTH} times the memory: ", end="")
    print("kept" if all(kept_limits) else "exceeded")
    return 0 if all(kept_limits) else 1


if __name__ == "__main__":
    _, which, posts, *folder = sys.argv
    sys.exit(main(which.split(","), int(posts), Path(folder[0]) if folder else None))
