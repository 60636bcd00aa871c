"""One interface for one process, a pool and a cluster; a call that a lost process had begun is done again."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from monitor.errors import NotReady
from monitor.scoring.executors import WorkerPool, make_executor


def pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(2, get_context("spawn"))


@pytest.fixture
def workers() -> Iterator[WorkerPool]:
    with WorkerPool(pool) as executor:
        yield executor


def die_once(marker: str, number: int) -> int:
    """Die if nobody died here before."""
    try:
        Path(marker).touch(exist_ok=False)
    except FileExistsError:
        return number * number
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(*_: object) -> None:
    message = "not today"
    raise ValueError(message)


def test_one_worker_is_this_process() -> None:
    with make_executor(1, "") as executor:
        assert isinstance(executor, ThreadPoolExecutor)
        assert executor.submit(os.getpid).result() == os.getpid()


def test_what_a_dead_process_had_begun_is_done_again(workers: WorkerPool, tmp_path: Path) -> None:
    futures = [workers.submit(die_once, str(tmp_path / "marker"), number) for number in range(20)]
    assert [future.result() for future in futures] == [number * number for number in range(20)]


@pytest.mark.gate
def test_a_call_that_kills_every_process_fails_and_errors_of_calls_are_passed_on(workers: WorkerPool) -> None:
    with pytest.raises(ValueError, match="not today"):
        workers.submit(fail).result()
    with pytest.raises(BrokenExecutor, match="a process died each time"):
        workers.submit(die).result()
    assert workers.submit(abs, -3).result() == 3, "the pool itself goes on"


def test_after_its_end_it_takes_no_call(workers: WorkerPool) -> None:
    workers.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        workers.submit(abs, -3).result()


def test_a_cluster_that_does_not_answer_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.scoring.executors.CONNECT_SECONDS", 0.1)
    with pytest.raises(NotReady, match=r"no cluster answers at tcp://127\.0\.0\.1:9 ") as error:
        make_executor(1, "tcp://127.0.0.1:9")
    assert "\n" not in str(error.value)
