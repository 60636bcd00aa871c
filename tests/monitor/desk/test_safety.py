"""What holds on every page: no author, no foreign content, no form from elsewhere, plain words when things break."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.testclient import TestClient

from monitor.desk.api.app import create_api
from monitor.desk.web.app import MAX_FORM_BYTES
from monitor.desk.web.security_headers import SECURITY_HEADERS
from monitor.privacy.masks.mask import mask_personal
from monitor.settings.settings import Settings
from storage.database import Database
from storage.review import flags
from tests.clock import FakeClock
from tests.monitor.desk.browser import PASSWORD, Browser
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.desk.test_roles import dependants
from tests.monitor.desk.walking import addresses
from tests.monitor.desk.world import AUTHOR_KEY, World

PAGES = (
    "/",
    "/queue",
    "/queue?state=rejected",
    "/flags/1",
    "/flags/2",
    "/flags/999",
    "/nowhere",
    "/login",
    "/queue/empty",
)


@pytest.fixture
def busy(lan: Browser, world: World) -> Browser:
    """Work at a desk with an open and a decided flag, both on posts of one author."""
    for probability in (0.9, 0.8):
        world.flag(probability=probability, title="Chuyện ở xưởng")
    lan.decide(2, "no", note="không phải")
    return lan


def test_no_address_takes_an_author(world: World, settings: Settings, busy: Browser) -> None:
    api = create_api(world.database, world.clock, mask=mask_personal)
    app = make_desk(world.database, world.clock, settings, api=api)
    everything = busy.page("/queue").main
    assert busy.page(f"/queue?author={AUTHOR_KEY}&author_key={AUTHOR_KEY}").main == everything
    asked = {path: names_asked_for(route) for path, route in addresses(app)}
    assert len(asked) > 40
    assert {"/queue", "/flags/{flag_id}", "/users", "/login", "/static", "/api/v1/search"} <= set(asked)
    assert {path for path, names in asked.items() if any("author" in name for name in (path, *names))} == set()


def names_asked_for(route: Any) -> set[str]:
    """Give the names of everything that a route takes: parts of its path, of its query, of its form."""
    if not isinstance(route, APIRoute):
        return set()
    parts = [found for each in dependants(route.dependant) for found in (each.path_params, each.query_params)]
    forms = [each.body_params for each in dependants(route.dependant)]
    return {param.name for found in (*parts, *forms) for param in found}


def test_every_answer_carries_the_security_headers_and_no_author(busy: Browser) -> None:
    for path in (*PAGES, "/healthz", "/static/desk.css", "/static/missing.css"):
        response = busy.get(path)
        headers = response.headers
        assert AUTHOR_KEY not in response.text + str(headers), path
        assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS, path
        assert headers["content-security-policy"].startswith("default-src 'self'; "), path


def test_only_a_desk_by_https_asks_browsers_for_nothing_else(busy: Browser, world: World, tmp_path: Path) -> None:
    assert "strict-transport-security" not in busy.get("/login").headers
    settings = Settings(home=tmp_path, desk_url="https://kiemtin.example.vn")
    secure = Browser(make_desk(world.database, world.clock, settings), "https://kiemtin.example.vn")
    assert secure.get("/login").headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_the_origin_of_forms_is_sent_to_the_desk_alone_and_posts_stay_out_of_caches(busy: Browser) -> None:
    assert busy.get("/login").headers["referrer-policy"] == "same-origin"
    assert busy.get("/flags/1").headers["cache-control"] == "no-store"
    assert "no-store" not in busy.get("/static/desk.css").headers.get("cache-control", "")


def test_every_page_says_that_a_person_decides_and_loads_nothing_from_elsewhere(busy: Browser) -> None:
    for path in PAGES:
        page = BeautifulSoup(busy.client.get(path, follow_redirects=True).text, "lxml")
        assert "Người xem xét mới là người quyết định" in page.get_text(), path
        assert page.select("style, [style], [onclick], [onload], iframe, base") == [], path
        assert all(script.get("src") and not script.get_text() for script in page.select("script")), path
        loaded = [str(element.get("src") or element.get("href")) for element in page.select("script, img, link")]
        assert loaded, path
        assert all(address.startswith("/static/") for address in loaded), path


@pytest.mark.parametrize("name", ["desk.css", "labels.css", "labels-dark.css", "desk.js", "favicon.svg"])
def test_what_is_served_locally_loads_nothing_from_elsewhere(anonymous: Browser, name: str) -> None:
    response = anonymous.get(f"/static/{name}")
    assert response.status_code == 200
    assert "url(" not in response.text
    assert "@import" not in response.text
    assert "http" not in response.text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("path", ["/flags/1/decisions", "/logout"])
@pytest.mark.parametrize("token", [None, "", "đoán mò"])
def test_a_form_without_its_token_does_nothing(busy: Browser, path: str, token: str | None) -> None:
    values = {"decision": "yes", "seen_state": "0.0"} | ({} if token is None else {"csrf": token})
    response = busy.post(path, values)
    assert response.status_code == 403
    assert "Biểu mẫu đã hết hạn" in response.text
    assert "Đang chờ" in busy.get("/flags/1").text


def test_a_token_of_half_characters_is_none(anonymous: Browser) -> None:
    anonymous.get("/login")
    kind = "multipart/form-data; boundary=b; charset=raw_unicode_escape"
    form = b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\\ud800\r\n--b--\r\n'
    assert anonymous.client.post("/login", content=form, headers={"content-type": kind}).status_code == 403


def test_a_form_with_the_token_of_somebody_else_does_nothing(busy: Browser, hung: Browser) -> None:
    theirs = hung.fields("/", "/logout")
    assert busy.post("/logout", theirs).status_code == 403
    assert busy.get("/").status_code == 200


def test_a_form_from_a_stranger_leads_to_the_door(anonymous: Browser) -> None:
    fields = anonymous.fields("/login", "/login")
    response = anonymous.post("/flags/1/decisions", fields | {"decision": "yes", "seen_state": "0.0"})
    assert (response.status_code, response.headers["location"]) == (303, "/login")


def test_a_form_from_a_stranger_may_name_any_page_as_the_one_before(anonymous: Browser) -> None:
    response = anonymous.client.post("/undo", headers={"referer": "http://[x"})
    assert (response.status_code, response.headers["location"]) == (303, "/login")


def test_a_refused_address_is_recorded_without_what_no_database_keeps(lan: Browser, world: World) -> None:
    assert lan.post("/users/1%00/disable", lan.fields("/", "/logout")).status_code == 403
    event = world.event("access_denied")
    assert event.subject == "/users/1\ufffd/disable"


def test_a_form_that_is_too_large_is_refused_unread(anonymous: Browser) -> None:
    assert anonymous.post("/login", {"name": "x" * MAX_FORM_BYTES}).status_code == 413


def test_a_form_that_hides_its_size_is_refused_at_the_limit(anonymous: Browser) -> None:
    chunks = (b"name=" + b"x" * 1024 for _ in range(1 + MAX_FORM_BYTES // 1024))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert anonymous.client.post("/login", content=chunks, headers=headers).status_code == 413


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_there_is_no_generated_api_page(lan: Browser, path: str) -> None:
    assert lan.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_without_signing_in(anonymous: Browser, path: str) -> None:
    response = anonymous.get(path)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_database_without_tables_is_a_plain_page_and_a_failed_health_check(
    tmp_path: Path, clock: FakeClock, settings: Settings
) -> None:
    with Database(f"sqlite:///{tmp_path / 'empty.db'}") as database:
        anonymous = Browser(make_desk(database, clock, settings))
        health, ready = anonymous.get("/healthz"), anonymous.get("/readyz")
        response = anonymous.sign_in("lan")
    assert health.status_code == 200  # a restart would not help
    assert (ready.status_code, ready.json()) == (503, {"status": "database unavailable"})
    assert response.status_code == 503
    assert "Cơ sở dữ liệu đang gặp trục trặc" in response.text
    assert str(tmp_path) not in response.text  # where the database lies is nobody's business
    assert "Traceback" not in response.text


def test_a_locked_database_keeps_the_decision_from_being_lost_silently(
    busy: Browser, world: World, settings: Settings
) -> None:
    with Database(str(world.database.url), busy_timeout=0.05) as impatient:
        reviewer = Browser(make_desk(impatient, world.clock, settings))
        reviewer.sign_in("lan", PASSWORD)
        fields = reviewer.fields("/flags/1", "/flags/1/decisions")
        with closing(sqlite3.connect(str(world.database.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            response = reviewer.post("/flags/1/decisions", fields | {"decision": "yes"})
            other.execute("ROLLBACK")
        assert response.status_code == 503
        assert "chưa có gì được ghi" in response.text
        assert str(world.database.url.database) not in response.text
        assert reviewer.post("/flags/1/decisions", fields | {"decision": "yes"}).status_code == 303


def test_a_fault_of_the_program_shows_nothing_of_itself(app: FastAPI) -> None:
    @app.get("/faulty")
    def fail() -> None:
        raise RuntimeError("bài của ai đó")

    client = TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False)
    response = client.get("/faulty")
    assert response.status_code == 500
    assert response.text == "Bàn làm việc gặp lỗi. Xin quay lại trang trước rồi thử lại, hoặc báo người quản trị.\n"
    assert response.headers["content-security-policy"]


def test_an_admin_is_told_where_a_database_fails_and_the_log_is_too(
    admin: Browser, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with world.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE flags RENAME TO gone"))
    with caplog.at_level("ERROR"):
        response = admin.get("/queue")
    assert (response.status_code, "kiemtin db upgrade" in response.text) == (503, True)
    assert "kiemtin db upgrade" in caplog.text


HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "long line": "a" * 1_000_000,
    "right to left": "tên \u202egnud\u202c \u2066abc\u2069 \u200f",
    "zalgo": "n" + "\u0300\u0301\u0323\u0330" * 2_000 + "ợ lương",
    "emoji alone": "\U0001f621" * 500,
    "nul": "nợ\x00lương",
    "blank": " \n\t\u200b\ufeff ",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_text_is_shown_as_text(lan: Browser, world: World, kind: str) -> None:
    text = HOSTILE[kind].replace("\x00", "")  # no collector lets a NUL through: PostgreSQL refuses it
    words = (("lương", 1.0), ("a", 0.5), ("script", 1.0), (text[:300], 0.7))
    number = world.flag(text, title=text[:300], context=text[:5_000], published_raw=text[:300], reasons=words)
    for path in ("/", "/queue", f"/flags/{number}", "/matters"):
        page = lan.page(path)
        assert [script.get("src") for script in page.select("script")] == ["/static/desk.js"]
        assert page.select("main img, main [onerror]") == []
        assert kind != "script" or path not in ("/queue", f"/flags/{number}") or "alert(1)" in page.get_text()
    assert lan.decide(number, "yes", note=HOSTILE[kind][:500], place=HOSTILE[kind][:100]).status_code == 303
    assert lan.page("/matters/1").select("main img, main script") == []
    with world.rows() as session:
        assert flags.by_id(session, number).state == "confirmed"


def test_personal_data_are_masked_until_asked_for_and_asking_is_written_down(app: FastAPI, world: World) -> None:
    app.state.desk = replace(app.state.desk, mask=lambda text: text.replace("Trần Văn Mẫu", "[tên]"))
    lan = Browser(app)
    lan.sign_in()
    number = world.flag("Trần Văn Mẫu nợ lương công nhân", reasons=(("lương", 1.0), ("văn mẫu", 0.5)))
    path, action = f"/flags/{number}", "/posts/1/reveal"
    assert "văn mẫu" not in lan.get(path).text.casefold()
    assert "[tên] nợ lương" in lan.page(path).select(".post-text")[0].get_text()
    assert lan.post(action, lan.fields(path, action)).status_code == 303
    assert "Trần Văn Mẫu" in lan.page(path).select(".post-text")[0].get_text()
    assert "văn mẫu" in lan.page(path).select(".reasons")[0].get_text()
    other = world.flag("Trần Văn Mẫu lại nợ lương")
    assert "Trần Văn Mẫu" not in lan.get(f"/flags/{other}").text
    event = world.event("personal_data.shown")
    assert event.subject == "posts:1"
