"""The first screen of a new office, until somebody has answered it."""

import pytest
from sqlalchemy import select

from monitor.desk.web.language import LANGUAGE_COOKIE
from storage.models import Source
from storage.scoring import focus
from tests.factories import add_source
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.world import World

NEW = {"name": "dien-dan", "kind": "feed", "address": "https://diendan.example.vn/rss", "legal_basis": "RSS công khai"}


@pytest.fixture
def papers(world: World) -> list[int]:
    """Register two newspapers; give their numbers."""
    with world.rows() as session:
        return [add_source(session, name).id for name in ("mot", "hai")]


def test_it_is_asked_once_of_who_may_answer(admin: Browser, lan: Browser, papers: list[int]) -> None:
    assert lan.get("/").status_code == 200
    assert lan.get("/start").status_code == 403
    assert admin.page("/").select(".notice a[href='/start']")
    assert admin.send("/start", "/start").headers["location"] == "/sources"
    assert not admin.page("/").select(".notice a[href='/start']")


def test_the_answers_are_kept_and_what_is_chosen_is_read(admin: Browser, papers: list[int], world: World) -> None:
    answers = NEW | {"province": " Thái  Nguyên ", "language": "en", "read": str(papers[0])}
    assert admin.send("/start", "/start", **answers).status_code == 303
    assert admin.client.cookies[LANGUAGE_COOKIE] == "en"
    with world.rows() as session:
        assert focus.stored(session).province == "Thái Nguyên"
        state = {source.name: (source.enabled, source.role) for source in session.scalars(select(Source))}
    assert state == {"mot": (True, "monitored"), "hai": (False, "monitored"), "dien-dan": (True, "monitored")}


def test_an_address_without_a_lawful_basis_is_asked_again_and_nothing_is_stored(admin: Browser) -> None:
    response = admin.send("/start", "/start", **NEW | {"legal_basis": "", "province": "Lào Cai"})
    assert (response.status_code, "Xin ghi rõ vì sao" in response.text, "Lào Cai" in response.text) == (422, True, True)
    assert admin.page("/").select(".notice a[href='/start']")
