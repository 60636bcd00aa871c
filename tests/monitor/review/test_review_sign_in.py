"""Signing in and out."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from monitor.review.auth import SESSION_COOKIE
from monitor.review.passwords import hash_password
from storage import users
from storage.database import Database
from storage.models import AuditEvent
from tests.clock import FakeClock
from tests.monitor.review.browser import PASSWORD, Browser


def audit(database: Database) -> list[tuple[str, str, int | None]]:
    with database.work() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        return [(row.action, row.subject, row.user_id) for row in rows]


@pytest.mark.parametrize("path", ["/", "/queue", "/queue/next", "/flags/1", "/reports/tuan.xlsx"])
def test_every_page_leads_strangers_to_the_door(anonymous: Browser, path: str) -> None:
    response = anonymous.get(path)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/login")


def test_after_signing_in_one_comes_to_the_page_that_was_wanted(anonymous: Browser, sqlite_database: Database) -> None:
    assert anonymous.get("/flags/7").headers["location"] == "/login?next=/flags/7"
    response = anonymous.sign_in("lan", wanted="/flags/7")
    assert (response.status_code, response.headers["location"]) == (303, "/flags/7")
    assert audit(sqlite_database) == [("sign_in", "users:1", 1)]


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example/", "/\\evil.example", "/a%0d%0ab", "evil", "/%2f/evil.example"]
)
def test_signing_in_never_leads_to_another_site(anonymous: Browser, wanted: str) -> None:
    location = anonymous.sign_in("lan", wanted=wanted).headers["location"]
    assert location == "/"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(anonymous: Browser) -> None:
    cookie = anonymous.sign_in("lan").headers["set-cookie"].lower()
    assert cookie.startswith(SESSION_COOKIE)
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize(("name", "password"), [("lan", "sai"), ("không có ai", PASSWORD), ("lan", ""), ("", "")])
def test_a_wrong_name_and_a_wrong_password_get_the_same_line(anonymous: Browser, name: str, password: str) -> None:
    response = anonymous.sign_in(name, password)
    assert response.status_code == 401
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in response.text
    assert anonymous.get("/").status_code == 303


def test_failures_are_recorded_but_not_what_strangers_typed(anonymous: Browser, sqlite_database: Database) -> None:
    anonymous.sign_in("lan", "sai")
    anonymous.sign_in("mật khẩu gõ nhầm ô", "sai")
    assert audit(sqlite_database) == [
        ("sign_in_failed", "users:1", None),
        ("sign_in_failed", "users:unknown", None),
    ]


def test_after_five_failures_even_the_right_password_must_wait(anonymous: Browser, clock: FakeClock) -> None:
    for _ in range(5):
        assert anonymous.sign_in("lan", "sai").status_code == 401
    refused = anonymous.sign_in("lan")
    assert refused.status_code == 429
    assert "Đã nhập sai nhiều lần. Xin chờ 15 phút rồi thử lại." in refused.text
    assert anonymous.sign_in("hùng").status_code == 303
    clock.advance(15 * 60)
    assert anonymous.sign_in("lan").status_code == 303


def test_a_user_who_was_switched_off_is_out_at_once(lan: Browser, sqlite_database: Database) -> None:
    assert lan.get("/").status_code == 200
    with sqlite_database.work() as session:
        users.by_name(session, "lan").active = False
        session.commit()
    assert lan.get("/").status_code == 303
    assert lan.sign_in("lan").status_code == 401


def test_a_new_password_ends_older_sessions(lan: Browser, sqlite_database: Database) -> None:
    with sqlite_database.work() as session:
        users.by_name(session, "lan").password_hash = hash_password("mật khẩu mới")
        session.commit()
    assert lan.get("/").status_code == 303
    assert lan.sign_in("lan", "mật khẩu mới").status_code == 303


def test_signing_out_ends_the_session(lan: Browser, sqlite_database: Database) -> None:
    response = lan.post("/logout", lan.fields("/", "/logout"))
    assert (response.status_code, response.headers["location"]) == (303, "/login")
    assert lan.get("/").status_code == 303
    assert audit(sqlite_database)[-1] == ("sign_out", "users:1", 1)


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
