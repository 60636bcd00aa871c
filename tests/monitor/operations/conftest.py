"""Homes in use, over SQLite and PostgreSQL, to back up and to put back."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from monitor.privacy.secret_key import make_key
from storage.database import Database
from storage.models import Flag
from storage.posts import posts
from storage.review import reviews
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, add_user, committed
from tests.postgres import TEMPLATE, PostgresServer

DECISIONS = 40
ERASED = f"{2:064}"
"""The pseudonym of one author."""
Used: TypeAlias = tuple[Path, Database]


@pytest.fixture(params=["sqlite", "postgresql"])
def used(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[Used]:
    """A home in use, with flags to decide, a key, a capture, a model, and settings."""
    home = tmp_path / "home"
    for name, content in (("captures/2026/11/a.warc.gz", "page"), ("models/own/manifest.json", "{}")):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(content)
    make_key(home / "secret.key")
    (home / "kiemtin.toml").write_text('contact = "https://lien-doan.example"\n')
    if request.param == "sqlite":
        (home / "kiemtin.db").write_bytes(sqlite_template.read_bytes())
        with Database(f"sqlite:///{home / 'kiemtin.db'}") as database:
            fill(database)
            yield home, database
        return
    server: PostgresServer = request.getfixturevalue("migrated_postgres")
    with server.new_database(TEMPLATE) as url, Database(url) as database:
        with (home / "kiemtin.toml").open("a") as settings:
            settings.write(f'database_url = "{url}"\n')
        fill(database)
        yield home, database


@pytest.fixture
def plain(tmp_path: Path, sqlite_template: Path) -> Iterator[Used]:
    """A home that holds a key and an empty database."""
    home = tmp_path / "home"
    home.mkdir()
    make_key(home / "secret.key")
    (home / "kiemtin.db").write_bytes(sqlite_template.read_bytes())
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database:
        yield home, database


def fill(database: Database) -> None:
    with committed(database) as session:
        source = add_source(session)
        add_user(session)
        for number in range(DECISIONS):
            add_flag(session, add_post(session, source, str(number), author_key=f"{number:064}"))


def decide(database: Database, flag_id: int, clock: FakeClock) -> None:
    with committed(database) as session:
        flag = session.get_one(Flag, flag_id)
        reviews.decide(session, flag, reviewer_id=1, decision="yes", note="", now=clock.now())


def erase(database: Database, clock: FakeClock) -> None:
    with committed(database) as session:
        posts.erase_author(session, ERASED, clock.now())
