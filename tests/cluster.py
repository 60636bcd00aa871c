"""A Dask cluster on loopback: a scheduler and workers, each a process of its own that a test may kill."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOOKS_EVERY = 0.05  # seconds
GIVES_UP_AFTER = 120.0


@dataclass
class LocalCluster:
    """A running cluster: the address of its scheduler, and its workers."""

    address: str
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)


@contextmanager
def running_cluster(workers: int, environment: Mapping[str, str] | None = None) -> Iterator[LocalCluster]:
    """Start a cluster and end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="kiemtin-dask-") as folder, ExitStack() as stack:

        def start(*arguments: str) -> "subprocess.Popen[bytes]":
            command = [str(Path(sys.executable).with_name("dask")), *arguments]
            quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            child = stack.enter_context(subprocess.Popen(command, cwd=folder, env=environment, **quiet))  # noqa: S603
            stack.callback(child.kill)
            return child

        place = Path(folder) / "scheduler.json"
        ports = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        start("scheduler", *ports, "--scheduler-file", str(place))
        cluster = LocalCluster(_address_in(place))
        alone = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        cluster.workers += [
            start("worker", cluster.address, *alone, "--local-directory", folder) for _ in range(workers)
        ]
        yield cluster


def _address_in(place: Path) -> str:
    until = time.monotonic() + GIVES_UP_AFTER
    while time.monotonic() < until:
        try:
            return str(json.loads(place.read_text(encoding="utf-8"))["address"])
        except (OSError, ValueError):
            time.sleep(LOOKS_EVERY)
    raise TimeoutError("the scheduler did not start")
