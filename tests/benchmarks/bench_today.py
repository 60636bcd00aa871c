"""What a day shows first: of its 40 flags those about work or a place here, and where the newest concerns stand.

Run by `make bench-today DATA="FILE …"`. The files are imported and scored by the default model in a folder of their
own; beside them a month of a province is made from the project's own posts. Nothing is decided in the database.
"""

import argparse
import gzip
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.data.datasets import read_corpus
from classifiers.labels import label_named
from monitor.app.application import Application
from monitor.collectors.files.formats import open_file
from monitor.privacy.secret_key import make_key
from monitor.review import day
from monitor.review.decide import Person, decide, seen_state
from monitor.scoring.flag_value import place_open_flags
from monitor.scoring.relevance import Focus, Relevance
from monitor.settings.settings import load_settings
from storage.database import Database
from storage.models import Flag, Post
from storage.posts.sources import SourceDraft
from storage.review import flag_queue, flags, reviews
from storage.review.flag_queue import QueueFilter
from storage.scoring import focus
from storage.scoring.focus import FocusDraft
from tests.factories import add_user

FIRST: Final = 40
OFFICE_LIST: Final = 8
FEW: Final = 100_000  # as many are counted
NEWEST: Final = 10
SEED: Final = 26
DAYS: Final = 30
MONTH_POSTS: Final = 1_500
OF_CONCERN: Final = 60
PROVINCE: Final = "Thái Nguyên"
OFFICE: Final = FocusDraft(province=PROVINCE, neighbours=("Lạng Sơn", "Tuyên Quang", "Bắc Ninh"), words=("bãi rác",))


@dataclass
class Shown:
    """A flag of the first ones, with what of it matters here."""

    flag_id: int
    label: str
    text: str
    found: Relevance


def first_flags(session: Session, now: datetime) -> list[Shown]:
    """Work through a day as a reviewer does, copies at once, deciding nothing that stays."""
    by, office = Person(add_user(session, "đo").id), Focus(focus.stored(session))
    shown = []
    while (number := day.lease_next(session, by, size=FIRST, now=now, until=now + timedelta(hours=1))) is not None:
        flag = flags.by_id(session, number)
        shown.append(Shown(number, flag.label, flag.post.judged_text, office.relevance_of(flag.post.judged_text)))
        copies = [copy.id for copy in reviews.open_copies(session, flag)]
        decide(session, flag, by=by, decision="unsure", seen=seen_state(session, flag), now=now, copies=copies)
    return shown


def newest_concerns(session: Session) -> Sequence[int]:
    """List the concerns whose posts are the newest."""
    of_concern = select(Flag.id).join(Post).where(Flag.label == "concern", Flag.state == "open", Flag.suggested())
    dated = Post.published_at.is_(None), Post.published_at.desc(), Flag.id.desc()
    return session.scalars(of_concern.order_by(*dated).limit(NEWEST)).all()


def measure(name: str, database: Database, now: datetime, *, show: bool) -> None:
    """Print the figures of one database."""
    start = perf_counter()
    place_open_flags(database, now)
    placed = perf_counter() - start
    with database.work() as session:
        counted = flags.counts(session)
        newest = newest_concerns(session)
        waiting = flag_queue.listed(session, limit=sum(states.get("open", 0) for states in counted.values())).flags
        there = sum((flag.relevance or 0) > 1 for flag in waiting)
        listed = flag_queue.listed(session, QueueFilter(listed=True), limit=FIRST, counted=FEW).total
        possible = [(flag, flag.post.judged_text) for flag in day.listed(session, size=OFFICE_LIST, now=now)]
        shown = first_flags(session, now)
    about = [one for one in shown if one.found.work or one.found.own or one.found.near or one.found.watched]
    strangers = [one for one in shown if label_named(one.label).needs_reach and one not in about]
    total = {label: sum(states.values()) for label, states in counted.items()}
    print(f"{name}: {sum(total.values())} flags {total}, placed in {placed:.1f} s")
    print(f"  first {len(shown)}: {dict(Counter(one.label for one in shown))}")
    print(f"  about work or a place here: {len(about)} of {there}; insults that name neither: {len(strangers)}")
    met = len({one.flag_id for one in shown} & set(newest))
    print(f"  of the newest {len(newest)} concerns {met} are among them")
    print(f"  listed below the threshold: {listed}")
    for flag, text in possible if show else ():
        print(f"    listed     {flag.probability:4.2f} {' '.join(text.split())[:300]}")
    for one in shown if show else ():
        print(f"    {one.label:10} {one.found.value:4.1f} {' '.join(one.text.split())[:150]}")


def month_of_posts(now: datetime) -> Iterator[dict[str, object]]:
    """Make a month of a province from the project's own posts: few concerns, some of which name a place."""
    random = Random(SEED)  # noqa: S311  no secret
    corpus = read_corpus()
    concerns = [one for one in corpus if one.labels.get("concern")]
    others = [one for one in corpus if not one.labels.get("concern")]
    chosen = random.sample(concerns, OF_CONCERN) + random.sample(others, MONTH_POSTS - OF_CONCERN)
    random.shuffle(chosen)
    for number, one in enumerate(chosen):
        place = random.choice(("", "", "", f" Ở {PROVINCE}.", " Ở Cà Mau."))
        published = now - timedelta(days=random.random() * DAYS)
        likes = int(random.paretovariate(0.8)) - 1
        yield {"id": str(number), "text": one.text + place, "published_at": published.isoformat(), "likes": likes}


def fill(home: Path, files: Sequence[Path], models: Path | None) -> Application:
    """Import files into a new installation, and score them by the default model of some folder, or one trained anew."""
    if models is not None and models.exists():
        shutil.copytree(models, home / "models")
    app = Application(load_settings(home))
    make_key(app.secret_path)
    app.database.upgrade()
    for file in files:
        draft = SourceDraft(
            name=file.name.partition(".")[0], kind="import", address=file.name, role="monitored",
            interval_seconds=1800, legal_basis="a benchmark", retention_days=36_500,
        )  # fmt: skip
        app.importer().run(open_file(file), draft)
    with app.database.changes() as session:
        focus.put(session, OFFICE, app.clock.now())
    app.score_waiting(lambda _step, _done, _total: None)
    return app


def main() -> None:
    """Measure the files, and the month."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="files of posts to import")
    parser.add_argument("--models", type=Path, help="a folder of models to take the default one from")
    parser.add_argument("--show", action="store_true", help="print the first flags")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.files:
            app = fill(Path(folder) / "files", chosen.files, chosen.models)
            measure("files", app.database, app.clock.now(), show=chosen.show)
            app.close()
        month = Path(folder) / "month.jsonl.gz"
        now = Application(load_settings(Path(folder))).clock.now()
        with gzip.open(month, "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in month_of_posts(now))
        app = fill(Path(folder) / "month", [month], chosen.models or Path(folder) / "files" / "models")
        measure("a month of a province", app.database, now, show=chosen.show)
        app.close()


if __name__ == "__main__":
    sys.exit(main())
