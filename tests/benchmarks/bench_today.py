"""What a reviewer's day would hold on a database that is there: `make bench-today DATABASE=FILE`.

Draws a plan as the desk does and stores nothing. Prints how many entries of each label it has, how many of a cluster
come twice, and each entry with what its worth follows from.
"""

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten
from time import process_time

from monitor.clock import VIETNAM
from monitor.desk.web.day_plan import RANDOM, choose
from monitor.scoring.flag_value import Measured, lasting_worth
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Flag
from storage.review import day_plans, flags
from storage.review.day_plans import Candidate

SEED = 12
LEAST = {"concern": 8, "unverified": 12}  # of forty, where so many are open


def faults_of(chosen: Sequence[Candidate], waiting: Mapping[str, int]) -> list[str]:
    """Say what a day lacks of the flags that are open by label: too few of one, or clusters that come twice."""
    held = Counter(one.label for one in chosen)
    texts = Counter(one.same_as for one in chosen)
    return [
        *(
            f"{held[label]} {label}, at least {min(least, waiting.get(label, 0))} are wanted"
            for label, least in LEAST.items()
            if held[label] < min(least, waiting.get(label, 0))
        ),
        *(f"{same_as} comes {times} times" for same_as, times in texts.items() if times > 1),
    ]


def described(one: Candidate, sampling: str, place: int, measured: Measured) -> str:
    """Write one entry of the day in a line."""
    value = "random" if sampling == RANDOM else f"{lasting_worth(one, measured):.2f}"
    seen = sum(count for count in one.engagement.values() if isinstance(count, int))
    return (
        f"{place:3} {one.label:10} {value:>6}  p {one.probability:.2f}  copies {one.copies:3}  reactions {seen:7,}"
        f"  {one.when:%Y-%m-%d}  {'evidence' if one.has_evidence else '':8}"
    )


def main() -> None:
    """Print the day; ends with status 1 where it lacks something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path, help="A file of SQLite.")
    parser.add_argument("--at", type=datetime.fromisoformat, help="The time at which the day is drawn; now if missing.")
    parser.add_argument("--texts", type=int, default=0, metavar="CHARACTERS", help="Print so much of each text.")
    given = parser.parse_args()
    if not given.database.is_file():
        parser.error(f"there is no database {given.database}")
    now = given.at.astimezone(UTC) if given.at else datetime.now(UTC)
    settings = Settings()
    with Database(f"sqlite:///{given.database}") as database, database.work() as session:
        database.require_current_schema()
        start = process_time()
        plan, strangers = choose(session, settings, now.astimezone(VIETNAM).date(), now, SEED)
        print(f"drawn in {1000 * (process_time() - start):.0f} CPU ms")
        measured, waiting = day_plans.measured(session), flags.counts(session)
        by_id = {one.flag_id: one for one in day_plans.with_posts(session, [flag_id for flag_id, _ in plan])}
        chosen = [by_id[flag_id] for flag_id, _ in plan]
        for place, (flag_id, sampling) in enumerate(plan, 1):
            print(described(by_id[flag_id], sampling, place, measured))
            if given.texts:
                text = session.get_one(Flag, flag_id).post.judged_text
                print(f"      {shorten(text, given.texts, placeholder=' …')}")
    opened = {label: states["open"] for label, states in waiting.items() if states.get("open")}
    print(f"open: {opened}; insults among strangers: {strangers:,}")
    print(f"today: {dict(Counter(one.label for one in chosen))}; clusters: {len({one.same_as for one in chosen})}")
    faults = faults_of(chosen, opened)
    print("\n".join(faults))
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
