"""Figures for Prometheus: for who knows the token, and about no person."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor.desk.web.app import create_app
from monitor.settings.settings import Settings
from storage.database import Database
from storage.posts import sources
from tests.clock import FakeClock
from tests.factories import add_source
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.conftest import AUTHOR_KEY, FlagMaker

TOKEN = "a token of this test"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, secrets={"metrics": SecretStr(TOKEN)})


def scrape(person: Browser, token: str = TOKEN) -> str:
    response = person.client.get("/metrics", headers={"authorization": f"Bearer {token}"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    return response.text


def test_flags_posts_and_sources_are_counted(
    lan: Browser, make_flagged: FlagMaker, sqlite_database: Database, clock: FakeClock
) -> None:
    lan.decide(make_flagged(), "yes")
    make_flagged()
    with sqlite_database.work() as session:
        sources.record_failure(session, add_source(session, "báo"), "503", clock.now())
        session.commit()
    figures = scrape(lan)
    for line in (
        'kiemtin_flags{label="concern",state="confirmed"} 1.0',
        'kiemtin_flags{label="concern",state="open"} 1.0',
        'kiemtin_posts{source="forum"} 2.0',
        'kiemtin_posts{source="báo"} 0.0',
        'kiemtin_source_failures{source="báo"} 1.0',
        "kiemtin_sessions 1.0",
    ):
        assert line in figures.splitlines(), line
    assert AUTHOR_KEY not in figures
    assert "lan" not in figures


@pytest.mark.parametrize("token", ["", " "])
def test_an_empty_token_opens_nothing(sqlite_database: Database, clock: FakeClock, tmp_path: Path, token: str) -> None:
    closed = create_app(
        sqlite_database, clock, Settings(home=tmp_path, secrets={"metrics": SecretStr(token)}), "secret"
    )
    for headers in ({}, {"authorization": f"Bearer {token}"}):
        assert Browser(closed).client.get("/metrics", headers=headers).status_code == 404


def test_an_empty_desk_has_figures_too(anonymous: Browser) -> None:
    assert "kiemtin_posts_unscored 0.0" in scrape(anonymous)


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer guess"}, {"authorization": "Bearer "}])
def test_without_the_token_nothing_is_told(anonymous: Browser, headers: dict[str, str]) -> None:
    response = anonymous.client.get("/metrics", headers=headers)
    assert (response.status_code, "kiemtin_" in response.text) == (401, False)
