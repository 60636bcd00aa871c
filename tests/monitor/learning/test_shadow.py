"""The shadow scores what comes in from now on, opens no flag, and says what it would have pointed at."""

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from classifiers.labels import LABEL_NAMES
from classifiers.text.segment import Segmenter
from monitor.learning.promotion import ModelPromotion
from monitor.learning.shadow import Shadow, shadow_report
from monitor.scoring.predictions import BATCH_SIZE, cached_model
from monitor.scoring.score import Scorer
from storage.database import Database
from storage.models import Flag, Score
from storage.posts import posts
from storage.scoring import registry
from tests.clock import FakeClock
from tests.corpus import corpus
from tests.factories import add_source, make_post
from tests.monitor.learning.model_folders import FLAGS_EVERYTHING, copy_model

TEXTS = [example.text for example in corpus()[11::90]][: BATCH_SIZE + 6]


@pytest.fixture(autouse=True)
def forget_models() -> Iterator[None]:
    yield
    cached_model.cache_clear()


@pytest.fixture
def thread() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture
def models(small_model: Path, tmp_path: Path) -> Path:
    copy_model(small_model, tmp_path / "models", "default")
    copy_model(small_model, tmp_path / "models", "eager", FLAGS_EVERYTHING)
    return tmp_path / "models"


@pytest.fixture
def shadow(sqlite_database: Database, thread: Executor, models: Path, clock: FakeClock) -> Shadow:
    return Shadow(sqlite_database, thread, models, clock)


def collect(database: Database, clock: FakeClock, first: int, last: int) -> None:
    with database.work() as session:
        source = add_source(session)
        drafts = [make_post(str(n), TEXTS[n % len(TEXTS)], collected_at=clock.now()) for n in range(first, last)]
        posts.record(session, source.id, drafts)
        session.commit()


def cast(database: Database, clock: FakeClock, models: Path, name: str | None = "eager") -> None:
    ModelPromotion(database, Segmenter(), clock, models, []).shadow(name)


def count(database: Database, kind: type[Flag] | type[Score]) -> int:
    with database.work() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_new_posts_are_scored_beside_and_no_flag_is_opened(
    shadow: Shadow, sqlite_database: Database, thread: Executor, models: Path, clock: FakeClock
) -> None:
    active = Scorer(sqlite_database, thread, models / "default", clock)
    collect(sqlite_database, clock, 0, 5)
    active.run()
    clock.advance(timedelta(hours=1))
    cast(sqlite_database, clock, models)
    collect(sqlite_database, clock, 5, 5 + len(TEXTS))
    active.run()
    flags, scores = count(sqlite_database, Flag), count(sqlite_database, Score)

    done: list[int] = []
    assert shadow.run(done.append) == len(TEXTS), "older posts are left alone"
    assert done == [BATCH_SIZE, len(TEXTS) - BATCH_SIZE]
    assert count(sqlite_database, Flag) == flags
    assert count(sqlite_database, Score) == scores + len(TEXTS) * len(LABEL_NAMES)
    assert shadow.run() == 0, "each once"

    report = shadow_report(sqlite_database)
    assert report is not None
    assert (report.posts, set(report.labels)) == (len(TEXTS), set(LABEL_NAMES))
    for overlap in report.labels.values():
        assert overlap.both + overlap.only_shadow == len(TEXTS), "it would flag everything"
        assert overlap.only_active == 0
    with sqlite_database.work() as session:
        in_use = registry.active_model(session)
        assert in_use is not None
        assert in_use.name == "default"


def test_without_a_shadow_nothing_is_done(
    shadow: Shadow, sqlite_database: Database, models: Path, clock: FakeClock
) -> None:
    collect(sqlite_database, clock, 0, 2)
    assert (shadow.run(), shadow_report(sqlite_database)) == (0, None)
    cast(sqlite_database, clock, models)
    cast(sqlite_database, clock, models, None)
    assert shadow.run() == 0
    assert count(sqlite_database, Score) == 0


def test_posts_that_are_deleted_meanwhile_are_left_out(
    sqlite_database: Database, thread: Executor, models: Path, clock: FakeClock
) -> None:
    cast(sqlite_database, clock, models)
    collect(sqlite_database, clock, 0, 3)

    class Deleting(ThreadPoolExecutor):
        """Retention runs beside the scoring."""

        def submit(self, *arguments: Any, **options: Any) -> "Future[Any]":
            answer = super().submit(*arguments, **options)
            answer.result()
            with sqlite_database.work() as session:
                posts.delete_expired(session, add_source(session).id, clock.now() + timedelta(days=400), 180, 10)
                session.commit()
            return answer

    with Deleting(1) as executor:
        Shadow(sqlite_database, executor, models, clock).run()
    assert count(sqlite_database, Score) == 0
