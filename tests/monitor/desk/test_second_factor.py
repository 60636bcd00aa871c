"""The second factor: leads and admins cannot work without it, and each code counts once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from monitor.desk.web import accounts
from monitor.desk.web.desk import local_time
from monitor.desk.web.second_factor import SecondFactor, new_recovery_codes, new_seed, recovery_key
from monitor.settings.settings import Settings
from storage.accounts import users
from storage.accounts.second_factors import TIME_TO_SET_UP
from storage.models import AuditEvent, User
from tests.clock import FakeClock
from tests.monitor.desk.browser import PASSWORD, SET_UP, Browser, text_of, totp
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.desk.world import World

Code = Callable[[], str]

GOOD = "mưa rơi trên mái tôn"


@pytest.fixture
def minh(app: FastAPI, world: World) -> Browser:
    """Add Minh, a lead, who has typed the password."""
    world.add_user("minh", "lead")
    person = Browser(app)
    assert person.sign_in("minh").headers["location"] == SET_UP
    return person


@pytest.fixture
def code_now(app: FastAPI, world: World, codes: list[str]) -> Code:
    """Give what reads the app of Minh, who has set a second factor up and is signed out."""

    def code() -> str:
        with world.rows() as session:
            seed = users.by_name(session, "minh").totp_seed or ""
        return totp(app.state.desk.second_factor.secret(seed), world.now.timestamp())

    return code


def give(person: Browser, code: str) -> tuple[int, str]:
    response = person.send("/login/code", "/login/code", code=code)
    return response.status_code, response.headers.get("location", "")


@pytest.fixture
def codes(minh: Browser, clock: FakeClock) -> list[str]:
    """Set Minh's second factor up and sign out; gives the recovery codes."""
    codes = minh.enrol()
    minh.send("/logout")
    clock.advance(60)
    return codes


@pytest.mark.parametrize("path", ["/", "/queue", "/flags/1", "/account", "/users"])
def test_a_lead_without_a_second_factor_is_led_to_setting_it_up(minh: Browser, path: str) -> None:
    assert minh.get(path).headers["location"] == SET_UP


def test_an_invited_lead_has_three_days_to_set_it_up_and_each_page_says_until_when(app: FastAPI, world: World) -> None:
    person, until = Browser(app), local_time(world.now + TIME_TO_SET_UP)
    for days, place in ((0, "/start"), (2, "/start"), (1, SET_UP)):  # invited again one has no more time
        world.clock.advance(timedelta(days=days))
        with world.rows() as session:
            path = f"/join/{accounts.invite(session, 'minh', 'lead', world.now)}"
        assert ("trong vòng ba ngày" in person.get(path).text) == (days == 0)
        assert person.send(path, path, new=GOOD, again=GOOD).status_code == 303
        assert person.sign_in("minh", GOOD).headers["location"] == place
        assert (f"Bạn vào được bằng mật khẩu đến {until}" in person.get("/queue").text) == (place == "/start")


def test_a_session_that_began_without_one_ends_with_the_three_days(app: FastAPI, world: World) -> None:
    world.add_user("minh", "admin")
    with world.rows() as session:
        users.by_name(session, "minh").second_factor_by = world.now + timedelta(minutes=20)
    person = Browser(app)
    person.sign_in("minh")
    assert person.get("/queue").status_code == 200
    world.clock.advance(20 * 60)
    assert person.get("/queue").headers["location"].startswith("/login")
    assert person.sign_in("minh").headers["location"] == SET_UP


def test_a_reviewer_works_without_one(lan: Browser) -> None:
    assert lan.get("/queue").status_code == 200


def test_setting_it_up_opens_the_desk_and_shows_eight_codes_once(minh: Browser, world: World) -> None:
    codes = minh.enrol()
    assert len(set(codes)) == 8
    assert minh.get("/queue").status_code == 200
    assert "Còn 8 mã khôi phục" in minh.get("/account").text
    with world.rows() as session:
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
    app: FastAPI, minh: Browser, code_now: Code
) -> None:
    assert minh.sign_in("minh", wanted="/queue").headers["location"] == "/login/code"
    assert minh.get("/queue").headers["location"] == "/login/code"
    assert minh.get(SET_UP).headers["location"].startswith("/login")
    assert give(minh, code_now()) == (303, "/queue")
    assert minh.get("/queue").status_code == 200


def test_a_code_counts_once(app: FastAPI, code_now: Code) -> None:
    code = code_now()
    people = [Browser(app) for _ in range(2)]
    for person in people:
        person.sign_in("minh")
    assert [give(person, code)[0] for person in people] == [303, 401]


def test_an_old_code_is_refused(app: FastAPI, minh: Browser, code_now: Code, world: World) -> None:
    code = code_now()
    world.clock.advance(90)
    minh.sign_in("minh")
    assert give(minh, code)[0] == 401


def test_a_recovery_code_lets_in_once(app: FastAPI, minh: Browser, codes: list[str]) -> None:
    minh.sign_in("minh")
    assert give(minh, f" {codes[0].upper()} ")[0] == 303
    assert "Còn 7 mã khôi phục" in minh.get("/account").text
    again = Browser(app)
    again.sign_in("minh")
    assert give(again, codes[0])[0] == 401


def test_five_wrong_codes_end_the_session(minh: Browser, codes: list[str], world: World) -> None:
    minh.sign_in("minh")
    for _ in range(5):
        assert give(minh, "000000")[0] == 401
    assert minh.get("/login/code").headers["location"].startswith("/login?")
    with world.rows() as session:
        actions = session.scalars(select(AuditEvent.action)).all()
    assert actions.count("code_refused") == 5


def test_who_knows_the_password_may_try_ten_codes_in_a_quarter_of_an_hour(app: FastAPI, code_now: Code) -> None:
    for _ in range(2):
        thief = Browser(app)
        thief.sign_in("minh")
        for _ in range(5):
            give(thief, "000000")
    thief = Browser(app)
    thief.sign_in("minh")
    assert give(thief, code_now())[0] == 401


def test_the_time_for_the_code_is_ten_minutes(minh: Browser, codes: list[str], clock: FakeClock) -> None:
    minh.sign_in("minh")
    clock.advance(10 * 60 + 1)
    assert minh.get("/login/code").headers["location"].startswith("/login?")


def test_a_reviewer_sets_it_up_by_choice_with_the_password(lan: Browser, clock: FakeClock) -> None:
    fields = lan.fields(SET_UP, SET_UP)
    code = totp(text_of(lan.page(SET_UP), "code.secret"), clock.now().timestamp())
    for wrong in ("sai", "sai" * 60):
        refused = lan.post(SET_UP, fields | {"code": code, "password": wrong})
        assert (refused.status_code, "Mật khẩu hiện tại không đúng" in refused.text) == (422, True)
    assert len(lan.enrol(password=PASSWORD)) == 8
    lan.post("/logout", lan.fields("/", "/logout"))
    assert lan.sign_in("lan").headers["location"] == "/login/code"


def test_an_installation_may_ask_everybody_for_it(world: World, settings: Settings, app: FastAPI) -> None:
    settings = settings.model_copy(update={"second_factor_for_all": True})
    lan = Browser(make_desk(world.database, world.clock, settings))
    assert lan.sign_in("lan").headers["location"] == SET_UP


def test_a_seed_gives_no_code_without_the_key() -> None:
    seed = new_seed()
    assert SecondFactor("one key").secret(seed) != SecondFactor("another key").secret(seed)


def test_recovery_codes_are_read_as_people_type_them() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 8
    assert recovery_key(codes[0].upper().replace("-", "  ")) == recovery_key(codes[0])
