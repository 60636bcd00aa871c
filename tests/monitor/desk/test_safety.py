"""What holds on every page: no author, no foreign content, no form from elsewhere, plain words when things break."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import select, text
from starlette.testclient import TestClient

from monitor.desk.api.app import create_api
from monitor.desk.web.app import MAX_FORM_BYTES, create_app
from monitor.desk.web.passwords import hash_password
from monitor.desk.web.security_headers import SECURITY_HEADERS
from monitor.privacy.masks.mask import mask_personal
from monitor.settings.settings import Settings
from storage.accounts import users
from storage.database import Database
from storage.models import AuditEvent
from tests.clock import FakeClock
from tests.monitor.desk.browser import PASSWORD, Browser
from tests.monitor.desk.conftest import AUTHOR_KEY, FlagMaker
from tests.monitor.desk.test_roles import dependants
from tests.monitor.desk.test_second_factor import enrol
from tests.monitor.desk.walking import addresses

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
def busy(lan: Browser, make_flagged: FlagMaker) -> Browser:
    """Work at a desk with an open and a decided flag, both on posts of one author."""
    for probability in (0.9, 0.8):
        make_flagged(probability=probability, title="Chuyện ở xưởng")
    lan.decide(2, "no", note="không phải")
    return lan


def test_no_page_shows_an_author(busy: Browser) -> None:
    for path in PAGES:
        response = busy.get(path)
        assert AUTHOR_KEY not in response.text + str(response.headers), path


def test_no_address_takes_an_author(
    sqlite_database: Database, clock: FakeClock, settings: Settings, busy: Browser
) -> None:
    api = create_api(sqlite_database, clock, mask=mask_personal)
    app = create_app(sqlite_database, clock, settings, "secret", api=api)
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


def test_every_page_says_that_a_person_decides(busy: Browser) -> None:
    for path in PAGES:
        text = busy.client.get(path, follow_redirects=True).text
        assert "Người xem xét mới là người quyết định" in text, path


def test_every_answer_carries_the_security_headers(busy: Browser) -> None:
    for path in (*PAGES, "/healthz", "/static/desk.css", "/static/missing.css"):
        headers = busy.get(path).headers
        assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS, path
        assert headers["content-security-policy"].startswith("default-src 'self'; "), path


def test_only_a_desk_by_https_asks_browsers_for_nothing_else(
    busy: Browser, sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    assert "strict-transport-security" not in busy.get("/login").headers
    settings = Settings(home=tmp_path, desk_url="https://kiemtin.example.vn")
    secure = Browser(create_app(sqlite_database, clock, settings, "secret"), "https://kiemtin.example.vn")
    assert secure.get("/login").headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_the_origin_of_forms_is_sent_to_the_desk_alone(busy: Browser) -> None:
    assert busy.get("/login").headers["referrer-policy"] == "same-origin"


def test_pages_with_posts_stay_out_of_caches(busy: Browser) -> None:
    assert busy.get("/flags/1").headers["cache-control"] == "no-store"
    assert "no-store" not in busy.get("/static/desk.css").headers.get("cache-control", "")


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(busy: Browser) -> None:
    for path in PAGES:
        page = BeautifulSoup(busy.client.get(path, follow_redirects=True).text, "lxml")
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


def test_a_refused_address_is_recorded_without_what_no_database_keeps(lan: Browser, sqlite_database: Database) -> None:
    assert lan.post("/users/1%00/disable", lan.fields("/", "/logout")).status_code == 403
    with sqlite_database.work() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "access_denied")).one()
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
        anonymous = Browser(create_app(database, clock, settings, "secret"))
        health, ready = anonymous.get("/healthz"), anonymous.get("/readyz")
        response = anonymous.sign_in("lan")
    assert health.status_code == 200  # a restart would not help
    assert (ready.status_code, ready.json()) == (503, {"status": "database unavailable"})
    assert response.status_code == 503
    assert "Cơ sở dữ liệu đang gặp trục trặc" in response.text
    assert str(tmp_path) not in response.text  # where the database lies is nobody's business
    assert "Traceback" not in response.text


def test_a_locked_database_keeps_the_decision_from_being_lost_silently(
    busy: Browser, sqlite_database: Database, clock: FakeClock, settings: Settings
) -> None:
    with Database(str(sqlite_database.url), busy_timeout=0.05) as impatient:
        reviewer = Browser(create_app(impatient, clock, settings, "secret"))
        reviewer.sign_in("lan", PASSWORD)
        fields = reviewer.fields("/flags/1", "/flags/1/decisions")
        with closing(sqlite3.connect(str(sqlite_database.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            response = reviewer.post("/flags/1/decisions", fields | {"decision": "yes"})
            other.execute("ROLLBACK")
        assert response.status_code == 503
        assert "chưa có gì được ghi" in response.text
        assert str(sqlite_database.url.database) not in response.text
        assert reviewer.post("/flags/1/decisions", fields | {"decision": "yes"}).status_code == 303


def test_a_fault_of_the_program_shows_nothing_of_itself(app: FastAPI) -> None:
    @app.get("/faulty")
    def fail() -> None:
        message = "bài của ai đó"
        raise RuntimeError(message)

    client = TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False)
    response = client.get("/faulty")
    assert response.status_code == 500
    assert response.text == "Bàn xem xét gặp lỗi. Xin quay lại trang trước rồi thử lại, hoặc báo người quản trị.\n"
    assert response.headers["content-security-policy"]


def test_an_admin_is_told_where_a_database_fails_and_the_log_is_too(
    app: FastAPI, sqlite_database: Database, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite_database.work() as session:
        users.add(session, name="minh", password_hash=hash_password(PASSWORD), role="admin", now=clock.now())
        session.commit()
    admin = Browser(app)
    admin.sign_in("minh")
    enrol(admin)
    with sqlite_database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE flags RENAME TO gone"))
    with caplog.at_level("ERROR"):
        response = admin.get("/queue")
    assert (response.status_code, "kiemtin db upgrade" in response.text) == (503, True)
    assert "kiemtin db upgrade" in caplog.text
