"""Posts that are scored with the small model: in this process, unless a test brings another executor."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from classifiers.labels import LABEL_NAMES
from monitor.scoring.score import Scorer, ScoreResult
from monitor.scoring.workers import cached_model
from storage.database import Database
from storage.models import Score
from storage.posts import posts
from tests.clock import FakeClock
from tests.corpus import corpus
from tests.factories import add_source, make_post

TEXTS = [example.text for example in corpus()[7::120]]  # others than the model learnt from


@dataclass(frozen=True)
class Bench:
    """A database, a model, and a thread that scores."""

    database: Database
    model: Path
    clock: FakeClock
    thread: Executor

    def fill(
        self, texts: Sequence[str] = TEXTS, *, batch: str = "", name: str = "forum", role: str = "monitored"
    ) -> None:
        """Store posts of one source, whose identifiers begin with the name of the batch."""
        with self.database.changes() as session:
            source = add_source(session, name, role=role)
            drafts = [make_post(f"{batch}{number}", text) for number, text in enumerate(texts)]
            posts.record(session, source.id, drafts)

    def scorer(self, executor: Executor | None = None, model: Path | None = None) -> Scorer:
        return Scorer(self.database, executor or self.thread, model or self.model, self.clock)

    def run(self, *told: Any, by: Executor | None = None, **more: Any) -> ScoreResult:
        return self.scorer(by).run(*told, **more)

    def scores(self) -> dict[tuple[int, int, str], float]:
        with self.database.work() as session:
            rows = session.execute(select(Score.post_id, Score.revision_number, Score.label, Score.probability))
            return {(post, revision, label): probability for post, revision, label, probability in rows}

    def assert_each_once(self, count: int) -> None:
        with self.database.work() as session:
            assert session.scalar(select(func.count()).select_from(Score)) == count * len(LABEL_NAMES)
            per_post = session.execute(select(Score.post_id, func.count()).group_by(Score.post_id)).all()
        assert {number for _, number in per_post} == {len(LABEL_NAMES)}
        assert len(per_post) == count


@pytest.fixture
def bench(sqlite_database: Database, small_model: Path, clock: FakeClock) -> Iterator[Bench]:
    with ThreadPoolExecutor(1) as thread:
        yield Bench(sqlite_database, small_model, clock, thread)
    cached_model.cache_clear()
