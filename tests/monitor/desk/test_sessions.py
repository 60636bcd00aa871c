"""Sessions live on the server: they are listed, they end, and an old cookie opens nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from monitor.desk.web.accounts import disable
from monitor.desk.web.app import SESSION_COOKIE
from monitor.desk.web.desk import browser_name
from monitor.desk.web.passwords import PasswordChecks, TooBusy
from storage.accounts import users
from storage.models import AuditEvent, UserSession
from tests.clock import FakeClock
from tests.monitor.desk.browser import PASSWORD, Browser, text_of
from tests.monitor.desk.world import World


def old_cookie(app: FastAPI, person: Browser) -> Browser:
    """Give a browser that holds a copy of somebody's cookie."""
    thief = Browser(app)
    thief.client.cookies.set(SESSION_COOKIE, str(person.client.cookies[SESSION_COOKIE]))
    return thief


def test_a_cookie_from_before_signing_out_opens_and_decides_nothing(app: FastAPI, lan: Browser, world: World) -> None:
    flag_id = world.flag()
    form = lan.fields("/", "/logout")
    thief = old_cookie(app, lan)
    assert thief.get("/").status_code == 200
    lan.post("/logout", form)
    assert thief.get("/").headers["location"] == "/login"
    thief = old_cookie(app, lan) if SESSION_COOKIE in lan.client.cookies else thief
    decided = thief.post(f"/flags/{flag_id}/decisions", form | {"decision": "yes", "seen_state": "0.0"})
    assert decided.headers["location"].startswith("/login")


def test_signing_in_anew_ends_the_session_that_the_browser_had(app: FastAPI, lan: Browser) -> None:
    thief = old_cookie(app, lan)
    assert lan.sign_in("hùng").status_code == 303
    assert lan.get("/").status_code == 200
    assert thief.get("/").headers["location"] == "/login"


def test_a_session_ends_after_half_an_hour_without_a_request(lan: Browser, clock: FakeClock) -> None:
    clock.advance(timedelta(minutes=29))
    assert lan.get("/").status_code == 200
    clock.advance(timedelta(minutes=29))
    assert lan.get("/").status_code == 200
    clock.advance(timedelta(minutes=30))
    assert lan.get("/").status_code == 303


def test_a_session_ends_after_twelve_hours_however_busy(lan: Browser, clock: FakeClock) -> None:
    for _ in range(35):
        clock.advance(timedelta(minutes=20))
        assert lan.get("/").status_code == 200
    clock.advance(timedelta(minutes=20))
    assert lan.get("/").status_code == 303


def test_reading_pages_writes_once_a_minute_at_most(lan: Browser, world: World) -> None:
    def seen_at() -> object:
        with world.rows() as session:
            return session.scalars(select(UserSession.seen_at)).one()

    before = seen_at()
    world.clock.advance(59)
    lan.get("/")
    assert seen_at() == before
    world.clock.advance(1)
    lan.get("/")
    assert seen_at() != before


def test_one_sees_where_one_is_signed_in_and_ends_the_other_place(app: FastAPI, lan: Browser, hung: Browser) -> None:
    elsewhere = Browser(app)
    elsewhere.client.headers["user-agent"] = "Lan-phone"
    assert elsewhere.sign_in("lan").status_code == 303
    page = lan.page("/account")
    rows = [" ".join(row.get_text().split()) for row in page.select("tbody tr")]
    assert len(rows) == 2
    assert sum("phiên này" in row for row in rows) == 1
    assert lan.post("/account/sessions/3/end", lan.fields("/account", "/account/sessions/3/end")).status_code == 303
    assert elsewhere.get("/").status_code == 303
    assert lan.get("/").status_code == 200
    assert len(lan.page("/account").select("tbody tr")) == 1


def test_nobody_ends_the_session_of_somebody_else(lan: Browser, hung: Browser) -> None:
    csrf = lan.fields("/", "/logout")
    lan.post("/account/sessions/2/end", csrf)
    assert hung.get("/").status_code == 200


def test_all_other_sessions_are_ended_at_once(app: FastAPI, lan: Browser, hung: Browser) -> None:
    others = [Browser(app) for _ in range(2)]
    for other in others:
        other.sign_in("lan")
    lan.post("/account/sessions/end-others", lan.fields("/account", "/account/sessions/end-others"))
    assert [other.get("/").status_code for other in others] == [303, 303]
    assert (lan.get("/").status_code, hung.get("/").status_code) == (200, 200)


def test_the_token_is_not_in_the_database(lan: Browser, world: World) -> None:
    with world.rows() as session:
        stored = session.scalars(select(UserSession.token_hash)).one()
    assert stored not in str(lan.client.cookies[SESSION_COOKIE])


def test_sessions_of_long_ago_are_forgotten(app: FastAPI, world: World) -> None:
    Browser(app).sign_in("lan")
    world.clock.advance(timedelta(days=31))
    Browser(app).sign_in("lan")
    with world.rows() as session:
        assert len(session.scalars(select(UserSession)).all()) == 1


def change_password(person: Browser, current: str, new: str, again: str | None = None) -> tuple[int, str]:
    fields = person.fields("/account", "/account/password")
    response = person.post("/account/password", fields | {"current": current, "new": new, "again": again or new})
    return response.status_code, response.text


def test_changing_ones_password_gives_this_session_another_token_and_ends_the_others(
    app: FastAPI, lan: Browser, world: World
) -> None:
    other, thief = Browser(app), Browser(app)
    other.sign_in("lan")
    thief.client.cookies.update(lan.client.cookies)
    assert thief.get("/").status_code == 200
    assert change_password(lan, "đúng mật khẩu", "suối trong chảy qua bản")[0] == 200
    assert lan.get("/").status_code == 200
    assert [each.get("/").status_code for each in (other, thief)] == [303, 303]
    assert "phiên này" in text_of(lan.page("/account"), "table")
    assert other.sign_in("lan").status_code == 401
    assert other.sign_in("lan", "suối trong chảy qua bản").status_code == 303
    with world.rows() as session:
        actions = session.scalars(select(AuditEvent.action)).all()
    assert "password_changed" in actions


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        ("sai", "suối trong chảy qua bản", None, "Mật khẩu hiện tại không đúng"),
        ("đúng mật khẩu", "ngắn", None, "ít nhất 12 ký tự"),
        ("đúng mật khẩu", "Matkhau@2026!", None, "dễ đoán"),
        ("đúng mật khẩu", "lanlanlan 1990", None, "dễ đoán"),
        ("đúng mật khẩu", "suối trong chảy qua bản", "suối trong chảy qua", "không giống nhau"),
    ],
)
def test_a_password_that_is_not_taken_changes_nothing(
    lan: Browser, current: str, new: str, again: str | None, said: str
) -> None:
    status, text = change_password(lan, current, new, again)
    assert (status, said in text) == (422, True)
    assert Browser(lan.client.app).sign_in("lan").status_code == 303  # type: ignore[arg-type]


def test_an_open_browser_is_no_place_to_guess_the_password(lan: Browser) -> None:
    for _ in range(5):
        change_password(lan, "sai", "suối trong chảy qua bản")
    assert change_password(lan, "đúng mật khẩu", "suối trong chảy qua bản")[0] == 422


class SlowChecks(PasswordChecks):
    """Lets something happen while a new password is hashed."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    async def hash(self, password: str) -> str:
        """Let it happen, then hash."""
        self._meanwhile()
        return await super().hash(password)


def test_who_is_disabled_while_a_new_password_is_hashed_stays_out(app: FastAPI, lan: Browser, world: World) -> None:
    def be_disabled() -> None:
        with world.rows() as session:
            disable(session, users.by_name(session, "lan"), world.now)

    app.state.desk = replace(app.state.desk, passwords=SlowChecks(be_disabled))
    change_password(lan, PASSWORD, "suối trong chảy qua bản")
    with world.rows() as session:
        assert not users.by_name(session, "lan").active
    assert lan.get("/").status_code == 303


def test_a_desk_that_checks_too_many_passwords_says_so(app: FastAPI, lan: Browser) -> None:
    def be_too_many() -> None:
        raise TooBusy("too many people are signing in")

    app.state.desk = replace(app.state.desk, passwords=SlowChecks(be_too_many))
    status, said = change_password(lan, PASSWORD, "suối trong chảy qua bản")
    assert (status, "Xin thử lại sau ít giây" in said) == (503, True)


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome, Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Firefox/140.0", "Firefox"),
        ("curl/8.0 (Windows)", "curl/8.0 (Windows)"),
        ("", ""),
    ],
)
def test_a_browser_is_named_as_people_call_it(agent: str, shown: str) -> None:
    assert browser_name(agent) == shown
