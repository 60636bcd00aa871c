"""Whether a desk keeps up with twenty people who decide at once: what they waited, what was lost, how memory grew.

Run by `make bench-load`. Each person has a browser of their own, opens a flag of the shared queue, decides after a
pause of random length, and now and then looks at the queue, searches or opens the overview. Afterwards each decision
that was answered is looked for in the database. The desk is a process of its own on a filled database.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
from sqlalchemy import func, select

from storage.database import Database
from storage.models import Review, User
from tests.benchmarks.desk_server import Analyst, add_reviewers, running_desk
from tests.benchmarks.filled import desk_database
from tests.benchmarks.varied_posts import read_texts, syllables_of

POSTS = 24_000
PEOPLE = tuple(f"người xem {number}" for number in range(1, 21))
OTHER_PAGES = ("/queue", "/search?q=lương", "/overview", "/")
LOOKS = 0.3  # of the pauses, in which another page is opened


@dataclass
class Waited:
    """What one person saw: decisions, seconds from each to its next page, and seconds of other pages."""

    decided: Counter[int] = field(default_factory=Counter)  # by the number of the flag
    decisions: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def work(self, person: Analyst, ends: float, pause: float, seed: int) -> None:
        """Work until a time of the monotonic clock, with pauses of that mean length in seconds."""
        random = Random(seed)  # noqa: S311  no secret
        with person:
            while time.monotonic() < ends:
                time.sleep(min(random.expovariate(1 / pause), max(0.0, ends - time.monotonic())))
                try:
                    if random.random() < LOOKS:
                        self.pages.append(_seconds(lambda: person.open(random.choice(OTHER_PAGES))))
                    if person.flag is None:
                        person.send("/queue/next")
                    elif flag := person.flag:
                        self.decisions.append(_seconds(person.decide))
                        self.decided[flag] += 1
                except SystemExit as wrong:
                    self.failed.append(str(wrong))
                    person.open("/alerts")


def _seconds(do: Callable[[], object]) -> float:
    begin = time.monotonic()
    do()
    return time.monotonic() - begin


def measure(database: Database, minutes: float, decisions: int) -> None:
    """Let all of them work, and print what was seen."""
    add_reviewers(database, PEOPLE)
    url = database.url.render_as_string(hide_password=False)
    with tempfile.TemporaryDirectory() as home, running_desk(url, Path(home)) as desk:
        desk.wait_until_idle()
        people = [Analyst(desk, name) for name in PEOPLE]  # one after the other: passwords are checked slowly
        begin, cpu, waited = time.monotonic(), desk.cpu, [Waited() for _ in PEOPLE]
        ends, pause = begin + minutes * 60, minutes * 60 * len(PEOPLE) / decisions
        with ThreadPoolExecutor(len(PEOPLE)) as pool:
            jobs = [
                pool.submit(one.work, person, ends, pause, seed)
                for seed, (one, person) in enumerate(zip(waited, people, strict=True))
            ]
            time.sleep(minutes * 60 * 0.2)  # signed in, and each kind of page was open
            before = desk.resident
            for job in jobs:
                job.result()
        after, used = desk.resident, desk.cpu - cpu
    with database.work() as session:
        mine = select(Review.flag_id, func.count()).join(User, User.id == Review.reviewer_id)
        mine = mine.where(User.name.in_(PEOPLE), Review.batch.is_(None)).group_by(Review.flag_id)
        stored = Counter(dict(session.execute(mine).all()))
    answered = sum((one.decided for one in waited), Counter())
    lost, double = answered - stored, stored - answered
    failed = [line for one in waited for line in one.failed]
    print(f"{answered.total()} decisions by {len(PEOPLE)} people in {minutes:g} minutes, {used:.0f} CPU s of the desk")
    for name, times in (("decision to next page", "decisions"), ("other pages", "pages")):
        seconds = [value for one in waited for value in getattr(one, times)]
        p50, p95 = np.quantile(seconds, (0.5, 0.95))
        print(f"  {name:24} median {1000 * p50:6.0f} ms   p95 {1000 * p95:6.0f} ms   longest {max(seconds):.1f} s")
    print(f"  lost {lost.total()}, stored but not answered {double.total()}, failed {len(failed)}")
    print(f"  memory {before:.0f} MB after a fifth of the time, {after:.0f} MB at the end ({after / before - 1:+.1%})")
    for line in failed[:5]:
        print(f"    {line}")
    sys.exit(bool(lost or failed))


def main() -> None:
    """Fill a database and let people work on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("sqlite", "postgresql"))
    parser.add_argument("--posts", type=int, default=POSTS, help="How many posts are varied.")
    parser.add_argument("--at", type=Path, help="A folder that keeps filled databases and has them the next time.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--decisions", type=int, default=1000, help="About how many in all that time.")
    parser.add_argument("files", nargs="+", type=Path, help="Packed JSON lines of texts to vary.")
    given = parser.parse_intermixed_args()
    originals = syllables_of(read_texts(given.files))
    with desk_database(given.kind, originals, given.posts, given.at) as database:
        measure(database, given.minutes, given.decisions)


if __name__ == "__main__":
    main()
