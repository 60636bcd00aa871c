"""Signing in and out."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.responses import Response

from monitor.desk.web.app import SESSION_COOKIE
from monitor.desk.web.known_devices import DEVICE_COOKIE, KnownDevices
from monitor.desk.web.passwords import hash_password
from monitor.settings.settings import Settings
from storage.accounts import users
from storage.database import Database
from storage.models import AuditEvent, User
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.desk.browser import PASSWORD, Browser
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.desk.world import World


def audit(database: Database) -> list[tuple[str, str, int | None]]:
    with database.work() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        return [(row.action, row.subject, row.user_id) for row in rows]


@pytest.mark.parametrize("path", ["/", "/queue", "/queue/empty", "/flags/1", "/reports/tuan.xlsx"])
def test_every_page_leads_strangers_to_the_door(anonymous: Browser, path: str) -> None:
    response = anonymous.get(path)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/login")


def test_after_signing_in_one_comes_to_the_page_that_was_wanted(anonymous: Browser, world: World) -> None:
    assert anonymous.get("/flags/7").headers["location"] == "/login?next=/flags/7"
    response = anonymous.sign_in("lan", wanted="/flags/7")
    assert (response.status_code, response.headers["location"]) == (303, "/flags/7")
    assert audit(world.database) == [("sign_in", "users:1", 1)]


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example/", "/\\evil.example", "/a%0d%0ab", "evil", "/%2f/evil.example"]
)
def test_signing_in_never_leads_to_another_site(anonymous: Browser, wanted: str) -> None:
    location = anonymous.sign_in("lan", wanted=wanted).headers["location"]
    assert location == "/"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(anonymous: Browser) -> None:
    cookies = anonymous.sign_in("lan").headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == [DEVICE_COOKIE, SESSION_COOKIE]
    for cookie in cookies:
        assert "httponly" in cookie.lower()
        assert "samesite=" in cookie.lower()
        assert "secure" not in cookie.lower()  # the browser would not send it back without HTTPS


def test_served_by_https_cookies_are_for_https_and_this_host_alone(world: World, tmp_path: Path, app: FastAPI) -> None:
    settings = Settings(home=tmp_path, desk_url="https://kiemtin.example.vn")
    person = Browser(make_desk(world.database, world.clock, settings), "https://kiemtin.example.vn")
    response = person.sign_in("lan")
    for cookie in response.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-")
        assert "secure" in cookie.lower()
        assert "path=/" in cookie.lower()
        assert "domain=" not in cookie.lower()
    assert person.get("/").status_code == 200


@pytest.mark.parametrize(("name", "password"), [("lan", "sai"), ("không có ai", PASSWORD), ("lan", ""), ("", "")])
def test_a_wrong_name_and_a_wrong_password_get_the_same_line(anonymous: Browser, name: str, password: str) -> None:
    response = anonymous.sign_in(name, password)
    assert response.status_code == 401
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in response.text
    assert anonymous.get("/").status_code == 303


def test_failures_are_recorded_but_not_what_strangers_typed(anonymous: Browser, world: World) -> None:
    anonymous.sign_in("lan", "sai")
    anonymous.sign_in("mật khẩu gõ nhầm ô", "sai")
    assert audit(world.database) == [
        ("sign_in_failed", "users:1", None),
        ("sign_in_failed", "users:unknown", None),
    ]


def test_after_five_failures_a_stranger_must_wait_whatever_the_password(app: FastAPI, clock: FakeClock) -> None:
    stranger = Browser(app)
    for _ in range(5):
        assert stranger.sign_in("lan", "sai").status_code == 401
    refused = stranger.sign_in("lan")
    assert refused.status_code == 429
    assert "Đã nhập sai nhiều lần. Xin chờ 15 phút rồi thử lại." in refused.text
    assert stranger.sign_in("hùng").status_code == 303
    clock.advance(15 * 60)
    assert Browser(app).sign_in("lan").status_code == 303


def test_strangers_cannot_lock_the_owner_out_of_a_browser_that_is_known(app: FastAPI, lan: Browser) -> None:
    lan.post("/logout", lan.fields("/", "/logout"))
    stranger = Browser(app)
    for _ in range(10):
        stranger.sign_in("lan", "sai")
    assert stranger.sign_in("lan").status_code == 429
    assert lan.sign_in("lan").status_code == 303


def test_a_browser_known_under_one_name_is_a_stranger_under_another(app: FastAPI, hung: Browser) -> None:
    for _ in range(5):
        assert hung.sign_in("lan", "sai").status_code == 401
    assert hung.sign_in("lan").status_code == 429


def test_a_known_browser_may_not_guess_without_end_either(lan: Browser) -> None:
    assert [lan.sign_in("lan", "sai").status_code for _ in range(6)] == [401] * 5 + [429]


def test_a_forged_mark_of_a_known_browser_is_none(app: FastAPI) -> None:
    devices = KnownDevices("another secret", secure=False)
    response = Response()
    devices.remember(response, User(id=1, password_hash=hash_password(PASSWORD)))
    stranger = Browser(app)
    stranger.client.cookies.set(DEVICE_COOKIE, response.headers["set-cookie"].split("=", 1)[1].partition(";")[0])
    for _ in range(5):
        stranger.sign_in("lan", "sai")
    assert stranger.sign_in("lan").status_code == 429


def test_a_user_who_was_switched_off_is_out_at_once(lan: Browser, world: World) -> None:
    assert lan.get("/").status_code == 200
    with world.rows() as session:
        users.by_name(session, "lan").active = False
    assert lan.get("/").status_code == 303
    assert lan.sign_in("lan").status_code == 401


def test_a_new_password_ends_older_sessions(lan: Browser, world: World) -> None:
    with world.rows() as session:
        users.set_password(session, users.by_name(session, "lan"), hash_password("mật khẩu mới"), MONDAY_MORNING)
    assert lan.get("/").status_code == 303
    for _ in range(5):
        lan.sign_in("lan", "sai")
    assert lan.sign_in("lan", "mật khẩu mới").status_code == 429, "the browser is a stranger under a new password"


def test_signing_out_ends_the_session(lan: Browser, world: World) -> None:
    response = lan.post("/logout", lan.fields("/", "/logout"))
    assert (response.status_code, response.headers["location"]) == (303, "/login")
    assert response.headers["clear-site-data"] == '"cache", "storage"'
    assert lan.get("/").status_code == 303
    assert audit(world.database)[-1] == ("sign_out", "users:1", 1)


def test_signing_out_needs_a_form_and_not_a_link(lan: Browser) -> None:
    assert lan.get("/logout").status_code == 405
    assert lan.get("/").status_code == 200


def test_a_session_that_somebody_else_signed_is_worth_nothing(app: FastAPI, lan: Browser) -> None:
    forged = lan.client.cookies[SESSION_COOKIE][:-3] + "abc"
    stranger = Browser(app)
    stranger.client.cookies.set(SESSION_COOKIE, forged)
    assert stranger.get("/").status_code == 303


def test_a_login_form_that_has_grown_stale_says_so(anonymous: Browser) -> None:
    response = anonymous.post("/login", {"name": "lan", "password": PASSWORD, "csrf": "cũ"})
    assert response.status_code == 403
    assert "Trang đăng nhập đã hết hạn" in response.text
