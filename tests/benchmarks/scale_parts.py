"""What bench_scale measures with: files of varied posts, commands with their CPU time and peak memory, an encoder."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import numpy as np

from monitor.scoring.workers import load_model
from tests.benchmarks.varied_posts import WEEKS, Syllable, varied

LAYERS, WIDTH, INNER, HEADS, TOKENS = 12, 768, 3072, 12, 128  # of PhoBERT-base
POSTS_AT_ONCE = 8
STAYS = 0.5  # seconds
# A child's peak begins with that of the process that starts it, which is therefore a small one.
_LAUNCH = """
import json, os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss]))
sys.stdout.flush()
os._exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds, CPU seconds of it and its processes, and the peak of its memory in MB.

    `whole` is false for what a killed run had left.
    """

    seconds: float
    cpu: float
    peak: float
    whole: bool = True

    def __add__(self, other: "Spent") -> "Spent":
        """Give what two commands took one after the other."""
        return Spent(self.seconds + other.seconds, self.cpu + other.cpu, max(self.peak, other.peak))


def run_command(home: Path, environment: Mapping[str, str], *arguments: str) -> Spent:
    """Run `kiemtin` and wait for it; its output is dropped."""
    command = [str(Path(sys.executable).with_name("kiemtin")), *arguments]
    start = perf_counter()
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-S", "-c", _LAUNCH, *command],
        env={**os.environ, "KIEMTIN_HOME": str(home), **environment},
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        sys.exit(f"kiemtin {' '.join(arguments)} failed")
    cpu, peak = json.loads(done.stdout)
    return Spent(perf_counter() - start, cpu, peak / 1000)


def load_and_wait(folder: str) -> int:
    """Load a model as scoring does and stay a while, so that another call goes to another worker; gives its number."""
    load_model(Path(folder))
    sleep(STAYS)
    return os.getpid()


def warm_up(executor: Executor, folder: Path, workers: int) -> None:
    """Have each worker load the model."""
    ready: set[int] = set()
    while len(ready) < workers:
        calls = [executor.submit(load_and_wait, str(folder)) for _ in range(workers)]
        ready |= {call.result() for call in calls}


def write_posts(path: Path, originals: Sequence[Sequence[Syllable]], count: int, seed: int, prefix: str = "") -> None:
    """Write a file of JSON lines with varied posts, spread evenly over the last year."""
    begin = datetime.now(UTC) - timedelta(weeks=WEEKS)
    with path.open("w", encoding="utf-8") as lines:
        for number, syllables in enumerate(varied(originals, count, seed)):
            moment = begin + timedelta(weeks=WEEKS) * (number / count)
            post = {
                "id": f"{prefix}{number}",
                "text": " ".join(pair[0] for pair in syllables),
                "published_at": moment.isoformat(timespec="seconds"),
            }
            lines.write(json.dumps(post, ensure_ascii=False) + "\n")


def encoder_pace(batches: int) -> float:
    """Give the posts a second of an encoder of PhoBERT's size with random weights, by its matrix products alone.

    What is left out (softmax, norms, embeddings) would make it slower; the products run in BLAS, on all cores.
    """
    random = np.random.default_rng(0)

    def weights(*shape: int) -> Any:
        return random.standard_normal(shape, dtype=np.float32)

    layers = [
        (weights(WIDTH, 3 * WIDTH), weights(WIDTH, WIDTH), weights(WIDTH, INNER), weights(INNER, WIDTH))
        for _ in range(LAYERS)
    ]
    rows = weights(POSTS_AT_ONCE * TOKENS, WIDTH)
    shape = (POSTS_AT_ONCE, TOKENS, 3, HEADS, WIDTH // HEADS)
    start = perf_counter()
    for _ in range(batches):
        for mixed, out, wide, narrow in layers:
            query, key, value = np.moveaxis((rows @ mixed).reshape(shape), 2, 0).transpose(0, 1, 3, 2, 4)
            seen = (query @ key.swapaxes(-1, -2)) @ value
            rows = (seen.swapaxes(1, 2).reshape(rows.shape) @ out) @ wide @ narrow
            rows /= np.abs(rows).max()
    return batches * POSTS_AT_ONCE / (perf_counter() - start)
