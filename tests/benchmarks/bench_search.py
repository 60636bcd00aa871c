"""How long a search takes among a million posts, on SQLite and on PostgreSQL.

A search is what the desk does for one page: the newest 251 posts, of which it shows 25 and counts the others.
"""

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from time import perf_counter

import numpy as np

from classifiers.labels import LABEL_NAMES
from monitor.review.search_query import parse_query
from storage.database import Database
from storage.search import search
from storage.search.search_filters import Filters
from storage.search.search_words import Query
from tests.benchmarks.filled import SEED, desk_database
from tests.benchmarks.varied_posts import BEGIN, STATES, Syllable, read_texts, syllables_of

QUERIES = 40  # of each kind
FOUND = 251


def some_queries(originals: Sequence[Sequence[Syllable]], random: Random) -> dict[str, list[tuple[Query, Filters]]]:
    """Draw searches: words stand in them as often as in posts, so frequent ones come often."""

    def word(of: int, length: int = 1) -> str:
        while True:
            syllables = random.choice(originals)
            if len(syllables) >= length:
                start = random.randrange(len(syllables) - length + 1)
                return " ".join(pair[of] for pair in syllables[start : start + length])

    def many(make: str, filters: Filters | None = None) -> list[tuple[Query, Filters]]:
        queries = []
        while len(queries) < QUERIES:
            parts = {"a": word(0), "b": word(1), "pp": word(0, 2), "qq": word(1, 2), "rrr": word(0, 3)}
            queries.append((parse_query(make.format(**parts)), filters or _some_filters(random)))
        return queries

    any_post = Filters()
    return {
        "one word": many("{a}", any_post),
        "one word without diacritics": many("{b}", any_post),
        "phrase of two": many('"{pp}"', any_post),
        "phrase of two without diacritics": many('"{qq}"', any_post),
        "phrase of three": many('"{rrr}"', any_post),
        "two phrases": many('"{pp}" "{qq}"', any_post),
        "phrase OR phrase": many('"{pp}" OR "{qq}"', any_post),
        "phrase NOT word": many('"{pp}" NOT {a}', any_post),
        "phrase and filters": many('"{pp}"'),
        "word and filters": many("{b}"),
    }


def _some_filters(random: Random) -> Filters:
    start = BEGIN + timedelta(weeks=random.randrange(48))
    return random.choice(
        [
            Filters(label=random.choice(LABEL_NAMES)),
            Filters(label=random.choice(LABEL_NAMES), state=random.choice(STATES)),
            Filters(source=f"source {random.randrange(50)}"),
            Filters(since=start, until=start + timedelta(weeks=4)),
        ]
    )


def measure(database: Database, queries: dict[str, list[tuple[Query, Filters]]]) -> None:
    """Print milliseconds of searches, a line a kind."""
    every: list[float] = []
    for kind, of_kind in queries.items():
        times = []
        for query, filters in of_kind:
            with database.work() as session:
                start = perf_counter()
                search.find(session, query, filters, limit=FOUND)
                times.append((perf_counter() - start) * 1000)
        every += times
        print(f"  {kind:36} median {np.median(times):7.1f} ms   p95 {np.quantile(times, 0.95):7.1f} ms")
    print(f"  {'all':36} median {np.median(every):7.1f} ms   p95 {np.quantile(every, 0.95):7.1f} ms", flush=True)


def main(kinds: Sequence[str], files: Sequence[Path], count: int, kept: Path | None) -> None:
    """Search each filled database twice; the second time is what counts, the first warms it up."""
    originals = syllables_of(read_texts(files))
    queries = some_queries(originals, Random(SEED))  # noqa: S311  no secret
    for kind in kinds:
        with desk_database(kind, originals, count, kept) as database:
            print(f"{kind}: {count:,} posts")
            for turn in ("cold", "warm"):
                print(f" {turn}:")
                measure(database, queries)


if __name__ == "__main__":
    _, which, posts, folder, *names = sys.argv
    main(which.split(","), list(map(Path, names)), int(posts), Path(folder) if folder else None)
