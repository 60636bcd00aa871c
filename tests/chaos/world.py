"""A home folder to be killed over: what can be done in it, and what must hold in it after every kill."""

import asyncio
import csv
import gzip
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

from sqlalchemy import func, select, text

from monitor.bootstrap import Application
from monitor.collectors.files import open_file
from monitor.pipeline.backup import read_backup, write_backup
from monitor.pipeline.retain import retain
from monitor.pipeline.score_and_match import score_and_match
from monitor.reports.iso_week import current_week
from monitor.reports.write_report import write_weekly_report
from monitor.settings import load_settings
from storage import chain, flags, reviews, sources
from storage.database import Database
from storage.models import Flag, Post, Review, Score, User
from tests.factories import add_post, add_user, make_source

ROWS = 60  # of an imported file
OLD = timedelta(days=400)
OLD_SCHEMA = "0004_erased_authors"
"""The schema that is migrated: that of the first installations."""
OLD_DECISIONS = 30


class World:
    """One home folder on one database.

    Args:
        home: The folder, with key, settings and tables.
        feed: The address of the newspaper.
        old: Makes a database of an old schema, with decisions in it, and gives its address.

    """

    def __init__(self, home: Path, feed: str, old: Callable[[], str]) -> None:
        self.home = home
        self.feed = feed
        self._make_old = old
        self._old = ""
        self.imports = 0
        self.acknowledged: set[int] = set()
        self.ways: dict[str, tuple[Callable[[], None], Callable[[int], None]]] = {
            "import": (self._prepare_import, self._import),
            "crawl": (lambda: None, self._crawl),
            "score": (lambda: None, self._score),
            "decide": (lambda: None, self._decide),
            "report": (lambda: None, self._report),
            "retain": (self._prepare_retain, self._retain),
            "erase": (self._prepare_erase, self._erase),
            "backup": (lambda: None, self._backup),
            "migrate": (self._prepare_migrate, self._migrate),
        }

    def application(self) -> Application:
        """Build the application, as every command does."""
        app = Application(load_settings(self.home))
        app.tidy_home()
        return app

    def set_up(self) -> None:
        """Make tables, the source, and a reviewer."""
        with self.application() as app:
            app.database.upgrade()
            with app.database.work() as session:
                now = datetime.now(UTC)
                sources.register(session, make_source("news", address=self.feed), now)
                sources.register(session, make_source("old", kind="import", address="old", retention_days=30), now)
                sources.register(session, make_source("network", kind="mastodon", address="https://m.example"), now)
                add_user(session, "lan", "reviewer", now=now)
                session.commit()

    # --- what is done, in a process that is killed

    def _prepare_import(self) -> None:
        self.imports += 1
        with self._file().open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "text", "author"])
            rows.writerows(
                [f"i{self.imports}-{n}", f"Nghe nói xưởng {n} sắp đóng cửa, mọi người chia sẻ gấp", f"người {n}"]
                for n in range(ROWS)
            )

    def _file(self) -> Path:
        return self.home.parent / f"posts-{self.imports}.csv"

    def _import(self, _pipe: int) -> None:
        with self.application() as app:
            app.importer().run(open_file(self._file()), make_source("file", kind="import", address="file"))

    def _crawl(self, _pipe: int) -> None:
        async def crawl(app: Application) -> list[str]:
            async with app.client() as client:
                return [each.outcome for each in await app.crawler(client).crawl(only_due=False, names=["news"])]

        with self.application() as app:
            if (outcomes := asyncio.run(crawl(app))) != ["ok"]:
                message = f"the source was not read: {outcomes}"
                raise AssertionError(message)

    def _score(self, _pipe: int) -> None:
        with self.application() as app, app.executor() as executor:
            score_and_match(app.scorer(app.ready_database, executor), app.matcher(app.ready_database))

    def _decide(self, pipe: int) -> None:
        """Decide on flags one after the other; what is committed is acknowledged through the pipe."""
        with self.application() as app:
            for _ in range(20):
                with app.ready_database.work() as session:
                    now = app.clock.now()
                    flag = flags.lease_next(session, owner="lan", now=now, until=now + timedelta(minutes=1))
                    if flag is None:
                        return
                    reviewer = session.scalars(select(User.id)).first() or 0
                    review = reviews.decide(
                        session, flag, reviewer_id=reviewer, decision="confirmed", note="đã hỏi", now=now
                    )
                    session.commit()
                os.write(pipe, f"{review.id}\n".encode())

    def _report(self, _pipe: int) -> None:
        with self.application() as app:
            week = current_week(app.clock.now())
            write_weekly_report(app.ready_database, week, app.settings.reports_dir, clock=app.clock, top=5)

    def _prepare_retain(self) -> None:
        self._add("old", 30, datetime.now(UTC) - OLD, None)

    def _retain(self, _pipe: int) -> None:
        with self.application() as app:
            retain(app.ready_database, app.clock, app.captures)

    def _prepare_erase(self) -> None:
        with self.application() as app:
            self._add("network", 20, datetime.now(UTC), app.pseudonymiser.key("mastodon", "lan@m.example"))

    def _erase(self, _pipe: int) -> None:
        with self.application() as app:
            app.erasure("mastodon", "https://m.example/users/lan").run()

    def _add(self, source: str, count: int, at: datetime, author: str | None) -> None:
        with self.application() as app, app.ready_database.work() as session:
            session.execute(text("DELETE FROM erased_authors"))
            place = sources.by_name(session, source)
            for number in range(count):
                external = f"{source}-{at.timestamp()}-{number}"
                add_post(session, place, external, collected_at=at, author_key=author, text="@lan nói vậy")
            session.commit()

    def _backup(self, _pipe: int) -> None:
        with self.application() as app:
            write_backup(app.ready_database, self.home, self.home.parent / "backup", now=app.clock.now())

    def _prepare_migrate(self) -> None:
        self._old = self._make_old()

    def _migrate(self, _pipe: int) -> None:
        with Database(self._old) as database:
            database.upgrade()

    # --- what must hold

    def broken(self, way: str) -> list[str]:
        """Return one line for every invariant that does not hold after a way was gone."""
        if way == "migrate":
            return self._migration_problems()
        with self.application() as app, app.ready_database.work() as session:
            found = [f"chain: {problem}" for problem in chain.verify(session)]
            double = select(Post.source_id, Post.external_id).group_by(Post.source_id, Post.external_id)
            found += [f"post twice: {row}" for row in session.execute(double.having(func.count() > 1))]
            labels = select(Score.post_id, Score.revision_number, Score.model_id, func.count())
            labels = labels.group_by(Score.post_id, Score.revision_number, Score.model_id).having(func.count() != 3)
            found += [f"post not scored whole: {row}" for row in session.execute(labels)]
            kept = set(session.scalars(select(Review.id)))
            found += [f"decision lost: {number}" for number in sorted(self.acknowledged - kept)]
            newest = select(func.max(Review.id)).group_by(Review.flag_id)
            said = select(Flag.id, Flag.state, Review.decision).join(Review, Review.flag_id == Flag.id)
            found += [
                f"flag {flag} says {state}"
                for flag, state, decision in session.execute(said.where(Review.id.in_(newest)))
                if state != decision
            ]
            if app.database.is_sqlite:
                found += self._sqlite_problems()
        return [*found, *self._half_files(way)]

    def _migration_problems(self) -> list[str]:
        with Database(self._old) as database:
            if database.current_revision() != database.newest_revision():
                with database.engine.connect() as connection:
                    left = connection.scalar(text("SELECT count(*) FROM reviews"))
                return [] if (database.current_revision(), left) == (OLD_SCHEMA, OLD_DECISIONS) else ["half migrated"]
            with database.work() as session:
                left = session.scalar(select(func.count()).select_from(Review))
                problems = chain.verify(session)
            return (
                problems + [str(each) for each in database.differences()] + ([] if left == OLD_DECISIONS else ["lost"])
            )

    def _sqlite_problems(self) -> list[str]:
        with closing(sqlite3.connect(self.home / "kiemtin.db")) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchall()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        return [f"damaged: {line}" for line in whole if line != ("ok",)] + [f"orphan: {row}" for row in orphans]

    def _half_files(self, way: str) -> list[str]:
        found = [f"half file: {path.name}" for path in self.home.rglob("*.part")]
        for path in self.home.rglob("*.warc.gz"):
            with gzip.open(path) as file:
                file.read()
        for path in self.home.rglob("*.xlsx"):
            with ZipFile(path) as file:
                found += [f"half file: {path.name}"] if file.testzip() else []
        backup = self.home.parent / "backup"
        if way == "backup" and backup.exists():
            folder = self.home.parent / "unpacked"
            folder.mkdir()
            read_backup(backup, folder)
            shutil.rmtree(folder)
        return found

    def unfinished(self, way: str) -> list[str]:
        """Return what a whole run of one way left undone."""
        with self.application() as app, app.ready_database.work() as session:
            counts = Counter(session.scalars(select(Post.external_id)))
            if way == "import":
                missing = [n for n in range(ROWS) if not counts[f"i{self.imports}-{n}"]]
                return [f"not imported: {missing}"] if missing else []
            if way == "score":
                scored = select(Score.post_id)
                left = session.scalar(select(func.count()).select_from(Post).where(Post.id.not_in(scored)))
                return [f"not scored: {left}"] if left else []
            if way == "migrate":
                with Database(self._old) as database:
                    return [] if database.current_revision() == database.newest_revision() else ["not migrated"]
            of = {"retain": "old", "erase": "network"}.get(way)
            if of is None:
                return []
            left = session.scalar(
                select(func.count()).select_from(Post).where(Post.source_id == sources.by_name(session, of).id)
            )
            return [f"{left} posts left of {of}"] if left else []
