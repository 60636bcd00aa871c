"""One interface for one process, a pool and a cluster; what a dead worker had is scored by the next run."""

import os
import signal
import struct
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from classifiers.labels import LABEL_NAMES
from monitor.errors import KiemtinError, NotReady
from monitor.scoring.workers import BATCH_SIZE, scoring_executor
from storage.database import Database
from storage.models import Flag
from tests.cluster import running_cluster
from tests.monitor.scoring.conftest import TEXTS, Bench

KILLS = 20
POSTS = BATCH_SIZE * 6 + 7


def test_one_worker_is_this_process() -> None:
    with scoring_executor(1, "") as executor:
        assert isinstance(executor, ThreadPoolExecutor)
        assert executor.submit(os.getpid).result() == os.getpid()


@pytest.mark.gate  # it needs the library of Dask
def test_a_cluster_that_does_not_answer_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.scoring.cluster.CONNECT_SECONDS", 0.1)
    with (
        pytest.raises(NotReady, match=r"no cluster answers at tcp://127\.0\.0\.1:9 ") as error,
        scoring_executor(1, "tcp://127.0.0.1:9"),
    ):
        pass
    assert "\n" not in str(error.value)


def after_first_batch(kill: Callable[[], None]) -> Callable[..., None]:
    """Kill when the first batch is stored: others are under way then."""
    waiting = [kill]
    return lambda *_step: waiting.pop()() if waiting else None


def texts() -> list[str]:
    return [f"{TEXTS[number % len(TEXTS)]} {number}" for number in range(POSTS)]


@pytest.mark.gate
def test_a_process_is_killed_in_the_middle_and_the_next_run_scores_the_rest(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.fill(texts())
    monkeypatch.setattr("monitor.scoring.workers.UNDER_WAY", 1)  # else all may be done before anybody notices
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        kill = after_first_batch(lambda: next(iter(pool._processes.values())).kill())
        with pytest.raises(KiemtinError, match="the next run scores the rest") as error:
            bench.run(by=pool, progress=kill)
    assert "\n" not in str(error.value)
    stored = len(bench.scores())
    assert stored > 0
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        bench.run(by=pool)
    assert len(bench.scores()) > stored
    bench.assert_each_once(POSTS)


@pytest.mark.gate
def test_a_worker_of_a_cluster_is_killed_in_the_middle_and_another_one_takes_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.fill(texts())
    with running_cluster(2) as cluster, scoring_executor(1, cluster.address) as executor:
        assert executor.submit(os.getpid).result() in [worker.pid for worker in cluster.workers]
        kill = after_first_batch(cluster.workers[0].kill)
        assert bench.run(by=executor, progress=kill).scored == POSTS
        assert cluster.workers[0].wait() != 0
    bench.assert_each_once(POSTS)


@pytest.mark.long
@pytest.mark.parametrize("number", range(KILLS))
@pytest.mark.parametrize(
    "kill",
    [
        test_a_process_is_killed_in_the_middle_and_the_next_run_scores_the_rest,
        test_a_worker_of_a_cluster_is_killed_in_the_middle_and_another_one_takes_over,
    ],
)
def test_and_twenty_times(
    kill: Callable[..., None], number: int, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(bench, monkeypatch)


@pytest.mark.gate
def test_a_text_that_kills_workers_of_a_cluster_is_one_clear_error(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.fill(TEXTS[:3])
    monkeypatch.setattr("monitor.scoring.workers.answer_texts", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    impatient = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}  # else four workers have to die
    with (
        running_cluster(1, impatient) as cluster,
        scoring_executor(1, cluster.address) as executor,
        pytest.raises(KiemtinError, match="the next run scores the rest"),
    ):
        bench.run(by=executor)
    assert bench.scores() == {}


@pytest.mark.gate
def test_workers_that_do_not_see_the_model_say_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.fill(TEXTS[:3])
    with running_cluster(1) as cluster, scoring_executor(1, cluster.address) as executor:
        monkeypatch.chdir(bench.model.parent)  # the worker, which stands elsewhere, finds nothing at that path
        with pytest.raises(KiemtinError, match=r"a worker does not see the model in .*share the folder"):
            bench.scorer(executor, Path(bench.model.name)).run()


def running(command: str) -> object:
    """Give an object that runs a command where it is unpickled."""
    return type("Hostile", (), {"__reduce__": lambda _: (os.system, (command,))})()


def fail(*_: object) -> None:
    raise ValueError("chị Lan ở xưởng 2")


@pytest.mark.gate
def test_a_worker_that_answers_anything_but_probabilities_runs_nothing_here_and_is_one_line(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.fill(TEXTS[:3])
    numbers, size = len(LABEL_NAMES) * 3, 8
    command = f"touch {tmp_path / 'ran'}"
    answers: dict[str, Callable[..., object]] = {
        "too few": lambda *_: bytes(size),
        "no numbers": lambda *_: b"\xff" * size * numbers,
        "beyond one": lambda *_: struct.pack("<d", 1.5) * numbers,
        "a text": lambda *_: "x" * size * numbers,
        "an error": fail,
        "code": lambda *_: running(command),
    }
    with running_cluster(1) as cluster, scoring_executor(1, cluster.address) as executor:
        for name, answer in answers.items():
            monkeypatch.setattr("monitor.scoring.cluster.ANSWER_SECONDS", 10 if name == "code" else 600)
            monkeypatch.setattr("monitor.scoring.workers.answer_texts", answer)
            with pytest.raises(KiemtinError, match=r"or its answer is none.*the next run scores the rest$") as error:
                bench.run(by=executor)
            assert "Lan" not in "".join(traceback.format_exception(error.value)), name
    assert not (tmp_path / "ran").exists()
    assert bench.scores() == {}
    assert "Lan" not in "".join(capfd.readouterr())


@pytest.mark.gate
def test_workers_of_a_cluster_score_as_this_process_does(bench: Bench, sqlite_template: Path, tmp_path: Path) -> None:
    bench.fill(TEXTS)
    (tmp_path / "second.db").write_bytes(sqlite_template.read_bytes())
    with Database(f"sqlite:///{tmp_path / 'second.db'}") as database, scoring_executor(1, "") as alone:
        second = replace(bench, database=database)
        second.fill(TEXTS)
        second.run(by=alone)
        with running_cluster(1) as cluster, scoring_executor(1, cluster.address) as executor:
            result = bench.run(by=executor)
        assert bench.scores() == pytest.approx(second.scores())
        with database.work() as one, bench.database.work() as other:
            found = [
                [
                    (flag.post_id, flag.label, [words for words, _ in flag.reasons])
                    for flag in each.query(Flag).where(Flag.passed())
                ]
                for each in (one, other)
            ]
    assert found[0] == found[1]
    assert result.opened.total() == len(found[0]) > 10
