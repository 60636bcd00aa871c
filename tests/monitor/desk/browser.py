"""A browser without JavaScript, for tests of the desk."""

from collections.abc import Mapping

from bs4 import BeautifulSoup
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

PASSWORD = "đúng mật khẩu"


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


def text_of(page: BeautifulSoup, selector: str) -> str:
    """Give the text of the first element that a selector finds, white space folded."""
    found = page.select_one(selector)
    assert found is not None, f"nothing matches {selector}"
    return " ".join(found.get_text().split())
