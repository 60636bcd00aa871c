"""A desk with its API, and keys for it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI

from monitor.desk.api.app import REQUESTS_PER_MINUTE, create_api
from monitor.desk.api.keys import SCOPES, make_key
from monitor.privacy.masks.mask import mask_personal
from monitor.settings.settings import Settings
from storage.database import Database
from tests.clock import FakeClock
from tests.factories import add_user
from tests.monitor.desk.api.client import Program
from tests.monitor.desk.made_desk import make_desk

KeyMaker = Callable[..., str]


@pytest.fixture
def requests_per_minute() -> int:
    return REQUESTS_PER_MINUTE


@pytest.fixture
def app(sqlite_database: Database, clock: FakeClock, settings: Settings, requests_per_minute: int) -> FastAPI:
    """Build a desk with its API, where Lan reviews and Hùng reads."""
    with sqlite_database.work() as session:
        add_user(session, "lan")
        add_user(session, "hùng", "viewer")
        session.commit()
    api = create_api(sqlite_database, clock, mask=mask_personal, requests_per_minute=requests_per_minute)
    return make_desk(sqlite_database, clock, settings, api=api)


@pytest.fixture
def make_api_key(sqlite_database: Database, clock: FakeClock) -> KeyMaker:
    """Make a key; by default it may do everything, and decides as Lan."""

    def make(*scopes: str, name: str = "dashboard", user: str = "lan", days: int = 30) -> str:
        now = clock.now()
        with sqlite_database.work() as session:
            ends = now + timedelta(days=days)
            key, _ = make_key(session, name, scopes or SCOPES, user=user, now=now, expires_at=ends)
            session.commit()
        return key

    return make


@pytest.fixture
def program(app: FastAPI, make_api_key: KeyMaker) -> Program:
    """Come with a key that may do everything."""
    return Program(app, make_api_key())


@pytest.fixture
def stranger(app: FastAPI) -> Program:
    """Come without a key."""
    return Program(app)
