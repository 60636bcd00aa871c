"""The whole chain over a year of posts, command by command; a run that was killed goes on after the last that ended."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import func, select, update

from monitor.app.application import Application
from monitor.settings.settings import Settings
from storage.accounts import users
from storage.models import Flag, Post, Review, Source, User
from storage.review import reviews
from tests.benchmarks.commands import KIEMTIN, Spent, run_command
from tests.benchmarks.filled import some_originals
from tests.benchmarks.varied_posts import WEEKS, Syllable, varied
from tests.postgres import running_postgres

NEW = 1000
DECISIONS = 1000
SEED = 17
RETENTION = 180
FIRST, NEW_STEP = "one new post", "new posts"


class Steps:
    """Runs each step of a chain once, prints what it took as soon as it ends, and keeps that in the chain's folder.

    A step that was killed is run again; what it takes then is printed, and not compared.
    """

    def __init__(self, home: Path) -> None:
        """Read what was kept."""
        self._file = home / "steps.json"
        self._kept: dict[str, Spent | None] = {}  # None: begun
        if self._file.exists():
            kept = json.loads(self._file.read_text())
            self._kept = {name: Spent(*spent) if spent else None for name, spent in kept.items()}
        self.spent = {name: spent for name, spent in self._kept.items() if spent}

    def run(self, name: str, step: Callable[[], Spent]) -> None:
        """Run a step, unless it ended before."""
        spent, again = self.spent.get(name), name in self._kept
        if spent is None:
            self._keep(name, None)
            spent = step()
            if not again:
                self.spent[name] = spent
            self._keep(name, spent)
        print(f"  {name:12} {spent.seconds:8.1f} s  {spent.cpu:8.1f} CPU s  {spent.peak:6.0f} MB", flush=True)

    def _keep(self, name: str, spent: Spent | None) -> None:
        self._kept[name] = spent
        self._file.write_text(json.dumps(self._kept))


def home_of(folder: Path, kind: str, count: int) -> Path:
    """Name the home folder of a chain."""
    return folder / f"{kind}-{count}"


@contextmanager
def environment_on(folder: Path, kind: str, count: int, model: Path) -> Iterator[dict[str, str]]:
    """Give the environment of commands on a database of a kind; a server lives as long."""
    home = str(home_of(folder, kind, count))
    environment = {"KIEMTIN_HOME": home, "KIEMTIN_MODEL": str(model), "KIEMTIN_RETENTION_DAYS": "3650"}
    with running_postgres(folder / "postgres") if kind == "postgresql" else nullcontext() as server:
        if server:
            environment["KIEMTIN_DATABASE_URL"] = server.make_database(f"year_{count}")
        yield environment


class _Chain:
    """The commands on one database."""

    def __init__(self, home: Path, environment: Mapping[str, str], originals: Sequence[Sequence[Syllable]]) -> None:
        self._home, self._environment, self._originals = home, environment, originals
        self.app = Application(Settings(home=home, database_url=environment.get("KIEMTIN_DATABASE_URL", "")))

    def run(self, *arguments: str) -> Spent:
        """Run `kiemtin` with these arguments."""
        return run_command([KIEMTIN, *arguments], self._environment)

    def import_year(self, count: int) -> Spent:
        """Import all posts, and date them as if each had been read on its day."""
        spent = self._import("posts.jsonl", count, SEED)
        with self.app.ready_database.changes() as session:
            session.execute(update(Post).values(collected_at=Post.published_at))
        return spent

    def bring_new(self, count: int, seed: int) -> Spent:
        """Import and score further posts."""
        come, scored = self._import(f"new {seed}.jsonl", count, seed, f"new {seed} "), self.run("score")
        return Spent(come.seconds + scored.seconds, come.cpu + scored.cpu, max(come.peak, scored.peak))

    def retain(self) -> Spent:
        """Delete half a year."""
        with self.app.ready_database.changes() as session:
            session.execute(update(Source).values(retention_days=RETENTION))
        return self.run("score")

    def _import(self, name: str, count: int, seed: int, prefix: str = "") -> Spent:
        file = self._home / name
        write_posts(file, self._originals, count, seed, prefix)
        spent = self.run("import", str(file), "--source", "year")
        file.unlink()
        return spent


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


def run_chain(folder: Path, kind: str, originals: Sequence[Sequence[Syllable]], model: Path, count: int) -> None:
    """Run the whole chain over so many posts, or what a killed run left of it."""
    print(f"{kind}, {count:,} posts:", flush=True)
    home = home_of(folder, kind, count)
    home.mkdir(parents=True, exist_ok=True)
    steps = Steps(home)
    with environment_on(folder, kind, count, model) as environment:
        chain = _Chain(home, environment, some_originals(originals, count))
        with chain.app as app:
            steps.run("init", partial(chain.run, "init"))
            steps.run("import", partial(chain.import_year, count))
            steps.run("score", partial(chain.run, "score"))
            steps.run(FIRST, partial(chain.bring_new, 1, SEED + 1))
            steps.run(NEW_STEP, partial(chain.bring_new, NEW, SEED + 2))
            steps.run("decisions", partial(decide, app))
            steps.run("report", partial(chain.run, "report", "--week", last_week(app)))
            steps.run("retention", chain.retain)


def decide(app: Application) -> Spent:
    """Decide on open flags as a reviewer does, each in a unit of work of its own."""
    start, cpu = perf_counter(), process_time()
    with app.ready_database.changes() as session:
        found = session.scalar(select(User.id).limit(1))
        reviewer = found or users.add(session, name="lan", password_hash="", role="reviewer", now=app.clock.now()).id
        done = session.scalar(select(func.count()).select_from(Review)) or 0
    while done < DECISIONS:
        with app.ready_database.changes() as session:
            flag = session.scalar(select(Flag).where(Flag.state == "open").order_by(Flag.probability.desc()).limit(1))
            if flag is None:
                break
            decision = "no_source" if flag.label == "unverified" else "yes"
            topic = "other" if flag.label == "concern" else None
            now = app.clock.now()
            reviews.decide(session, flag, reviewer_id=reviewer, decision=decision, note="", now=now, topic=topic)
        done += 1
    print(f"  {done} decisions:", flush=True)
    return Spent(perf_counter() - start, process_time() - cpu, 0)


def last_week(app: Application) -> str:
    """Name the last whole week."""
    year, week, _ = (app.clock.now() - timedelta(weeks=1)).isocalendar()
    return f"{year}-W{week:02}"


def compare(folder: Path, kind: str, small: int, large: int) -> None:
    """Compare what two chains took, as far as both have come."""
    few, many = (Steps(home_of(folder, kind, count)).spent for count in (small, large))
    for name in many.keys() & few.keys():
        before, after = few[name].peak, many[name].peak
        if before:
            print(f"  {kind} {name:12} peak {before:6.0f} MB and {after:6.0f} MB: ratio {after / before:.2f}")
    if not all(name in spent for spent in (few, many) for name in (FIRST, NEW_STEP)):
        return
    cheap, dear = ((spent[NEW_STEP].cpu - spent[FIRST].cpu) / (NEW - 1) for spent in (few, many))
    costs = f"{cheap * 1e3:.2f} and {dear * 1e3:.2f} CPU ms"
    print(f"  {kind} a new post (import, score, match): {costs}: ratio {dear / cheap:.2f}", flush=True)
