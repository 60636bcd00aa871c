"""How far one machine goes: the whole chain over a year of posts, more workers, memory, and a copy into PostgreSQL.

Run by `make bench-scale`. Ratios are those of one run on one machine. The posts are varied from some thousand by seeded
rules. Parts are run alone by `--only`.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

from sqlalchemy import select, text, update

from monitor.bootstrap import DEFAULT_MODEL, Application
from monitor.executors import make_executor
from monitor.pipeline.predictions import BATCH_SIZE
from monitor.pipeline.score import Scorer
from monitor.settings import Settings, sqlite_address
from storage import posts, reviews, users
from storage.database import Database
from storage.models import Flag, Post, Source
from tests.benchmarks.scale_parts import Spent, ratios, run_command, warm_up, write_posts
from tests.benchmarks.varied_posts import Syllable, read_texts, syllables_of, varied
from tests.cluster import running_cluster
from tests.factories import add_source, make_post
from tests.postgres import running_postgres

NEW = 1000
DECISIONS = 1000
SEED = 17
WARM_UP = BATCH_SIZE * 8
RETENTION = 180


class Bench:
    """What the parts share.

    Args:
        folder: Where files lie meanwhile.
        originals: The posts that others are varied from.
        model: The folder of the model.
        count: How many posts a year has.
        small: How many the smaller run has that it is compared with.
        pace: How many posts are scored where workers are compared.

    """

    def __init__(
        self, folder: Path, originals: Sequence[Sequence[Syllable]], model: Path, *, count: int, small: int, pace: int
    ) -> None:
        self.folder, self.originals, self.model = folder, originals, model
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
    with make_executor(1, "") as executor:
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
        with make_executor(number, "") as executor:
            times[name], _ = bench.score(name, executor, bench.pace, number)
    with running_cluster(2) as cluster, make_executor(1, cluster.address) as executor:
        times["Dask"], _ = bench.score("dask", executor, bench.pace, 2)
    one = (times["one"] + times["one again"]) / 2
    print(f"one process {bench.pace / one:,.0f} posts a second")
    print(f"two processes {bench.pace / times['two']:,.0f}: ratio {one / times['two']:.2f}")
    print(f"two Dask workers {bench.pace / times['Dask']:,.0f}: ratio {one / times['Dask']:.2f}")


def encoder(bench: Bench) -> None:
    """Compare two processes with an encoder of PhoBERT's size on all cores."""
    with make_executor(2, "") as executor:
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


@contextmanager
def home_on(bench: Bench, kind: str, name: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """Give a home folder and the environment of commands on an empty database of a kind."""
    home = bench.folder / f"{kind}-{name}"
    with running_postgres() if kind == "postgresql" else nullcontext() as server, ExitStack() as stack:
        environment = {"KIEMTIN_MODEL": str(bench.model), "KIEMTIN_RETENTION_DAYS": "3650"}
        if server:
            environment["KIEMTIN_DATABASE_URL"] = stack.enter_context(server.new_database())
        run_command(home, environment, "init", "--no-model")
        yield home, environment


def chain(bench: Bench, home: Path, environment: dict[str, str], count: int) -> tuple[dict[str, Spent], float]:
    """Run the whole chain over so many posts; gives what each command took, and the CPU seconds of a new post."""
    spent, file = {}, home / "posts.jsonl"
    write_posts(file, bench.originals, count, SEED)
    run = partial(run_command, home, environment)
    spent["import"] = run("import", str(file), "--source", "year")
    app = Application(Settings(home=home, database_url=environment.get("KIEMTIN_DATABASE_URL", "")))
    with app, app.ready_database.work() as session:
        session.execute(update(Post).values(collected_at=Post.published_at))  # as if each had been read on its day
        session.commit()
    spent["score"] = run("score")
    new = home / "new.jsonl"
    write_posts(new, bench.originals, NEW, SEED + 1, "new ")
    later = [run("import", str(new), "--source", "year"), run("score")]
    idle = run("score")
    with app:
        decide(app)
    spent["report"] = run("report", "--week", last_week(app))
    with app, app.ready_database.work() as session:
        session.execute(update(Source).values(retention_days=RETENTION))
        session.commit()
    spent["retention"] = run("score")
    for command, each in spent.items():
        print(f"  {command:12} {each.seconds:8.1f} s  {each.cpu:8.1f} CPU s  {each.peak:6.0f} MB")
    return spent, (sum(each.cpu for each in later) - 2 * idle.cpu) / NEW


def decide(app: Application) -> None:
    """Decide on open flags as a reviewer does, each in a unit of work of its own."""
    start, done = perf_counter(), 0
    with app.ready_database.work() as session:
        reviewer = users.add(session, name="lan", password_hash="", role="reviewer", now=app.clock.now()).id
        session.commit()
    while done < DECISIONS:
        with app.ready_database.work() as session:
            flag = session.scalar(select(Flag).where(Flag.state == "open").order_by(Flag.probability.desc()).limit(1))
            if flag is None:
                break
            decision = "no_source" if flag.label == "unverified" else "yes"
            reviews.decide(session, flag, reviewer_id=reviewer, decision=decision, note="", now=app.clock.now())
            session.commit()
        done += 1
    print(f"  {done} decisions in {perf_counter() - start:.1f} s")


def last_week(app: Application) -> str:
    """Name the last whole week."""
    year, week, _ = (app.clock.now() - timedelta(weeks=1)).isocalendar()
    return f"{year}-W{week:02}"


def year(bench: Bench, kind: str) -> None:
    """Run the chain over few posts and over a year's, and compare memory and what a new post costs."""
    runs = []
    for count in (bench.small, bench.count):
        with home_on(bench, kind, str(count)) as (home, environment):
            print(f"{kind}, {count:,} posts:")
            runs.append(chain(bench, home, environment, count))
    (small, cheap), (large, dear) = runs
    print(*ratios(small, large), sep="\n")
    print(
        f"  a new post (import, score, match): {cheap * 1e3:.2f} and {dear * 1e3:.2f} CPU ms: ratio {dear / cheap:.2f}"
    )


def copy(bench: Bench) -> None:
    """Copy what the chain left in SQLite into PostgreSQL, killed in the middle and begun again."""
    home = bench.folder / f"sqlite-{bench.count}"
    if not home.exists():
        with home_on(bench, "sqlite", str(bench.count)) as (home, environment):
            chain(bench, home, environment, bench.count)
    environment = {"KIEMTIN_MODEL": str(bench.model)}
    with running_postgres() as server, server.new_database() as url:
        command = [str(Path(sys.executable).with_name("kiemtin")), "db", "copy", "--to", url]
        with subprocess.Popen(command, env={**os.environ, "KIEMTIN_HOME": str(home), **environment}) as child:  # noqa: S603
            while child.poll() is None and posts_in(url) < bench.count // 4:
                sleep(0.2)
            child.send_signal(signal.SIGKILL)
        reached = posts_in(url)
        spent = run_command(home, environment, "db", "copy", "--to", url)
        print(f"db copy: killed at {reached:,} posts; {posts_in(url):,} after {spent.seconds:,.0f} s more, equal")


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
    parser.add_argument("--on", default="sqlite,postgresql")
    parser.add_argument("--model", type=Path, help="folder of a model; trained if not given")
    parser.add_argument("--only", default="pace,workers,encoder,year,copy")
    given = parser.parse_args()
    originals = syllables_of(read_texts(given.files))
    with tempfile.TemporaryDirectory(prefix="kiemtin-scale-") as name:
        folder = Path(name)
        sizes = {"count": given.posts, "small": given.small, "pace": given.pace}
        bench = Bench(folder, originals, given.model or trained(folder), **sizes)
        parts: dict[str, Callable[[Bench], Any]] = {"pace": pace, "workers": workers, "encoder": encoder, "copy": copy}
        for part in given.only.split(","):
            if part == "year":
                for kind in given.on.split(","):
                    year(bench, kind)
            else:
                parts[part](bench)
            sys.stdout.flush()


def trained(folder: Path) -> Path:
    """Train the default model."""
    app = Application(Settings(home=folder))
    app.ensure_model(DEFAULT_MODEL)
    return app.model_folder(DEFAULT_MODEL)


if __name__ == "__main__":
    main()
