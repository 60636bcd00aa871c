"""A desk with two reviewers, and posts to judge."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from monitor.review.roles import NEED_SECOND_FACTOR
from monitor.settings.settings import Settings
from storage.database import Database
from tests.clock import FakeClock
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.desk.world import World

Newcomer = Callable[..., Browser]
Parts = dict[str, Any]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def parts() -> Parts:
    """Give what a desk is built from in the place of the usual: nothing, unless a module of tests needs it."""
    return {}


@pytest.fixture
def app(world: World, settings: Settings, parts: Parts) -> FastAPI:
    """Build a desk where Lan and Hùng work."""
    for name in ("lan", "hùng"):
        world.add_user(name)
    return make_desk(world.database, world.clock, settings, **parts)


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
def newcomer(app: FastAPI, world: World) -> Newcomer:
    """Add users and sign them in, with a second factor where their role needs one."""

    def add(name: str, role: str = "reviewer") -> Browser:
        world.add_user(name, role)
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
def world(sqlite_database: Database, clock: FakeClock) -> World:
    return World(sqlite_database, clock)
