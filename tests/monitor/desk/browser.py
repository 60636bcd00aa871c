"""A browser without JavaScript, for tests of the desk."""

import base64
import hmac
from collections.abc import Mapping

from bs4 import BeautifulSoup
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

PASSWORD = "đúng mật khẩu"
SET_UP = "/account/second-factor"


class Browser:
    """Opens pages and sends the forms that are on them."""

    def __init__(self, app: FastAPI, base: str = "http://127.0.0.1:8000") -> None:
        self.client = TestClient(app, base, follow_redirects=False)

    def get(self, path: str) -> Response:
        return self.client.get(path)

    def page(self, path: str) -> BeautifulSoup:
        response = self.client.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        return BeautifulSoup(response.text, "lxml")

    def fields(self, path: str, action: str) -> dict[str, str]:
        """Give the hidden fields of the form on a page that is sent to `action`."""
        form = self.page(path).select_one(f'form[action="{action}"]')
        assert form is not None, f"{path} has no form for {action}"
        return {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}

    def post(self, path: str, values: Mapping[str, str]) -> Response:
        return self.client.post(path, data=dict(values))

    def sign_in(self, name: str = "lan", password: str = PASSWORD, *, wanted: str = "/") -> Response:
        fields = self.fields(f"/login?next={wanted}", "/login")
        return self.post("/login", fields | {"name": name, "password": password})

    def send(self, action: str, page: str = "", **values: str) -> Response:
        """Send the form for an address that is on a page, or a made-up one with the token of the session."""
        fields = self.fields(page, action) if page else self.fields("/account", "/logout")
        return self.post(action, fields | values)

    def enrol(self, **values: str) -> list[str]:
        """Set the second factor up by the secret on the page; give the recovery codes."""
        secret = text_of(self.page(SET_UP), "code.secret")
        now = self.client.app.state.desk.clock.now()  # type: ignore[attr-defined]
        response = self.send(SET_UP, SET_UP, code=totp(secret, now.timestamp()), **values)
        assert response.status_code == 200, response.text
        return [line.partition("</code>")[0] for line in response.text.split("<li><code>")[1:]]

    def decide(self, flag_id: int, decision: str, *, path: str | None = None, **values: str) -> Response:
        """Open a flag and press one of its buttons."""
        action = f"/flags/{flag_id}/decisions"
        fields = self.fields(path or f"/flags/{flag_id}", action)
        return self.post(action, fields | {"decision": decision} | values)

    def claim(self, flag_id: int) -> BeautifulSoup:
        """Take a flag as the queue's button does; give its page."""
        self.post(f"/flags/{flag_id}/claim", self.fields("/", "/logout"))
        return self.page(f"/flags/{flag_id}")

    def next(self, path: str = "/queue/next", **values: str | int) -> str:
        """Press the button that takes the next flag or question; give the path it leads to."""
        fields = self.fields("/", "/logout") | {name: str(value) for name, value in values.items()}
        response = self.post(path, fields)
        assert response.status_code == 303, response.text
        return str(response.headers["location"])


def totp(secret: str, at: float) -> str:
    """Compute the code of an authenticator app, as RFC 6238 says, without the program's own library."""
    digest = hmac.digest(base64.b32decode(secret), int(at // 30).to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def text_of(page: BeautifulSoup, selector: str) -> str:
    """Give the text of the first element that a selector finds, white space folded."""
    found = page.select_one(selector)
    assert found is not None, f"nothing matches {selector}"
    return " ".join(found.get_text().split())
