"""Who may use the API: keys, their scopes, their end, their rate limit."""

import logging
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from monitor.desk.api.access import RateLimit, Scoped
from monitor.desk.api.keys import SCOPES, Scope, make_key, revoke_key
from monitor.errors import UsageError
from storage.accounts import users
from storage.errors import DataRejected, NotFound
from storage.models import ApiKey, AuditEvent
from tests.clock import FakeClock
from tests.factories import add_user
from tests.monitor.desk.api.client import Program, is_problem
from tests.monitor.desk.api.conftest import KeyMaker
from tests.monitor.desk.test_roles import dependants
from tests.monitor.desk.walking import pages as routes
from tests.monitor.desk.world import World

OF_NO_SCOPE = {"/key"}


def api_of(app: FastAPI) -> FastAPI:
    return next(route.app for route in app.routes if getattr(route, "path", "") == "/api/v1")


def test_every_operation_names_a_scope(app: FastAPI) -> None:
    scopes = {
        route.path: {found.call.scope for found in dependants(route.dependant) if isinstance(found.call, Scoped)}
        for route in routes(api_of(app))
    }
    assert {path for path, found in scopes.items() if not found} == OF_NO_SCOPE
    assert set().union(*scopes.values()) == set(SCOPES)


def test_a_key_may_do_what_its_scopes_say_and_no_more(app: FastAPI, make_api_key: KeyMaker) -> None:
    program = Program(app, make_api_key("figures:read", user=""))
    assert program.get("/figures").status_code == 200
    assert "lacks the scope flags:read" in is_problem(program.get("/flags"), 403)
    assert program.data("/key") == {
        "name": "dashboard",
        "scopes": ["figures:read"],
        "expires_at": "2026-12-16T02:00:00Z",
        "decides": False,
    }


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer kt_wrong", "Basic a3Q6eA==", "Bearer kt_ü"])
def test_without_a_usable_key_nothing_is_told(app: FastAPI, given: str) -> None:
    response = Program(app).client.get("/api/v1/flags", headers={"Authorization": given.encode()})
    assert "kiemtin keys add" in is_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_guessed_key_is_in_the_log_without_the_guess(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "kiemtin"):
        Program(app).client.get("/api/v1/flags", headers={"Authorization": "Bearer kt_guess"})
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.endswith("is refused: it has no usable key")
    assert "guess" not in line


def test_a_key_ends_when_it_expires_is_revoked_or_its_account_is_disabled(
    app: FastAPI, make_api_key: KeyMaker, world: World
) -> None:
    expiring, revoked, disabled = (
        Program(app, make_api_key(name=name, days=days)) for name, days in (("a", 1), ("b", 9), ("c", 9))
    )
    assert {program.get("/key").status_code for program in (expiring, revoked, disabled)} == {200}
    world.clock.advance(timedelta(days=1))
    with world.rows() as session:
        revoke_key(session, "b", world.now)
    assert [program.get("/key").status_code for program in (expiring, revoked, disabled)] == [401, 401, 200]
    with world.rows() as session:
        users.by_name(session, "lan").active = False
    is_problem(disabled.get("/key"), 401)


def test_only_a_hash_is_stored_and_the_last_use_is_noted(program: Program, world: World) -> None:
    key = program.client.headers["authorization"].removeprefix("Bearer ")
    program.get("/key")
    world.clock.advance(30)
    program.get("/key")
    with world.rows() as session:
        row = session.scalars(select(ApiKey)).one()
        assert key not in str(session.execute(text("SELECT * FROM api_keys")).all())
    assert row.last_used_at == world.now - timedelta(seconds=30)


def test_making_and_revoking_a_key_is_recorded_without_the_key(program: Program, world: World) -> None:
    with world.rows() as session:
        revoke_key(session, "dashboard", world.now)
        session.commit()
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.action for event in events] == ["api_key.added", "api_key.revoked"]
    assert program.client.headers["authorization"].removeprefix("Bearer ") not in str([e.detail for e in events])


def test_a_key_that_decides_needs_an_account_that_may(world: World) -> None:
    now = world.now
    with world.rows() as session:
        add_user(session, "hùng", "viewer")
        for scopes, user, said in (
            (["decisions:write"], "", "add --user NAME"),
            (["decisions:write"], "hùng", "the role viewer may not decide"),
            (["everything"], "", "--scope everything: choose flags:read"),
        ):
            with pytest.raises(UsageError, match=said):
                make_key(session, "a", scopes, user=user, now=now, expires_at=now)
        with pytest.raises(NotFound, match="no user named 'nobody'"):
            make_key(session, "a", ["flags:read"], user="nobody", now=now, expires_at=now)
        make_key(session, "a", ["flags:read"], user="", now=now, expires_at=now)
        with pytest.raises(DataRejected, match="a key named 'a' already"):
            make_key(session, "a", ["flags:read"], user="", now=now, expires_at=now)


def test_an_account_that_may_no_longer_decide_takes_the_right_from_its_key(program: Program, world: World) -> None:
    with world.rows() as session:
        users.by_name(session, "lan").role = "viewer"
    assert "may not decide" in is_problem(program.post("/flags/1/decisions", {}), 403)
    assert program.data("/key")["decides"] is False


def test_a_key_may_send_so_many_requests_a_minute(app: FastAPI, make_api_key: KeyMaker, clock: FakeClock) -> None:
    first, second = Program(app, make_api_key(name="a")), Program(app, make_api_key(name="b"))
    assert {first.get("/key").status_code for _ in range(120)} == {200}
    refused = first.get("/key")
    assert "go on in 1 seconds" in is_problem(refused, 429)
    assert refused.headers["retry-after"] == "1"
    assert second.get("/key").status_code == 200
    clock.advance(1)
    assert [first.get("/key").status_code for _ in range(3)] == [200, 200, 429]


def test_requests_without_a_key_are_limited_by_address(stranger: Program) -> None:
    assert {stranger.get("/key").status_code for _ in range(60)} == {401}
    is_problem(stranger.get("/key"), 429)


def test_a_forgotten_owner_begins_with_a_full_bucket(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.desk.api.access.MAX_BUCKETS", 2)
    limit = RateLimit(clock, 1)
    assert [limit.take(owner) for owner in "aabcda"] == [0, 60, 0, 0, 0, 0]


def test_scopes_have_plain_names() -> None:
    assert [str(scope) for scope in Scope] == [
        "flags:read",
        "decisions:write",
        "posts:read",
        "matters:read",
        "figures:read",
    ]
