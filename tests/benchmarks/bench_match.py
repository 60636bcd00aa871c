"""What matching costs: texts a second and memory, and one new post among ten thousand and among a million.

Matching is what `kiemtin run` does with new posts: their words and keys are indexed, copies are looked up and compared,
and clusters are named. One new post is one run.
"""

import gc
import resource
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from classifiers.text.segment import Segmenter
from monitor.scoring.match import Matcher
from storage.database import Database
from storage.posts import posts
from tests.benchmarks.bench_search import empty_database
from tests.benchmarks.filled import SEED, filled_database, some_originals
from tests.benchmarks.varied_posts import Syllable, read_texts, syllables_of, varied
from tests.clock import FakeClock
from tests.factories import add_source, make_post

FEW, MANY = 10_000, 1_000_000
NEW_POSTS = 100
AT_ONCE = 1000


def measure_texts(database: Database, name: str, texts: Sequence[str], segmenter: Segmenter) -> None:
    """Store texts and match them all; prints texts a second and the most memory the program ever had."""
    clock = FakeClock()
    with database.work() as session:
        source = add_source(session, name)
        for start in range(0, len(texts), AT_ONCE):
            some = texts[start : start + AT_ONCE]
            drafts = [make_post(str(start + number), text) for number, text in enumerate(some)]
            posts.record(session, source.id, drafts)
        session.commit()
    began, used = perf_counter(), process_time()
    result = Matcher(database, segmenter, clock).run()
    seconds, cpu = perf_counter() - began, process_time() - used
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"  {name:16} {result.compared:6,} texts, {result.copies:5,} copies: {result.compared / seconds:7,.0f} texts/s "
        f"({result.compared / cpu:,.0f} a CPU second), {memory:,.0f} MiB at most",
        flush=True,
    )


def measure_new_posts(
    database: Database, originals: Sequence[Sequence[Syllable]], count: int, segmenter: Segmenter
) -> float:
    """Store and match single new posts; prints and returns the mean cost of one in milliseconds."""
    matcher = Matcher(database, segmenter, FakeClock())
    made = varied(some_originals(originals, count), NEW_POSTS + 10, SEED + int(perf_counter()))
    times = []
    with database.work() as session:
        source = add_source(session, f"new {perf_counter()}").id
        session.commit()
    gc.collect()
    for number, syllables in enumerate(islice(made, NEW_POSTS + 10)):
        with database.work() as session:
            draft = make_post(str(number), " ".join(pair[0] for pair in syllables))
            posts.record(session, source, [draft])
            session.commit()
        start = perf_counter()
        matcher.run()
        times.append((perf_counter() - start) * 1000)
    times = times[10:]  # the first ones open files and fill caches
    mean = float(np.mean(times))
    print(
        f"  one new post among {count:9,}: mean {mean:6.2f} ms, median {np.median(times):6.2f} ms, "
        f"p95 {np.quantile(times, 0.95):6.2f} ms",
        flush=True,
    )
    return mean


def main(kinds: Sequence[str], files: Sequence[Path], few: int, many: int, kept: Path | None) -> None:
    """Measure each kind of database."""
    texts = {path.name.partition(".")[0]: read_texts([path]) for path in files}
    originals = syllables_of([text for some in texts.values() for text in some])
    segmenter = Segmenter()
    segmenter.segment("công nhân")  # its model is loaded with the first text
    for kind in kinds:
        print(f"{kind}:")
        with empty_database(kind) as database:
            for name, some in texts.items():
                measure_texts(database, name, some, segmenter)
        costs = []
        for count in (few, many):
            with filled_database(kind, originals, count, kept) as database:
                costs.append(measure_new_posts(database, originals, count, segmenter))
        print(f"  ratio {costs[1] / costs[0]:.2f}", flush=True)


if __name__ == "__main__":
    _, which, few_posts, many_posts, folder, *names = sys.argv
    main(which.split(","), list(map(Path, names)), int(few_posts), int(many_posts), Path(folder) if folder else None)
