"""A home folder to be killed over, and all that programs do in it."""

import asyncio
import csv
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from classifiers.data.datasets import read_challenge_set
from classifiers.labels import label_named
from classifiers.persistence import load
from monitor.app.application import Application
from monitor.clock import SystemClock
from monitor.collectors.files.formats import open_file
from monitor.learning.promotion import ModelPromotion
from monitor.operations.backup import write_backup
from monitor.operations.change_of_places import finish
from monitor.operations.restore import restore
from monitor.operations.retain import retain
from monitor.outbox.issue import Wish
from monitor.publish.site import publish
from monitor.reports.periods import Unit, current_period
from monitor.scoring.score import model_draft
from monitor.settings.settings import load_settings
from storage.database import Database
from storage.models import Flag
from storage.posts import sources
from storage.review import corrections, flag_queue
from storage.scoring import registry
from tests.chaos import invariants
from tests.factories import add_flag, add_post, add_user, decide, make_correction, make_source, matter_of
from tests.made_up_revision import add_revision
from tests.monitor.collectors.isolation.round_trip import RoundTripParser
from tests.monitor.learning.model_folders import copy_model

ROWS = 60  # of an imported file
MODELS = ("one", "other")
OLD = timedelta(days=400)


@dataclass(frozen=True)
class Way:
    """Something that programs do: the program, which tells through a pipe, and what is made ready before."""

    run: Callable[[int], None]
    prepare: Callable[[], None] = lambda: None


class HastyClock(SystemClock):
    """Waits for nothing, such as the end of a lease that a killed program held: it goes ahead by as much."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Tell the time."""
        return super().now() + self._ahead

    def monotonic(self) -> float:
        """Tell seconds that never decrease."""
        return super().monotonic() + self._ahead.total_seconds()

    def advance(self, duration: timedelta) -> None:
        """Go ahead."""
        self._ahead += duration

    async def sleep(self, seconds: float) -> None:
        """Go ahead, and let other tasks run."""
        self.advance(timedelta(seconds=seconds))
        await super().sleep(0)


class World:
    """One home folder on one database.

    Args:
        home: The folder, with key, settings and tables.
        feed: The address of the newspaper.
        old: Makes a database with decisions in it, to which a revision is added, and gives its address.

    """

    def __init__(self, home: Path, feed: str, old: Callable[[], str]) -> None:
        self.home = home
        self.backup = home.parent / "backup"
        self.whole = home.parent / "whole"  # the backup that is put back: of all that there is
        self.site = home.parent / "site"
        self.feed = feed
        self._make_old = old
        self._old = self._wanted = ""
        self._migrations = add_revision(home.parent / "migrations")
        self.imports = 0
        self.acknowledged: set[int] = set()
        self.checked: Counter[str] = Counter()
        self.ways: dict[str, Way] = {
            "import": Way(self._import, self._prepare_import),
            "crawl": Way(self._crawl),
            "score": Way(self._score),
            "match": Way(self._match),
            "decide": Way(self._decide),
            "report": Way(self._report),
            "retain": Way(self._retain, self._prepare_retain),
            "erase": Way(self._erase, self._prepare_erase),
            "backup": Way(self._backup),
            "restore": Way(self._restore, self._prepare_restore),
            "publish": Way(self._publish, self._prepare_publish),
            "promote": Way(self._promote, self._prepare_promote),
            "migrate": Way(self._migrate, self._prepare_migrate),
        }

    def application(self) -> Application:
        """Build the application, as every command does."""
        finish(self.home)
        app = Application(load_settings(self.home), HastyClock())
        app.tidy_home()
        return app

    def set_up(self) -> None:
        """Make tables, the source, and a reviewer."""
        with self.application() as app:
            app.database.upgrade()
            with app.database.changes() as session:
                now = datetime.now(UTC)
                sources.register(session, make_source("news", address=self.feed), now)
                sources.register(session, make_source("old", kind="import", address="old", retention_days=30), now)
                sources.register(session, make_source("network", kind="mastodon", address="https://m.example"), now)
                sources.register(session, make_source("claims", kind="import", address="claims"), now)
                add_user(session, "lan", "reviewer", now=now)
                add_user(session, "minh", "lead", now=now)
            for name in (*MODELS, "small"):  # which is what the model of the settings calls itself
                copy_model(Path(app.settings.model), app.settings.models_dir, name)

    # --- what is done, in a process that is killed

    def _prepare_import(self) -> None:
        self.imports += 1
        with self.file.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "text", "author"])
            rows.writerows(
                [f"i{self.imports}-{n}", f"Nghe nói xưởng {n} sắp đóng cửa, mọi người chia sẻ gấp", f"người {n}"]
                for n in range(ROWS)
            )

    @property
    def file(self) -> Path:
        """The file that is imported."""
        return self.home.parent / f"posts-{self.imports}.csv"

    def _import(self, _pipe: int) -> None:
        with self.application() as app:
            app.importer().run(open_file(self.file), make_source("file", kind="import", address="file"))

    def _crawl(self, _pipe: int) -> None:
        async def crawl(app: Application) -> list[str]:
            client = app.client()
            client._parser = RoundTripParser()  # to start a process that parses would take most of the time
            async with client:
                return [each.outcome for each in await app.crawler(client).crawl(only_due=False, names=["news"])]

        with self.application() as app:
            if (outcomes := asyncio.run(crawl(app))) != ["ok"]:
                raise AssertionError(f"the source was not read: {outcomes}")

    def _score(self, _pipe: int) -> None:
        with self.application() as app, app.executor() as executor:
            app.scorer(app.ready_database, executor).run()

    def _match(self, _pipe: int) -> None:
        with self.application() as app:
            app.matcher(app.ready_database).run()

    def _decide(self, pipe: int) -> None:
        """Decide on flags one after the other; what is committed is acknowledged through the pipe."""
        with self.application() as app:
            for _ in range(20):
                with app.ready_database.changes() as session:
                    now = app.clock.now()
                    taken = flag_queue.lease_next(session, owner="lan", now=now, until=now + timedelta(minutes=1))
                    if taken is None:
                        return
                    flag = session.get_one(Flag, taken)
                    decision = label_named(flag.label).decisions[0]
                    review = decide(session, flag, decision, note="đã hỏi", now=now)
                os.write(pipe, f"{review.id}\n".encode())

    def _report(self, _pipe: int) -> None:
        with self.application() as app:
            app.reports.issue(Wish(period=current_period(Unit.WEEK, app.clock.now()), formats=("xlsx", "csv")))

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
        with self.application() as app, app.ready_database.changes() as session:
            session.execute(text("DELETE FROM erased_authors"))
            place = sources.by_name(session, source)
            for number in range(count):
                external = f"{source}-{at.timestamp()}-{number}"
                add_post(session, place, external, collected_at=at, author_key=author, text="@lan nói vậy")

    def _backup(self, _pipe: int) -> None:
        with self.application() as app:
            write_backup(app.ready_database, self.home, self.backup, now=app.clock.now())

    def _prepare_restore(self) -> None:
        with self.application() as app:
            write_backup(app.ready_database, self.home, self.whole, now=app.clock.now())

    def _restore(self, _pipe: int) -> None:
        restore(self.whole, self.home, HastyClock(), replace=True)

    def _prepare_publish(self) -> None:
        """Release a correction of a claim."""
        with self.application() as app, app.ready_database.changes() as session:
            now, source = app.clock.now(), sources.by_name(session, "claims")
            flag = add_flag(session, add_post(session, source, now.isoformat()), "unverified")
            decide(session, flag, "refuted", now=now)
            row = corrections.write(session, matter_of(session, flag), make_correction(), user_id=1, now=now)
            corrections.release(session, row, seen=corrections.newest_text(session, row.id).id, user_id=2, now=now)

    def _publish(self, _pipe: int) -> None:
        with self.application() as app:
            publish(app.ready_database, app.settings, app.clock.now(), self.site)

    def _promotion(self, app: Application) -> ModelPromotion:
        folder, examples = app.settings.models_dir, read_challenge_set()[::40]
        return ModelPromotion(app.ready_database, app.segmenter, app.clock, folder, examples)

    def _prepare_promote(self) -> None:
        """Choose the model that is not in use."""
        with self.application() as app, app.ready_database.changes() as session:
            for name in MODELS:
                draft = model_draft(load(app.models.path(name), app.segmenter))
                if name not in {model.name for model in registry.all_models(session)}:
                    registry.register(session, draft, app.clock.now())
            active = registry.active_model(session)
            self._wanted = next(name for name in MODELS if active is None or name != active.name)

    def _promote(self, _pipe: int) -> None:
        with self.application() as app:
            with app.ready_database.work() as session:
                active = registry.active_model(session)
            if active is None or active.name != self._wanted:
                self._promotion(app).promote(self._wanted, in_use=app.settings.model, reason="thử")

    def _prepare_migrate(self) -> None:
        self._old = self._make_old()

    def _migrate(self, _pipe: int) -> None:
        with Database(self._old, migrations=self._migrations) as database:
            database.upgrade()

    # --- what must hold

    def broken(self, way: str) -> list[str]:
        """Return one line for every invariant that does not hold after a way was gone."""
        if way == "migrate":
            with Database(self._old, migrations=self._migrations) as database:
                return invariants.of_migration(database)
        with self.application() as app:
            found = invariants.of_rows(app.ready_database, self.acknowledged, self.checked)
        found += invariants.of_files(self.home)
        if way == "backup" and self.backup.exists():
            found += invariants.of_backup(self.backup)
        return found + (invariants.of_site(self.site) if way == "publish" else [])

    def unfinished(self, way: str) -> list[str]:
        """Return what a whole run of one way left undone."""
        if way == "migrate":
            with Database(self._old, migrations=self._migrations) as database:
                return [] if database.current_revision() == database.newest_revision() else ["not migrated"]
        if way == "backup":
            return invariants.not_swept(self.backup)
        imported = {f"i{self.imports}-{n}" for n in range(ROWS)}
        checks: dict[str, Callable[[Session], list[str]]] = {
            "import": lambda session: invariants.not_imported(session, imported),
            "crawl": invariants.not_read,
            "score": invariants.not_scored,
            "match": invariants.not_compared,
            "retain": lambda session: invariants.not_deleted(session, "old"),
            "erase": lambda session: invariants.not_deleted(session, "network"),
            "publish": lambda session: invariants.not_published(session, self.site),
            "promote": lambda session: invariants.not_promoted(session, self._wanted),
        }
        if way not in checks:
            return []
        with self.application() as app, app.ready_database.work() as session:
            return checks[way](session)
