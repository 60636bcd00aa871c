"""The executor that scores: this process, a pool of processes, or a cluster that is named. All are one interface."""

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from threading import Lock
from typing import Any, Final

from monitor.errors import NotReady
from monitor.scoring.worker_process import begin_worker

ATTEMPTS: Final = 4
CONNECT_SECONDS: Final = 30


def make_executor(workers: int, cluster: str) -> Executor:
    """Make the executor of an installation.

    Args:
        workers: Processes of this machine; one: this process alone.
        cluster: The address of a Dask scheduler, whose workers are used instead; empty for none.

    Raises:
        NotReady: When the cluster cannot be reached, or its library is not installed.

    """
    if cluster:
        return _connect(cluster)
    if workers == 1:
        return ThreadPoolExecutor(1)
    return WorkerPool(lambda: ProcessPoolExecutor(workers, get_context("spawn"), begin_worker))


@dataclass(slots=True)
class _Task:
    """One call, and how often a process died while it waited or ran."""

    outer: "Future[Any]"
    call: Callable[..., Any]
    arguments: tuple[Any, ...]
    named: dict[str, Any]
    attempts: int = 0


class WorkerPool(Executor):
    """A pool of processes that goes on when one of them dies: what was not finished is done again, by new ones.

    Python's own pool breaks as a whole then, and does not say which call was to blame. A call during which processes
    died ATTEMPTS times fails.

    Args:
        make: Makes a pool.

    """

    def __init__(self, make: Callable[[], Executor]) -> None:
        self._make = make
        self._pool = make()
        self._lock = Lock()
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Run a call in one of the processes."""
        task = _Task(Future(), fn, args, kwargs)
        self._begin(task)
        return task.outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002  Executor's
        """End the processes."""
        with self._lock:
            self._closed = True
            pool = self._pool
        pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _begin(self, task: _Task) -> None:
        while task.attempts < ATTEMPTS:
            with self._lock:
                pool, closed = self._pool, self._closed
            if closed:  # a broken pool is not asked: it may hold its lock in this very thread
                task.outer.set_exception(RuntimeError("no call is taken after shutdown"))
                return
            try:
                inner = pool.submit(task.call, *task.arguments, **task.named)
            except BrokenExecutor:
                task.attempts += 1
                self._replace(pool)
                continue
            except RuntimeError as error:  # it was shut down
                task.outer.set_exception(error)
                return
            inner.add_done_callback(partial(self._finish, task, pool))
            return
        message = "a process died each time"
        task.outer.set_exception(BrokenExecutor(message))

    def _finish(self, task: _Task, pool: Executor, done: "Future[Any]") -> None:
        if task.outer.cancelled() or done.cancelled():
            task.outer.cancel()
            return
        error = done.exception()
        if isinstance(error, BrokenExecutor):
            task.attempts += 1
            self._replace(pool)
            self._begin(task)
        elif task.outer.set_running_or_notify_cancel():
            task.outer.set_exception(error) if error else task.outer.set_result(done.result())

    def _replace(self, broken: Executor) -> None:
        with self._lock:
            if self._pool is not broken or self._closed:
                return
            # The broken one ends by itself. Python 3.13 calls back while it holds its lock: to shut it down from here
            # would wait for ever.
            self._pool = self._make()


class Cluster(Executor):
    """The workers of a Dask cluster. The scheduler itself gives what a lost worker had begun to another one.

    Args:
        client: The connection, closed with this executor.

    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor: Executor = client.get_executor(pure=False)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Run a call on one of the workers."""
        outer: Future[Any] = Future()
        self._executor.submit(fn, *args, **kwargs).add_done_callback(lambda done: _pass_on(done, outer))
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  same
        """Leave the cluster."""
        self._executor.shutdown(wait=wait)
        self._client.close()


def _pass_on(done: "Future[Any]", outer: "Future[Any]") -> None:
    if not outer.set_running_or_notify_cancel():
        return
    try:
        outer.set_result(done.result())
    except CancelledError:
        outer.set_exception(BrokenExecutor("the cluster gave the call up"))
    except Exception as error:  # noqa: BLE001  whatever a call raises is for who asked for it
        lost = type(error).__name__ == "KilledWorker"
        outer.set_exception(BrokenExecutor(str(error)) if lost else error)


def _connect(address: str) -> Cluster:
    try:
        from distributed import Client  # noqa: PLC0415  an extra, and it loads slowly
    except ImportError as error:
        message = "`cluster` needs the library of Dask: install the `cluster` extra"
        raise NotReady(message) from error
    try:
        client: Any = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        message = f"no cluster answers at {address} ({error}): start `dask scheduler`, or empty `cluster`"
        raise NotReady(message) from error
    return Cluster(client)
