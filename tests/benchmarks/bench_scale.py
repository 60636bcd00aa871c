"""How far one machine goes: the whole chain over a year of posts, and more workers.

Run by `make bench-scale`. Ratios are those of one run on one machine. The posts are varied from some thousand by seeded
rules. Parts are run alone by `--only`; with `--keep FOLDER` a chain that was killed goes on after the last command.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter, sleep

from monitor.app.application import Application
from monitor.scoring.score import Scorer
from monitor.scoring.workers import BATCH_SIZE, load_model, scoring_executor
from monitor.settings.settings import DEFAULT_MODEL, Settings, sqlite_address
from storage.database import Database
from storage.posts import posts
from tests.benchmarks.scale_year import SEED, compare, run_chain
from tests.benchmarks.varied_posts import Syllable, read_texts, syllables_of, varied
from tests.cluster import running_cluster
from tests.factories import add_source, make_post

WARM_UP = BATCH_SIZE * 8
STAYS = 0.5  # seconds


def compare_workers(folder: Path, originals: Sequence[Sequence[Syllable]], model: Path, count: int) -> None:
    """Compare one process with two, and with two workers of a cluster, by the clock."""
    times = {}
    for name, number in (("one", 1), ("two", 2), ("one again", 1)):
        with scoring_executor(number, "") as executor:
            times[name] = score(folder / name, executor, originals, model, count, number)
    with running_cluster(2) as cluster, scoring_executor(1, cluster.address) as executor:
        times["Dask"] = score(folder / "dask", executor, originals, model, count, 2)
    one = (times["one"] + times["one again"]) / 2
    print(f"one process {count / one:,.0f} posts a second")
    print(f"two processes {count / times['two']:,.0f}: ratio {one / times['two']:.2f}")
    print(f"two Dask workers {count / times['Dask']:,.0f}: ratio {one / times['Dask']:.2f}", flush=True)


def score(
    folder: Path, executor: Executor, originals: Sequence[Sequence[Syllable]], model: Path, count: int, workers: int
) -> float:
    """Score so many posts with workers that have loaded the model and scored some before; gives seconds."""
    ready: set[int] = set()
    while len(ready) < workers:
        calls = [executor.submit(load_and_wait, str(model)) for _ in range(workers)]
        ready |= {call.result() for call in calls}
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(waiting(folder / f"{each}.db", originals, each)) for each in (WARM_UP, count)
        )
        clock = Application(Settings(home=folder)).clock
        Scorer(first, executor, model, clock).run()
        start = perf_counter()
        scored = Scorer(second, executor, model, clock).run().scored
        seconds = perf_counter() - start
    assert scored == count
    return seconds


def load_and_wait(folder: str) -> int:
    """Load a model as scoring does and stay a while, so that another call goes to another worker; gives its number."""
    load_model(Path(folder))
    sleep(STAYS)
    return os.getpid()


def waiting(file: Path, originals: Sequence[Sequence[Syllable]], count: int) -> Database:
    """Give a SQLite database with so many posts that wait for a score."""
    database = Database(sqlite_address(file))
    database.upgrade()
    with database.changes() as session:
        source = add_source(session).id
        texts = (" ".join(pair[0] for pair in made) for made in varied(originals, count, SEED))
        posts.record(session, source, [make_post(str(number), each) for number, each in enumerate(texts)])
    return database


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="packed JSON lines of texts")
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=10_000, help="posts of the run that a year is compared with")
    parser.add_argument("--pace", type=int, default=6_000, help="posts that are scored where workers are compared")
    parser.add_argument("--on", default="sqlite,postgresql", help="where the chain runs")
    parser.add_argument("--model", type=Path, help="folder of a model; trained if not given")
    parser.add_argument("--keep", type=Path, help="folder of chains; one that was killed goes on there")
    parser.add_argument("--only", default="workers,small,large", help="parts; the chain over few posts and over a year")
    given = parser.parse_args()
    parts = given.only.split(",")
    with tempfile.TemporaryDirectory(prefix="kiemtin-scale-") as name:
        folder = given.keep or Path(name)
        originals = syllables_of(read_texts(given.files))
        model = given.model or trained(folder)
        if "workers" in parts:
            compare_workers(Path(name), originals, model, given.pace)
        counts = {"small": given.small, "large": given.posts}
        for kind in given.on.split(","):
            for part in parts:
                if part in counts:
                    run_chain(folder, kind, originals, model, counts[part])
            compare(folder, kind, given.small, given.posts)
            sys.stdout.flush()


def trained(folder: Path) -> Path:
    """Train the default model."""
    app = Application(Settings(home=folder))
    app.models.ensure(DEFAULT_MODEL)
    return app.models.path(DEFAULT_MODEL)


if __name__ == "__main__":
    main()
