"""How long the desk takes from a decision to the next page, and for the pages of a day.

Run by `make bench-desk`. `kiemtin run --desk-only` serves a filled database in a process of its own; times are those of
a client on the same machine, from the request to the last byte, redirects included, one request at a time. CPU is what
the server's process used, with what waits for nothing else. The database is one of posts varied from some texts.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import numpy as np
from sqlalchemy import func, select

from storage.database import Database
from storage.models import Base, Flag
from tests.benchmarks.desk_rows import PEOPLE
from tests.benchmarks.desk_server import Analyst, add_reviewers, running_desk
from tests.benchmarks.filled import SEED, desk_database
from tests.benchmarks.varied_posts import read_texts, syllables_of

POSTS = 24_000
DECISIONS = 60
TIMES = 24  # that each other page is opened
OTHERS = tuple(f"người {number}" for number in range(1, 6))  # who begin their day once somebody has
WORDS = ("lương", "cong nhan", '"bảo hiểm"', "nước OR điện", "nghe nói")
ORDERS = ("", "newest", "reach", "doubt")
FILTERS = {
    "open": ("", "label=concern", "label=unverified", "label=negative"),
    "other states": ("state=confirmed", "state=rejected", "state=unsure", "state=confirmed&label=concern"),
    "any state": ("state=any", "state=any&label=concern"),
    "a source": ("source=7", "source=8&label=concern", "source=9&state=confirmed", "source=7&state=any"),
    "a kind, dates": ("kind=feed", "since=2026-06-01&until=2026-06-07", "kind=feed&state=any", "since=2026-11-01"),
    "a place": ("place=Hà+Nội", "place=Đồng+Nai&state=any"),
    "one's own": ("own=decided", "own=held"),
}
PAGES = {
    "search": tuple(f"/search?q={words}" for words in WORDS),
    "a cluster": ("/search?cluster=7", "/search?cluster=70"),
    "matters": ("/matters", "/matters?kind=rumour", "/matters?state=settled", "/matters/1"),
    "overview": ("/overview",),
    "sources": ("/sources",),
    "reports": ("/reports",),
    "corrections": ("/corrections",),
    "alerts, teaching": ("/alerts", "/teach"),
}


def measure(database: Database) -> Iterator[str]:
    """Give a line for each thing that somebody waits for."""
    with database.work() as session:
        numbers = Random(SEED).sample(session.scalars(select(Flag.id)).all(), TIMES - 1)  # noqa: S311  no secret
    add_reviewers(database, OTHERS)
    url = database.url.render_as_string(hide_password=False)
    with (
        tempfile.TemporaryDirectory() as home,
        running_desk(url, Path(home)) as desk,
        ExitStack() as signed_in,
    ):
        desk.wait_until_idle()
        lan, *others = (signed_in.enter_context(Analyst(desk, name, first="/alerts")) for name in (PEOPLE[0], *OTHERS))

        def timed(name: str, doing: Sequence[Callable[[], Any]]) -> str:
            times, cpu = [], desk.cpu
            for do in doing:
                start = perf_counter()
                do()
                times.append((perf_counter() - start) * 1000)
            used = (desk.cpu - cpu) * 1000 / len(times)
            median, late = np.median(times), np.quantile(times, 0.95)
            return f"  {name:28} median {median:7.1f} ms   p95 {late:7.1f} ms   CPU {used:7.1f} ms"

        def opened(name: str, paths: Sequence[str]) -> str:
            lan.open(paths[0])
            times = -(-TIMES // len(paths))
            return timed(name, [partial(lan.open, path) for path in paths for _ in range(times)])

        yield timed("first page after a start", [lambda: lan.open("/")])
        yield opened("first page", ("/",))
        yield timed("first flag after a start", [lambda: lan.send("/queue/next", view="label=today")])
        yield timed("first page, day drawn", [partial(one.open, "/") for one in others])
        yield timed("first flag of the day", [partial(one.send, "/queue/next", view="label=today") for one in others])
        yield timed("decision to next page", [lan.decide_next] * 20)
        lan.open("/queue")
        yield timed("first flag of the queue", [lambda: lan.send("/queue/next")])
        yield timed("decision to next, queue", [lan.decide_next] * DECISIONS)
        yield opened("flag", [lan.page.url.path, *(f"/flags/{number}" for number in numbers)])
        for name, filters in FILTERS.items():
            yield opened(f"queue, {name}", [f"/queue?{each}&order={order}" for each in filters for order in ORDERS])
        for name, paths in PAGES.items():
            yield opened(name, paths)


def main() -> None:
    """Fill each database and print what was measured on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", help="sqlite, postgresql, or both with a comma between.")
    parser.add_argument("--posts", type=int, default=POSTS, help="How many posts are varied.")
    parser.add_argument("--at", type=Path, help="A folder that keeps filled databases and has them the next time.")
    parser.add_argument("files", nargs="+", type=Path, help="Packed JSON lines of texts to vary.")
    given = parser.parse_intermixed_args()
    originals = syllables_of(read_texts(given.files))
    for kind in given.kinds.split(","):
        with desk_database(kind, originals, given.posts, given.at) as database:
            with database.work() as session:
                counted = ", ".join(
                    f"{session.scalar(select(func.count()).select_from(Base.metadata.tables[name])):,} {name}"
                    for name in ("posts", "flags", "reviews")
                )
            print(f"{kind}: {counted}")
            for line in measure(database):
                print(line)
                sys.stdout.flush()


if __name__ == "__main__":
    main()
