"""The second factor: leads and admins cannot work without it, and each code counts once."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from monitor.desk.web import accounts
from monitor.desk.web.desk import Desk, local_time
from monitor.desk.web.passwords import hash_password
from monitor.desk.web.second_factor import SecondFactor, new_recovery_codes, new_seed, recovery_key
from monitor.settings.settings import Settings
from storage.accounts import users
from storage.accounts.second_factors import TIME_TO_SET_UP
from storage.database import Database
from storage.models import AuditEvent, User
from tests.clock import FakeClock
from tests.monitor.desk.browser import PASSWORD, SET_UP, Browser, text_of, totp
from tests.monitor.desk.made_desk import make_desk

GOOD = "mưa rơi trên mái tôn"


@pytest.fixture
def minh(app: FastAPI, sqlite_database: Database, clock: FakeClock) -> Browser:
    """Add Minh, a lead, who has typed the password."""
    with sqlite_database.work() as session:
        users.add(session, name="minh", password_hash=hash_password(PASSWORD), role="lead", now=clock.now())
        session.commit()
    person = Browser(app)
    assert person.sign_in("minh").headers["location"] == SET_UP
    return person


def code_now(app: FastAPI, database: Database, clock: FakeClock) -> str:
    desk: Desk = app.state.desk
    with database.work() as session:
        seed = session.scalars(select(User.totp_seed).where(User.name == "minh")).one()
    assert seed
    return totp(desk.second_factor.secret(seed), clock.now().timestamp())


def give(person: Browser, code: str) -> tuple[int, str]:
    response = person.post("/login/code", person.fields("/login/code", "/login/code") | {"code": code})
    return response.status_code, response.headers.get("location", "")


@pytest.fixture
def enrolled(minh: Browser, clock: FakeClock) -> tuple[Browser, list[str]]:
    """Give Minh with a second factor, signed out, and the recovery codes."""
    codes = minh.enrol()
    minh.post("/logout", minh.fields("/", "/logout"))
    clock.advance(60)
    return minh, codes


@pytest.mark.parametrize("path", ["/", "/queue", "/flags/1", "/account", "/users"])
def test_a_lead_without_a_second_factor_is_led_to_setting_it_up(minh: Browser, path: str) -> None:
    assert minh.get(path).headers["location"] == SET_UP


def test_an_invited_lead_has_three_days_to_set_it_up_and_each_page_says_until_when(
    app: FastAPI, sqlite_database: Database, clock: FakeClock
) -> None:
    person, until = Browser(app), local_time(clock.now() + TIME_TO_SET_UP)
    for days, place in ((0, "/start"), (2, "/start"), (1, SET_UP)):  # invited again one has no more time
        clock.advance(timedelta(days=days))
        with sqlite_database.work() as session:
            path = f"/join/{accounts.invite(session, 'minh', 'lead', clock.now())}"
            session.commit()
        assert ("trong vòng ba ngày" in person.get(path).text) == (days == 0)
        assert person.send(path, path, new=GOOD, again=GOOD).status_code == 303
        assert person.sign_in("minh", GOOD).headers["location"] == place
        assert (f"Bạn vào được bằng mật khẩu đến {until}" in person.get("/queue").text) == (place == "/start")


def test_a_session_that_began_without_one_ends_with_the_three_days(
    app: FastAPI, sqlite_database: Database, clock: FakeClock
) -> None:
    with sqlite_database.work() as session:
        user = users.add(session, name="minh", password_hash=hash_password(PASSWORD), role="admin", now=clock.now())
        user.second_factor_by = clock.now() + timedelta(minutes=20)
        session.commit()
    person = Browser(app)
    person.sign_in("minh")
    assert person.get("/queue").status_code == 200
    clock.advance(20 * 60)
    assert person.get("/queue").headers["location"].startswith("/login")
    assert person.sign_in("minh").headers["location"] == SET_UP


def test_a_reviewer_works_without_one(lan: Browser) -> None:
    assert lan.get("/queue").status_code == 200


def test_setting_it_up_opens_the_desk_and_shows_eight_codes_once(minh: Browser, sqlite_database: Database) -> None:
    codes = minh.enrol()
    assert len(set(codes)) == 8
    assert minh.get("/queue").status_code == 200
    assert "Còn 8 mã khôi phục" in minh.get("/account").text
    with sqlite_database.work() as session:
        stored = session.scalars(select(User.recovery_codes).where(User.name == "minh")).one().split()
        seed = session.scalars(select(User.totp_seed).where(User.name == "minh")).one()
    assert len(stored) == 8
    assert not set(codes) & set(stored)
    assert seed


def test_the_page_shows_a_qr_code_that_loads_nothing(minh: Browser) -> None:
    page = minh.page(SET_UP)
    assert page.select_one(".qr-code svg path") is not None
    assert page.select("[style]") == []


def test_a_wrong_first_code_sets_nothing_up(minh: Browser) -> None:
    response = minh.post(SET_UP, minh.fields(SET_UP, SET_UP) | {"code": "000000"})
    assert (response.status_code, "Mã không đúng" in response.text) == (422, True)
    assert minh.get("/").headers["location"] == SET_UP


def test_the_next_sign_in_asks_for_the_code_and_leads_where_one_wanted(
    app: FastAPI, enrolled: tuple[Browser, list[str]], sqlite_database: Database, clock: FakeClock
) -> None:
    person, _ = enrolled
    assert person.sign_in("minh", wanted="/queue").headers["location"] == "/login/code"
    assert person.get("/queue").headers["location"] == "/login/code"
    assert person.get(SET_UP).headers["location"].startswith("/login")
    assert give(person, code_now(app, sqlite_database, clock)) == (303, "/queue")
    assert person.get("/queue").status_code == 200


def test_a_code_counts_once(
    app: FastAPI, enrolled: tuple[Browser, list[str]], sqlite_database: Database, clock: FakeClock
) -> None:
    code = code_now(app, sqlite_database, clock)
    people = [Browser(app) for _ in range(2)]
    for person in people:
        person.sign_in("minh")
    assert [give(person, code)[0] for person in people] == [303, 401]


def test_an_old_code_is_refused(
    app: FastAPI, enrolled: tuple[Browser, list[str]], sqlite_database: Database, clock: FakeClock
) -> None:
    person, _ = enrolled
    code = code_now(app, sqlite_database, clock)
    clock.advance(90)
    person.sign_in("minh")
    assert give(person, code)[0] == 401


def test_a_recovery_code_lets_in_once(app: FastAPI, enrolled: tuple[Browser, list[str]]) -> None:
    person, codes = enrolled
    person.sign_in("minh")
    assert give(person, f" {codes[0].upper()} ")[0] == 303
    assert "Còn 7 mã khôi phục" in person.get("/account").text
    again = Browser(app)
    again.sign_in("minh")
    assert give(again, codes[0])[0] == 401


def test_five_wrong_codes_end_the_session(enrolled: tuple[Browser, list[str]], sqlite_database: Database) -> None:
    person, _ = enrolled
    person.sign_in("minh")
    for _ in range(5):
        assert give(person, "000000")[0] == 401
    assert person.get("/login/code").headers["location"].startswith("/login?")
    with sqlite_database.work() as session:
        actions = session.scalars(select(AuditEvent.action)).all()
    assert actions.count("code_refused") == 5


def test_who_knows_the_password_may_try_ten_codes_in_a_quarter_of_an_hour(
    app: FastAPI, enrolled: tuple[Browser, list[str]], sqlite_database: Database, clock: FakeClock
) -> None:
    for _ in range(2):
        thief = Browser(app)
        thief.sign_in("minh")
        for _ in range(5):
            give(thief, "000000")
    thief = Browser(app)
    thief.sign_in("minh")
    assert give(thief, code_now(app, sqlite_database, clock))[0] == 401


def test_the_time_for_the_code_is_ten_minutes(enrolled: tuple[Browser, list[str]], clock: FakeClock) -> None:
    person, _ = enrolled
    person.sign_in("minh")
    clock.advance(10 * 60 + 1)
    assert person.get("/login/code").headers["location"].startswith("/login?")


def test_a_reviewer_sets_it_up_by_choice_with_the_password(lan: Browser, clock: FakeClock) -> None:
    fields = lan.fields(SET_UP, SET_UP)
    code = totp(text_of(lan.page(SET_UP), "code.secret"), clock.now().timestamp())
    for wrong in ("sai", "sai" * 60):
        refused = lan.post(SET_UP, fields | {"code": code, "password": wrong})
        assert (refused.status_code, "Mật khẩu hiện tại không đúng" in refused.text) == (422, True)
    assert len(lan.enrol(password=PASSWORD)) == 8
    lan.post("/logout", lan.fields("/", "/logout"))
    assert lan.sign_in("lan").headers["location"] == "/login/code"


def test_an_installation_may_ask_everybody_for_it(
    sqlite_database: Database, clock: FakeClock, tmp_path: Path, app: FastAPI
) -> None:
    settings = Settings(home=tmp_path, second_factor_for_all=True)
    lan = Browser(make_desk(sqlite_database, clock, settings))
    assert lan.sign_in("lan").headers["location"] == SET_UP


def test_a_seed_gives_no_code_without_the_key() -> None:
    seed = new_seed()
    assert SecondFactor("one key").secret(seed) != SecondFactor("another key").secret(seed)


def test_recovery_codes_are_read_as_people_type_them() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 8
    assert recovery_key(codes[0].upper().replace("-", "  ")) == recovery_key(codes[0])
