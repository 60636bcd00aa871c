"""The worked example of a page (docs/develop/page.md), in a desk that has its router and its template."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from jinja2 import ChoiceLoader, FileSystemLoader

from examples.page import legal_bases
from tests.factories import add_source
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.world import World

FOLDER = Path(legal_bases.__file__).parent


@pytest.fixture
def app(app: FastAPI, world: World) -> FastAPI:
    """Put the page into the desk, as its place in the repository would."""
    with world.rows() as session:
        add_source(session, "dien-dan", legal_basis="Công khai <có thoả thuận>", retention_days=90)
    app.include_router(legal_bases.router)
    pages = app.state.desk.templates.env
    pages.loader = ChoiceLoader([pages.loader, FileSystemLoader(FOLDER)])
    return app


def test_a_stranger_is_sent_to_sign_in(anonymous: Browser) -> None:
    response = anonymous.get("/legal-bases")
    assert response.status_code == 303
    assert response.headers["location"].startswith("/login")


def test_an_analyst_sees_the_legal_basis_of_each_source(lan: Browser) -> None:
    (row,) = lan.page("/legal-bases").select("tbody tr")
    assert [cell.get_text() for cell in row.select("td")] == ["dien-dan", "Công khai <có thoả thuận>", "90"]
