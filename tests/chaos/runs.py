"""The two databases over which programs are killed."""

import itertools
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from monitor.privacy.secret_key import make_key
from storage.database import Database
from tests.chaos import site
from tests.chaos.invariants import OLD_DECISIONS
from tests.chaos.kills import Account, kill_all_ways
from tests.chaos.world import World
from tests.factories import add_flag, add_post, add_source, decide
from tests.postgres import PostgresServer, running_postgres

SETTINGS = """
contact = "https://lien-doan.example/kiemtin"
allow_addresses = ["127.0.0.1"]
delay_seconds = 0
workers = 1
publish = { url = "https://ldld.example.vn/tin" }
report = { organisation = "LĐLĐ tỉnh" }
"""


Worlds = Callable[[], World]
"""Makes a new home each time."""


def on_sqlite(folder: Path, model: Path, kills: int, seed: int) -> Account:
    """Kill over SQLite files."""
    with sqlite_worlds(folder, model) as make_world:
        return kill_all_ways(make_world, kills, seed)


def on_postgresql(folder: Path, model: Path, kills: int, seed: int) -> Account:
    """Kill over a PostgreSQL server of its own."""
    with postgresql_worlds(folder, model) as make_world:
        return kill_all_ways(make_world, kills, seed)


@contextmanager
def sqlite_worlds(folder: Path, model: Path) -> Iterator[Worlds]:
    """Give what makes homes over SQLite files."""
    folder.mkdir(parents=True)
    old = folder / "old.db"
    age(f"sqlite:///{old}")

    def copy() -> str:
        for path in folder.glob("migrating.db*"):
            path.unlink()
        shutil.copy(old, folder / "migrating.db")
        return f"sqlite:///{folder / 'migrating.db'}"

    with _worlds(folder, model, old=copy, new_address=lambda: "") as make_world:
        yield make_world


@contextmanager
def postgresql_worlds(folder: Path, model: Path) -> Iterator[Worlds]:
    """Give what makes homes over a PostgreSQL server of their own, which waits for the disk."""
    with running_postgres(durable=True) as server, worlds_on(server, folder, model) as make_world:
        yield make_world


@contextmanager
def worlds_on(server: PostgresServer, folder: Path, model: Path) -> Iterator[Worlds]:
    """Give what makes homes over a PostgreSQL server."""
    folder.mkdir(parents=True)
    age(server.copy_database("template1", "old"))
    with ExitStack() as stack:

        def copy() -> str:
            return server.copy_database("old", "migrating")

        def new_address() -> str:
            return stack.enter_context(server.new_database())

        with _worlds(folder, model, old=copy, new_address=new_address) as make_world:
            yield make_world


@contextmanager
def _worlds(folder: Path, model: Path, *, old: Callable[[], str], new_address: Callable[[], str]) -> Iterator[Worlds]:
    numbers = itertools.count(1)
    process, feed = site.start()

    def make_world() -> World:
        home = folder / str(next(numbers)) / "home"
        home.mkdir(parents=True)
        settings = f"{SETTINGS}model = {json.dumps(str(model))}\ndatabase_url = {json.dumps(new_address())}\n"
        (home / "kiemtin.toml").write_text(settings, encoding="utf-8")
        make_key(home / "secret.key")
        world = World(home, feed, old)
        world.set_up()
        return world

    try:
        yield make_world
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def age(url: str) -> None:
    """Fill a database of this version, which is old for a program with one revision more."""
    with Database(url) as database:
        database.upgrade()
        with database.changes() as session:
            source = add_source(session)
            for number in range(OLD_DECISIONS):
                decide(session, add_flag(session, add_post(session, source, str(number))))
