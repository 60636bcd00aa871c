"""How far one machine goes: the whole chain over a year of posts, more workers, memory, and a copy into PostgreSQL.

Run by `make bench-scale`. Ratios are those of one run on one machine. The posts are varied from some thousand by seeded
rules. Parts are run alone by `--only`; with `--keep FOLDER` a chain that was killed goes on after the last command.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

from sqlalchemy import text

from monitor.app.application import Application
from monitor.scoring.score import Scorer
from monitor.scoring.workers import BATCH_SIZE, scoring_executor
from monitor.settings.settings import DEFAULT_MODEL, Settings, sqlite_address
from storage.database import Database
from storage.posts import posts
from storage.transfer.snapshot import take
from tests.benchmarks.filled import filled_database
from tests.benchmarks.scale_parts import run_command, warm_up
from tests.benchmarks.scale_year import SEED, compare, run_chain
from tests.benchmarks.varied_posts import Syllable, read_texts, syllables_of, varied
from tests.cluster import running_cluster
from tests.factories import add_source, make_post
from tests.postgres import running_postgres

WARM_UP = BATCH_SIZE * 8
CHAINS = {"small": ("small",), "large": ("large",), "year": ("small", "large")}


class Bench:
    """What the parts share.

    Args:
        folder: Where files lie meanwhile.
        originals: The posts that others are varied from.
        model: The folder of the model.
        kept: Where chains and filled databases stay; None: they vanish afterwards.
        count: How many posts a year has.
        small: How many the smaller run has that it is compared with.
        pace: How many posts are scored where workers are compared.

    """

    def __init__(
        self,
        folder: Path,
        originals: Sequence[Sequence[Syllable]],
        model: Path,
        *,
        kept: Path | None,
        count: int,
        small: int,
        pace: int,
    ) -> None:
        self.folder, self.originals, self.model, self.kept = folder, originals, model, kept
        self.count, self.small, self.pace = count, small, pace

    def waiting(self, name: str, count: int) -> Database:
        """Give a SQLite database with so many posts that wait for a score."""
        database = Database(sqlite_address(self.folder / f"{name}.db"))
        database.upgrade()
        texts = [" ".join(pair[0] for pair in made) for made in varied(self.originals, count, SEED)]
        with database.work() as session:
            source = add_source(session).id
            for start in range(0, count, 500):
                part = enumerate(texts[start : start + 500], start)
                posts.record(session, source, [make_post(str(number), each) for number, each in part])
                session.commit()
        return database

    def score(self, name: str, executor: Executor, count: int, workers: int = 1) -> tuple[float, float]:
        """Score so many posts with workers that have scored some before; gives seconds and CPU seconds of here."""
        warm_up(executor, self.model, workers)
        with ExitStack() as stack:
            first = stack.enter_context(self.waiting(f"{name}-first", WARM_UP))
            second = stack.enter_context(self.waiting(name, count))
            clock = Application(Settings(home=self.folder)).clock
            Scorer(first, executor, self.model, clock).run()
            start, cpu = perf_counter(), process_time()
            scored = Scorer(second, executor, self.model, clock).run().scored
            spent = perf_counter() - start, process_time() - cpu
        assert scored == count
        return spent

    def tokenise(self, count: int) -> float:
        """Give the CPU seconds of bare `word_tokenize` for the texts that are scored."""
        from underthesea import word_tokenize  # noqa: PLC0415  what is loaded before is not counted

        texts = [" ".join(pair[0] for pair in made) for made in varied(self.originals, count, SEED)]
        for each in texts[:100]:
            word_tokenize(each)
        start = process_time()
        for each in texts:
            word_tokenize(each)
        return process_time() - start


def pace(bench: Bench) -> None:
    """Compare one process with bare word_tokenize, on the same texts."""
    count = bench.pace
    before = bench.tokenise(count)
    with scoring_executor(1, "") as executor:
        _, ours = bench.score("pace", executor, count)
    alone = (before + bench.tokenise(count)) / 2
    print(
        f"score, database to flags: {count / ours:,.0f} posts a CPU second, word_tokenize {count / alone:,.0f}: "
        f"ratio {alone / ours:.2f}"
    )


def workers(bench: Bench) -> None:
    """Compare one process with two, and with two workers of a cluster, by the clock."""
    times = {}
    for name, number in (("one", 1), ("two", 2), ("one again", 1)):
        with scoring_executor(number, "") as executor:
            times[name], _ = bench.score(name, executor, bench.pace, number)
    with running_cluster(2) as cluster, scoring_executor(1, cluster.address) as executor:
        times["Dask"], _ = bench.score("dask", executor, bench.pace, 2)
    one = (times["one"] + times["one again"]) / 2
    print(f"one process {bench.pace / one:,.0f} posts a second")
    print(f"two processes {bench.pace / times['two']:,.0f}: ratio {one / times['two']:.2f}")
    print(f"two Dask workers {bench.pace / times['Dask']:,.0f}: ratio {one / times['Dask']:.2f}")


def encoder(bench: Bench) -> None:
    """Compare two processes with an encoder of PhoBERT's size on all cores."""
    with scoring_executor(2, "") as executor:
        seconds, _ = bench.score("encoder", executor, bench.pace, 2)
    # A process of its own: here BLAS was told to use one thread.
    code = "from tests.benchmarks.scale_parts import encoder_pace; print(encoder_pace(6))"
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, stdout=subprocess.PIPE)  # noqa: S603
    other = float(done.stdout)
    ours = bench.pace / seconds
    print(
        f"two processes {ours:,.0f} posts a second, an encoder of PhoBERT's size {other:.1f}: {ours / other:.0f} times"
    )


def year(bench: Bench, kind: str, sizes: Collection[str]) -> None:
    """Run the chain over few posts and over a year's, and compare memory and what a new post costs."""
    folder = bench.kept or bench.folder
    for size, count in (("small", bench.small), ("large", bench.count)):
        if size in sizes:
            run_chain(folder, kind, bench.originals, bench.model, count)
    compare(folder, kind, bench.small, bench.count)


def copy(bench: Bench) -> None:
    """Copy a SQLite database with flags, words and keys into PostgreSQL, killed at a quarter and begun again.

    The command itself compares counts and hashes. Others may write to a kept database, so a copy of it is read.
    """
    with filled_database("sqlite", bench.originals, bench.count, bench.kept) as filled:
        snapshot = take(filled, bench.folder)
    home = {"KIEMTIN_HOME": str(bench.folder / "copy-home"), "KIEMTIN_DATABASE_URL": sqlite_address(snapshot)}
    with running_postgres() as server, server.new_database() as url:
        command = [str(Path(sys.executable).with_name("kiemtin")), "db", "copy", "--to", url]
        start = perf_counter()
        with subprocess.Popen(command, env={**os.environ, **home}, stdout=subprocess.DEVNULL) as child:  # noqa: S603
            while child.poll() is None and posts_in(url) < bench.count // 4:
                sleep(0.2)
            child.send_signal(signal.SIGKILL)
        reached = posts_in(url)
        assert child.returncode == -signal.SIGKILL, "it ended before it could be killed"
        print(f"db copy: killed at {reached:,} posts after {perf_counter() - start:,.0f} s", flush=True)
        spent = run_command(bench.folder / "copy-home", home, "db", "copy", "--to", url)
        copied = posts_in(url)  # a kept database may have got some more by other measurements
        assert copied >= bench.count
        rest = f"{spent.seconds:,.0f} s, {spent.cpu:,.0f} CPU s, {spent.peak:,.0f} MB"
        print(f"  begun again: {copied:,} posts, counts and hashes of all tables equal; {rest}", flush=True)
    snapshot.unlink()


def posts_in(url: str) -> int:
    """Count the posts of a database; none before it has tables."""
    with Database(url) as database, database.engine.connect() as connection:
        if not connection.scalar(text("SELECT to_regclass('posts')")):
            return 0
        return int(connection.scalar(text("SELECT count(*) FROM posts")) or 0)


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="packed JSON lines of texts")
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument(
        "--small", type=int, default=10_000, help="posts of the smaller run that a year is compared with"
    )
    parser.add_argument("--pace", type=int, default=6_000, help="posts that are scored where workers are compared")
    parser.add_argument("--on", default="sqlite,postgresql", help="where the chain runs")
    parser.add_argument("--model", type=Path, help="folder of a model; trained if not given")
    parser.add_argument("--keep", type=Path, help="folder of chains and filled databases; a killed run goes on there")
    parser.add_argument(
        "--only", default="pace,workers,encoder,year,copy", help="parts; small and large are the two halves of year"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kiemtin-scale-") as name:
        folder = Path(name)
        sizes = {"count": given.posts, "small": given.small, "pace": given.pace}
        originals = syllables_of(read_texts(given.files))
        model = given.model or trained(given.keep or folder)
        bench = Bench(folder, originals, model, kept=given.keep, **sizes)
        parts: dict[str, Callable[[Bench], Any]] = {"pace": pace, "workers": workers, "encoder": encoder, "copy": copy}
        for part in given.only.split(","):
            if part in CHAINS:
                for kind in given.on.split(","):
                    year(bench, kind, CHAINS[part])
            else:
                parts[part](bench)
            sys.stdout.flush()


def trained(folder: Path) -> Path:
    """Train the default model."""
    app = Application(Settings(home=folder))
    app.models.ensure(DEFAULT_MODEL)
    return app.models.path(DEFAULT_MODEL)


if __name__ == "__main__":
    main()
