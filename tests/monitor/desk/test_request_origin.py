"""The desk answers to its own names alone, and takes forms from its own pages alone."""

import logging
from pathlib import Path

import pytest
from fastapi import FastAPI

from monitor.desk.web.request_origin import known_hosts
from monitor.settings.settings import Settings
from tests.examples import examples_of
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.desk.world import World

HOSTS = examples_of(__file__)


@pytest.fixture
def office(world: World, settings: Settings) -> FastAPI:
    """Build a desk that listens everywhere, and is opened under two names."""
    names = {"desk_url": "https://kiemtin.example.vn", "desk_hosts": ("ban-xem-xet.lan",)}
    return make_desk(world.database, world.clock, settings.model_copy(update={"desk_host": "::", **names}))


@pytest.mark.parametrize("host", HOSTS["own"])
def test_its_own_names_are_answered(office: FastAPI, host: str) -> None:
    assert Browser(office).client.get("/login", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", HOSTS["other"])
def test_other_names_are_refused_and_told_what_to_set(office: FastAPI, host: str) -> None:
    response = Browser(office).client.get("/login", headers={"host": host})
    assert (response.status_code, "desk_hosts" in response.text) == (421, True)
    assert response.headers["content-security-policy"]


def test_two_host_headers_are_refused(office: FastAPI) -> None:
    twice = [("host", "kiemtin.example.vn"), ("host", "evil.example")]
    assert Browser(office).client.get("/login", headers=twice).status_code == 421


def test_the_address_that_a_request_arrived_at_is_answered(office: FastAPI) -> None:
    """Somebody in the same network may type the machine's address."""
    assert Browser(office, "http://192.168.1.5:8000").get("/login").status_code == 200
    assert Browser(office, "http://unknown.lan:8000").get("/login").status_code == 421


def test_a_wildcard_is_no_name(tmp_path: Path) -> None:
    assert known_hosts(Settings(home=tmp_path, desk_host="::")) == {"localhost", "127.0.0.1", "::1"}


SAME, OTHER = "http://127.0.0.1:8000", "https://evil.example"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"origin": SAME}, 303),
        ({"origin": SAME, "sec-fetch-site": "same-origin"}, 303),
        ({"origin": OTHER}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9000"}, 403),
        ({"origin": "http://127.0.0.1:8000.evil.example"}, 403),
        ({"origin": "http://[::"}, 403),
        ({"origin": SAME, "sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_a_form_comes_from_a_page_of_the_desk(anonymous: Browser, headers: dict[str, str], status: int) -> None:
    fields = anonymous.fields("/login", "/login")
    form = fields | {"name": "lan", "password": "đúng mật khẩu"}
    assert anonymous.client.post("/login", data=form, headers=headers).status_code == status


def test_a_link_from_another_site_may_be_followed(lan: Browser) -> None:
    assert lan.client.get("/queue", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_what_was_refused_is_in_the_log_without_what_strangers_wrote(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = Browser(app).client
    with caplog.at_level(logging.INFO, "kiemtin"):
        stranger.get("/login", headers={"host": "evil.example"})
        stranger.post("/login", headers={"origin": "https://evil.example"}, data={"name": "evil"})
        stranger.post("/appearance", data={"theme": "evil"})
    said = [record.getMessage() for record in caplog.records]
    assert [line.partition(" is refused: ")[2] for line in said] == [
        "an unknown host name",
        "a form from another site",
        "it has no token of its session",
    ]
    assert not any("evil" in line for line in said)
