"""Users and invitations: an admin manages the others, and a link sets a password once."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from storage.models import AuditEvent, User
from tests.clock import FakeClock
from tests.monitor.desk.browser import PASSWORD, Browser, text_of
from tests.monitor.desk.world import World

GOOD = "suối trong chảy qua bản"


def invite(person: Browser, name: str, role: str = "reviewer") -> str:
    """Invite somebody; give the path of the link."""
    response = person.send("/users/invitations", "/users", name=name, role=role)
    assert response.status_code == 200, response.text
    link = response.text.partition('<code class="secret">')[2].partition("</code>")[0]
    assert link.startswith("http://127.0.0.1:8000/join/")
    return link.removeprefix("http://127.0.0.1:8000")


def join(person: Browser, path: str, new: str = GOOD, again: str | None = None) -> int:
    return person.send(path, path, new=new, again=again or new).status_code


def test_who_is_invited_sets_a_password_and_signs_in(app: FastAPI, admin: Browser, world: World) -> None:
    path = invite(admin, "mai")
    mai = Browser(app)
    assert mai.sign_in("mai", "!").status_code == 401  # nothing lets in before
    assert "mai" in text_of(mai.page(path), "main strong")
    assert join(mai, path) == 303
    page = mai.page("/login")
    assert "Đã đặt mật khẩu" in text_of(page, ".notice.good")
    assert page.select("input[name=name]")[0]["value"] == "mai"
    assert mai.sign_in("mai", GOOD).status_code == 303
    with world.rows() as session:
        events = session.execute(select(AuditEvent.action, AuditEvent.user_id, AuditEvent.detail)).all()
    assert ("user.invited", 3, {"role": "reviewer"}) in events
    assert ("invitation_used", 4, {}) in events


def test_an_invitation_works_once(app: FastAPI, admin: Browser) -> None:
    path = invite(admin, "mai")
    first, second = Browser(app), Browser(app)
    late = second.fields(path, path)
    assert join(first, path) == 303
    assert second.get(path).status_code == 410
    assert second.post(path, late | {"new": "cầu treo gió lộng", "again": "cầu treo gió lộng"}).status_code == 410
    assert second.sign_in("mai", "cầu treo gió lộng").status_code == 401


def test_an_invitation_expires_after_three_days(app: FastAPI, admin: Browser, clock: FakeClock) -> None:
    path = invite(admin, "mai")
    clock.advance(timedelta(days=3))
    response = Browser(app).get(path)
    assert (response.status_code, "không còn dùng được" in response.text) == (410, True)


def test_a_new_invitation_makes_the_earlier_one_useless(app: FastAPI, admin: Browser) -> None:
    old, new = invite(admin, "mai"), invite(admin, "mai")
    assert Browser(app).get(old).status_code == 410
    assert Browser(app).get(new).status_code == 200


def test_a_guessed_link_is_told_no_name(anonymous: Browser) -> None:
    assert anonymous.get("/join/guess").status_code == 410


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [("ngắn", None, "ít nhất 12 ký tự"), ("mai123456789", None, "dễ đoán"), (GOOD, GOOD + "x", "không giống nhau")],
)
def test_a_password_that_is_not_taken_leaves_the_invitation_open(
    app: FastAPI, admin: Browser, new: str, again: str | None, said: str
) -> None:
    path, mai = invite(admin, "mai"), Browser(app)
    response = mai.send(path, path, new=new, again=again or new)
    assert (response.status_code, said in response.text) == (422, True)
    assert join(mai, path) == 303


def test_somebody_who_forgot_the_password_is_invited_again(app: FastAPI, admin: Browser, lan: Browser) -> None:
    path = invite(admin, "lan")
    assert lan.get("/").status_code == 200  # the link alone changes nothing
    assert join(Browser(app), path) == 303
    assert lan.get("/").status_code == 303
    assert lan.sign_in("lan", GOOD).status_code == 303


def test_an_invitation_is_not_a_way_to_another_role(admin: Browser) -> None:
    response = admin.send("/users/invitations", "/users", name="lan", role="admin")
    assert (response.status_code, "vai trò khác" in response.text) == (422, True)


def test_who_is_disabled_is_out_at_once_and_comes_back_by_an_invitation(
    app: FastAPI, admin: Browser, lan: Browser
) -> None:
    assert admin.send("/users/1/disable").status_code == 303
    assert lan.get("/").status_code == 303
    assert lan.sign_in("lan").status_code == 401
    assert "đã khóa" in admin.get("/users").text
    path = invite(admin, "lan")
    assert lan.sign_in("lan").status_code == 401  # the old password does not come back
    assert join(Browser(app), path) == 303
    assert lan.sign_in("lan", GOOD).status_code == 303


def test_a_new_role_ends_sessions_and_is_recorded(admin: Browser, lan: Browser, world: World) -> None:
    assert admin.send("/users/1/role", role="lead").status_code == 303
    assert lan.get("/").status_code == 303
    assert lan.sign_in("lan").headers["location"] == "/account/second-factor"
    event = world.event("user.role")
    assert (event.subject, event.user_id, event.detail) == ("users:1", 3, {"before": "reviewer", "role": "lead"})


def test_an_admin_signs_somebody_out_and_takes_a_lost_second_factor_away(
    admin: Browser, lan: Browser, world: World
) -> None:
    lan.enrol(password=PASSWORD)
    assert admin.send("/users/1/end-sessions").status_code == 303
    assert lan.get("/").status_code == 303
    assert admin.send("/users/1/reset-second-factor").status_code == 303
    assert lan.sign_in("lan").headers["location"] == "/"
    with world.rows() as session:
        assert session.get_one(User, 1).totp_seed is None


@pytest.mark.parametrize("action", ["disable", "role", "end-sessions", "reset-second-factor"])
def test_an_admin_does_not_change_their_own_account_there(admin: Browser, action: str) -> None:
    response = admin.send(f"/users/3/{action}", role="viewer")
    assert (response.status_code, "tài khoản của chính mình" in response.text) == (422, True)
    assert admin.get("/users").status_code == 200
