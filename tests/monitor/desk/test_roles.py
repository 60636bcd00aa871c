"""The role matrix, walked: every route names the right it needs, and every role gets exactly what the matrix says."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from monitor.desk.web.auth import Allowed, any_stage
from monitor.review.roles import MATRIX, ROLES, Right, may
from monitor.settings.settings import Settings
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.conftest import Newcomer
from tests.monitor.desk.walking import pages
from tests.monitor.desk.world import World

# Opened without signing in: the door, invitations, the manual, language, theme and colours, and what supervisors ask.
COLOURS = {"/static/labels.css", "/static/labels-dark.css"}
PUBLIC = {"/login", "/join/{token}", "/appearance", "/manual", "/manual/{name}", "/healthz", "/readyz", *COLOURS}
# For those whose sign-in is not finished: each of them looks at the stage of the session.
UNFINISHED = {"/login/code", "/account/second-factor", "/logout"}


def dependants(found: Dependant) -> Iterator[Dependant]:
    yield found
    for inner in found.dependencies:
        yield from dependants(inner)


def rights_of(route: APIRoute) -> set[Right]:
    return {found.call.right for found in dependants(route.dependant) if isinstance(found.call, Allowed)}


def asks_for_a_session(route: APIRoute) -> bool:
    return any(found.call is any_stage for found in dependants(route.dependant))


def test_every_route_names_a_right(app: FastAPI) -> None:
    without = {route.path for route in pages(app) if not rights_of(route)}
    assert without == PUBLIC | UNFINISHED
    assert all(asks_for_a_session(route) for route in pages(app) if route.path not in PUBLIC)


def test_every_route_that_changes_something_takes_post_and_a_form_token(app: FastAPI) -> None:
    for route in pages(app):
        assert route.methods <= {"GET", "POST"}, route.path
        if route.methods == {"POST"} and route.path != "/login":  # there a stale form is shown anew
            names = {getattr(found.call, "__name__", "") for found in dependants(route.dependant)}
            assert "check_form_token" in names, route.path


@pytest.fixture
def signed_in(newcomer: Newcomer) -> dict[str, Browser]:
    """Sign one person of each role in."""
    return {role: newcomer(role, role) for role in ROLES}


def test_every_role_gets_what_the_matrix_says_on_every_route(
    app: FastAPI, signed_in: dict[str, Browser], world: World, settings: Settings
) -> None:
    world.flag()
    settings.reports_dir.mkdir()
    asked = 0
    for route in pages(app):
        path = re.sub(r"\{[^}]+\}", "999", route.path)  # something that is not there: nobody's rights depend on it
        for role, person in signed_in.items():
            if not (needed := rights_of(route)):
                continue
            response = person.get(path) if "GET" in route.methods else person.send(path)
            allowed = all(may(role, right) for right in needed)
            assert (response.status_code != 403) is allowed, (role, route.path, response.status_code)
            asked += 1
    assert asked >= 4 * 15


def test_a_refused_attempt_is_recorded(signed_in: dict[str, Browser], world: World) -> None:
    assert signed_in["viewer"].get("/users").status_code == 403
    event = world.event("access_denied")
    assert (event.subject, event.detail) == ("/users", {"method": "GET", "role": "viewer"})
    assert event.user_id is not None


def test_a_viewer_sees_no_button_that_is_refused(signed_in: dict[str, Browser], world: World) -> None:
    flag_id = world.flag()
    page = signed_in["viewer"].page(f"/flags/{flag_id}")
    assert page.select("button[name=decision]") == []
    assert signed_in["viewer"].page("/").select('a[href="/users"]') == []
    assert signed_in["admin"].page("/").select('a[href="/users"]') != []


def test_every_role_has_what_the_one_before_has() -> None:
    rights = [MATRIX[role] for role in ROLES]
    assert all(less < more for less, more in pairwise(rights))


def test_the_documentation_shows_the_matrix() -> None:
    text = (Path(__file__).parents[3] / "docs" / "accounts.md").read_text(encoding="utf-8")
    rows = {
        cells[0]: dict(zip(ROLES, cells[1:], strict=True))
        for cells in re.findall(r"^\| `([a-z ]+)` \| [^|]*" + r"\| (yes|no) " * 4 + r"\|$", text, re.MULTILINE)
    }
    assert rows == {str(right): {role: "yes" if may(role, right) else "no" for role in ROLES} for right in Right}
