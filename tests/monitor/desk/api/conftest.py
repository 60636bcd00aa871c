"""A desk with its API, and keys for it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI

from monitor.desk.api.app import REQUESTS_PER_MINUTE, create_api
from monitor.desk.api.keys import SCOPES, make_key
from monitor.privacy.masks.mask import mask_personal
from monitor.settings.settings import Settings
from tests.monitor.desk.api.client import Program
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.desk.world import World

KeyMaker = Callable[..., str]


@pytest.fixture
def requests_per_minute() -> int:
    return REQUESTS_PER_MINUTE


@pytest.fixture
def app(world: World, settings: Settings, requests_per_minute: int) -> FastAPI:
    """Build a desk with its API, where Lan reviews and Hùng reads."""
    world.add_user("lan")
    world.add_user("hùng", "viewer")
    api = create_api(world.database, world.clock, mask=mask_personal, requests_per_minute=requests_per_minute)
    return make_desk(world.database, world.clock, settings, api=api)


@pytest.fixture
def make_api_key(world: World) -> KeyMaker:
    """Make a key; by default it may do everything, and decides as Lan."""

    def make(*scopes: str, name: str = "dashboard", user: str = "lan", days: int = 30) -> str:
        ends = world.now + timedelta(days=days)
        with world.rows() as session:
            return make_key(session, name, scopes or SCOPES, user=user, now=world.now, expires_at=ends)[0]

    return make


@pytest.fixture
def program(app: FastAPI, make_api_key: KeyMaker) -> Program:
    """Come with a key that may do everything."""
    return Program(app, make_api_key())


@pytest.fixture
def stranger(app: FastAPI) -> Program:
    """Come without a key."""
    return Program(app)
