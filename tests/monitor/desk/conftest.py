"""A desk with two reviewers, and posts to judge."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from monitor.desk.web.passwords import hash_password
from monitor.review.roles import NEED_SECOND_FACTOR
from monitor.settings.settings import Settings
from storage.accounts import users
from storage.database import Database
from storage.models import Flag, Source
from storage.review import flags
from tests.clock import FakeClock
from tests.factories import add_model, add_post, add_source, make_flag
from tests.monitor.desk.browser import PASSWORD, Browser
from tests.monitor.desk.made_desk import make_desk

AUTHOR_KEY = "5eed" * 16
FlagMaker = Callable[..., int]
Newcomer = Callable[..., Browser]
Parts = dict[str, Any]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    # Who decides what is read a second time is tested apart: elsewhere a flag's page is a flag's page.
    return Settings(home=tmp_path, second_reading_share=0)


@pytest.fixture
def parts() -> Parts:
    """Give what a desk is built from in the place of the usual: nothing, unless a module of tests needs it."""
    return {}


@pytest.fixture
def app(sqlite_database: Database, clock: FakeClock, settings: Settings, parts: Parts) -> FastAPI:
    """Build a desk where Lan and Hùng work."""
    password_hash = hash_password(PASSWORD)
    with sqlite_database.work() as session:
        for name in ("lan", "hùng"):
            users.add(session, name=name, password_hash=password_hash, role="reviewer", now=clock.now())
        session.commit()
    return make_desk(sqlite_database, clock, settings, **parts)


@pytest.fixture
def anonymous(app: FastAPI) -> Browser:
    """Come to the desk without signing in."""
    return Browser(app)


@pytest.fixture
def lan(app: FastAPI) -> Browser:
    """Sign Lan in."""
    person = Browser(app)
    assert person.sign_in("lan").status_code == 303
    return person


@pytest.fixture
def hung(app: FastAPI) -> Browser:
    """Sign Hùng in, from another browser."""
    person = Browser(app)
    assert person.sign_in("hùng").status_code == 303
    return person


@pytest.fixture
def newcomer(app: FastAPI, sqlite_database: Database, clock: FakeClock) -> Newcomer:
    """Add users and sign them in, with a second factor where their role needs one."""

    def add(name: str, role: str = "reviewer") -> Browser:
        with sqlite_database.work() as session:
            users.add(session, name=name, password_hash=hash_password(PASSWORD), role=role, now=clock.now())
            session.commit()
        person = Browser(app)
        person.sign_in(name)
        if role in NEED_SECOND_FACTOR:
            person.enrol()
        return person

    return add


@pytest.fixture
def mai(newcomer: Newcomer) -> Browser:
    """Sign a third reviewer in."""
    return newcomer("mai")


@pytest.fixture
def minh(newcomer: Newcomer) -> Browser:
    """Sign a lead in."""
    return newcomer("minh", "lead")


@pytest.fixture
def admin(newcomer: Newcomer) -> Browser:
    """Sign an administrator in."""
    return newcomer("quản trị", "admin")


@pytest.fixture
def make_flagged(sqlite_database: Database, clock: FakeClock) -> FlagMaker:
    """Store a post with one flag and give the flag's number; each call makes another post."""
    made = 0

    def make(
        text: str = "Xưởng nóng 40 độ",
        *,
        label: str = "concern",
        probability: float = 0.87,
        reasons: Sequence[tuple[str, float]] = (("nóng", 1.5),),
        **post_values: object,
    ) -> int:
        nonlocal made
        made += 1
        values = {"author_key": AUTHOR_KEY} | post_values
        with sqlite_database.work() as session:
            source = session.scalar(select(Source).where(Source.name == "forum")) or add_source(session)
            post = add_post(session, source, f"post-{made}", text=text, **values)
            model = add_model(session)
            flags.open_flags(session, model.id, [make_flag(post, label, probability, reasons)], clock.now())
            flag_id = session.scalars(select(Flag.id).where(Flag.post_id == post.id)).one()
            session.commit()
        return flag_id

    return make
