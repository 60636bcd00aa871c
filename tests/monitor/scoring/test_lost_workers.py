"""A worker is killed in the middle: whatever executor scores, every post is scored exactly once."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from monitor.scoring.executors import WorkerPool, make_executor
from monitor.scoring.predictions import BATCH_SIZE, cached_model
from monitor.scoring.score import Scorer
from storage.database import Database
from tests.clock import FakeClock
from tests.cluster import running_cluster
from tests.monitor.scoring.test_score import TEXTS, assert_each_post_once, fill

KILLS = 20
POSTS = BATCH_SIZE * 6 + 7


@pytest.fixture(autouse=True)
def forget_models() -> Iterator[None]:
    yield
    cached_model.cache_clear()


def after_first_batch(kill: Callable[[], None]) -> Callable[[int], None]:
    """Kill when the first batch is stored: others are under way then."""
    waiting = [kill]
    return lambda _: waiting.pop()() if waiting else None


def score_in_pool(database: Database, model: Path, clock: FakeClock) -> None:
    made: list[ProcessPoolExecutor] = []

    def make() -> ProcessPoolExecutor:
        made.append(ProcessPoolExecutor(2, get_context("spawn")))
        return made[-1]

    with WorkerPool(make) as pool:
        kill = after_first_batch(lambda: next(iter(made[0]._processes.values())).kill())
        result = Scorer(database, pool, model, clock).run(on_done=kill)
    assert result.scored == POSTS


def score_in_cluster(database: Database, model: Path, clock: FakeClock) -> None:
    with running_cluster(2) as cluster, make_executor(1, cluster.address) as executor:
        assert executor.submit(os.getpid).result() in [worker.pid for worker in cluster.workers]
        result = Scorer(database, executor, model, clock).run(on_done=after_first_batch(cluster.workers[0].kill))
        assert cluster.workers[0].wait() != 0
    assert result.scored == POSTS


WAYS = {"pool": score_in_pool, "cluster": score_in_cluster}


def texts() -> list[str]:
    return [f"{TEXTS[number % len(TEXTS)]} {number}" for number in range(POSTS)]


@pytest.mark.gate
@pytest.mark.parametrize("way", WAYS)
def test_a_worker_is_killed_in_the_middle(
    way: str, sqlite_database: Database, small_model: Path, clock: FakeClock
) -> None:
    fill(sqlite_database, texts())
    WAYS[way](sqlite_database, small_model, clock)
    assert_each_post_once(sqlite_database, POSTS)


@pytest.mark.long
@pytest.mark.parametrize("number", range(KILLS))
@pytest.mark.parametrize("way", WAYS)
def test_and_twenty_times(
    way: str, number: int, sqlite_database: Database, small_model: Path, clock: FakeClock
) -> None:
    test_a_worker_is_killed_in_the_middle(way, sqlite_database, small_model, clock)


@pytest.mark.gate
def test_workers_that_see_another_disk_get_the_model_once(
    sqlite_database: Database, small_model: Path, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    fill(sqlite_database, texts())
    with (
        running_cluster(1, {**os.environ, "TMPDIR": str(elsewhere)}) as cluster,
        make_executor(1, cluster.address) as executor,
    ):
        monkeypatch.chdir(small_model.parent)  # the worker, which stands elsewhere, finds nothing at that path
        assert Scorer(sqlite_database, executor, Path(small_model.name), clock).run().scored == POSTS
    kept = sorted(path.name for path in elsewhere.glob("kiemtin-models-*/*/*"))
    assert kept == ["manifest.json", "model.npz"]
    assert_each_post_once(sqlite_database, POSTS)
